"""The planning of a programme's year at one school: what is wanted, and the difference from what there is.

Pure: rows in, difference out, no database and no clock. ``schools.actions.plans`` reads the rows and applies the
difference. The programme's rhythm says by which rules: TÅGET's are told here, those of a series such as MVP in
``schools.engine.series``. The rules of both, and then TÅGET's own, in the order in which they give way:

1. What is logged, what lies in a week that has passed, and the week that a person chose, on the draft too, are never
   touched.
2. A group meets at most once a week, and never in a week that is wholly closed or blocked, or in which the group does
   not exist.
3. Staff go through a topic in an earlier week than their classes.
4. Base topics are held with classes in the topic's month.
5. What stands and breaks no rule stays where it is.

Where a rule cannot be kept, the session is placed as near as can be, and a warning says so. Drafting again after
applying gives no change: what stands holds its week, and leaves it only for a free one in which it breaks fewer rules.
A draft ends when no such week is free, which is where the next begins. Classes come first, as no class's place depends
on a staff session that can move.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from programmes.models import Programme, SessionTopic
from schools.engine.boards import Board, Outline, Proposal
from schools.engine.placing import ByMonth
from schools.engine.seats import Seat
from schools.engine.series import Series
from schools.engine.warnings import PlanWarning
from schools.models import Group, PlannedSession
from schools.models.plans import monday_of

Row = PlannedSession
# How a year is laid out, by its programme's rhythm.
BOARDS: dict[str, type[Board]] = {Programme.Rhythm.MONTHS: ByMonth, Programme.Rhythm.SERIES: Series}


@dataclass(frozen=True)
class Creation:
    """A missing session; ``replaces`` is the lost one that it replaces."""

    group: Group
    slot_no: int
    topic: SessionTopic | None
    week: dt.date
    replaces: Row | None
    pinned: bool = False


@dataclass(frozen=True)
class Move:
    row: Row
    week: dt.date
    pinned: bool = False


@dataclass(frozen=True)
class Retopic:
    row: Row
    topic: SessionTopic | None


@dataclass(frozen=True)
class Drop:
    """A row of a session that its class is to do without, and why."""

    row: Row
    reason: str


@dataclass(frozen=True)
class Skipped:
    """A session that is not made, or a ``row`` that is not cancelled, because a person decided so on the draft."""

    group: Group
    slot_no: int
    topic: SessionTopic | None
    week: dt.date
    row: Row | None = None


@dataclass(frozen=True)
class Difference:
    """What has to be done for the plan to be as wanted. A row may be both moved and given another topic.

    Rows in ``cancel`` have lost their group. Rows in ``pin`` stay where they are because a person decided so on the
    draft; what is in ``skipped`` is not done.
    """

    create: tuple[Creation, ...]
    move: tuple[Move, ...]
    retopic: tuple[Retopic, ...]
    cancel: tuple[Row, ...]
    keep: tuple[Row, ...]
    warnings: tuple[PlanWarning, ...]
    dropped: tuple[Drop, ...] = ()
    occasions: tuple[Proposal, ...] = ()
    pin: tuple[Row, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        changes = (self.create, self.move, self.retopic, self.cancelled, self.pin, self.occasions)
        return not any(changes)

    @property
    def cancelled(self) -> tuple[Row, ...]:
        """All rows that are to be cancelled."""
        return (*self.cancel, *(drop.row for drop in self.dropped))

    @property
    def changed_rows(self) -> list[Row]:
        """Every row that is to be changed: moved, given another topic, cancelled, or lost and replaced."""
        replaced = [new.replaces for new in self.create if new.replaces]
        return [*(one.row for one in self.move), *(one.row for one in self.retopic), *self.cancelled, *replaced]


def plan(outline: Outline) -> Difference:
    """The difference between the year as it is and as it should be."""
    # A programme without a rhythm is laid out by months.
    board = BOARDS.get(outline.rules.programme.rhythm, ByMonth)(outline)
    seats = [seat for group in board.groups for seat in board.seats[group.pk]]
    lost = _lost_rows(outline.rows)
    return Difference(
        create=tuple(
            Creation(seat.group, seat.number, seat.topic, seat.week, _lost(lost, seat), seat.is_chosen)
            for seat in seats
            if seat.row is None and seat.week
        ),
        move=tuple(
            Move(seat.row, seat.week, seat.is_chosen) for seat in seats if seat.row and seat.week and seat.is_moved
        ),
        retopic=tuple(Retopic(seat.row, seat.topic) for seat in seats if seat.row and seat.gets_another_topic),
        cancel=tuple(row for row in outline.rows if board.is_orphan(row)),
        keep=tuple(seat.row for seat in seats if seat.row and not seat.is_moved and not seat.gets_another_topic),
        warnings=tuple(board.warnings()),
        dropped=tuple(_dropped(board)),
        occasions=tuple(board.proposals()),
        pin=tuple(_pinned(board, seats)),
        skipped=tuple(_skipped(board, seats)),
    )


def _lost_rows(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """By group, the rows that were cancelled or not held and that nothing has replaced."""
    replaced = {row.replaces_id for row in rows}
    lost: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.is_live and row.pk not in replaced:
            lost[row.group_id].append(row)
    return lost


def _lost(lost: Mapping[int, list[Row]], seat: Seat) -> Row | None:
    """The latest lost row of the seat's slot."""
    on_slot = [row for row in lost.get(seat.group.pk, ()) if seat.is_for(row)]
    return max(on_slot, key=lambda row: (row.week_start, row.pk), default=None)


def _pinned(board: Board, seats: Iterable[Seat]) -> Iterator[Row]:
    for seat in seats:
        if seat.row and seat.gets_pinned and not board.has_lost_its_group(seat.row):
            yield seat.row


def _skipped(board: Board, seats: Iterable[Seat]) -> Iterator[Skipped]:
    for seat in seats:
        if seat.is_left and seat.row is None:
            yield Skipped(seat.group, seat.number, seat.topic, monday_of(seat.slot.starts_on))
    for row in board.outline.rows:
        if board.has_lost_its_group(row) and board.is_let_stand(row):
            yield Skipped(row.group, row.slot_no, row.topic, row.week_start, row)


def _dropped(board: Board) -> Iterator[Drop]:
    for row in board.outline.rows:
        if board.is_left_out(row) and not board.is_orphan(row):
            yield Drop(row, board.outline.departures[row.group_id].reason)
