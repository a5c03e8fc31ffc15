"""A term's plan for the wall and for a spreadsheet: each group's weeks, topic by topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.spreadsheets import Sheet
from schools.models import Group, PlannedSession
from schools.term_plan import Entry, TermPlan, Week, entries_of

# With more groups than this the list of weeks begins on a new page.
MOST_ON_ONE_PAGE = 8
# With more topics in a term than this, or more groups with days and times, the table is set smaller.
MOST_TOPICS, MOST_TIMED_GROUPS = 7, 14
PIECES_A_LINE = 8
# How many lines of full-size tables a page has room for.
LINES_OF_HEADING, MOST_LINES_OF_TABLES = 3, 28
# How many lines of weeks a page has room for above its last words.
MOST_LINES = 38


@dataclass(frozen=True)
class WallTable:
    """A programme's table: the term's topics in the order in which pupils meet them, and for each group what it has of
    each."""

    programme: str
    topics: tuple[str, ...]
    lines: tuple[tuple[Group, tuple[tuple[Entry, ...], ...]], ...]

    @property
    def is_wide(self) -> bool:
        return len(self.topics) > MOST_TOPICS

    @property
    def is_dense(self) -> bool:
        has_days = any(entry.first.date for _group, cells in self.lines for cell in cells for entry in cell)
        return has_days and len(self.lines) > MOST_TIMED_GROUPS


@dataclass(frozen=True)
class WallBlock:
    """A topic's sessions in a week, for staff or for pupils."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> PlannedSession:
        return self.entries[0].first

    @property
    def is_staff(self) -> bool:
        return self.entries[0].is_staff


def wall_tables(plan: TermPlan) -> list[WallTable]:
    """A table for each of the school's programmes, in the order of their names."""
    by_programme: dict[str, list[PlannedSession]] = {}
    for row in plan.rows:
        by_programme.setdefault(row.participation.programme_year.programme.name, []).append(row)
    return [_table(name, rows, plan) for name, rows in sorted(by_programme.items())]


WallWeek = tuple[Week, list[WallBlock]]


def wall_columns(plan: TermPlan) -> tuple[list[WallWeek], list[WallWeek]]:
    """The term's weeks, with each topic named once in each, in two columns of about equal length."""
    weeks = [(week, _blocks(week)) for week in plan.weeks]
    splits = ((weeks[:first], weeks[first:]) for first in range(len(weeks) + 1))
    return min(splits, key=_length)


def is_long(columns: tuple[list[WallWeek], list[WallWeek]]) -> bool:
    """Whether the weeks have to be set smaller to fit on a page."""
    return _length(columns) > MOST_LINES


def _length(columns: tuple[list[WallWeek], list[WallWeek]]) -> int:
    """Roughly how many lines the longer column takes."""
    return max(sum(_lines(week, blocks) for week, blocks in column) for column in columns)


def _lines(week: Week, blocks: list[WallBlock]) -> int:
    """Roughly how many lines a week takes: its heading, and for each topic its name and its groups."""
    return 1 + len(week.closed_days) + sum(1 + -(-_pieces(block) // PIECES_A_LINE) for block in blocks)


def _pieces(block: WallBlock) -> int:
    """Words that are kept together on a line: a group's name is one, its day and time two more."""
    return sum(len(entry.sessions) + (2 if entry.first.date else 0) for entry in block.entries)


def _blocks(week: Week) -> list[WallBlock]:
    by_topic: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in week.entries:
        by_topic.setdefault((entry.first.participation_id, entry.first.topic_title, entry.is_staff), []).append(entry)
    return [WallBlock(tuple(entries)) for entries in by_topic.values()]


def needs_two_pages(tables: Sequence[WallTable]) -> bool:
    return sum(len(table.lines) for table in tables) > MOST_ON_ONE_PAGE


def are_many(tables: Sequence[WallTable]) -> bool:
    """Whether the tables have to be set smaller to fit on a page; each has a heading besides its groups' lines."""
    return sum(len(table.lines) + LINES_OF_HEADING for table in tables) > MOST_LINES_OF_TABLES


def _table(programme: str, rows: Sequence[PlannedSession], plan: TermPlan) -> WallTable:
    shown = [row for row in rows if row.is_live or _is_lost(row, plan)]
    topics = {row.topic_id or f"place {row.slot_no}": row.topic_title for row in sorted(shown, key=_pupils_first)}
    groups = {row.group_id: row.group for row in sorted(shown, key=_group_order)}
    cells: dict[tuple[Any, Any], list[PlannedSession]] = {}
    for row in shown:
        cells.setdefault((row.group_id, row.topic_id or f"place {row.slot_no}"), []).append(row)
    lines = tuple(
        (group, tuple(_cell(cells.get((key, topic), []), plan) for topic in topics)) for key, group in groups.items()
    )
    return WallTable(programme, tuple(topics.values()), lines)


def _is_lost(row: PlannedSession, plan: TermPlan) -> bool:
    """Whether it is lost without a new time, which the wall shows; one with a new time is shown there instead."""
    return any(entry.asks_for_new_time for entry in entries_of([row], plan.standing, plan.today))


def _cell(rows: list[PlannedSession], plan: TermPlan) -> tuple[Entry, ...]:
    return tuple(entries_of(rows, plan.standing, plan.today))


def _pupils_first(row: PlannedSession) -> tuple[Any, ...]:
    return (row.topic_id is None and row.group.kind == Group.Kind.STAFF, row.week_start, row.slot_no)


def _group_order(row: PlannedSession) -> tuple[Any, ...]:
    group = row.group
    return (group.kind != Group.Kind.STAFF, group.kind, group.grade or 0, group.name)


def plan_sheet(plan: TermPlan) -> Sheet:
    """Every session of the term on its own row, lost ones included, in order of weeks."""
    header = [
        *(
            _("Week"),
            _("Monday"),
            _("Day"),
            pgettext("time", "From"),
            pgettext("time", "To"),
            _("Programme"),
            _("Kind"),
            _("Topic"),
            _("Group"),
        ),
        *(_("Status"), _("Moved from week"), _("New week"), _("Led by"), _("Link")),
    ]
    rows = [_sheet_row(row, plan) for row in sorted(plan.rows, key=_in_time)]
    return Sheet(str(plan.term), header, rows, narrowest=10)


def _in_time(row: PlannedSession) -> tuple[Any, ...]:
    return (row.week_start, row.date or row.week_start, row.start_time or dt.time.min, *_group_order(row))


def _sheet_row(row: PlannedSession, plan: TermPlan) -> list[Any]:
    is_staff = row.group.kind == Group.Kind.STAFF
    stand_in = None if row.is_live else plan.standing.stand_in_for(row)
    return [
        row.week_start.isocalendar().week,
        row.week_start,
        row.date,
        row.start_time,
        row.end_time,
        row.participation.programme_year.programme.name,
        _("Staff session") if is_staff else _("Pupil session"),
        row.topic_title,
        row.group.name,
        str(row.status(plan.today).label),
        row.moved_from and row.moved_from.isocalendar().week,
        stand_in and stand_in.week_start.isocalendar().week,
        row.leader.name if row.leader else "",
        settings.PORTAL_URL + row.get_absolute_url(),
    ]
