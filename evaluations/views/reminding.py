"""Whether reminders work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evaluations.reminding import answered_of, effect_of
from evaluations.selection import Selection
from evaluations.views.access import with_selection


@with_selection
def reminding(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    effect, schools = effect_of(selection)
    context = {"selection": selection, "effect": effect, "schools": schools, "answered": answered_of(selection)}
    return render(request, "evaluations/reminding.html", context)
