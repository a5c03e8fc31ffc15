"""School years: the list, a new one made from last year's, and a year's picture for all schools and for one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policies import is_coordinator, manages_schools, sees_everything
from accounts.requests import GET_OR_POST, SignedInRequest
from schools.actions import calendar as actions
from schools.calendar import SchoolCalendar
from schools.forms.years import NewYearForm, YearDaysForm
from schools.models import School, SchoolYear
from schools.moving_up import year_before
from schools.strays import strays_at
from schools.views.access import visible_school, year_or_404
from schools.year_picture import months_of, school_days_of, weekdays
from schools.year_proposals import ProposedYear, year_after


def year_list(request: SignedInRequest) -> HttpResponse:
    centre_only(request)
    years = SchoolYear.objects.prefetch_related("terms", "programme_years__programme")
    return render(request, "schools/year_list.html", {"years": years, "may_manage": may_manage(request)})


def year_add(request: SignedInRequest) -> HttpResponse:
    """A form filled in from last year. The year that it makes is shown first, and saved when that has been seen."""
    managers_only(request)
    latest = SchoolYear.objects.first()
    proposal = year_after(latest) if latest else None
    form = NewYearForm(request.POST or None, proposal)
    left_out = proposal.said_of_left_out() if proposal else []
    context: dict[str, Any] = {"form": form, "latest": latest, "left_out": left_out}
    if request.method == "POST" and form.is_valid():
        proposed = form.proposed()
        if request.POST.get("deed") == "save" and request.POST.get("digest") == proposed.digest:
            return _save(request, proposed)
        context |= _shown(proposed, request)
    return render(request, "schools/year_add.html", context)


def year_detail(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """The year month by month, what closes and blocks its days, and the rules of each programme."""
    centre_only(request)
    year, today = year_or_404(year_slug), timezone.localdate()
    if slug := request.GET.get("skola"):
        school = get_object_or_404(School.objects.visible_to(request.user, today), slug=slug)
        return redirect("schools:school-year", school.slug, year.slug)
    context = _picture(year, None) | {
        "schools": School.objects.open_on(today),
        "at_schools": year.closed_periods.exclude(school=None).select_related("school"),
        "rules": year.programme_years.select_related("programme"),
        "may_plan": is_coordinator(request.user, today),
        "strays": strays_at(year, School.objects.open_on(today), today),
        "may_manage": may_manage(request),
        "is_over": year.ends_on < today,
        "earlier": year_before(year) if year.ends_on >= today else None,
    }
    return render(request, "schools/year_detail.html", context)


@GET_OR_POST
def year_change(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """Change the days of the year's terms, and say which sessions then have to be moved."""
    managers_only(request)
    year, today = year_or_404(year_slug), timezone.localdate()
    form = YearDaysForm(request.POST or None, initial=_days_of(year))
    if request.method == "POST" and form.is_valid():
        known = {stray.session.pk for stray in strays_at(year, School.objects.open_on(today), today)}
        try:
            actions.change_school_year(year=year, **form.cleaned_data, today=today, by=request.user)
            return _changed(request, year, known)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "schools/year_change.html", {"form": form, "year": year, "is_over": year.ends_on < today})


def _days_of(year: SchoolYear) -> dict[str, dt.date]:
    autumn, spring = year.terms.order_by("starts_on")
    return {
        "starts_on": year.starts_on,
        "autumn_ends_on": autumn.ends_on,
        "spring_starts_on": spring.starts_on,
        "ends_on": year.ends_on,
    }


def _changed(request: SignedInRequest, year: SchoolYear, known: set[int]) -> HttpResponse:
    year.refresh_from_db()
    today = timezone.localdate()
    messages.success(request, _("The school year %(year)s is changed.") % {"year": year})
    strays = [one for one in strays_at(year, School.objects.open_on(today), today) if one.session.pk not in known]
    if not strays:
        return redirect("schools:year-detail", year.slug)
    said = ngettext("%(n)s planned session has to be moved.", "%(n)s planned sessions have to be moved.", len(strays))
    messages.warning(request, said % {"n": len(strays)})
    return redirect("schools:stray-list", year.slug)


def school_year(request: SignedInRequest, slug: str, year_slug: str) -> HttpResponse:
    """The same year at one school: what is for all, its own study days, and its blocked weeks."""
    today = timezone.localdate()
    school, year = visible_school(request, slug, today), year_or_404(year_slug)
    may_move = School.objects.logged_by(request.user, today).filter(pk=school.pk).exists()
    context = _picture(year, school) | {
        "school": school,
        "own": year.closed_periods.filter(school=school),
        "strays": strays_at(year, [school], today) if may_move else [],
        "may_manage": may_manage(request),
    }
    return render(request, "schools/school_year.html", context)


def may_manage(request: SignedInRequest) -> bool:
    return manages_schools(request.user, timezone.localdate())


def managers_only(request: SignedInRequest) -> None:
    if not may_manage(request):
        raise PermissionDenied


def centre_only(request: SignedInRequest) -> None:
    if not sees_everything(request.user, timezone.localdate()):
        raise PermissionDenied


def _shown(proposed: ProposedYear, request: SignedInRequest) -> dict[str, Any]:
    calendar = proposed.calendar()
    return {
        "proposed": proposed,
        "months": months_of(calendar),
        "weekdays": weekdays(),
        "school_days": school_days_of(calendar),
        "remarks": proposed.remarks(timezone.localdate()),
        "changed": request.POST.get("deed") == "save",
    }


def _save(request: SignedInRequest, proposed: ProposedYear) -> HttpResponse:
    year = actions.make_proposed_year(proposed=proposed, by=request.user)
    messages.success(request, _("The school year %(year)s is added.") % {"year": year})
    return redirect("schools:year-detail", year.slug)


def _picture(year: SchoolYear, school: School | None) -> dict[str, Any]:
    calendar = SchoolCalendar.of(year, school)
    return {
        "year": year,
        "terms": year.terms.all(),
        "months": months_of(calendar),
        "weekdays": weekdays(),
        "school_days": school_days_of(calendar),
        "for_all": year.closed_periods.filter(school=None),
    }
