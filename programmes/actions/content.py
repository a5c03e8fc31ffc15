"""Writing rows of the content: a form makes its row once, and nobody's change overwrites another's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.slugs import free_slug
from programmes.actions.sent_once import digest, keep, known, save_unless_changed
from programmes.material import discard_on_commit
from programmes.models import (
    Concept,
    ContentItem,
    ContentSection,
    Encounter,
    PoliticalProblem,
    Programme,
    Scenario,
    StrategicArea,
)

Named = TypeVar("Named", Concept, Encounter, Scenario)
Made = TypeVar("Made", Concept, ContentItem, Encounter, Scenario)
Changed = TypeVar("Changed", Concept, ContentItem, ContentSection, Encounter, Programme, Scenario)
# Fixed paths at the same place in an address as a row's slug.
_ADDRESSES = {"nytt", "ny-rad", "utskrift"}


@transaction.atomic
def add_row(*, row: Named, said: Mapping[str, Any], key: uuid.UUID, by: User, now: dt.datetime) -> Named:
    """Save a new row that its form has filled in and checked, with a slug of its own.

    The same key and content again gives the row that was made first. Raises ``ValidationError`` for other content.
    """
    row.slug = _slug(type(row)._default_manager, row)
    return _made_once(row, said, key, by, now)[0]


@transaction.atomic
def change_row(*, row: Changed, version: int, by: User, now: dt.datetime) -> Changed:
    """Save a row as its form has changed and checked it. Raises ``ChangedMeanwhile`` when somebody else changed it
    first."""
    save_unless_changed(row, version=version, by=by, now=now)
    return row


@transaction.atomic
def add_item(*, row: ContentItem, said: Mapping[str, Any], key: uuid.UUID, by: User, now: dt.datetime) -> ContentItem:
    """Save a section's new row, as its last; otherwise as ``add_row``."""
    row.slug, row.position = _slug(row.section.items, row), _last_place(row.section)
    item, is_new = _made_once(row, said, key, by, now)
    if is_new:
        _name_alike(item)
    return item


@transaction.atomic
def change_item(*, row: ContentItem, version: int, by: User, now: dt.datetime) -> ContentItem:
    """Save a section's changed row, and remove the file that it had before; otherwise as ``change_row``."""
    former = ContentItem.objects.get(pk=row.pk).file
    save_unless_changed(row, version=version, by=by, now=now)
    _name_alike(row)
    if former.name and former.name != row.file.name:
        discard_on_commit(former.storage, former.name)
    return row


@transaction.atomic
def remove_item(*, item: ContentItem, by: User) -> None:
    """Remove a section's row, and its file."""
    storage, name = item.file.storage, item.file.name
    item.delete()
    if name:
        discard_on_commit(storage, name)


@transaction.atomic
def say_checked(*, item: ContentItem, by: User, now: dt.datetime) -> None:
    """Note that somebody has made sure today that a row is right. The version is raised, so that open forms are
    told."""
    said = {"checked_on": timezone.localdate(now), "changed_by": by, "changed_at": now}
    ContentItem.objects.filter(pk=item.pk).update(version=F("version") + 1, **said)


def _made_once(row: Made, said: Mapping[str, Any], key: uuid.UUID, by: User, now: dt.datetime) -> tuple[Made, bool]:
    """The row that the key makes, and whether it is new."""
    content = _digest(said)
    before = known(type(row), key, content)
    if before:
        return before, False
    row.key, row.content_digest, row.changed_by, row.changed_at = key, content, by, now
    return keep(row)


def _slug(among: Any, row: models.Model) -> str:
    """A slug from what the row is called, that no other row has."""
    return free_slug(among, str(row), otherwise="rad", longest=60, reserved=_ADDRESSES)


def _digest(said: Mapping[str, Any]) -> str:
    return digest(*((name, str(value), _size(value)) for name, value in said.items()))


def _size(value: Any) -> int | None:
    return value.size if isinstance(value, UploadedFile) else None


def _name_alike(item: ContentItem) -> None:
    """Give the strategic area or political problem that measures are tied to the name that its row now has."""
    if item.section.slug == "strategiska-omraden" and item.heading:
        StrategicArea.objects.filter(slug=item.slug).update(name=item.heading[:120])
    elif item.section.slug == "politiska-plattformen" and item.text:
        PoliticalProblem.objects.filter(slug=item.slug).update(text=item.text[:200])


def _last_place(section: ContentSection) -> int:
    last = section.items.last()
    return last.position + 1 if last else 1
