"""The sessions that groups are to have in a year, each judged as of a day. Pure: rows in, places out.

A *place* is one of the sessions that a group is to have: as many as the programme requires, whether planned or not.
It is told by its session that stands, or, when none does, by the last one that was lost. As of a day a place is

- held: its log says that it was held by that day;
- awaiting log: its week has passed, and nobody has said whether it was held;
- lost: it was cancelled, not held, or held only after the day; its week has passed, and it has no new time
  (a log that says "not held" counts at once, as one that says "held" does);
- ahead: its week has not passed;
- unplanned: the group is to have it, and it is in no plan.

"Due" is what is held, awaiting log or lost. A day means its end, and the judgement rests on what is known now: a moved
session counts in the week where it stands now, and a late log counts from the day on which the session was held.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from evaluations.rows import TO_SUNDAY, GroupRow, SessionRow, YearOfSchool, has_passed

# A log is in time if it comes within this many days of the session's week.
TIME_TO_LOG = dt.timedelta(days=7)


class State(StrEnum):
    HELD = "held"
    AWAITING = "nolog"
    LOST = "notheld"
    AHEAD = "planned"
    UNPLANNED = "unplanned"


# When a group has more sessions than are required, these are counted first.
PRECEDENCE = (State.HELD, State.AWAITING, State.AHEAD, State.LOST)


@dataclass(frozen=True)
class Place:
    """One of the sessions that a group is to have, judged as of a day. Where an answer is None, it cannot be
    decided."""

    group: GroupRow
    row: SessionRow | None
    state: State
    on_time: bool | None = False
    staff_first: bool | None = False
    logged_in_time: bool | None = False
    # Whether staff are to go through the topic before pupils meet it.
    asks_for_staff: bool = True

    @property
    def is_held(self) -> bool:
        return self.state is State.HELD

    @property
    def is_due(self) -> bool:
        return self.state in (State.HELD, State.AWAITING, State.LOST)

    @property
    def is_base(self) -> bool:
        return self.row is not None and self.row.base_month is not None

    @property
    def is_to_follow_staff(self) -> bool:
        """Whether it was held with pupils, and should have come after its staff session."""
        return self.is_held and not self.group.is_staff and self.asks_for_staff

    @property
    def has_parts(self) -> bool:
        """Whether its log can say which parts were done."""
        return self.is_held and self.row is not None and self.row.parts > 0

    @property
    def needs_log(self) -> bool:
        """Whether somebody should log it; a cancelled one needs no log."""
        return self.is_due and self.row is not None and not self.row.cancelled


@dataclass
class ClassYear:
    """A target class and its places."""

    group: GroupRow
    # Before the year ends a class has had everything when all that was due is held; after it, when all that is required
    # is.
    is_over: bool
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
        """0 for a class that has merged into another, where they are counted, and for one whose size is not known."""
        return 0 if self.group.has_merged else self.group.headcount or 0

    @property
    def reached(self) -> bool | None:
        """Whether the class has had a session; None when that hangs on sessions without a log."""
        if self.held:
            return True
        return None if self.awaiting else False

    @property
    def full(self) -> bool | None:
        """Whether every session due so far is held; None when that hangs on missing logs."""
        needed = len(self.places) if self.is_over else max(1, sum(place.is_due for place in self.places))
        if self.held >= needed:
            return True
        return None if self.held + self.awaiting >= needed else False


def places_of(year: YearOfSchool, as_of: dt.date) -> list[Place]:
    """The places of the target groups, as of a day."""
    judge = _Judge(year, as_of)
    return [place for group in year.targets(as_of) for place in judge.places_of(group)]


def classes_of(year: YearOfSchool, as_of: dt.date, places: Iterable[Place] | None = None) -> list[ClassYear]:
    """The target classes with their places, as of a day. Pass ``places`` if they have been counted already."""
    is_over = as_of >= year.calendar.ends_on
    classes = {group.pk: ClassYear(group, is_over) for group in year.targets(as_of) if not group.is_staff}
    for place in places_of(year, as_of) if places is None else places:
        if place.group.pk in classes:
            classes[place.group.pk].places.append(place)
    return list(classes.values())


def current_rows(rows: Iterable[SessionRow]) -> list[SessionRow]:
    """Of a group's rows, those that represent its places: all that stand, and the last lost ones that were not
    replaced."""
    rows = list(rows)
    current = [row for row in rows if row.stands]
    replaced = {row.replaces for row in rows if row.replaces}
    taken = {key for row in current for key in _place_keys(row)}
    for row in sorted((row for row in rows if not row.stands), key=lambda row: (row.week, row.pk), reverse=True):
        if row.pk not in replaced and taken.isdisjoint(_place_keys(row)):
            current.append(row)
            taken.update(_place_keys(row))
    return current


def _place_keys(row: SessionRow) -> set[int | str]:
    """What shows that two rows of a group are about the same place: its number, or its topic."""
    return {row.slot, row.topic} if row.topic else {row.slot}


class _Judge:
    """Judges a school's rows as of a day."""

    def __init__(self, year: YearOfSchool, as_of: dt.date) -> None:
        self.year = year
        self.as_of = as_of
        self.staff = {group.pk for group in year.groups if group.is_staff}
        # Staff groups that have ended: which classes they went before until then is not known.
        self.ended_staff = {group.pk for group in year.groups if group.is_staff and group.ends_on is not None}
        rows = [row for row in year.sessions if row.group in self.staff and row.topic and row.stands]
        self.staff_held = [row for row in rows if row.held_on and row.held_on <= as_of]
        self.staff_open = [row for row in rows if row.outcome is None and has_passed(row.week, as_of)]

    def places_of(self, group: GroupRow) -> list[Place]:
        """A group's places: those required, and beyond them only those that have been, or may have been, held."""
        places = [self._place(group, row) for row in current_rows(self.year.rows_by_group.get(group.pk, ()))]
        places.sort(key=lambda place: (PRECEDENCE.index(place.state), place.row.week if place.row else dt.date.max))
        certain = sum(place.state in (State.HELD, State.AWAITING) for place in places)
        wanted = max(self.year.required, certain)
        missing = [Place(group, None, State.UNPLANNED)] * (wanted - len(places))
        return [*places[:wanted], *missing]

    def _place(self, group: GroupRow, row: SessionRow) -> Place:
        state = self._state(row)
        return Place(
            group=group,
            row=row,
            state=state,
            on_time=self._on_time(group, row, state),
            staff_first=self._staff_first(group, row) if state is State.HELD and not group.is_staff else False,
            logged_in_time=self._logged_in_time(row, state),
            asks_for_staff=self.year.is_for_staff,
        )

    def _state(self, row: SessionRow) -> State:
        passed = has_passed(row.week, self.as_of)
        if row.outcome == "held":
            if row.held_on and row.held_on <= self.as_of:
                return State.HELD
            return State.LOST if passed else State.AHEAD
        if row.outcome == "not_held" and row.logged_on and row.logged_on <= self.as_of:
            return State.LOST
        if not passed:
            return State.AHEAD
        return State.AWAITING if row.stands else State.LOST

    def _on_time(self, group: GroupRow, row: SessionRow, state: State) -> bool | None:
        """Whether a base session was held in its window."""
        if row.base_month is None or state in (State.LOST, State.AHEAD):
            return False
        if state is State.AWAITING:
            return None
        window = self.year.calendar.staff_window if group.is_staff else self.year.calendar.month_window
        first, last = window(row.base_month)
        return row.held_on is not None and first <= row.held_on <= last

    def _staff_first(self, group: GroupRow, row: SessionRow) -> bool | None:
        """Whether the class's staff held the topic on an earlier day; None when a missing log could show it."""
        if row.topic is None or row.held_on is None:
            return None
        leaders = self._staff_of(group)
        same = [staff for staff in self.staff_held if staff.topic == row.topic and staff.group in leaders]
        if any(staff.held_on < row.held_on for staff in same if staff.held_on):
            return True
        unsure = [staff for staff in self.staff_open if staff.topic == row.topic and staff.group in leaders]
        return None if any(staff.week < row.held_on for staff in unsure) else False

    def _staff_of(self, group: GroupRow) -> set[int]:
        """The staff groups that may have gone before a class.

        They are its own staff group, and those that have ended since, which may have been the class's until then. If
        its own has ended, or it has none, any staff group may.
        """
        if group.staff_group is None or group.staff_group not in self.staff - self.ended_staff:
            return self.staff
        return {group.staff_group} | self.ended_staff

    def _logged_in_time(self, row: SessionRow, state: State) -> bool | None:
        last_day = row.week + TO_SUNDAY + TIME_TO_LOG
        if state is State.AWAITING:
            return None if self.as_of < last_day else False
        return row.logged_on is not None and row.logged_on <= last_day
