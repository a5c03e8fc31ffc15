"""One school's year in a programme, counted as of a day. Pure: rows in, places and counts out.

A *place* is one of the sessions that a group is to have in the year. It is told by its session that stands, or, when
none does, by the last one that was lost. As of a day a place is

- held: its log says that it was held by that day;
- awaiting log: its week has passed, and nobody has said whether it was held;
- lost: it was cancelled or not held, its week has passed, and it has no new time;
- ahead: everything else.

"Due" is what is held, awaiting log or lost. The judgement rests on what the portal knows now.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schools.calendar import SchoolCalendar
from schools.models.plans import CancelReason, monday_of

Counts = dict[str, Any]


class State(StrEnum):
    HELD = "held"
    AWAITING = "nolog"
    LOST = "notheld"
    AHEAD = "planned"


@dataclass(frozen=True)
class GroupRow:
    """A group of the school year."""

    pk: int
    is_staff: bool
    grade: int | None
    headcount: int | None
    staff_group: int | None = None
    ends_on: dt.date | None = None


@dataclass(frozen=True)
class SessionRow:
    """A planned session and what its log says."""

    pk: int
    group: int
    slot: int
    week: dt.date
    topic: str | None = None
    base_month: int | None = None
    outcome: str | None = None
    cancelled: bool = False
    reason: str = ""
    held_on: dt.date | None = None

    @property
    def stands(self) -> bool:
        return not self.cancelled and self.outcome != "not_held"


@dataclass(frozen=True)
class YearOfSchool:
    """All that a school's counts follow from."""

    calendar: SchoolCalendar
    required: int
    lowest_grade: int
    highest_grade: int
    groups: Sequence[GroupRow]
    sessions: Sequence[SessionRow] = ()

    def targets(self, as_of: dt.date) -> list[GroupRow]:
        """The groups that the programme is for: those that have merged or ended by the day are not among them."""
        return [group for group in self.groups if self._is_target(group) and not _ended(group, as_of)]

    def _is_target(self, group: GroupRow) -> bool:
        if group.is_staff:
            return True
        return group.grade is not None and self.lowest_grade <= group.grade <= self.highest_grade


@dataclass(frozen=True)
class Place:
    """One of the sessions that a group is to have, as of a day. None is "cannot be decided"."""

    group: GroupRow
    row: SessionRow
    state: State
    on_time: bool | None = False
    staff_first: bool | None = False

    @property
    def is_due(self) -> bool:
        return self.state is not State.AHEAD

    @property
    def is_base(self) -> bool:
        return self.row.base_month is not None


@dataclass
class ClassYear:
    """A target class and its places."""

    group: GroupRow
    places: list[Place] = field(default_factory=list)

    def count(self, state: State) -> int:
        return sum(place.state is state for place in self.places)

    @property
    def held(self) -> int:
        return self.count(State.HELD)

    @property
    def awaiting(self) -> int:
        return self.count(State.AWAITING)

    @property
    def lost(self) -> int:
        return self.count(State.LOST)

    @property
    def pupils(self) -> int:
        return self.group.headcount or 0

    @property
    def reached(self) -> bool | None:
        """Whether the class has had a session; None when only sessions without a log could make it so."""
        if self.held:
            return True
        return None if self.awaiting else False

    @property
    def full(self) -> bool | None:
        """Whether all that was due so far is held."""
        if self.lost or not any(place.is_due for place in self.places):
            return False
        return None if self.awaiting else True


def places_of(year: YearOfSchool, as_of: dt.date) -> list[Place]:
    """The places of the target groups, as of a day."""
    groups = {group.pk: group for group in year.targets(as_of)}
    rows = [row for row in _current(year.sessions) if row.group in groups]
    staff = _StaffSessions(year, as_of)
    return [_place(year, groups[row.group], row, staff, as_of) for row in rows]


def classes_of(year: YearOfSchool, as_of: dt.date) -> list[ClassYear]:
    """The target classes with their places, as of a day."""
    classes = {group.pk: ClassYear(group) for group in year.targets(as_of) if not group.is_staff}
    for place in places_of(year, as_of):
        if place.group.pk in classes:
            classes[place.group.pk].places.append(place)
    return list(classes.values())


def count(year: YearOfSchool, as_of: dt.date) -> Counts:
    """The numbers that every figure is added up from."""
    places, classes = places_of(year, as_of), classes_of(year, as_of)
    states = Counter(place.state for place in places)
    base = [place for place in places if place.is_base and place.is_due]
    pupil = [place for place in places if not place.group.is_staff and place.state is State.HELD]
    return {
        "required": year.required * len(year.targets(as_of)),
        "held": states[State.HELD],
        "awaiting": states[State.AWAITING],
        "lost": states[State.LOST],
        "base_due": len(base),
        "base_on_time": sum(place.on_time is True for place in base),
        "base_unknown": sum(place.on_time is None for place in base),
        "pupil_held": len(pupil),
        "staff_first": sum(place.staff_first is True for place in pupil),
        "staff_first_unknown": sum(place.staff_first is None for place in pupil),
        "pupils": sum(one.pupils for one in classes),
        "pupils_reached": sum(one.pupils for one in classes if one.reached is True),
        "pupils_unknown": sum(one.pupils for one in classes if one.reached is None),
        "classes": len(classes),
        "classes_full": sum(one.full is True for one in classes),
        "classes_unknown": sum(one.full is None for one in classes),
        "eligible": int(bool(classes)),
        "active": int(bool(classes) and states[State.HELD] > 0),
        "active_unknown": int(bool(classes) and not states[State.HELD] and states[State.AWAITING] > 0),
        "months": _months(places),
        "held_months": _held_months(places),
        "topics": _topics(places),
        "reasons": _reasons(year, as_of),
    }


def add_up(all_counts: Iterable[Counts]) -> Counts:
    """The sum of several schools' counts, nested ones too."""
    total: Counts = {}
    for counts in all_counts:
        for name, value in counts.items():
            if isinstance(value, dict):
                total[name] = add_up([total.get(name, {}), value])
            else:
                total[name] = total.get(name, 0) + value
    return total


class _StaffSessions:
    """What a school's staff groups have gone through, and what of it lacks a log."""

    def __init__(self, year: YearOfSchool, as_of: dt.date) -> None:
        self.staff = {group.pk for group in year.groups if group.is_staff}
        rows = [row for row in year.sessions if row.group in self.staff and row.topic and row.stands]
        self.held = [row for row in rows if row.held_on and row.held_on <= as_of]
        self.open = [row for row in rows if row.outcome is None and row.week < monday_of(as_of)]

    def went_before(self, group: GroupRow, row: SessionRow) -> bool | None:
        """Whether the class's staff held the topic on an earlier day; None when a missing log could say so."""
        if row.held_on is None:
            return False
        leaders = {group.staff_group} if group.staff_group in self.staff else self.staff
        if any(s.topic == row.topic and s.group in leaders and s.held_on < row.held_on for s in self.held if s.held_on):
            return True
        unsure = any(s.topic == row.topic and s.group in leaders and s.week <= row.held_on for s in self.open)
        return None if unsure else False


def _ended(group: GroupRow, as_of: dt.date) -> bool:
    return group.ends_on is not None and group.ends_on <= as_of


def _current(rows: Iterable[SessionRow]) -> list[SessionRow]:
    """For each place the session that stands, else the last that was lost."""
    current: dict[tuple[int, int], SessionRow] = {}
    for row in sorted(rows, key=lambda row: (row.stands, row.week, row.pk)):
        current[row.group, row.slot] = row
    return list(current.values())


def _place(year: YearOfSchool, group: GroupRow, row: SessionRow, staff: _StaffSessions, as_of: dt.date) -> Place:
    state = _state(row, as_of)
    first = staff.went_before(group, row) if state is State.HELD and not group.is_staff else False
    return Place(group, row, state, on_time=_on_time(year, group, row, state), staff_first=first)


def _state(row: SessionRow, as_of: dt.date) -> State:
    if row.outcome == "held":
        return State.HELD if row.held_on and row.held_on <= as_of else State.AHEAD
    if row.week >= monday_of(as_of):
        # What is already known not to have been held counts at once; what is only cancelled may still get a new time.
        return State.LOST if row.outcome == "not_held" and row.week <= as_of else State.AHEAD
    return State.AWAITING if row.stands else State.LOST


def _on_time(year: YearOfSchool, group: GroupRow, row: SessionRow, state: State) -> bool | None:
    if row.base_month is None or state in (State.LOST, State.AHEAD):
        return False
    if state is State.AWAITING:
        return None
    window = year.calendar.staff_window if group.is_staff else year.calendar.month_window
    first, last = window(row.base_month)
    return row.held_on is not None and first <= row.held_on <= last


def _months(places: Iterable[Place]) -> dict[str, dict[str, int]]:
    """By the month of the planned week: how many were due by the day, held, awaiting log."""
    months: dict[str, dict[str, int]] = {}
    for place in filter(lambda place: place.is_due, places):
        month = months.setdefault(_month(place.row.week + dt.timedelta(days=2)), {"plan": 0, "held": 0, "awaiting": 0})
        month["plan"] += 1
        month["held"] += place.state is State.HELD
        month["awaiting"] += place.state is State.AWAITING
    return months


def _held_months(places: Iterable[Place]) -> dict[str, int]:
    """By the month of the day on which it was held."""
    days = [place.row.held_on for place in places if place.state is State.HELD and place.row.held_on]
    return dict(Counter(_month(day) for day in days))


def _topics(places: Iterable[Place]) -> dict[str, dict[str, int]]:
    topics: dict[str, dict[str, int]] = {}
    for place in places:
        if place.is_due:
            topic = topics.setdefault(place.row.topic or "", {"held": 0, "nolog": 0, "notheld": 0})
            topic[place.state] += 1
    return topics


def _reasons(year: YearOfSchool, as_of: dt.date) -> dict[str, dict[str, int]]:
    """Why sessions were cancelled or not held by the day, and how many of them have got a new time."""
    groups = {group.pk for group in year.targets(as_of)}
    standing = {(row.group, row.slot) for row in year.sessions if row.stands}
    reasons: dict[str, dict[str, int]] = {}
    for row in year.sessions:
        if row.stands or row.group not in groups or row.week > as_of or row.reason == CancelReason.GROUP_ENDED:
            continue
        found = reasons.setdefault(row.reason or CancelReason.OTHER, {"lost": 0, "again": 0})
        found["again" if (row.group, row.slot) in standing else "lost"] += 1
    return reasons


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"


# The counts of no school at all: what a sum begins with.
EMPTY: Counts = count(
    YearOfSchool(SchoolCalendar(dt.date(2000, 8, 15), dt.date(2001, 6, 10), {}), 0, 0, 0, ()), dt.date(2000, 9, 1)
)
