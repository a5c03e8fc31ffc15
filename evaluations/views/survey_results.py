"""Survey results: all schools for the centre, its own for a school, the whole for partners; and the same as CSV."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.policies import sees_everything
from accounts.requests import SignedInRequest
from accounts.spreadsheets import Sheet
from evaluations import tables
from evaluations.cells import Table, sheet_of
from evaluations.models import SurveyWave
from evaluations.policies import FEWEST_SCHOOLS, sees_surveys, sees_totals_only
from evaluations.selection import Selection, selected
from evaluations.surveys.gathering import response_of, results_of
from evaluations.surveys.results import (
    WHOLE,
    Results,
    Scope,
    dose_table,
    group_table,
    item_table,
    scale_table,
    school_table,
)
from evaluations.surveys.statistics import FEWEST_CLUSTERS
from evaluations.surveys.suppression import FEWEST
from evaluations.views.export import csv_answer
from schools.models import School
from schools.views.access import visible_school

Audience = SurveyWave.Audience


@dataclass
class Asking:
    """Whose results the reader asks for, among those they may see."""

    selection: Selection
    audience: SurveyWave.Audience
    school: School | None
    # The schools to choose among; for a partner only those where they have a role.
    schools: list[School]
    sees_all: bool

    @property
    def sees_whole(self) -> bool:
        return self.sees_all or self.selection.totals_only

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one choice of whose results to see."""
        return len(self.schools) + self.sees_whole > 1

    @property
    def query(self) -> str:
        return self.query_for(self.audience)

    def query_for(self, audience: str) -> str:
        more = {"svarande": audience, "skola": self.school.slug if self.school else "", "datum": "", "distrikt": ""}
        return self.selection.query_with(**more)

    @property
    def audiences(self) -> list[tuple[SurveyWave.Audience, str]]:
        """The audiences that the programme's year asks, with their addresses."""
        asked = set(
            SurveyWave.objects.filter(programme_year=self.selection.programme_year, rounds__isnull=False).values_list(
                "audience", flat=True
            )
        )
        return [(audience, self.query_for(audience)) for audience in Audience if audience in asked]


@require_safe
def results(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    asking = _asking(request, today)
    if asking is None:
        return render(request, "evaluations/overview_empty.html")
    found = results_of(asking.selection.programme_year, asking.audience)
    response = response_of(asking.selection.programme_year, asking.audience, asking.school)
    context = {
        "asking": asking,
        "selection": asking.selection,
        "response": response,
        "thin": [when for when, asked in response if asked.is_thin and asked.is_ended],
        "has_any": found.has_any,
        "too_few_schools": _has_too_few_schools(asking, found),
        "tables": _tables(asking, found),
        "fewest": FEWEST,
        "fewest_schools": FEWEST_SCHOOLS,
        "fewest_clusters": FEWEST_CLUSTERS,
    }
    return render(request, "evaluations/survey_results.html", context)


@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """The table that ``tabell`` names, exactly as it is shown; without it, the scales' table."""
    today = timezone.localdate()
    asking = _asking(request, today)
    found = results_of(asking.selection.programme_year, asking.audience) if asking else None
    shown = {table.name: table for table in _tables(asking, found)} if asking and found else {}
    name = request.GET.get("tabell") or "skalor"
    if asking is None or (name not in shown and request.GET.get("tabell")):
        raise Http404
    rules = asking.selection.programme_year
    file = f"enkat-{name}-{rules.programme.slug}-{asking.audience}-{rules.year.slug}"
    about = [
        *tables.about(asking.selection)[:2],
        (_("Who answers"), str(asking.audience.label)),
        (_("School"), _place(asking)),
    ]
    sheet = sheet_of(shown[name], about) if name in shown else Sheet(file, [], [])
    return csv_answer(sheet, file)


def _place(asking: Asking) -> str:
    return asking.school.name if asking.school else _("All schools")


def _has_too_few_schools(asking: Asking, found: Results) -> bool:
    """For partners: whether there are so few schools that the whole would tell of a single one."""
    return asking.selection.totals_only and asking.school is None and found.fewest_schools() < FEWEST_SCHOOLS


def _tables(asking: Asking, found: Results) -> list[Table]:
    """Every table that this reader may see, in the page's order."""
    if not found.has_any or _has_too_few_schools(asking, found):
        return []
    if asking.school:
        scope = Scope(school=asking.school.pk)
        return [scale_table(found, scope), item_table(found, scope), group_table(found, asking.school.pk)]
    shown = [scale_table(found, WHOLE), item_table(found, WHOLE)]
    if asking.sees_all:
        shown += [school_table(found), *([dose_table(found)] if found.has_dose else [])]
    return shown


def _asking(request: SignedInRequest, today: dt.date) -> Asking | None:
    """What the address asks for; None before any year is open. Another's school is a 404."""
    if not sees_surveys(request.user, today):
        raise PermissionDenied
    totals_only = sees_totals_only(request.user, today)
    selection = selected(request.GET, today, totals_only=totals_only)
    if selection is None:
        return None
    sees_all, slug = sees_everything(request.user, today), request.GET.get("skola", "")
    schools = list(School.objects.visible_to(request.user, today).order_by("name"))
    audience = next((one for one in Audience if one == request.GET.get("svarande")), Audience.PUPILS)
    asking = Asking(selection, audience, visible_school(request, slug, today) if slug else None, schools, sees_all)
    if asking.school is None and not asking.sees_whole and schools:
        asking.school = schools[0]
    return asking
