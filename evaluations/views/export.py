"""The overview's numbers by school as CSV, for a spreadsheet."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.spreadsheets import safe
from evaluations import definitions
from evaluations.dashboard import Dashboard, dashboard_of
from evaluations.figures import Figure
from evaluations.selection import Selection
from evaluations.views.access import with_selection


@with_selection
def export(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    name = f"oversikt-{selection.programme_year.programme.slug}-{selection.as_of.isoformat()}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    # Without the mark Excel reads å, ä and ö as something else.
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows(rows_of(dashboard_of(selection)))
    return response


def rows_of(dashboard: Dashboard) -> list[list[str]]:
    """A header, a row for each school, and the sum."""
    selection = dashboard.selection
    about = [selection.programme_year.programme.name, str(selection.year), selection.as_of.isoformat()]
    rows = [[row.school.name, row.school.district.name, *about, *_numbers(row.figures)] for row in dashboard.schools]
    district = selection.district.name if selection.district else ""
    return [
        [safe(cell) for cell in row]
        for row in (_header(), *rows, [_("All schools"), district, *about, *_numbers(dashboard.figures)])
    ]


def _header() -> list[str]:
    parts = (_("numerator"), _("denominator"), _("unknown"))
    return [
        *(_("School"), _("District"), _("Programme"), _("School year"), _("As of")),
        *(f"{definition.title}, {part}" for definition in definitions.ALL for part in parts),
    ]


def _numbers(figures: list[Figure]) -> list[str]:
    return [str(n) for figure in figures for n in (figure.numerator, figure.denominator, figure.unknown)]
