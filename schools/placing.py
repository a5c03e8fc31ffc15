"""Which week each session of the year gets, by the rules that ``schools.planning`` tells."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from programmes.models import SessionTopic
from schools.calendar import WEEK, SchoolCalendar
from schools.models import Group, PlannedSession, ProgrammeYear
from schools.models.plans import monday_of
from schools.seats import Seat, hand_out_topics, seat_rows
from schools.slots import Slot, slots_of


@dataclass(frozen=True)
class Outline:
    """All that a plan depends on. ``groups`` and ``rows`` are the school's of the year, those that ended too."""

    rules: ProgrammeYear
    calendar: SchoolCalendar
    groups: Sequence[Group]
    base_topics: Sequence[SessionTopic]
    chosen: Sequence[SessionTopic]
    rows: Sequence[PlannedSession]
    from_day: dt.date

    @property
    def from_week(self) -> dt.date:
        """Nothing is placed in an earlier week than this."""
        return monday_of(self.from_day)

    def targets(self) -> list[Group]:
        """The groups that the programme is for: staff first, then classes from the lowest grade up."""
        return sorted(filter(self._is_target, self.groups), key=school_order)

    def _is_target(self, group: Group) -> bool:
        if group.ends_on and group.ends_on < self.from_week:
            return False
        if group.kind == Group.Kind.CLASS:
            return group.grade is not None and self.rules.lowest_grade <= group.grade <= self.rules.highest_grade
        return group.kind == Group.Kind.STAFF


def school_order(group: Group) -> tuple[bool, int, str]:
    return (group.kind != Group.Kind.STAFF, group.grade or 0, group.name)


@dataclass
class _Book:
    """One group's weeks: those it can meet in, and those that are taken."""

    weeks: list[dt.date]
    taken: set[dt.date] = field(default_factory=set)

    def free(self) -> list[dt.date]:
        return [monday for monday in self.weeks if monday not in self.taken]


class Board:
    """The seats of all groups, filled class by class, then staff group by staff group."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        rules = outline.rules
        self.slots = slots_of(
            outline.calendar,
            outline.base_topics,
            required_base=rules.required_base,
            required_extra=rules.required_extra,
        )
        self.groups = outline.targets()
        self.classes = [group for group in self.groups if group.is_class]
        self.staff = [group for group in self.groups if not group.is_class]
        self.goes_before = {group.pk: self._staff_of(group) for group in self.classes}
        self.books = {group.pk: _Book(self._weeks_of(group)) for group in self.groups}
        self.seats: dict[int, list[Seat]] = {}
        self.surplus: dict[int, list[PlannedSession]] = {}
        self._sit_down()
        self._place_classes()
        self._place_staff()

    # Who meets when

    def _staff_of(self, group: Group) -> Group | None:
        """The staff group that goes before a class: its own, else the school's first."""
        own = [staff for staff in self.staff if staff.pk == group.staff_group_id]
        return next(iter(own or sorted(self.staff, key=lambda staff: (staff.starts_on, staff.name))), None)

    def _weeks_of(self, group: Group) -> list[dt.date]:
        calendar, first = self.outline.calendar, self.outline.from_week
        return [
            monday
            for monday in calendar.open_weeks()
            if monday >= first and any(_exists(group, day) for day in calendar.open_days(monday))
        ]

    def _sit_down(self) -> None:
        """Give each group its seats, with the rows that it has, and say which seats are settled."""
        rows: dict[int, list[PlannedSession]] = defaultdict(list)
        for row in self.outline.rows:
            rows[row.group_id].append(row)
        for group in self.groups:
            slots = [slot for slot in self.slots if group.ends_on is None or slot.starts_on <= group.ends_on]
            live = [row for row in rows[group.pk] if row.is_live and not self.is_orphan(row)]
            seats, surplus = seat_rows(group, slots, live, from_week=self.outline.from_week)
            hand_out_topics(seats, surplus, self.outline.chosen)
            self.seats[group.pk], self.surplus[group.pk] = seats, surplus
            settled = [*(seat.row for seat in seats if seat.row and seat.is_settled), *surplus]
            self.books[group.pk].taken = {row.week_start for row in settled}

    def is_orphan(self, row: PlannedSession) -> bool:
        """Whether an upcoming row's group has ended, or left those whom the programme is for."""
        if row.outcome or row.cancelled_at or row.week_start < self.outline.from_week:
            return False
        group = next((group for group in self.groups if group.pk == row.group_id), None)
        return group is None or (group.ends_on is not None and row.week_start > group.ends_on)

    # Classes

    def _place_classes(self) -> None:
        """Classes that may stay do; then come those that can be in their topic's month, and then the rest."""
        for place, group in enumerate(self.classes):
            book = self.books[group.pk]
            open_seats = [seat for seat in self.seats[group.pk] if not seat.is_settled]
            staying = [seat for seat in open_seats if self._class_may_stay(seat, book)]
            self._catch_up_with_staff(group, staying, book)
            loose = [seat for seat in open_seats if seat not in staying]
            in_month = [seat for seat in loose if seat.slot.is_base and self._place_class(group, seat, place, True)]
            for seat in loose:
                if seat not in in_month:
                    self._place_class(group, seat, place, False)

    def _class_may_stay(self, seat: Seat, book: _Book) -> bool:
        """Whether a class's row breaks no rule but perhaps that staff go before; if so its week is taken."""
        week = seat.row.week_start if seat.row else None
        if week is None or week not in book.free() or (seat.slot.is_base and week not in seat.slot.weeks):
            return False
        book.taken.add(week)
        return True

    def _catch_up_with_staff(self, group: Group, staying: Sequence[Seat], book: _Book) -> None:
        """Move classes after staff whose week is settled, but not out of a base topic's month.

        What one leaves may serve another, so that it goes on until no one is helped.
        """
        behind = [seat for seat in staying if self._is_before_staff(group, seat)]
        while behind:
            moved = [seat for seat in behind if self._move_after_staff(group, seat, book)]
            if not moved:
                return
            behind = [seat for seat in behind if seat not in moved]

    def _is_before_staff(self, group: Group, seat: Seat) -> bool:
        staff = self._staff_seat(group, seat.slot)
        return bool(staff and staff.is_settled and staff.week and seat.week and seat.week <= staff.week)

    def _move_after_staff(self, group: Group, seat: Seat, book: _Book) -> bool:
        staff = self._staff_seat(group, seat.slot)
        assert staff and staff.week and seat.week
        weeks = [
            week for week in book.free() if week > staff.week and (week in seat.slot.weeks or not seat.slot.is_base)
        ]
        if weeks:
            book.taken.remove(seat.week)
            _take(book, seat, min(weeks, key=lambda week: (_from_month(seat.slot, week), week)))
        return bool(weeks)

    def _place_class(self, group: Group, seat: Seat, place: int, only_in_month: bool) -> bool:
        """Seat a class after its staff if at all possible, then in the month, then near its share of the month."""
        book, after = self.books[group.pk], self._staff_is_ready(group, seat.slot)
        ideal, planned = self._share_of_month(seat.slot, after, place), self._staff_is_planned(group, seat.slot)
        weeks = book.free()
        if only_in_month:
            weeks = [week for week in weeks if week in seat.slot.weeks and not (after and week <= after)]

        def order(week: dt.date) -> tuple[bool, int, bool, dt.timedelta]:
            before_staff, distance = after is not None and week <= after, _from_month(seat.slot, week)
            # Among the weeks that keep every rule, rather one that lets the staff's session stay.
            disturbs = not before_staff and distance == 0 and planned is not None and week <= planned
            return (before_staff, distance, disturbs, abs(week - ideal))

        return _take(book, seat, min(weeks, key=order, default=None))

    def _share_of_month(self, slot: Slot, after: dt.date | None, place: int) -> dt.date:
        """The week that a class would have if all classes were spread evenly over what is left of the month."""
        left = [monday for monday in slot.weeks if monday >= self.outline.from_week and (not after or monday > after)]
        weeks = left or slot.weeks or (slot.starts_on,)
        return weeks[place * len(weeks) // len(self.classes)]

    def _staff_is_ready(self, group: Group, slot: Slot) -> dt.date | None:
        """The earliest week in which the staff's session on the slot can be; nothing if no staff go before."""
        staff = self._staff_seat(group, slot)
        if staff is None:
            return None
        if staff.is_settled:
            return staff.week
        return next(iter(self.books[staff.group.pk].free()), None)

    def _staff_is_planned(self, group: Group, slot: Slot) -> dt.date | None:
        """The week in which the staff's session on the slot stands before anything is moved."""
        staff = self._staff_seat(group, slot)
        return staff.row.week_start if staff and staff.row else None

    def _staff_seat(self, group: Group, slot: Slot) -> Seat | None:
        staff = self.goes_before[group.pk]
        return next((seat for seat in self.seats[staff.pk] if seat.slot.no == slot.no), None) if staff else None

    # Staff

    def _place_staff(self) -> None:
        """Staff who may stay do; then come those who can be before their classes, and then the rest."""
        for group in self.staff:
            book = self.books[group.pk]
            open_seats = [seat for seat in self.seats[group.pk] if not seat.is_settled]
            loose = [seat for seat in open_seats if not self._staff_may_stay(seat, book)]
            in_time = [seat for seat in loose if self._place_staff_session(seat, book, True)]
            for seat in loose:
                if seat not in in_time:
                    self._place_staff_session(seat, book, False)

    def _staff_may_stay(self, seat: Seat, book: _Book) -> bool:
        """Whether a staff session's row breaks no rule; if so its week is taken."""
        week, first_class = (seat.row.week_start if seat.row else None), self._first_class(seat)
        if week is None or week not in book.free() or (first_class and week >= first_class):
            return False
        book.taken.add(week)
        return True

    def _place_staff_session(self, seat: Seat, book: _Book, only_in_time: bool) -> bool:
        """Seat staff as late as they can be before the first class, with the lead that the programme asks for."""
        first_class = self._first_class(seat) or self._without_classes(seat)
        lead = self.outline.rules.staff_lead_weeks * WEEK
        weeks = [week for week in book.free() if not only_in_time or week < first_class]

        def order(week: dt.date) -> tuple[bool, bool, dt.timedelta]:
            return (week >= first_class, week > first_class - lead, abs(first_class - week))

        return _take(book, seat, min(weeks, key=order, default=None))

    def _first_class(self, seat: Seat) -> dt.date | None:
        """The week of the first class that the staff can still go before."""
        ahead = [other.week for other in self.classes_after(seat) if other.week and other.is_ahead]
        return min(ahead, default=None)

    def _without_classes(self, seat: Seat) -> dt.date:
        """The week to be before where no class is ahead: the month's first, or at once when the classes have been."""
        return self.outline.from_week if self.classes_after(seat) else seat.slot.starts_on

    def classes_after(self, seat: Seat) -> list[Seat]:
        """The seats on the same slot of the classes that a staff group goes before."""
        return [
            other
            for group in self.classes
            if (staff := self.goes_before[group.pk]) and staff.pk == seat.group.pk
            for other in self.seats[group.pk]
            if other.slot.no == seat.slot.no and other.week
        ]


def _take(book: _Book, seat: Seat, week: dt.date | None) -> bool:
    """Seat a group in a week, if there is one."""
    if week is None:
        return False
    seat.week = week
    book.taken.add(week)
    return True


def _exists(group: Group, day: dt.date) -> bool:
    return group.starts_on <= day and (group.ends_on is None or day <= group.ends_on)


def _from_month(slot: Slot, monday: dt.date) -> int:
    """0 in the slot's weeks, 1 after them, 2 before them."""
    if monday in slot.weeks:
        return 0
    return 1 if monday > slot.starts_on else 2
