"""What changes a session topic's content."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from programmes.material import check_material, discard_on_commit, suffix_of
from programmes.models import SessionTopic, TopicPart


@transaction.atomic
def describe_topic(*, topic: SessionTopic, aim: str, preparation: str, parts: Sequence[str], by: User) -> None:
    """Write a topic's aim, what staff prepare, and its parts in order. Raises ``ValidationError``."""
    topic.aim = aim
    topic.preparation = preparation
    topic.clean_fields()
    topic.save(update_fields=["aim", "preparation"])
    _write_parts(topic, parts)


@transaction.atomic
def attach_material(*, topic: SessionTopic, name: str, content: bytes, by: User) -> None:
    """Give a topic its file, instead of one that it may have. Raises ``ValidationError`` for a wrong type or size."""
    file = ContentFile(content, name=name)
    check_material(file)
    former = topic.material.name
    topic.material.save(f"{topic.slug}{suffix_of(name)}", file, save=False)
    topic.save(update_fields=["material"])
    if former:
        discard_on_commit(topic.material.storage, former)


def _write_parts(topic: SessionTopic, titles: Sequence[str]) -> None:
    """A part keeps its row when its title changes, since logs point at it."""
    known = {part.position: part for part in topic.parts.all()}
    for position, title in enumerate(titles, 1):
        part = known.pop(position, None) or TopicPart(topic=topic, position=position)
        if part.title != title:
            part.title = title
            part.clean_fields(exclude=["topic"])
            part.save()
    topic.parts.filter(position__in=known).delete()
