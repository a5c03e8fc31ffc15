"""The overview: where the year stands, as of a day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations import sentences
from evaluations.dashboard import dashboard_of
from evaluations.definitions import ALL
from evaluations.figures import AMBER, GREEN, TARGETS
from evaluations.selection import Selection
from evaluations.views.access import for_the_centre, with_selection


@with_selection
def overview(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    if not selection.has_begun:
        return render(request, "evaluations/overview_ahead.html", {"selection": selection})
    dashboard = dashboard_of(selection)
    context = {
        "selection": selection,
        "dashboard": dashboard,
        "lead": sentences.lead(dashboard),
        "line_title": sentences.line_title(dashboard),
        "lost_title": sentences.lost_title(dashboard),
        "counted_at": timezone.localtime(),
    }
    return render(request, "evaluations/overview.html", context)


@for_the_centre
def definitions(request: HttpRequest, **_today: object) -> HttpResponse:
    """What each figure counts, in words."""
    context = {
        "definitions": [(definition, TARGETS.get(definition.key)) for definition in ALL],
        "green": GREEN,
        "amber": AMBER,
        "below_green": GREEN - 1,
    }
    return render(request, "evaluations/definitions.html", context)
