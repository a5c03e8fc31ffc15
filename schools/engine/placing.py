"""Which week each session gets when topics have months, by the rules in ``schools.planning``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from schools.calendar import WEEK
from schools.engine.boards import Board, Book, take
from schools.engine.seats import Seat
from schools.engine.slots import Slot, slots_of
from schools.engine.warnings import PlanWarning, Problem
from schools.models import Group

# For each rule that a session can break in a week, whether it does.
Faults = tuple[bool, ...]


class ByMonth(Board):
    """The monthly rhythm: topics in their months, extra ones in between, staff before classes. Classes are placed
    first, then staff."""

    def slots_of_year(self) -> list[Slot]:
        rules = self.outline.rules
        return slots_of(
            self.outline.calendar,
            self.outline.base_topics,
            required_base=rules.required_base,
            required_extra=rules.required_extra,
        )

    def place(self) -> None:
        self.goes_before = {group.pk: self._staff_of(group) for group in self.classes}
        self.following = {staff.pk: self._classes_of(staff) for staff in self.staff}
        self.first_free = {staff.pk: next(iter(self.books[staff.pk].free()), None) for staff in self.staff}
        for group in [*self.classes, *self.staff]:
            self._place_group(group)

    def own_warnings(self) -> Iterator[PlanWarning]:
        """Classes without staff who go before them, and staff who do not come before all of their classes."""
        if self.classes and not self.staff:
            yield PlanWarning(Problem.NO_STAFF_GROUP)
        for staff in self.staff:
            for seat in self.seats[staff.pk]:
                yield from _staff_after(seat, self.classes_after(seat))

    def _staff_of(self, group: Group) -> Group | None:
        """The staff group that goes before a class: its own, or else the school's first."""
        own = [staff for staff in self.staff if staff.pk == group.staff_group_id]
        return next(iter(own or sorted(self.staff, key=lambda staff: (staff.starts_on, staff.name))), None)

    def _classes_of(self, staff: Group) -> list[Group]:
        """The classes that a staff group goes before."""
        return [group for group in self.classes if self.goes_before[group.pk] is staff]

    # All groups

    def _place_group(self, group: Group) -> None:
        """Rows that stand keep their week. Then come sessions that can keep every rule, and then the rest.

        At last each session that breaks a rule is moved to a week where it breaks fewer. The week that it leaves may
        help another, so this goes on until it helps nobody; then the next draft finds nothing to move.
        """
        book = self.books[group.pk]
        open_seats = [seat for seat in self.seats[group.pk] if not seat.is_settled]
        loose = [seat for seat in open_seats if not _stands(seat, book)]
        kept = [seat for seat in loose if self._is_bound(seat) and self._give_week(seat, book, self._rules_kept)]
        for seat in loose:
            if seat not in kept:
                self._give_week(seat, book, _any_week)
        while any(self._mend(seat, book) for seat in open_seats):
            pass

    def _give_week(self, seat: Seat, book: Book, allowed: Callable[[Seat, dt.date], bool]) -> bool:
        return take(book, seat, self._best(seat, [week for week in book.free() if allowed(seat, week)]))

    def _rules_kept(self, seat: Seat, week: dt.date) -> bool:
        return not any(self._faults(seat, week))

    def _mend(self, seat: Seat, book: Book) -> bool:
        """Move a session that breaks a rule to a free week where it breaks fewer, and none that it keeps now."""
        if seat.week is None or self._rules_kept(seat, seat.week):
            return False
        faults = self._faults(seat, seat.week)
        week = self._best(seat, [week for week in book.free() if _is_better(self._faults(seat, week), faults)])
        if week:
            book.taken.remove(seat.week)
        return take(book, seat, week)

    def _is_bound(self, seat: Seat) -> bool:
        """Whether the session has rules of its own to keep. Such sessions go before those that can be in any week."""
        return seat.slot.is_base if seat.group.is_class else self._first_class(seat) is not None

    def _faults(self, seat: Seat, week: dt.date) -> Faults:
        """Which rules a session would break in a week."""
        return self._faults_of_class(seat, week) if seat.group.is_class else self._faults_of_staff(seat, week)

    def _best(self, seat: Seat, weeks: Sequence[dt.date]) -> dt.date | None:
        return self._best_for_class(seat, weeks) if seat.group.is_class else self._best_for_staff(seat, weeks)

    # Classes

    def _faults_of_class(self, seat: Seat, week: dt.date) -> Faults:
        """Not after its staff; not in its topic's month."""
        after = self._staff_is_ready(seat)
        return (after is not None and week <= after, seat.slot.is_base and week not in seat.slot.weeks)

    def _best_for_class(self, seat: Seat, weeks: Sequence[dt.date]) -> dt.date | None:
        """After its staff if at all possible, then within the month, then near its share of the month."""
        after, planned = self._staff_is_ready(seat), self._staff_is_planned(seat)
        ideal = self._share_of_month(seat, after)

        def order(week: dt.date) -> tuple[bool, int, bool, dt.timedelta]:
            before_staff, distance = after is not None and week <= after, _from_month(seat.slot, week)
            # Among weeks that keep every rule, one that lets the staff session stay where it is is preferred.
            disturbs = not before_staff and distance == 0 and planned is not None and week <= planned
            return (before_staff, distance, disturbs, abs(week - ideal))

        return min(weeks, key=order, default=None)

    def _share_of_month(self, seat: Seat, after: dt.date | None) -> dt.date:
        """The week that a class would have if all classes were spread evenly over the rest of the month."""
        slot, place = seat.slot, self.classes.index(seat.group)
        left = [monday for monday in slot.weeks if monday >= self.outline.from_week and (not after or monday > after)]
        weeks = left or slot.weeks or (slot.starts_on,)
        return weeks[place * len(weeks) // len(self.classes)]

    def _staff_is_ready(self, seat: Seat) -> dt.date | None:
        """The earliest week that the staff session of the slot can have; None if no staff go before."""
        staff = self._staff_seat(seat)
        if staff is None:
            return None
        return staff.week if staff.is_settled else self.first_free[staff.group.pk]

    def _staff_is_planned(self, seat: Seat) -> dt.date | None:
        """The week of the slot's staff session before anything is moved."""
        staff = self._staff_seat(seat)
        return staff.row.week_start if staff and staff.row else None

    def _staff_seat(self, seat: Seat) -> Seat | None:
        staff = self.goes_before[seat.group.pk]
        return self.seat_on.get((staff.pk, seat.slot.no)) if staff else None

    # Staff

    def _faults_of_staff(self, seat: Seat, week: dt.date) -> Faults:
        """Not before its classes."""
        first_class = self._first_class(seat)
        return (first_class is not None and week >= first_class,)

    def _best_for_staff(self, seat: Seat, weeks: Sequence[dt.date]) -> dt.date | None:
        """As late as possible before the first class, with the lead that the programme asks for."""
        first_class = self._first_class(seat) or self._without_classes(seat)
        lead = self.outline.rules.staff_lead_weeks * WEEK

        def order(week: dt.date) -> tuple[bool, bool, dt.timedelta]:
            return (week >= first_class, week > first_class - lead, abs(first_class - week))

        return min(weeks, key=order, default=None)

    def _first_class(self, seat: Seat) -> dt.date | None:
        """The week of the first class that the staff can still go before."""
        ahead = [other.week for other in self.classes_after(seat) if other.week and other.is_ahead]
        return min(ahead, default=None)

    def _without_classes(self, seat: Seat) -> dt.date:
        """The week to be before when no class is ahead: the month's first, or at once when the classes have already
        met."""
        return self.outline.from_week if self.classes_after(seat) else seat.slot.starts_on

    def classes_after(self, seat: Seat) -> list[Seat]:
        """The slot's seats of the classes that a staff group goes before."""
        on_slot = (self.seat_on.get((group.pk, seat.slot.no)) for group in self.following[seat.group.pk])
        return [other for other in on_slot if other and other.week]


def _stands(seat: Seat, book: Book) -> bool:
    """Whether a row can stay where it is, at least until there is a better week; if so, its week is taken."""
    return seat.row is not None and seat.row.week_start in book.free() and take(book, seat, seat.row.week_start)


def _any_week(_seat: Seat, _week: dt.date) -> bool:
    return True


def _is_better(faults: Faults, others: Faults) -> bool:
    """Whether some faults are a proper subset of others."""
    return faults != others and all(one <= other for one, other in zip(faults, others, strict=True))


def _staff_after(seat: Seat, classes: Iterable[Seat]) -> Iterator[PlanWarning]:
    """A warning for each staff session that does not come before all of its classes, while that can still be
    changed."""
    for other in classes:
        if seat.week and other.week and other.week <= seat.week and (seat.is_ahead or other.is_ahead):
            yield PlanWarning(Problem.STAFF_AFTER, seat.group, seat.slot, seat.topic, seat.week)
            return


def _from_month(slot: Slot, monday: dt.date) -> int:
    """0 in the slot's weeks, 1 after them, 2 before them."""
    if monday in slot.weeks:
        return 0
    return 1 if monday > slot.starts_on else 2
