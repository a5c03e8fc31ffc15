"""Forms are saved once even if they are sent twice, and a change is refused if somebody else changed the row first."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.models.keeping import SentOnce, Versioned

Made = TypeVar("Made", bound=SentOnce)


class SentWithOtherContent(ValidationError):  # noqa: N818 - reads as what happened
    """The form's key has already made a row, with other content."""

    def __init__(self) -> None:
        super().__init__(_("This form has already been sent with other content. Open the page again."))


class ChangedMeanwhile(Exception):  # noqa: N818 - reads as what happened
    """Somebody else has changed the row since the form was opened."""


def digest(*said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()


def known(model: type[Made], key: uuid.UUID, content_digest: str) -> Made | None:
    """The row that the key has already made, if any. Raises ``SentWithOtherContent``."""
    found = model._default_manager.filter(key=key).first()
    if found and found.content_digest != content_digest:
        raise SentWithOtherContent
    return found


def keep(row: Made) -> tuple[Made, bool]:
    """Save a checked row; of the same form sent twice at once, one is saved. Says whether it was this one."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        found = known(type(row), row.key, row.content_digest)
        if found is None:
            raise
        return found, False
    return row, True


def save_unless_changed(row: Versioned, *, version: int, by: User, now: dt.datetime) -> None:
    """Save a checked row if its version is still the given one. Raises ``ChangedMeanwhile`` otherwise."""
    still: models.QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk, version=version)
    if still.update(version=F("version") + 1) != 1:
        raise ChangedMeanwhile
    row.version, row.changed_by, row.changed_at = version + 1, by, now
    row.save()
