"""The overview's numbers by school as CSV, for a spreadsheet."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from evaluations.dashboard import Dashboard, dashboard_of
from evaluations.figures import ALL, TITLES, Figure
from evaluations.selection import Selection
from evaluations.views.access import with_selection

# Spreadsheets run a cell that begins so as a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@with_selection
def export(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    name = f"oversikt-{selection.programme_year.programme.slug}-{selection.as_of.isoformat()}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows(rows_of(dashboard_of(selection)))
    return response


def rows_of(dashboard: Dashboard) -> list[list[str]]:
    """A header, a row for each school, and the sum."""
    as_of = dashboard.selection.as_of.isoformat()
    header = [_("School"), _("District"), _("As of")]
    for figure in ALL:
        title = TITLES[figure.__name__]
        header += [f"{title}, {part}" for part in (_("numerator"), _("denominator"), _("unknown"))]
    rows = [
        [safe(row.school.name), safe(row.school.district.name), as_of, *_numbers(row.figures)]
        for row in dashboard.schools
    ]
    return [header, *rows, [_("All schools"), "", as_of, *_numbers(dashboard.figures)]]


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _numbers(figures: list[Figure]) -> list[str]:
    return [str(n) for figure in figures for n in (figure.numerator, figure.denominator, figure.unknown)]
