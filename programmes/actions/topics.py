"""Changing a session topic's content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.files import File
from django.db import transaction
from django.db.models import F

from accounts.models import User
from programmes.actions.sent_once import save_unless_changed
from programmes.material import check_material, suffix_of
from programmes.models import MaterialVersion, SessionTopic, TopicPart


@transaction.atomic
def change_topic(
    *,
    topic: SessionTopic,
    title: str,
    aim: str,
    preparation: str,
    parts: Sequence[str],
    version: int,
    by: User,
    now: dt.datetime,
    material: File[bytes] | None = None,
    news: str = "",
    withdraw: bool = False,
) -> SessionTopic:
    """Save everything about a topic, its file too, all or nothing.

    Raises ``ChangedMeanwhile`` when somebody else changed it first, and ``ValidationError`` as the functions below do.
    """
    save_unless_changed(topic, version=version, by=by, now=now)
    describe_topic(topic=topic, title=title, aim=aim, preparation=preparation, parts=parts, by=by)
    if material:
        attach_material(topic=topic, name=material.name or "", content=material, news=news, by=by, now=now)
    elif withdraw:
        withdraw_material(topic=topic, by=by)
    return topic


@transaction.atomic
def describe_topic(
    *, topic: SessionTopic, aim: str, preparation: str, parts: Sequence[str], by: User, title: str | None = None
) -> None:
    """Save a topic's title, aim, preparation for staff, and its parts in order. Raises ``ValidationError``."""
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
    """Give a topic a file; the former one is kept as an earlier version. Raises ``ValidationError`` for a wrong type or
    size."""
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
    """Leave a topic without a current file; earlier versions are kept."""
    topic.material = ""
    topic.save(update_fields=["material"])


def _write_parts(topic: SessionTopic, titles: Sequence[str]) -> None:
    """Save the parts. A part keeps its row when it is moved or renamed, and even when it is removed, since logs point
    at it."""
    known = list(topic.parts.all())
    parts = parts_called(titles, known)
    TopicPart.objects.filter(pk__in=[part.pk for part in known if part not in parts]).update(topic=None)
    # Their positions are unique, so they are moved out of the way first.
    topic.parts.update(position=F("position") + len(titles) + len(known))
    for position, (title, part) in enumerate(zip(titles, parts, strict=True), 1):
        written = part or TopicPart(topic=topic)
        written.title, written.position = title, position
        written.clean_fields(exclude=["topic"])
        written.save()


def parts_called(titles: Sequence[str], known: Sequence[TopicPart]) -> list[TopicPart | None]:
    """The existing part for each new title, in order: the one with that title, or else the one in the same place whose
    title is gone, which is taken to have been renamed."""
    left, called = list(known), []
    for title in titles:
        part = next((one for one in left if one.title == title), None)
        called.append(part)
        if part:
            left.remove(part)
    in_place = {one.position: one for one in left}
    return [part or in_place.get(place) for place, part in enumerate(called, 1)]
