"""What people write about indicators and studies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.text import slugify

from accounts.models import User
from evaluations.models import Indicator, Study
from programmes.actions.sent_once import digest, keep, known, save_unless_changed

RESERVED = {"ny", "kolada", "tabell", "inlasningar"}
Written = TypeVar("Written", Indicator, Study)


@transaction.atomic
def add(
    model: type[Written], *, said: Mapping[str, Any], key: uuid.UUID, by: User, now: dt.datetime, named: str
) -> Written:
    """A new indicator or study; ``named`` is what its address is made of. The same key and content again gives the
    same. Raises ``ValidationError`` by field."""
    content = digest(*((name, str(value)) for name, value in sorted(said.items())))
    before = known(model, key, content)
    if before:
        return before
    row = model(key=key, content_digest=content, slug=free_slug(model, named), **said)
    row.changed_by, row.changed_at = by, now
    row.full_clean()
    return keep(row)[0]


@transaction.atomic
def change(row: Written, *, said: Mapping[str, Any], version: int, by: User, now: dt.datetime) -> Written:
    """Raises ``ValidationError`` by field, and ``ChangedMeanwhile`` if somebody else was quicker."""
    for name, value in said.items():
        setattr(row, name, value)
    row.full_clean()
    save_unless_changed(row, version=version, by=by, now=now)
    return row


def free_slug(model: type[models.Model], name: str) -> str:
    """An address for a name that no other row has."""
    base = slugify(name.replace("å", "a").replace("ä", "a").replace("ö", "o"))[:40].strip("-") or "utan-namn"
    # Addresses of the pages beside it.
    taken = RESERVED | set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)
