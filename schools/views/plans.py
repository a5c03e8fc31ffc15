"""The basis of a year's plans: the programme's settings, and each school's participation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import is_coordinator
from accounts.requests import GET_OR_POST, SignedInRequest
from schools.actions.plans import first_rules, open_programme_year
from schools.forms.plans import ProgrammeYearForm
from schools.models import Participation, ProgrammeYear, School, SchoolYear
from schools.views.access import year_or_404
from schools.views.programmes import Asked


@GET_OR_POST
def plan_settings(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """The programme's settings in a year: number of sessions, grades, and how far ahead staff go."""
    today = timezone.localdate()
    if not is_coordinator(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    asked = Asked.by(request)
    programme = asked.programme
    rules = asked.rules(year) or first_rules(programme, year)
    form = ProgrammeYearForm(request.POST or None, instance=rules)
    if request.method == "POST" and form.is_valid():
        open_programme_year(programme=programme, year=year, by=request.user, **form.cleaned_data)
        messages.success(request, _("The settings for %(year)s are saved.") % {"year": year})
        return redirect(asked.url("schools:plan-all", year.slug))
    return render(request, "schools/plan_settings.html", {"form": form, "year": year} | asked.context)


def participation_of(school: School, rules: ProgrammeYear) -> Participation:
    """The school's participation in the programme; unsaved until something is written."""
    joined = Participation.objects.filter(school=school, programme_year=rules).select_related(
        "school", "programme_year__programme", "programme_year__year"
    )
    return joined.first() or Participation(school=school, programme_year=rules)


def participations_in(school: School, year: SchoolYear) -> Any:
    """The school's participations in a year's programmes, in the programmes' order."""
    joined = Participation.objects.filter(school=school, programme_year__year=year)
    named = joined.select_related("school", "programme_year__programme", "programme_year__year")
    return named.order_by("programme_year__programme__position")
