"""What a saved report holds: its figures, tables and sentences as they were. Pure: content to JSON and back.

A report is shown from its JSON alone, so that it says the same in ten years, whatever has become of schools, topics and
formulas. Raise ``FORMAT`` when the shape of the JSON changes; ``read_back`` must go on reading every earlier shape.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaluations.cells import Cell, Column, Row, Table
from evaluations.dashboard import STATES, ReasonRow
from evaluations.figures import Figure
from evaluations.models import SavedReport
from evaluations.year_line import LinePoint

FORMAT = 1
# Tables of single schools: only for readers who see every school.
OF_SCHOOLS = ("skolor", "arskurser")
# In these the last row is the total, which readers who see totals only may read.
WITH_TOTALS = ("mvp",)
# This one has a row for each programme, which begins with the programme's name.
OF_PROGRAMMES = "program"
DEFINED = "definitioner"

Json = dict[str, Any]


class UnknownFormat(Exception):  # noqa: N818 - said of the JSON: a later version of the portal has written it
    """The report was written by a later version of the portal."""


@dataclass(frozen=True)
class FrozenFigure(Figure):
    """A figure, with the title that it had then."""

    words: str = ""

    @property
    def title(self) -> str:
        return self.words


@dataclass(frozen=True)
class Before:
    """An earlier value of a figure and how it has changed since, in a sentence and in a few words."""

    figure: FrozenFigure
    words: str
    moved: str


@dataclass(frozen=True)
class ReportFigure:
    """A figure, with the same time last year and the report before."""

    figure: FrozenFigure
    last_year: Before | None
    last_report: Before | None

    @property
    def befores(self) -> list[Before]:
        return [before for before in (self.last_year, self.last_report) if before]


@dataclass(frozen=True)
class ProgrammePart:
    """One programme's year in a report. ``schools`` are the numbers of schools in each of the dashboard's states."""

    slug: str
    programme: str
    lead: str
    figures: Sequence[ReportFigure]
    held: int
    awaiting: int
    lost: int
    schools: Mapping[str, int]
    line: Sequence[LinePoint]
    line_title: str
    reasons: Sequence[ReasonRow]
    lost_title: str
    changed: Sequence[str]
    tables: Sequence[Table]
    # The fewest schools behind any number it is compared with, last year's or an earlier report's.
    schools_compared: int | None = None

    @property
    def number_of_schools(self) -> int:
        return sum(self.schools.values())

    @property
    def fewest_schools(self) -> int:
        """The fewest schools behind any number in it."""
        compares = any(one.befores for one in self.figures)
        return min(self.number_of_schools, self.schools_compared or 0) if compares else self.number_of_schools

    @property
    def report_day(self) -> dt.date | None:
        """The day of the report that its figures are compared with."""
        return next((one.last_report.figure.as_of for one in self.figures if one.last_report), None)

    @property
    def pace(self) -> FrozenFigure:
        return self.figures[0].figure

    @property
    def has_plan(self) -> bool:
        """Whether any school has a plan; without one there is nothing to report."""
        return any(number for state, number in self.schools.items() if state != "unplanned")

    @property
    def numbers(self) -> dict[str, FrozenFigure]:
        """The figures by key."""
        return {one.figure.key: one.figure for one in self.figures}


@dataclass(frozen=True)
class Content:
    """A whole report. ``inputs`` is a fingerprint of the counts that all its numbers follow from."""

    kind: str
    year: str
    district: str
    as_of: dt.date
    is_over: bool
    formulas: int
    inputs: str
    parts: Sequence[ProgrammePart]
    tables: Sequence[Table]

    @property
    def is_board(self) -> bool:
        return self.kind == SavedReport.Kind.BOARD

    @property
    def board(self) -> ProgrammePart:
        """The one part of a board report."""
        return self.parts[0]

    def is_for_partners(self, fewest: int) -> bool:
        """Whether some part rests on enough schools for readers who see totals only."""
        return any(part.fewest_schools >= fewest for part in self.parts)

    @property
    def definitions(self) -> list[Table]:
        return [table for table in self.tables if table.name == DEFINED]

    def all_tables(self) -> list[tuple[ProgrammePart | None, Table]]:
        """Every table with the part that it belongs to, in a workbook's order."""
        of_parts = [(part, table) for part in self.parts for table in part.tables]
        return [*of_parts, *((None, table) for table in self.tables)]


def without_schools(content: Content, fewest: int) -> Content:
    """The content for readers who see totals only: nothing about a single school, nor about a programme at too few
    schools.

    A board report of too few schools is not open to them at all.
    """
    parts = [part for part in content.parts if content.is_board or part.fewest_schools >= fewest]
    shown = {part.programme for part in parts}
    return replace(
        content,
        parts=[replace(part, tables=_totals_of(part.tables)) for part in parts],
        tables=[_of_programmes(table, shown) for table in _totals_of(content.tables)],
    )


def _totals_of(tables: Sequence[Table]) -> list[Table]:
    return [
        replace(table, rows=[]) if table.name in WITH_TOTALS else table
        for table in tables
        if table.name not in OF_SCHOOLS
    ]


def _of_programmes(table: Table, shown: Collection[str]) -> Table:
    """The table of programmes with only these; any other table unchanged."""
    if table.name != OF_PROGRAMMES:
        return table
    return replace(table, rows=[row for row in table.rows if row[0].value in shown])


def fingerprint(said: Any) -> str:
    """The same for the same content, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def to_json(content: Content) -> Json:
    return {
        "format": FORMAT,
        "kind": content.kind,
        "year": content.year,
        "district": content.district,
        "as_of": content.as_of.isoformat(),
        "is_over": content.is_over,
        "formulas": content.formulas,
        "inputs": content.inputs,
        "parts": [_part_to_json(part) for part in content.parts],
        "tables": [_table_to_json(table) for table in content.tables],
    }


def read_back(said: Json) -> Content:
    """A report's content from its JSON. Raises ``UnknownFormat`` for a format of a later version."""
    reader = _READERS.get(said.get("format", 0))
    if reader is None:
        raise UnknownFormat(said.get("format"))
    return reader(said)


def _read_1(said: Json) -> Content:
    return Content(
        kind=said["kind"],
        year=said["year"],
        district=said["district"],
        as_of=_day(said["as_of"]),
        is_over=said["is_over"],
        formulas=said["formulas"],
        inputs=said["inputs"],
        parts=[_read_part(part) for part in said["parts"]],
        tables=[_read_table(table) for table in said["tables"]],
    )


_READERS: Mapping[int, Callable[[Json], Content]] = {1: _read_1}


def _part_to_json(part: ProgrammePart) -> Json:
    return {
        "slug": part.slug,
        "programme": part.programme,
        "lead": part.lead,
        "figures": [_report_figure_to_json(one) for one in part.figures],
        "held": part.held,
        "awaiting": part.awaiting,
        "lost": part.lost,
        "schools": dict(part.schools),
        "line": [[one.month.isoformat(), one.plan, one.held, one.last] for one in part.line],
        "line_title": part.line_title,
        "reasons": [[one.title, one.lost, one.again] for one in part.reasons],
        "lost_title": part.lost_title,
        "changed": list(part.changed),
        "tables": [_table_to_json(table) for table in part.tables],
        **({} if part.schools_compared is None else {"schools_compared": part.schools_compared}),
    }


def _read_part(said: Json) -> ProgrammePart:
    return ProgrammePart(
        slug=said["slug"],
        programme=said["programme"],
        lead=said["lead"],
        figures=[_read_report_figure(one) for one in said["figures"]],
        held=said["held"],
        awaiting=said["awaiting"],
        lost=said["lost"],
        schools={state: said["schools"].get(state, 0) for state in STATES},
        line=[LinePoint(_day(month), plan, held, last) for month, plan, held, last in said["line"]],
        line_title=said["line_title"],
        reasons=[ReasonRow(title, lost, again) for title, lost, again in said["reasons"]],
        lost_title=said["lost_title"],
        changed=said["changed"],
        tables=[_read_table(table) for table in said["tables"]],
        schools_compared=said.get("schools_compared"),
    )


def _report_figure_to_json(one: ReportFigure) -> Json:
    return {
        "figure": _figure_to_json(one.figure),
        "last_year": _before_to_json(one.last_year),
        "last_report": _before_to_json(one.last_report),
    }


def _read_report_figure(said: Json) -> ReportFigure:
    return ReportFigure(
        _read_figure(said["figure"]), _read_before(said["last_year"]), _read_before(said["last_report"])
    )


def _before_to_json(before: Before | None) -> Json | None:
    return {"figure": _figure_to_json(before.figure), "words": before.words, "moved": before.moved} if before else None


def _read_before(said: Json | None) -> Before | None:
    return Before(_read_figure(said["figure"]), said["words"], said["moved"]) if said else None


def _figure_to_json(figure: Figure) -> Json:
    return {
        "key": figure.key,
        "words": figure.title,
        "n": figure.numerator,
        "of": figure.denominator,
        "unknown": figure.unknown,
        "as_of": figure.as_of.isoformat(),
        "target": figure.target,
    }


def _read_figure(said: Json) -> FrozenFigure:
    return FrozenFigure(
        said["key"], said["n"], said["of"], said["unknown"], _day(said["as_of"]), said["target"], said["words"]
    )


def freeze_figure(figure: Figure) -> FrozenFigure:
    """The figure as a report keeps it."""
    return _read_figure(_figure_to_json(figure))


def _table_to_json(table: Table) -> Json:
    return {
        "name": table.name,
        "title": table.title,
        "columns": [[column.title, column.definition, column.kind] for column in table.columns],
        "rows": [_row_to_json(row) for row in table.rows],
        "total": _row_to_json(table.total),
    }


def _read_table(said: Json) -> Table:
    columns = [Column(title, definition, kind) for title, definition, kind in said["columns"]]
    return Table(
        said["name"], said["title"], columns, [_read_row(row) for row in said["rows"]], _read_row(said["total"])
    )


def _row_to_json(row: Row) -> list[Any]:
    """Without links: the rows they led to have changed since."""
    return [_value_to_json(cell) for cell in row]


def _value_to_json(cell: Cell) -> Any:
    if isinstance(cell.value, Figure):
        return {"figure": _figure_to_json(cell.value)}
    if isinstance(cell.value, dt.date):
        return {"day": cell.value.isoformat()}
    return cell.value if cell.value is None or isinstance(cell.value, int) else str(cell.value)


def _read_row(said: Sequence[Any]) -> list[Cell]:
    return [Cell(_read_value(value)) for value in said]


def _read_value(said: Any) -> Any:
    if not isinstance(said, dict):
        return said
    return _read_figure(said["figure"]) if "figure" in said else _day(said["day"])


def _day(said: str) -> dt.date:
    return dt.date.fromisoformat(said)
