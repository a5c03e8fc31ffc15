"""What every export to a spreadsheet has in common."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet runs a cell that begins with one of these as a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Columns, in characters.
WIDE, NARROW = 50, 18


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name, header and rows; ``narrowest`` is the least width of a column."""

    name: str
    header: list[str]
    rows: list[list[Any]]
    narrowest: int = NARROW


def safe(text: str) -> str:
    """The text, escaped so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def write_workbook(sheets: Iterable[Sheet], file: IO[bytes]) -> None:
    """The sheets as an XLSX file; no cell is run as a formula."""
    book = Workbook()
    book.remove(book.active)
    for part in sheets:
        sheet = book.create_sheet(part.name)
        for row in [part.header, *part.rows]:
            sheet.append([_cell(value) for value in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column, name in zip(sheet.columns, part.header, strict=True):
            sheet.column_dimensions[column[0].column_letter].width = _width(part, name, column)
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.freeze_panes = "A2"
    book.save(file)


def workbook_answer(sheets: Iterable[Sheet], name: str) -> HttpResponse:
    """The workbook to download; the name is without its ending."""
    file = io.BytesIO()
    write_workbook(sheets, file)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


def _cell(value: Any) -> Any:
    return safe(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value


def _width(part: Sheet, name: str, column: Any) -> int:
    longest = max(len(str(cell.value or "")) for cell in column)
    return WIDE if longest > WIDE else max(part.narrowest, len(name) + 2)
