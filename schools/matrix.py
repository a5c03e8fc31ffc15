"""A school's year as a table: groups down, their sessions across. Rows in, cells out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from programmes.models import SessionTopic
from schools.models import Group, Participation, PlannedSession
from schools.models.plans import WITHOUT_NEW_TIME
from schools.term_plan import Standing

Status = PlannedSession.Status


@dataclass(frozen=True)
class Column:
    """A place in the year: its topic, and the month in which pupils meet it."""

    slot_no: int
    topic: SessionTopic | None
    month: dt.date


@dataclass(frozen=True)
class Cell:
    session: PlannedSession
    status: Status
    tint: str


@dataclass(frozen=True)
class Line:
    """A group and its cells, one for each column; ``ends_kind`` marks the last group of its kind."""

    group: Group
    cells: tuple[Cell | None, ...]
    ends_kind: bool


@dataclass(frozen=True)
class Counts:
    """``planned`` counts everything that is not lost, held or not."""

    planned: int
    held: int
    awaiting_log: int
    without_new_time: int


@dataclass(frozen=True)
class Matrix:
    """One programme's groups and sessions in a school year."""

    participation: Participation
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    counts: Counts
    statuses: tuple[Status, ...]

    @classmethod
    def of(
        cls, participation: Participation, rows: Sequence[PlannedSession], groups: Iterable[Group], today: dt.date
    ) -> Matrix:
        """``rows`` are the participation's sessions in the whole year, ``groups`` the school's in that year."""
        columns = tuple(columns_of(rows))
        chosen = {(row.group_id, row.slot_no): row for row in sorted(rows, key=_last_wins)}
        with_sessions = [group for group in groups if any(key[0] == group.pk for key in chosen)]
        lines = []
        for place, group in enumerate(with_sessions):
            cells = tuple(_cell(chosen.get((group.pk, column.slot_no)), today) for column in columns)
            following = with_sessions[place + 1] if place + 1 < len(with_sessions) else None
            lines.append(Line(group, cells, ends_kind=following is not None and following.kind != group.kind))
        shown = {cell.status for line in lines for cell in line.cells if cell}
        statuses = tuple(status for status in _LEGEND if status in shown)
        return cls(participation, columns, tuple(lines), count(rows, today), statuses)


_LEGEND = (Status.HELD, Status.NO_LOG, Status.NOT_HELD, Status.CANCELLED, Status.MOVED, Status.PLANNED)


def columns_of(rows: Iterable[PlannedSession]) -> list[Column]:
    """The year's places in order, each with the topic that most groups have there."""
    by_slot: dict[int, list[PlannedSession]] = {}
    for row in rows:
        if row.is_live:
            by_slot.setdefault(row.slot_no, []).append(row)
    columns = [Column(slot_no, _topic_of(found), _month_of(found)) for slot_no, found in by_slot.items()]
    return sorted(columns, key=lambda column: (column.month, column.slot_no))


def _topic_of(rows: list[PlannedSession]) -> SessionTopic | None:
    topics = {row.topic_id: row.topic for row in rows}
    most_common, _times = Counter(row.topic_id for row in rows).most_common(1)[0]
    return topics[most_common]


def _month_of(rows: list[PlannedSession]) -> dt.date:
    """The first day of the month of the first pupil session, or else of the first session of any kind."""
    of_pupils = [row.week_start for row in rows if row.group.kind != Group.Kind.STAFF]
    wednesday = min(of_pupils or [row.week_start for row in rows]) + dt.timedelta(days=2)
    return wednesday.replace(day=1)


def _last_wins(row: PlannedSession) -> tuple[bool, dt.date]:
    """Sort key: sessions that stand come after lost ones, and later ones after earlier."""
    return (row.is_live, row.week_start)


def _cell(row: PlannedSession | None, today: dt.date) -> Cell | None:
    if row is None:
        return None
    status = row.status(today)
    if status == Status.NO_LOG:
        return Cell(row, status, "is-wait")
    return Cell(row, status, "" if row.is_live else "is-lost")


def count(rows: Sequence[PlannedSession], today: dt.date) -> Counts:
    """How many sessions stand, are held, await a log, and are lost without a new time."""
    return Counts(
        planned=sum(row.is_live for row in rows),
        held=sum(row.outcome == PlannedSession.Outcome.HELD for row in rows),
        awaiting_log=sum(row.status(today) == Status.NO_LOG for row in rows),
        without_new_time=len(lost_without_new_time(rows)),
    )


def lost_without_new_time(rows: Sequence[PlannedSession]) -> list[PlannedSession]:
    """The latest lost session for each place that a group has lost without getting a new time."""
    standing = Standing(rows)
    lost = [
        row
        for row in sorted(rows, key=lambda row: row.week_start)
        if not row.is_live and row.cancel_reason not in WITHOUT_NEW_TIME and not standing.stand_in_for(row)
    ]
    return list({(row.participation_id, row.group_id, row.slot_no): row for row in lost}.values())
