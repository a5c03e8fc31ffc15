"""The tables as CSV and as a workbook, for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse

from accounts.spreadsheets import Sheet, safe, workbook_answer
from evaluations import downloads, tables
from evaluations.cells import Table, sheet_of
from evaluations.frozen import DEFINED
from evaluations.reports import content_now, sheets_of
from evaluations.selection import Selection
from evaluations.views.access import with_selection


@with_selection
def export(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    """The table that ``tabell`` names; without it, the schools' table."""
    name = request.GET.get("tabell") or "skolor"
    return _csv_of(_named(name, selection), selection, name)


@with_selection
def workbook(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    """Everything that the overview shows, as a workbook with a sheet for each table; with ``tabell``, that table."""
    if asked := request.GET.get("tabell"):
        return _workbook_of(_named(asked, selection), selection, asked)
    return workbook_answer(sheets_of(content_now(selection)), _file_name("oversikt", selection))


def _named(name: str, selection: Selection) -> Table:
    if name not in downloads.TABLES:
        raise Http404
    return downloads.TABLES[name](selection)


def asks_for_file(request: HttpRequest, selection: Selection) -> bool:
    """Whether the address asks for one of the page's tables as a file, and the reader may have it."""
    return request.GET.get("format") in FILES and not selection.totals_only


def file_of(
    request: HttpRequest, selection: Selection, shown: Sequence[Table], *about: tuple[str, str], name: str = ""
) -> HttpResponse:
    """The table of a page that ``tabell`` names; without it, the first.

    ``about`` is what the page is about besides its selection, and ``name`` is that in the file's name.
    """
    asked = request.GET.get("tabell") or shown[0].name
    table = next((table for table in shown if table.name == asked), None)
    if table is None:
        raise Http404
    return FILES[request.GET["format"]](table, selection, f"{asked}-{name}" if name else asked, *about)


def _csv_of(table: Table, selection: Selection, name: str, *about: tuple[str, str]) -> HttpResponse:
    return csv_answer(sheet_of(table, [*about, *tables.about(selection)]), _file_name(name, selection))


def _workbook_of(table: Table, selection: Selection, name: str, *about: tuple[str, str]) -> HttpResponse:
    """The table, with the definitions on a sheet of their own."""
    sheets = [sheet_of(table, [*about, *tables.about(selection)])]
    if table.name != DEFINED:
        sheets.append(sheet_of(tables.definition_table(), tables.about(selection)))
    return workbook_answer(sheets, _file_name(name, selection))


def _file_name(name: str, selection: Selection) -> str:
    return f"{name}-{selection.programme_year.programme.slug}-{selection.as_of.isoformat()}"


# The kinds of files that a page's table can be taken away as, by what addresses call them.
FILES = {"csv": _csv_of, "xlsx": _workbook_of}


def csv_answer(sheet: Sheet, name: str) -> HttpResponse:
    """The sheet as a CSV download; the name is given without its ending."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    # Without a byte order mark Excel misreads å, ä and ö.
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows(_rows_of(sheet))
    return response


def _rows_of(sheet: Sheet) -> list[list[str]]:
    return [[safe("" if cell is None else str(cell)) for cell in row] for row in (sheet.header, *sheet.rows)]
