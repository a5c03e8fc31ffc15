"""Saving indicators and studies that people write."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models, transaction

from accounts.models import User
from accounts.slugs import free_slug
from evaluations.models import Indicator, Study
from programmes.actions.sent_once import digest, keep, known, save_unless_changed

RESERVED = {"ny", "kolada", "tabell", "inlasningar"}
Written = TypeVar("Written", Indicator, Study)


@transaction.atomic
def add(
    model: type[Written], *, said: Mapping[str, Any], key: uuid.UUID, by: User, now: dt.datetime, named: str
) -> Written:
    """Add an indicator or study; its slug is made from ``named``. The same key and content again gives the same row.
    Raises ``ValidationError`` by field."""
    content = digest(*((name, str(value)) for name, value in sorted(said.items())))
    before = known(model, key, content)
    if before:
        return before
    row = model(key=key, content_digest=content, slug=slug_for(model, named), **said)
    row.changed_by, row.changed_at = by, now
    row.full_clean()
    return keep(row)[0]


@transaction.atomic
def change(row: Written, *, said: Mapping[str, Any], version: int, by: User, now: dt.datetime) -> Written:
    """Raises ``ValidationError`` by field, and ``ChangedMeanwhile`` if somebody else changed it first."""
    for name, value in said.items():
        setattr(row, name, value)
    row.full_clean()
    save_unless_changed(row, version=version, by=by, now=now)
    return row


def slug_for(model: type[models.Model], name: str) -> str:
    """A slug for a name that no other row has, and no page at the same place in addresses."""
    return free_slug(model._default_manager, name, otherwise="utan-namn", longest=40, reserved=RESERVED)
