"""Whether reminders work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evaluations.reminding import answered_of, effect_from, effect_of
from evaluations.selection import Selection
from evaluations.views.access import with_selection
from evaluations.views.lists import page_of


@with_selection
def reminding(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    effect, schools = effect_of(selection)
    page = page_of(request, schools)
    context = {
        "selection": selection,
        "effect": effect,
        "page": page,
        "schools": [(school, effect_from(counts)) for school, counts in page],
        "answered": answered_of(selection),
    }
    return render(request, "evaluations/reminding.html", context)
