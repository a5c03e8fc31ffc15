"""School years and what closes them."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import is_coordinator, manages_schools, sees_everything
from accounts.requests import SignedInRequest
from schools.actions import calendar as actions
from schools.calendar import SchoolCalendar, calendars_of
from schools.forms.calendar import ClosedPeriodForm, SchoolYearForm
from schools.models import ClosedPeriod, PlannedSession, SchoolYear
from schools.views.access import year_or_404


def year_list(request: SignedInRequest) -> HttpResponse:
    _readers_only(request)
    years = SchoolYear.objects.prefetch_related("terms", "programme_years__programme")
    return render(request, "schools/year_list.html", {"years": years, "may_manage": _may_manage(request)})


def year_add(request: SignedInRequest) -> HttpResponse:
    _managers_only(request)
    form = SchoolYearForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            year = actions.make_school_year(**form.cleaned_data, by=request.user)
            messages.success(request, _("The school year %(year)s is added. Now add its breaks.") % {"year": year})
            return redirect("schools:year-detail", year.slug)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "schools/year_add.html", {"form": form})


def year_detail(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """The year week by week, what closes it, and each programme's rules."""
    _readers_only(request)
    year = year_or_404(year_slug)
    periods = year.closed_periods.select_related("school").order_by("starts_on", "name")
    context = {
        "year": year,
        "terms": year.terms.all(),
        "for_all": [period for period in periods if period.school_id is None],
        "at_schools": [period for period in periods if period.school_id],
        "months": months_of(SchoolCalendar.of(year, None)),
        "rules": year.programme_years.select_related("programme"),
        "may_plan": is_coordinator(request.user, timezone.localdate()),
        "may_manage": _may_manage(request),
    }
    return render(request, "schools/year_detail.html", context)


def closed_add(request: SignedInRequest, year_slug: str) -> HttpResponse:
    _managers_only(request)
    year = year_or_404(year_slug)
    return _closed_form(request, year, ClosedPeriodForm(request.POST or None, year=year), _("Add closed days"))


def closed_change(request: SignedInRequest, pk: int) -> HttpResponse:
    _managers_only(request)
    period = get_object_or_404(ClosedPeriod.objects.select_related("year"), pk=pk)
    form = ClosedPeriodForm(request.POST or None, instance=period, year=period.year)
    return _closed_form(request, period.year, form, period.name)


def closed_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks first; the days are school days again on POST."""
    _managers_only(request)
    period = get_object_or_404(ClosedPeriod.objects.select_related("year", "school"), pk=pk)
    if request.method == "POST":
        actions.open_days_again(period=period, by=request.user)
        messages.success(request, _("%(name)s is removed. The days are school days again.") % {"name": period.name})
        return redirect("schools:year-detail", period.year.slug)
    return render(request, "schools/closed_remove.html", {"period": period})


def months_of(calendar: SchoolCalendar) -> list[tuple[dt.date, list[dict[str, Any]]]]:
    """The year's weeks by month, each with what is closed: for the page's year view."""
    weeks: list[dict[str, Any]] = [
        {
            "monday": monday,
            "is_closed": calendar.is_closed_week(monday),
            "name": calendar.closed_name(monday),
            "closed": [
                (day, calendar.closed[day])
                for number in range(5)
                if (day := monday + dt.timedelta(days=number)) in calendar.closed
            ],
        }
        for monday in calendar.weeks()
    ]
    by_month = groupby(weeks, key=lambda week: (week["monday"] + dt.timedelta(days=2)).replace(day=1))
    return [(month, list(found)) for month, found in by_month]


def _closed_form(request: SignedInRequest, year: SchoolYear, form: ClosedPeriodForm, title: str) -> HttpResponse:
    """First says which planned sessions lie in weeks that would be wholly closed; saves when that has been seen."""
    context = {"form": form, "year": year, "title": title, "change": form.instance.pk}
    if request.method == "POST" and form.is_valid():
        hit = sessions_in_closed_weeks(form.instance)
        if not hit or request.POST.get("seen"):
            _save_closed(form, year, request)
            messages.success(request, _("%(name)s is saved.") % {"name": form.instance.name})
            return redirect("schools:year-detail", year.slug)
        context |= {"hit": hit, "schools_hit": sorted({session.participation.school for session in hit}, key=str)}
    return render(request, "schools/closed_form.html", context)


def _save_closed(form: ClosedPeriodForm, year: SchoolYear, request: SignedInRequest) -> None:
    if form.instance.pk:
        actions.change_closed_days(period=form.instance, by=request.user)
    else:
        actions.close_days(year=year, **form.cleaned_data, by=request.user)


def sessions_in_closed_weeks(period: ClosedPeriod) -> list[PlannedSession]:
    """Planned sessions in weeks that the period, with what is closed already, would close wholly."""
    near = Q(week_start__gte=period.starts_on - dt.timedelta(days=6), week_start__lte=period.ends_on)
    in_year = Q(participation__programme_year__year=period.year)
    sessions = PlannedSession.objects.without_outcome().filter(near, in_year).with_names()
    if period.school_id:
        sessions = sessions.filter(participation__school=period.school)
    found = list(sessions)
    calendars = calendars_of(period.year, {session.participation.school for session in found})
    return [session for session in found if _would_close(calendars[session.participation.school_id], session, period)]


def _would_close(calendar: SchoolCalendar, session: PlannedSession, period: ClosedPeriod) -> bool:
    days = calendar.open_days(session.week_start)
    return bool(days) and all(period.starts_on <= day <= period.ends_on for day in days)


def _may_manage(request: SignedInRequest) -> bool:
    return manages_schools(request.user, timezone.localdate())


def _managers_only(request: SignedInRequest) -> None:
    if not _may_manage(request):
        raise PermissionDenied


def _readers_only(request: SignedInRequest) -> None:
    if not sees_everything(request.user, timezone.localdate()):
        raise PermissionDenied
