"""The rows of the content: each made once by its form, and never changed over what somebody else has written."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
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
Changed = TypeVar("Changed", Concept, ContentItem, ContentSection, Encounter, Programme, Scenario)
# What stands at the same place in an address as a row's short name.
_ADDRESSES = {"nytt", "ny-rad", "utskrift"}


@transaction.atomic
def add_row(*, row: Named, said: Mapping[str, Any], key: uuid.UUID, by: User, now: dt.datetime) -> Named:
    """Keep a new row that its form has filled in and checked, under a short name of its own.

    The same key and content again gives the one that was made. Raises ``ValidationError`` for other content.
    """
    content = _digest(said)
    before = known(type(row), key, content)
    if before:
        return before
    row.key, row.content_digest, row.changed_by, row.changed_at = key, content, by, now
    row.slug = free_slug(type(row), str(row))
    return keep(row)[0]


@transaction.atomic
def change_row(*, row: Changed, version: int, by: User, now: dt.datetime) -> Changed:
    """Keep a row as its form has changed and checked it. Raises ``ChangedMeanwhile`` when somebody was quicker."""
    save_unless_changed(row, version=version, by=by, now=now)
    return row


@transaction.atomic
def add_item(*, row: ContentItem, said: Mapping[str, Any], key: uuid.UUID, by: User, now: dt.datetime) -> ContentItem:
    """Keep a section's new row, which comes last; otherwise as ``add_row``."""
    content = _digest(said)
    before = known(ContentItem, key, content)
    if before:
        return before
    row.key, row.content_digest, row.changed_by, row.changed_at = key, content, by, now
    row.slug, row.position = _free_name(row.section, slugify(str(row))[:60]), _last_place(row.section)
    kept, is_new = keep(row)
    if is_new:
        _name_alike(kept)
    return kept


@transaction.atomic
def change_item(*, row: ContentItem, version: int, by: User, now: dt.datetime) -> ContentItem:
    """Keep a section's row as it is changed; its former file is thrown away. Otherwise as ``change_row``."""
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
    """Somebody has made sure today that a row is right, however it stands; a form that was open is told."""
    said = {"checked_on": timezone.localdate(now), "changed_by": by, "changed_at": now}
    ContentItem.objects.filter(pk=item.pk).update(version=F("version") + 1, **said)


def free_slug(model: type[models.Model], name: str) -> str:
    """A short name that no row of the model has yet."""
    base = slugify(name)[:60] or "rad"
    taken = _ADDRESSES | set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(found for found in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if found not in taken)


def _digest(said: Mapping[str, Any]) -> str:
    return digest(*((name, str(value), _size(value)) for name, value in said.items()))


def _size(value: Any) -> int | None:
    return value.size if isinstance(value, UploadedFile) else None


def _name_alike(item: ContentItem) -> None:
    """The strategic areas and the political problems that measures are tied to are called what their rows say."""
    if item.section.slug == "strategiska-omraden" and item.heading:
        StrategicArea.objects.filter(slug=item.slug).update(name=item.heading[:120])
    elif item.section.slug == "politiska-plattformen" and item.text:
        PoliticalProblem.objects.filter(slug=item.slug).update(text=item.text[:200])


def _free_name(section: ContentSection, name: str) -> str:
    taken = set(section.items.values_list("slug", flat=True))
    name = name or "rad"
    return next(found for found in (name, *(f"{name}-{n}" for n in range(2, 1000))) if found not in taken)


def _last_place(section: ContentSection) -> int:
    last = section.items.last()
    return last.position + 1 if last else 1
