"""The planning of a programme's year at one school: what is wanted, and the difference from what there is.

Pure: rows in, difference out, no database and no clock. ``schools.actions.plans`` reads the rows and applies the
difference. The rules, in the order in which they give way:

1. What is logged, what lies in a week that has passed, and the week that a person chose are never touched.
2. A group meets at most once a week, and never in a week that is wholly closed or in which the group does not exist.
3. Staff go through a topic in an earlier week than their classes.
4. Base topics are held with classes in the topic's month.
5. What stands and breaks no rule stays where it is.

Where a rule cannot be kept, the session is placed as near as can be, and a warning says so. Drafting again after
applying gives no change: a week is chosen by an order that does not depend on earlier drafts, among weeks of which
there are never more the second time. Classes come first, as no class's place depends on a staff session that can move.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from programmes.models import SessionTopic
from schools.calendar import WEEK, SchoolCalendar
from schools.models import Group, PlannedSession, ProgrammeYear
from schools.models.plans import monday_of
from schools.seats import Seat, seat_rows
from schools.slots import Slot, slots_of
from schools.warnings import PlanWarning, Problem, find_warnings

Row = PlannedSession


@dataclass(frozen=True)
class Outline:
    """All that a plan depends on. ``groups`` and ``rows`` are the school's of the year, those that ended too."""

    rules: ProgrammeYear
    calendar: SchoolCalendar
    groups: Sequence[Group]
    base_topics: Sequence[SessionTopic]
    chosen: Sequence[SessionTopic]
    rows: Sequence[Row]
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


@dataclass(frozen=True)
class Creation:
    """A session that is missing: ``replaces`` is the lost one whose place it takes."""

    group: Group
    slot_no: int
    topic: SessionTopic | None
    week: dt.date
    replaces: Row | None


@dataclass(frozen=True)
class Move:
    row: Row
    week: dt.date


@dataclass(frozen=True)
class Retopic:
    row: Row
    topic: SessionTopic | None


@dataclass(frozen=True)
class Difference:
    """What has to be done for the plan to be as wanted. A row can both be moved and get another topic."""

    create: tuple[Creation, ...]
    move: tuple[Move, ...]
    retopic: tuple[Retopic, ...]
    cancel: tuple[Row, ...]
    keep: tuple[Row, ...]
    warnings: tuple[PlanWarning, ...]

    @property
    def changes_nothing(self) -> bool:
        return not (self.create or self.move or self.retopic or self.cancel)


def plan(outline: Outline) -> Difference:
    """The difference between the year as it is and as it should be."""
    return _Year(outline).difference()


@dataclass
class _Book:
    """One group's weeks: those it can meet in, and those that are taken."""

    weeks: list[dt.date]
    taken: set[dt.date] = field(default_factory=set)

    def free(self) -> list[dt.date]:
        return [monday for monday in self.weeks if monday not in self.taken]


class _Year:
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
        self.surplus: dict[int, list[Row]] = {}
        self._sit_down()
        self._place_classes()
        self._place_staff()

    def difference(self) -> Difference:
        seats = [seat for group in self.groups for seat in self.seats[group.pk]]
        return Difference(
            create=tuple(self._creation(seat) for seat in seats if seat.row is None and seat.week),
            move=tuple(Move(seat.row, seat.week) for seat in seats if seat.row and seat.week and seat.is_moved),
            retopic=tuple(Retopic(seat.row, seat.topic) for seat in seats if seat.row and seat.gets_another_topic),
            cancel=tuple(row for row in self.outline.rows if self._is_orphan(row)),
            keep=tuple(seat.row for seat in seats if seat.row and not seat.is_moved and not seat.gets_another_topic),
            warnings=tuple(self._warnings(seats)),
        )

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
        rows: dict[int, list[Row]] = defaultdict(list)
        for row in self.outline.rows:
            rows[row.group_id].append(row)
        for group in self.groups:
            slots = [slot for slot in self.slots if group.ends_on is None or slot.starts_on <= group.ends_on]
            live = [row for row in rows[group.pk] if row.is_live and not self._is_orphan(row)]
            seats, surplus = seat_rows(group, slots, live, from_week=self.outline.from_week)
            _hand_out_topics(seats, surplus, self.outline.chosen)
            self.seats[group.pk], self.surplus[group.pk] = seats, surplus
            settled = [*(seat.row for seat in seats if seat.row and seat.is_settled), *surplus]
            self.books[group.pk].taken = {row.week_start for row in settled}

    def _is_orphan(self, row: Row) -> bool:
        """Whether an upcoming row's group has ended, or left those whom the programme is for."""
        if row.outcome or row.cancelled_at or row.week_start < self.outline.from_week:
            return False
        group = next((group for group in self.groups if group.pk == row.group_id), None)
        return group is None or (group.ends_on is not None and row.week_start > group.ends_on)

    # Classes

    def _place_classes(self) -> None:
        for place, group in enumerate(self.classes):
            book, loose = self.books[group.pk], []
            for seat in self.seats[group.pk]:
                if not seat.is_settled:
                    if self._class_may_stay(group, seat, book):
                        book.taken.add(seat.stay())
                    else:
                        loose.append(seat)
            for seat in loose:
                self._place_class(group, seat, book, place)

    def _class_may_stay(self, group: Group, seat: Seat, book: _Book) -> bool:
        week = seat.row.week_start if seat.row else None
        if week is None or week in book.taken or week not in book.weeks:
            return False
        if seat.slot.is_base and week not in seat.slot.weeks:
            return False
        staff = self._staff_seat(group, seat.slot)
        return not (staff and staff.is_settled and staff.week and week <= staff.week)

    def _place_class(self, group: Group, seat: Seat, book: _Book, place: int) -> None:
        """Seat a class after its staff if at all possible, then in the month, then near its share of the month."""
        after = self._staff_is_ready(group, seat.slot)
        ideal = self._share_of_month(seat.slot, after, place)
        staff = self._staff_seat(group, seat.slot)
        planned = staff.row.week_start if staff and staff.row else None

        def order(monday: dt.date) -> tuple[bool, int, bool, dt.timedelta]:
            before_staff = after is not None and monday <= after
            distance = _from_month(seat.slot, monday)
            # Among the weeks that break no rule, rather one that lets the staff's session stay.
            disturbs = not before_staff and distance == 0 and planned is not None and monday <= planned
            return (before_staff, distance, disturbs, abs(monday - ideal))

        seat.sit(min(book.free(), key=order, default=None))
        if seat.week:
            book.taken.add(seat.week)

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

    def _staff_seat(self, group: Group, slot: Slot) -> Seat | None:
        staff = self.goes_before[group.pk]
        return next((seat for seat in self.seats[staff.pk] if seat.slot.no == slot.no), None) if staff else None

    # Staff

    def _place_staff(self) -> None:
        for group in self.staff:
            book, loose = self.books[group.pk], []
            for seat in self.seats[group.pk]:
                if not seat.is_settled:
                    if self._staff_may_stay(seat, book):
                        book.taken.add(seat.stay())
                    else:
                        loose.append(seat)
            for seat in loose:
                self._place_staff_session(seat, book)

    def _staff_may_stay(self, seat: Seat, book: _Book) -> bool:
        week = seat.row.week_start if seat.row else None
        if week is None or week in book.taken or week not in book.weeks:
            return False
        first_class = self._first_class(seat)
        return first_class is None or week < first_class

    def _place_staff_session(self, seat: Seat, book: _Book) -> None:
        """Seat staff as late as they can be before the first class, with the lead that the programme asks for."""
        first_class = self._first_class(seat) or self._without_classes(seat)
        lead = self.outline.rules.staff_lead_weeks * WEEK

        def order(monday: dt.date) -> tuple[bool, bool, dt.timedelta]:
            return (monday >= first_class, monday > first_class - lead, abs(first_class - monday))

        seat.sit(min(book.free(), key=order, default=None))
        if seat.week:
            book.taken.add(seat.week)

    def _first_class(self, seat: Seat) -> dt.date | None:
        """The week of the first class that the staff can still go before."""
        ahead = [other.week for other in self._classes_after(seat) if other.week and other.is_ahead]
        return min(ahead, default=None)

    def _without_classes(self, seat: Seat) -> dt.date:
        """The week to be before where no class is ahead: the month's first, or at once when the classes have been."""
        return self.outline.from_week if self._classes_after(seat) else seat.slot.starts_on

    def _classes_after(self, seat: Seat) -> list[Seat]:
        """The seats on the same slot of the classes that a staff group goes before."""
        return [
            other
            for group in self.classes
            if (staff := self.goes_before[group.pk]) and staff.pk == seat.group.pk
            for other in self.seats[group.pk]
            if other.slot.no == seat.slot.no and other.week
        ]

    # What comes of it

    def _creation(self, seat: Seat) -> Creation:
        assert seat.week is not None
        numbers = [row.slot_no for row in self.outline.rows if row.group_id == seat.group.pk and row.is_live]
        taken = {*numbers, *(other.number for other in self.seats[seat.group.pk] if other.number)}
        seat.number = seat.slot.no if seat.slot.no not in taken else max([len(self.slots), *taken]) + 1
        return Creation(seat.group, seat.number, seat.topic, seat.week, self._lost(seat))

    def _lost(self, seat: Seat) -> Row | None:
        """The latest lost row on the seat's slot that nothing has taken the place of."""
        replaced = {row.replaces_id for row in self.outline.rows}
        lost = [
            row
            for row in self.outline.rows
            if row.group_id == seat.group.pk and not row.is_live and row.pk not in replaced and seat.is_for(row)
        ]
        return max(lost, key=lambda row: (row.week_start, row.pk), default=None)

    def _warnings(self, seats: list[Seat]) -> Iterable[PlanWarning]:
        if self.classes and not self.staff:
            yield PlanWarning(Problem.NO_STAFF_GROUP)
        for group in self.groups:
            for row in self.surplus[group.pk]:
                if row.week_start >= self.outline.from_week and row.outcome is None:
                    yield PlanWarning(Problem.SURPLUS, group, week=row.week_start)
        yield from find_warnings(seats, {pk: set(book.weeks) for pk, book in self.books.items()})
        for staff in self.staff:
            for seat in self.seats[staff.pk]:
                yield from _staff_after(seat, self._classes_after(seat))


def _exists(group: Group, day: dt.date) -> bool:
    return group.starts_on <= day and (group.ends_on is None or day <= group.ends_on)


def _from_month(slot: Slot, monday: dt.date) -> int:
    """0 in the slot's weeks, 1 after them, 2 before them."""
    if monday in slot.weeks:
        return 0
    return 1 if monday > slot.starts_on else 2


def _staff_after(seat: Seat, classes: Iterable[Seat]) -> Iterable[PlanWarning]:
    """One warning for a staff session that does not come before all of its classes, while that can be changed."""
    for other in classes:
        if seat.week and other.week and other.week <= seat.week and (seat.is_ahead or other.is_ahead):
            yield PlanWarning(Problem.STAFF_AFTER, seat.group, seat.slot, seat.topic, seat.week)
            return


def _hand_out_topics(seats: Sequence[Seat], surplus: Sequence[Row], chosen: Sequence[SessionTopic]) -> None:
    """Give each extra seat its topic: the chosen one of its own place, else the next that has none.

    Topics of sessions that have been held, or should have been, stay; so do those of rows beyond what is required.
    """
    in_use = {row.topic_id for row in surplus}
    in_use |= {seat.row.topic_id for seat in seats if seat.row and not seat.is_ahead}
    left = [topic for topic in chosen if topic.pk not in in_use]
    extra = [seat for seat in seats if not seat.slot.is_base]
    open_seats = [(place, seat) for place, seat in enumerate(extra) if seat.row is None or seat.is_ahead]
    for place, seat in open_seats:
        seat.topic = chosen[place] if place < len(chosen) and chosen[place] in left else None
        if seat.topic:
            left.remove(seat.topic)
    for _place, seat in open_seats:
        if seat.topic is None and left:
            seat.topic = left.pop(0)
