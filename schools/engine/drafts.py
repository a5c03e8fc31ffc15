"""A plan's draft as people read it: what would change, in words and numbers, before anything is changed."""

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

from programmes.models import SessionTopic
from schools.engine.boards import Outline, school_order
from schools.engine.warnings import in_words
from schools.models import Group, Participation, PlannedSession
from schools.models.plans import title_of_topic
from schools.planning import Difference


class Kind(enum.StrEnum):
    """What happens to a session."""

    CREATE = "create"
    MOVE = "move"
    RETOPIC = "retopic"
    CANCEL = "cancel"
    # The class is to do without it, by the departure that was chosen.
    DROP = "drop"
    # Decided by somebody on the draft: in turn, it stays where it is, is not made, is not cancelled.
    PIN = "pin"
    SKIP = "skip"
    LET_STAND = "let-stand"


# The kinds that can be left as they are, and those that can get another week.
CAN_BE_LEFT = (Kind.CREATE, Kind.MOVE, Kind.CANCEL)
CAN_BE_MOVED = (Kind.CREATE, Kind.MOVE, Kind.PIN)
# Those after which the group has no session there.
LEAVES_NO_SESSION = (Kind.CANCEL, Kind.DROP, Kind.SKIP)


@dataclass(frozen=True)
class Change:
    """A session that is to be planned, moved, given another topic or cancelled, with its week and topic before and
    after.

    ``slot_no`` is its number in its group. ``is_adjusted`` says that a person has decided so on the draft.
    """

    kind: Kind
    group: Group
    slot_no: int
    topic: SessionTopic | None
    week: dt.date
    old_week: dt.date | None = None
    old_topic: SessionTopic | None = None
    is_adjusted: bool = False

    @property
    def key(self) -> str:
        """Identifies the session within the draft."""
        return f"{self.group.pk}-{self.slot_no}"

    @property
    def can_be_left(self) -> bool:
        return self.kind in CAN_BE_LEFT

    @property
    def can_be_moved(self) -> bool:
        return self.kind in CAN_BE_MOVED

    @property
    def leaves_no_session(self) -> bool:
        return self.kind in LEAVES_NO_SESSION

    @property
    def topic_title(self) -> str:
        return title_of_topic(self.topic)

    @property
    def old_topic_title(self) -> str:
        return title_of_topic(self.old_topic)


@dataclass(frozen=True)
class Line:
    """The same change for several groups in a week."""

    changes: tuple[Change, ...]

    @property
    def change(self) -> Change:
        """What they all have in common."""
        return self.changes[0]

    @property
    def groups(self) -> list[Group]:
        return [change.group for change in self.changes]

    @property
    def is_staff(self) -> bool:
        return not self.change.group.is_class

    @property
    def can_be_adjusted(self) -> bool:
        change = self.change
        return change.can_be_left or change.can_be_moved or change.is_adjusted

    @property
    def keys(self) -> list[str]:
        return [change.key for change in self.changes]


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
    drop: int
    keep: int
    pin: int
    skipped: int
    create_staff: int
    create_pupils: int

    @property
    def changes(self) -> int:
        """How many sessions would be changed."""
        return self.create + self.move + self.retopic + self.cancel + self.drop + self.pin


@dataclass(frozen=True)
class Draft:
    """What laying out the plan of one school from a day on would do."""

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
    def takes_part(self) -> bool:
        """Whether there is anything to plan. A series needs the school's pupil mentors first."""
        has_mentors = any(group.kind == Group.Kind.MENTORS for group in self.outline.groups)
        if self.outline.rules.is_series and not (has_mentors or self.participation.pk):
            return False
        return self.has_groups or not self.changes_nothing

    @property
    def topics_to_choose(self) -> int:
        """How many extra topics the school has yet to choose."""
        return max(self.outline.rules.required_extra - len(self.outline.chosen), 0)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """In order of weeks, then in school order."""
        found = _changes(self.difference)
        return tuple(sorted(found, key=lambda change: (change.week, school_order(change.group))))

    @property
    def is_adjusted(self) -> bool:
        """Whether the draft follows any decision that somebody has made on it."""
        return any(change.is_adjusted for change in self.changes)

    @cached_property
    def months(self) -> list[Month]:
        """The changes for the page: by month and week, with groups that have the same change together."""
        weeks = [Week(monday, tuple(_lines(list(some)))) for monday, some in groupby(self.changes, _week)]
        return [Month(first, tuple(some)) for first, some in groupby(weeks, _month)]

    @cached_property
    def warnings(self) -> list[str]:
        """As sentences, one for all groups that have the same problem."""
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
            drop=len(difference.dropped),
            keep=len(difference.keep),
            pin=len(difference.pin),
            skipped=len(difference.skipped),
            create_staff=len(difference.create) - pupils,
            create_pupils=pupils,
        )

    @cached_property
    def digest(self) -> str:
        """The same for drafts that would do the same to the same rows: what a person saw is what is laid out."""
        text = json.dumps(list(_content(self.difference)), default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _week(change: Change) -> dt.date:
    return change.week


def _month(week: Week) -> dt.date:
    """The first day of the month that the week's Wednesday is in."""
    return (week.monday + dt.timedelta(days=2)).replace(day=1)


def _lines(changes: list[Change]) -> Iterator[Line]:
    alike: dict[tuple[Any, ...], list[Change]] = {}
    for change in changes:
        topics = (change.topic and change.topic.pk, change.old_topic and change.old_topic.pk)
        what = (change.kind, change.group.is_class, *topics, change.old_week, change.is_adjusted)
        alike.setdefault(what, []).append(change)
    for same in alike.values():
        yield Line(tuple(same))


def _changes(difference: Difference) -> Iterator[Change]:
    topics = {retopic.row.pk: retopic.topic for retopic in difference.retopic}
    for new in difference.create:
        old_week = new.replaces.week_start if new.replaces else None
        yield Change(Kind.CREATE, new.group, new.slot_no, new.topic, new.week, old_week, is_adjusted=new.pinned)
    for move in difference.move:
        row, topic = move.row, topics.get(move.row.pk, move.row.topic)
        what = (row.group, row.slot_no, topic, move.week, row.week_start, row.topic)
        yield Change(Kind.MOVE, *what, is_adjusted=move.pinned)
    told = {move.row.pk for move in difference.move} | {row.pk for row in difference.pin}
    for row in difference.pin:
        yield Change(Kind.PIN, *_of_row(row), is_adjusted=True)
    for retopic in difference.retopic:
        row = retopic.row
        if row.pk not in told:
            yield Change(Kind.RETOPIC, row.group, row.slot_no, retopic.topic, row.week_start, None, row.topic)
    for row in difference.cancel:
        yield Change(Kind.CANCEL, *_of_row(row))
    for drop in difference.dropped:
        yield Change(Kind.DROP, *_of_row(drop.row))
    for one in difference.skipped:
        kind = Kind.LET_STAND if one.row else Kind.SKIP
        yield Change(kind, one.group, one.slot_no, one.topic, one.week, is_adjusted=True)


def _of_row(row: PlannedSession) -> tuple[Group, int, SessionTopic | None, dt.date]:
    return row.group, row.slot_no, row.topic, row.week_start


def _content(difference: Difference) -> Iterator[tuple[Any, ...]]:
    for new in difference.create:
        replaces = new.replaces.pk if new.replaces else None
        yield ("create", new.group.pk, new.slot_no, new.topic.pk if new.topic else None, new.week, replaces, new.pinned)
    for move in difference.move:
        yield ("move", move.row.pk, move.row.version, move.week, move.pinned)
    for retopic in difference.retopic:
        yield ("retopic", retopic.row.pk, retopic.row.version, retopic.topic.pk if retopic.topic else None)
    for row in difference.cancelled:
        yield ("cancel", row.pk, row.version)
    for occasion in difference.occasions:
        yield ("occasion", occasion.kind, occasion.day)
    for row in difference.pin:
        yield ("pin", row.pk, row.version)
    for one in difference.skipped:
        yield ("left out", one.group.pk, one.slot_no)
