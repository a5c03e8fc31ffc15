"""A draft of a plan as people read it: the difference in words and numbers, before anything is changed."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from programmes.models import SessionTopic
from schools.models import Group, Participation
from schools.placing import Outline, school_order
from schools.planning import Difference
from schools.warnings import in_words


class Kind(enum.StrEnum):
    """What happens to a session."""

    CREATE = "create"
    MOVE = "move"
    RETOPIC = "retopic"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Change:
    """One session that gets planned, moved, another topic, or cancelled; the weeks and topics before and after."""

    kind: Kind
    group: Group
    topic: SessionTopic | None
    week: dt.date
    old_week: dt.date | None = None
    old_topic: SessionTopic | None = None

    @property
    def topic_title(self) -> str:
        return _title(self.topic)

    @property
    def old_topic_title(self) -> str:
        return _title(self.old_topic)


@dataclass(frozen=True)
class Line:
    """What happens alike to several groups in a week."""

    change: Change
    groups: tuple[Group, ...]

    @property
    def is_staff(self) -> bool:
        return not self.change.group.is_class


@dataclass(frozen=True)
class Week:
    monday: dt.date
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Month:
    first: dt.date
    weeks: tuple[Week, ...]


@dataclass(frozen=True)
class Counts:
    """How many sessions are planned, moved, given another topic, cancelled and left as they are."""

    create: int
    move: int
    retopic: int
    cancel: int
    keep: int
    create_staff: int
    create_pupils: int


@dataclass(frozen=True)
class Draft:
    """What applying the plan would do at one school, from a day on."""

    participation: Participation
    from_day: dt.date
    outline: Outline
    difference: Difference

    @property
    def changes_nothing(self) -> bool:
        return self.difference.changes_nothing

    @property
    def has_groups(self) -> bool:
        """Whether the school has any group that the programme is for."""
        return bool(self.outline.targets())

    @property
    def topics_to_choose(self) -> int:
        """How many extra topics the school has left to choose."""
        return max(self.outline.rules.required_extra - len(self.outline.chosen), 0)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """In the order of the weeks, then in school order."""
        return tuple(sorted(_changes(self.difference), key=lambda change: (change.week, school_order(change.group))))

    @cached_property
    def months(self) -> list[Month]:
        """The changes as a page shows them: month by month, week by week, and groups that fare alike together."""
        weeks = [Week(monday, tuple(_lines(list(some)))) for monday, some in groupby(self.changes, _week)]
        return [Month(first, tuple(some)) for first, some in groupby(weeks, _month)]

    @cached_property
    def warnings(self) -> list[str]:
        """As sentences, one for all groups that share a problem."""
        return in_words(self.difference.warnings)

    @cached_property
    def counts(self) -> Counts:
        difference = self.difference
        pupils = sum(creation.group.is_class for creation in difference.create)
        return Counts(
            create=len(difference.create),
            move=len(difference.move),
            retopic=len(difference.retopic),
            cancel=len(difference.cancel),
            keep=len(difference.keep),
            create_staff=len(difference.create) - pupils,
            create_pupils=pupils,
        )

    @cached_property
    def digest(self) -> str:
        """Agrees for drafts that would do the same to the same rows: what a person saw is what is applied."""
        text = json.dumps(list(_content(self.difference)), default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _week(change: Change) -> dt.date:
    return change.week


def _month(week: Week) -> dt.date:
    """The first day of the month that a week's Wednesday lies in."""
    return (week.monday + dt.timedelta(days=2)).replace(day=1)


def _lines(changes: list[Change]) -> Iterator[Line]:
    alike: dict[tuple[Any, ...], list[Change]] = {}
    for change in changes:
        what = (change.kind, change.group.is_class, change.topic, change.old_topic, change.old_week)
        alike.setdefault(what, []).append(change)
    for same in alike.values():
        yield Line(same[0], tuple(change.group for change in same))


def _title(topic: SessionTopic | None) -> str:
    return topic.title if topic else _("Extra session, topic not chosen")


def _changes(difference: Difference) -> Iterator[Change]:
    topics = {retopic.row.pk: retopic.topic for retopic in difference.retopic}
    for new in difference.create:
        yield Change(Kind.CREATE, new.group, new.topic, new.week, new.replaces.week_start if new.replaces else None)
    for move in difference.move:
        row = move.row
        yield Change(Kind.MOVE, row.group, topics.get(row.pk, row.topic), move.week, row.week_start, row.topic)
    moved = {move.row.pk for move in difference.move}
    for retopic in difference.retopic:
        row = retopic.row
        if row.pk not in moved:
            yield Change(Kind.RETOPIC, row.group, retopic.topic, row.week_start, None, row.topic)
    for row in difference.cancel:
        yield Change(Kind.CANCEL, row.group, row.topic, row.week_start)


def _content(difference: Difference) -> Iterator[tuple[Any, ...]]:
    for new in difference.create:
        replaces = new.replaces.pk if new.replaces else None
        yield ("create", new.group.pk, new.slot_no, new.topic.pk if new.topic else None, new.week, replaces)
    for move in difference.move:
        yield ("move", move.row.pk, move.row.version, move.week)
    for retopic in difference.retopic:
        yield ("retopic", retopic.row.pk, retopic.row.version, retopic.topic.pk if retopic.topic else None)
    for row in difference.cancel:
        yield ("cancel", row.pk, row.version)
