"""What changes a session topic's content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.files import File
from django.db import transaction
from django.db.models import F

from accounts.models import User
from programmes.material import check_material, discard_on_commit, suffix_of
from programmes.models import (
    ContentItem,
    ContentSection,
    MaterialVersion,
    PoliticalProblem,
    SessionTopic,
    StrategicArea,
    TopicPart,
)


@transaction.atomic
def describe_topic(
    *, topic: SessionTopic, aim: str, preparation: str, parts: Sequence[str], by: User, title: str | None = None
) -> None:
    """Write a topic's title, aim, what staff prepare, and its parts in order. Raises ``ValidationError``."""
    topic.title = title or topic.title
    topic.aim = aim
    topic.preparation = preparation
    topic.clean_fields()
    topic.save(update_fields=["title", "aim", "preparation"])
    _write_parts(topic, parts)


@transaction.atomic
def attach_material(
    *, topic: SessionTopic, name: str, content: File[bytes], by: User, now: dt.datetime, news: str = ""
) -> MaterialVersion:
    """Give a topic its file. The former one stays as an earlier version. Raises ``ValidationError`` for a wrong type
    or size."""
    content.name = name
    check_material(content)
    last = topic.versions.first()
    version = MaterialVersion(
        topic=topic, number=last.number + 1 if last else 1, news=news, uploaded_at=now, uploaded_by=by
    )
    version.file.save(f"{topic.slug}{suffix_of(name)}", content, save=False)
    version.full_clean()
    version.save()
    topic.material = version.file.name
    topic.save(update_fields=["material"])
    return version


@transaction.atomic
def withdraw_material(*, topic: SessionTopic, by: User) -> None:
    """Leave a topic without a file in force; the versions that there have been stay."""
    topic.material = ""
    topic.save(update_fields=["material"])


@transaction.atomic
def write_item(*, item: ContentItem, name: str, by: User) -> None:
    """Keep a section's row; a new one comes last, under a short name of its own. Its former file is thrown away."""
    former = ContentItem.objects.filter(pk=item.pk).first()
    if former is None:
        item.slug, item.position = _free_name(item.section, name), _last_place(item.section)
    item.save()
    _name_alike(item)
    if former and former.file.name and former.file.name != item.file.name:
        discard_on_commit(former.file.storage, former.file.name)


@transaction.atomic
def remove_item(*, item: ContentItem, by: User) -> None:
    """Remove a section's row, and its file."""
    storage, name = item.file.storage, item.file.name
    item.delete()
    if name:
        discard_on_commit(storage, name)


@transaction.atomic
def say_checked(*, item: ContentItem, today: dt.date, by: User) -> None:
    """Somebody has made sure today that a row is right."""
    item.checked_on = today
    item.save(update_fields=["checked_on"])


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


def _write_parts(topic: SessionTopic, titles: Sequence[str]) -> None:
    """A part keeps its row when it moves or its title changes, since logs point at it; so does one that the topic has
    no more."""
    known = list(topic.parts.all())
    parts = parts_called(titles, known)
    TopicPart.objects.filter(pk__in=[part.pk for part in known if part not in parts]).update(topic=None)
    # No two have the same place meanwhile.
    topic.parts.update(position=F("position") + len(titles) + len(known))
    for position, (title, part) in enumerate(zip(titles, parts, strict=True), 1):
        written = part or TopicPart(topic=topic)
        written.title, written.position = title, position
        written.clean_fields(exclude=["topic"])
        written.save()


def parts_called(titles: Sequence[str], known: Sequence[TopicPart]) -> list[TopicPart | None]:
    """The part that each title is, of those in their order: the one that is called so already, else one in the same
    place whose own title is gone, which has been renamed."""
    left, called = list(known), []
    for title in titles:
        part = next((one for one in left if one.title == title), None)
        called.append(part)
        if part:
            left.remove(part)
    in_place = {one.position: one for one in left}
    return [part or in_place.get(place) for place, part in enumerate(called, 1)]
