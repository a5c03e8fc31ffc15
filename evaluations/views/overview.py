"""The overview: where the year stands, as of a day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations.dashboard import dashboard_of, lead
from evaluations.selection import Selection
from evaluations.views.access import for_the_centre, with_selection
from schools.models import District, ProgrammeYear


@with_selection
def overview(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    dashboard = dashboard_of(selection)
    opened = ProgrammeYear.objects.select_related("year", "programme").order_by("-year__starts_on")
    context = {
        "selection": selection,
        "dashboard": dashboard,
        "lead": lead(dashboard),
        "districts": District.objects.all(),
        "years": list(dict.fromkeys(rules.year for rules in opened)),
        "programmes": list(dict.fromkeys(rules.programme for rules in opened)),
        "counted_at": timezone.localtime(),
        "lost": sum(row.total for row in dashboard.reasons),
        "lost_for_good": sum(row.lost for row in dashboard.reasons),
    }
    return render(request, "evaluations/overview.html", context)


@for_the_centre
def definitions(request: HttpRequest, **_today: object) -> HttpResponse:
    """What each figure counts, in words."""
    return render(request, "evaluations/definitions.html")
