"""What a table is made of, apart from how it looks, so that page, CSV, workbook and PDF share its rows.

A cell's value is a text, a number, a day or a figure; its address leads to the rows that it counts. A page shows a
figure as its range, an export as the numbers that it follows from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.spreadsheets import Sheet
from evaluations.definitions import DEFINITIONS
from evaluations.figures import Figure

Value = str | int | dt.date | Figure | None
# The most that a spreadsheet takes as a sheet's name.
LONGEST_NAME = 31


@dataclass(frozen=True)
class Column:
    """A column's heading. ``definition`` is the key of its figure's definition."""

    title: str
    definition: str = ""
    kind: str = "number"

    @property
    def is_text(self) -> bool:
        return self.kind == "text"

    @property
    def is_share(self) -> bool:
        """Whether the value is a figure. In a column of bands it is shown beside its bar."""
        return self.kind in ("share", "band")

    @property
    def has_band(self) -> bool:
        return self.kind == "band"


@dataclass(frozen=True)
class Cell:
    value: Value
    address: str = ""


Row = Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """A table. ``name`` is its anchor on a page and its file's name; ``total`` is the row of the others' sums."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row = ()

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        """Each row's cells with their columns."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def total_line(self) -> list[tuple[Column, Cell]]:
        return list(zip(self.columns, self.total, strict=True)) if self.total else []


def text_column(title: object) -> Column:
    return Column(str(title), kind="text")


def share_column(key: str, kind: str = "share") -> Column:
    """The column of a figure, by its key."""
    return Column(str(DEFINITIONS[key].title), key, kind)


def sheet_of(table: Table, about: Sequence[tuple[str, str]] = ()) -> Sheet:
    """The table as a sheet. ``about`` (programme, school year, day) is put last on every row."""
    header = [*_header(table.columns), *(name for name, _value in about)]
    said = [value for _name, value in about]
    rows = [[*_flat(table.columns, row), *said] for row in (*table.rows, *([table.total] if table.total else []))]
    return Sheet(table.title[:LONGEST_NAME], header, rows)


def _header(columns: Iterable[Column]) -> list[str]:
    parts = (_("numerator"), _("denominator"), _("unknown"))
    header: list[str] = []
    for column in columns:
        header += [f"{column.title}, {part}" for part in parts] if column.is_share else [column.title]
    return header


def _flat(columns: Sequence[Column], row: Row) -> list[str | int | dt.date | None]:
    cells: list[str | int | dt.date | None] = []
    for column, cell in zip(columns, row, strict=True):
        if isinstance(cell.value, Figure):
            cells += [cell.value.numerator, cell.value.denominator, cell.value.unknown]
        elif column.is_share:
            cells += [None, None, None]
        else:
            cells.append(cell.value)
    return cells
