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
from collections.abc import Iterable
from dataclasses import dataclass

from programmes.models import SessionTopic
from schools.models import Group, PlannedSession
from schools.placing import Board, Outline
from schools.seats import Seat
from schools.warnings import PlanWarning, Problem, find_warnings

Row = PlannedSession


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

    @property
    def changed_rows(self) -> list[Row]:
        """The rows that will not be as they were: moved, given another topic, cancelled, or lost with a new time."""
        replaced = [new.replaces for new in self.create if new.replaces]
        return [*(one.row for one in self.move), *(one.row for one in self.retopic), *self.cancel, *replaced]


def plan(outline: Outline) -> Difference:
    """The difference between the year as it is and as it should be."""
    board = Board(outline)
    seats = [seat for group in board.groups for seat in board.seats[group.pk]]
    return Difference(
        create=tuple(
            Creation(seat.group, seat.number, seat.topic, seat.week, _lost(board, seat))
            for seat in seats
            if seat.row is None and seat.week
        ),
        move=tuple(Move(seat.row, seat.week) for seat in seats if seat.row and seat.week and seat.is_moved),
        retopic=tuple(Retopic(seat.row, seat.topic) for seat in seats if seat.row and seat.gets_another_topic),
        cancel=tuple(row for row in outline.rows if board.is_orphan(row)),
        keep=tuple(seat.row for seat in seats if seat.row and not seat.is_moved and not seat.gets_another_topic),
        warnings=tuple(_warnings(board, seats)),
    )


def _lost(board: Board, seat: Seat) -> Row | None:
    """The latest lost row on the seat's slot that nothing has taken the place of."""
    replaced = {row.replaces_id for row in board.outline.rows}
    lost = [
        row
        for row in board.outline.rows
        if row.group_id == seat.group.pk and not row.is_live and row.pk not in replaced and seat.is_for(row)
    ]
    return max(lost, key=lambda row: (row.week_start, row.pk), default=None)


def _warnings(board: Board, seats: list[Seat]) -> Iterable[PlanWarning]:
    if board.classes and not board.staff:
        yield PlanWarning(Problem.NO_STAFF_GROUP)
    surplus = [row for group in board.groups for row in board.surplus[group.pk]]
    for row in surplus:
        if row.week_start >= board.outline.from_week and row.outcome is None:
            yield PlanWarning(Problem.SURPLUS, row.group, week=row.week_start)
    yield from find_warnings(seats, surplus, {pk: set(book.weeks) for pk, book in board.books.items()})
    for staff in board.staff:
        for seat in board.seats[staff.pk]:
            yield from _staff_after(seat, board.classes_after(seat))


def _staff_after(seat: Seat, classes: Iterable[Seat]) -> Iterable[PlanWarning]:
    """One warning for a staff session that does not come before all of its classes, while that can be changed."""
    for other in classes:
        if seat.week and other.week and other.week <= seat.week and (seat.is_ahead or other.is_ahead):
            yield PlanWarning(Problem.STAFF_AFTER, seat.group, seat.slot, seat.topic, seat.week)
            return
