"""Which week each session of a series gets: training first, then numbered sessions with so many weeks between them.

MVP's rhythm. The rules beside those that ``schools.planning`` tells of every rhythm:

1. The first session comes after the trainings, unless a person has chosen an earlier week for the class.
2. A class's sessions lie at least ``weeks_between`` weeks apart, or one from where a person has chosen so.
3. They come in the order of their numbers.
4. Pupil mentors of two classes meet them in turns, where the year is long enough.

What cannot be kept in order is placed out of order rather than not at all, and what has no week is counted in a
warning. The plan of a class that has all its sessions in order is left as it is; otherwise what a person has not placed
is laid out anew, and the layout with most sessions, and then with most in order, is taken. As no layout but the one
that stands depends on rows that can move, drafting again after applying finds nothing better.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from schools.calendar import WEEK
from schools.engine.boards import Board, Proposal
from schools.engine.seats import Seat
from schools.engine.series_occasions import TRAININGS, supervisions, training_week, trainings_of
from schools.engine.slots import Slot
from schools.engine.warnings import PlanWarning, Problem
from schools.models import Departure, Group, OccasionKind, PlannedSession
from schools.models.plans import monday_of

# Seats by the place in the class's series, each with its week; None where no week is left.
Layout = list[dt.date | None]


class Series(Board):
    """A series of sessions for each class, placed class by class; no staff go before."""

    def slots_of_year(self) -> list[Slot]:
        calendar, rules = self.outline.calendar, self.outline.rules
        topics = sorted(self.outline.base_topics, key=lambda topic: topic.number)[: rules.required_base]
        weeks, first = tuple(calendar.open_weeks()), calendar.starts_on
        return [Slot(no, first.month, first, weeks, topic) for no, topic in enumerate(topics, start=1)]

    def does_without(self, group: Group, slot: Slot) -> bool:
        """Whether a person has left the session out for the class, and the class has not had it anyway."""
        assert slot.topic
        return slot.topic.number in self._left_out(group.pk) and (group.pk, slot.topic.pk) not in self._had

    def is_left_out(self, row: PlannedSession) -> bool:
        number = row.topic.number if row.topic else 0
        return self._is_ahead(row) and number in self._left_out(row.group_id)

    def place(self) -> None:
        met: dict[int | None, set[dt.date]] = defaultdict(set)
        for group in self.classes:
            layout = self._best_layout(group, met[group.mentors_id] if group.mentors_id else set())
            for seat, week in zip(self.seats[group.pk], layout, strict=True):
                seat.week = week
            met[group.mentors_id] |= {week for week in layout if week}
            # A class that ends is only asked for as many sessions as there is time for.
            if group.ends_on:
                self.seats[group.pk] = [seat for seat in self.seats[group.pk] if seat.row or seat.week or seat.is_left]

    def warnings(self) -> Iterator[PlanWarning]:
        return (warning for warning in super().warnings() if warning.problem is not Problem.NO_ROOM)

    def own_warnings(self) -> Iterator[PlanWarning]:
        matched = {group.mentors_id for group in self.classes}
        for group in self.outline.groups:
            if (
                group.kind == Group.Kind.MENTORS
                and group.pk not in matched
                and not group.has_ended_by(self.outline.from_week)
            ):
                yield PlanWarning(Problem.MENTORS_UNMATCHED, group)
        for group in self.classes:
            if group.mentors_id is None:
                yield PlanWarning(Problem.NO_MENTORS, group)
            yield from self._warnings_of(group)

    def proposals(self) -> Sequence[Proposal]:
        return [*self._new_trainings, *supervisions(self.outline, self._leading_weeks(), self._all_weeks())]

    # Departures

    def _left_out(self, group_pk: int) -> Sequence[int]:
        departure = self.outline.departures.get(group_pk)
        return departure.left_out if departure else ()

    @cached_property
    def _had(self) -> set[tuple[int, int | None]]:
        """The topics of each class that are logged as held or whose week has passed."""
        live = [row for row in self.outline.rows if row.is_live and not self._is_ahead(row)]
        return {(row.group_id, row.topic_id) for row in live}

    # When sessions may be held

    @cached_property
    def _trainings(self) -> dict[OccasionKind, dt.date]:
        return trainings_of(self.outline.occasions)

    @cached_property
    def _new_trainings(self) -> list[Proposal]:
        """Trainings to plan; none once the series has begun, since they should come first."""
        missing = [kind for kind in TRAININGS if kind not in self._trainings]
        if not missing or not self.classes or self._had:
            return []
        days = training_week(self.outline, [group.pk for group in self.classes])
        return [Proposal(kind, days[min(place, len(days) - 1)]) for place, kind in enumerate(missing) if days]

    @cached_property
    def _last_training(self) -> dt.date | None:
        """The day by which all trainings have been given, proposed ones included."""
        return max([*self._trainings.values(), *(new.day for new in self._new_trainings)], default=None)

    def _start(self, group: Group) -> dt.date:
        """The first week in which a class may have a session."""
        departure = self.outline.departures.get(group.pk)
        if departure and departure.first_week:
            return departure.first_week
        return monday_of(self._last_training) + WEEK if self._last_training else self.outline.from_week

    # Layouts

    def _best_layout(self, group: Group, met: Collection[dt.date]) -> Layout:
        """The present one if nothing is missing or out of order; else the best of all layouts, the gentlest first.

        ``met`` are the weeks in which the mentors meet another class.
        """
        start = self._start(group)
        sitting = _Sitting(self, group, self.outline.departures.get(group.pk))
        best = sitting.as_it_stands(start, met)
        if sitting.is_perfect(best):
            return best
        hurries = len(sitting.seats) if sitting.weekly_from else 0
        anew = [sitting.anew(start, 0, met), *(sitting.anew(start, hurried) for hurried in range(hurries + 1))]
        return max([best, *anew], key=sitting.worth)

    # Warnings

    def _warnings_of(self, group: Group) -> Iterator[PlanWarning]:
        seats = self.seats[group.pk]
        fits, wanted = sum(seat.week is not None for seat in seats), sum(seat.is_wanted for seat in seats)
        if fits < wanted:
            yield PlanWarning(Problem.TOO_FEW, group, fits=fits, wanted=wanted)
        early = [seat for seat in seats if seat.week and seat.is_ahead and self._is_before_training(seat)]
        for seat in early[:1]:
            yield PlanWarning(Problem.BEFORE_TRAINING, group, seat.slot, seat.topic, seat.week)
        order = [(seat.slot.no, seat.week) for seat in seats]
        for seat in seats:
            if seat.week and seat.is_ahead and not _in_order(seat.slot.no, seat.week, order):
                yield PlanWarning(Problem.OUT_OF_ORDER, group, seat.slot, seat.topic, seat.week)

    def _is_before_training(self, seat: Seat) -> bool:
        last = self._last_training
        if last is None or seat.week is None:
            return False
        if seat.row and seat.row.date and not seat.is_moved:
            return seat.row.date <= last
        return seat.week <= monday_of(last)

    # What supervision comes between

    def _leading_weeks(self) -> list[dt.date]:
        """The weeks of the class with most sessions, which sets the pace; among equals, the first."""
        weeks = [sorted(seat.week for seat in self.seats[group.pk] if seat.week) for group in self.classes]
        return max(weeks, key=len, default=[])

    def _all_weeks(self) -> set[dt.date]:
        return {seat.week for group in self.classes for seat in self.seats[group.pk] if seat.week}


class _Sitting:
    """One class's seats, and their possible layouts."""

    def __init__(self, board: Series, group: Group, departure: Departure | None) -> None:
        self.seats = board.seats[group.pk]
        self.weekly_from = departure.weekly_from if departure else None
        self.step = board.outline.rules.weeks_between * WEEK
        self.free = board.books[group.pk].free()
        self.surplus = [row.week_start for row in board.surplus[group.pk]]

    def as_it_stands(self, start: dt.date, avoided: Collection[dt.date]) -> Layout:
        """Sessions that can stay do; missing ones are added where they fit."""
        weeks = self._settled()
        for place, seat in enumerate(self.seats):
            week = seat.row.week_start if seat.row and weeks[place] is None else None
            if week and week in self._possible(weeks, start, hurried=True):
                weeks[place] = week
        return self._filled(weeks, start, avoided, hurried=0)

    def anew(self, start: dt.date, hurried: int, avoided: Collection[dt.date] = ()) -> Layout:
        """Everything unsettled as early as possible, the first ``hurried`` sessions every week."""
        return self._filled(self._settled(), start, avoided, hurried=hurried)

    def is_perfect(self, layout: Layout) -> bool:
        return self.worth(layout) == (len(self.seats), len(self.seats))

    def worth(self, layout: Layout) -> tuple[int, int]:
        """How many sessions have a week or are to have none; then how many unsettled ones come in order."""
        placed = sum(week is not None or seat.is_left for seat, week in zip(self.seats, layout, strict=True))
        return placed, sum(
            seat.is_settled or (week is not None and _in_order(place, week, enumerate(layout)))
            for place, (seat, week) in enumerate(zip(self.seats, layout, strict=True))
        )

    def _settled(self) -> Layout:
        return [seat.week if seat.is_settled else None for seat in self.seats]

    def _filled(self, weeks: Layout, start: dt.date, avoided: Collection[dt.date], *, hurried: int) -> Layout:
        for place in range(len(weeks)):
            if weeks[place] is None and not self.seats[place].is_left:
                options = [week for week in self._possible(weeks, start, hurried=hurried > 0) if week not in avoided]
                weeks[place] = min(options, key=lambda week: self._order(place, week, weeks), default=None)
                hurried -= 1
        return weeks

    def _order(self, place: int, week: dt.date, weeks: Layout) -> tuple[bool, dt.date]:
        return (not _in_order(place, week, enumerate(weeks)), week)

    def _possible(self, weeks: Layout, start: dt.date, *, hurried: bool) -> list[dt.date]:
        """The free weeks from one on that are far enough from every week taken."""
        taken = [*(week for week in weeks if week), *self.surplus]
        return [
            week
            for week in self.free
            if week >= start and all(self._far_enough(week, other, hurried) for other in taken)
        ]

    def _far_enough(self, one: dt.date, other: dt.date, hurried: bool) -> bool:
        if hurried and self.weekly_from and max(one, other) >= self.weekly_from:
            return one != other
        return abs(one - other) >= self.step


def _in_order(place: int, week: dt.date, others: Iterable[tuple[int, dt.date | None]]) -> bool:
    """Whether a week comes after those of all earlier places and before those of all later ones."""
    return all(
        other is None or number == place or (other < week if number < place else other > week)
        for number, other in others
    )
