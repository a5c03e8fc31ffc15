"""What the boards of all rhythms have in common: the groups that take part, their weeks, and their seats in the
year."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from programmes.models import SessionTopic
from schools.calendar import SchoolCalendar
from schools.engine.seats import Seat, hand_out_topics, seat_rows
from schools.engine.slots import Slot
from schools.engine.warnings import PlanWarning, Problem, find_warnings
from schools.models import Departure, Group, Occasion, OccasionKind, PlannedSession, ProgrammeYear
from schools.models.plans import monday_of


@dataclass(frozen=True)
class Outline:
    """Everything that a plan depends on. ``groups`` and ``rows`` are all of the school's in the year, ended ones
    included.

    ``base_topics`` are those that schools do not choose. By the group's key, ``busy`` are the weeks in which it has a
    session of another programme, and ``departures`` what it departs from. ``occasions`` are those, not cancelled, that
    the school has or is invited to.
    """

    rules: ProgrammeYear
    calendar: SchoolCalendar
    groups: Sequence[Group]
    base_topics: Sequence[SessionTopic]
    chosen: Sequence[SessionTopic]
    rows: Sequence[PlannedSession]
    from_day: dt.date
    busy: Mapping[int, Collection[dt.date]] = field(default_factory=dict)
    departures: Mapping[int, Departure] = field(default_factory=dict)
    occasions: Sequence[Occasion] = ()
    # Decisions on the draft, by group and number: another week, or that the session is left as it is.
    adjusted: Mapping[tuple[int, int], dt.date | None] = field(default_factory=dict)

    @cached_property
    def from_week(self) -> dt.date:
        """Nothing is placed in a week before this."""
        return monday_of(self.from_day)

    def targets(self) -> list[Group]:
        """The groups that the programme is for: staff first, then classes from the lowest grade."""
        return sorted(filter(self._is_target, self.groups), key=school_order)

    def open_weeks_of(self, group: Group) -> list[dt.date]:
        """The coming weeks that a person can choose for a group: those with a school day in which it exists."""
        return [
            monday
            for monday in self.calendar.open_weeks()
            if monday >= self.from_week and any(group.is_there_on(day) for day in self.calendar.open_days(monday))
        ]

    def weeks_of(self, group: Group) -> list[dt.date]:
        """Those of them that planning uses."""
        return [monday for monday in self.open_weeks_of(group) if monday not in self.calendar.blocked]

    def _is_target(self, group: Group) -> bool:
        if group.has_ended_by(self.from_week):
            return False
        if group.kind == Group.Kind.CLASS:
            return group.grade is not None and self.rules.lowest_grade <= group.grade <= self.rules.highest_grade
        return group.kind == Group.Kind.STAFF and self.rules.is_for_staff


@dataclass(frozen=True)
class Proposal:
    """An occasion that the plan calls for: its kind, and a day that a person can change."""

    kind: OccasionKind
    day: dt.date


def school_order(group: Group) -> tuple[bool, int, str]:
    return (group.kind != Group.Kind.STAFF, group.grade or 0, group.name)


@dataclass
class Book:
    """One group's weeks: which it can meet in, and which are taken."""

    weeks: list[dt.date]
    taken: set[dt.date] = field(default_factory=set)

    def free(self) -> list[dt.date]:
        return [monday for monday in self.weeks if monday not in self.taken]


class Board:
    """The seats of all groups. Each rhythm has its own subclass, which defines the places and fills them."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.slots = self.slots_of_year()
        self.groups = outline.targets()
        self._targets = {group.pk: group for group in self.groups}
        self.classes = [group for group in self.groups if group.is_class]
        self.staff = [group for group in self.groups if not group.is_class]
        self.books = {group.pk: Book(outline.weeks_of(group)) for group in self.groups}
        self.seats: dict[int, list[Seat]] = {}
        self.seat_on: dict[tuple[int, int], Seat] = {}
        self.surplus: dict[int, list[PlannedSession]] = {}
        self._sit_down()
        self.place()

    # What each rhythm defines

    def slots_of_year(self) -> list[Slot]:
        """The places of the year, in order."""
        raise NotImplementedError

    def place(self) -> None:
        """Give each unsettled seat a week, as far as there are weeks."""
        raise NotImplementedError

    def own_warnings(self) -> Iterator[PlanWarning]:
        """Warnings about rules of the rhythm that could not be kept."""
        raise NotImplementedError

    def proposals(self) -> Sequence[Proposal]:
        """The occasions that the rhythm calls for and that are not planned."""
        return ()

    def does_without(self, group: Group, slot: Slot) -> bool:
        """Whether a group has no seat at a place, since it has ended by then."""
        return group.has_ended_by(slot.starts_on)

    def is_left_out(self, row: PlannedSession) -> bool:
        """Whether a person has chosen that the row's group does without its session."""
        return False

    # What they have in common

    def warnings(self) -> Iterator[PlanWarning]:
        surplus = [row for group in self.groups for row in self.surplus[group.pk]]
        for row in surplus:
            if row.week_start >= self.outline.from_week and row.outcome is None:
                yield PlanWarning(Problem.SURPLUS, row.group, week=row.week_start)
        seats = [seat for group in self.groups for seat in self.seats[group.pk]]
        weeks, calendar = {pk: set(book.weeks) for pk, book in self.books.items()}, self.outline.calendar
        blocked = set(calendar.blocked).intersection(calendar.open_weeks())
        yield from find_warnings(seats, surplus, weeks, blocked, self.outline.busy)
        yield from self.own_warnings()

    def is_orphan(self, row: PlannedSession) -> bool:
        """Whether a row has lost its group, without anybody having decided that it stays all the same."""
        return self.has_lost_its_group(row) and not self.is_let_stand(row)

    def is_let_stand(self, row: PlannedSession) -> bool:
        """Whether a person decided on the draft that a row is left as it is."""
        return self.outline.adjusted.get((row.group_id, row.slot_no), row) is None

    def has_lost_its_group(self, row: PlannedSession) -> bool:
        """Whether a coming row's group has ended, or is no longer one that the programme is for."""
        if not self._is_ahead(row):
            return False
        group = self._targets.get(row.group_id)
        return group is None or group.has_ended_by(row.first_day)

    def _is_ahead(self, row: PlannedSession) -> bool:
        return not (row.outcome or row.cancelled_at or row.week_start < self.outline.from_week)

    def _sit_down(self) -> None:
        """Give each group its seats with its existing rows, and find which seats are settled."""
        rows: dict[int, list[PlannedSession]] = defaultdict(list)
        for row in self.outline.rows:
            rows[row.group_id].append(row)
        for group in self.groups:
            slots = [slot for slot in self.slots if not self.does_without(group, slot)]
            live = [
                row for row in rows[group.pk] if row.is_live and not self.is_orphan(row) and not self.is_left_out(row)
            ]
            seats, surplus = seat_rows(group, slots, live, from_week=self.outline.from_week)
            hand_out_topics(seats, surplus, self.outline.chosen)
            for seat in seats:
                self._adjust(seat)
            self.seats[group.pk], self.surplus[group.pk] = seats, surplus
            self.seat_on |= {(group.pk, seat.slot.no): seat for seat in seats}
            settled = {seat.week for seat in seats if seat.is_settled and seat.week}
            settled |= {row.week_start for row in surplus}
            self.books[group.pk].taken = settled | set(self.outline.busy.get(group.pk, ()))

    def _adjust(self, seat: Seat) -> None:
        """Apply a person's decision on the draft, unless the session has been pinned or its week closed since."""
        key = (seat.group.pk, seat.number)
        if key not in self.outline.adjusted or seat.is_settled:
            return
        week = self.outline.adjusted[key]
        if week is None:
            seat.is_left = True
        elif week in self.outline.open_weeks_of(seat.group):
            seat.week, seat.is_chosen = week, True


def take(book: Book, seat: Seat, week: dt.date | None) -> bool:
    """Take a week for a group, if there is one."""
    if week is None:
        return False
    seat.week = week
    book.taken.add(week)
    return True
