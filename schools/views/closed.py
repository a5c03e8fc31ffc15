"""Closed days and blocked weeks: adding, changing and removing them, with what that does to plans."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.requests import SignedInRequest
from programmes.forms.keys import refuse
from schools.actions import calendar as actions
from schools.forms.calendar import ClosedPeriodForm
from schools.models import ClosedPeriod, School, SchoolYear
from schools.strays import by_school, new_strays
from schools.views.access import year_or_404
from schools.views.calendar import managers_only


def closed_add(request: SignedInRequest, year_slug: str) -> HttpResponse:
    managers_only(request)
    year = year_or_404(year_slug)
    initial = {"school": School.objects.filter(slug=request.GET.get("skola", "")).first()}
    form = ClosedPeriodForm(request.POST or None, year=year, initial=initial)
    return _closed_form(request, year, form, _("Add closed days or blocked weeks"))


def closed_change(request: SignedInRequest, pk: int) -> HttpResponse:
    managers_only(request)
    period = get_object_or_404(ClosedPeriod.objects.select_related("year"), pk=pk)
    form = ClosedPeriodForm(request.POST or None, instance=period, year=period.year)
    return _closed_form(request, period.year, form, _("Change %(title)s") % {"title": period.name})


def closed_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks first. On POST closed days become school days again, and blocked weeks can be planned."""
    managers_only(request)
    period = get_object_or_404(ClosedPeriod.objects.select_related("year", "school"), pk=pk)
    if request.method == "POST":
        actions.open_days_again(period=period, by=request.user)
        said = (
            _("%(name)s is removed. The weeks can be planned again.")
            if period.is_blocked
            else _("%(name)s is removed. The days are school days again.")
        )
        messages.success(request, said % {"name": period.name})
        return redirect("schools:year-detail", period.year.slug)
    return render(request, "schools/closed_remove.html", {"period": period})


def _closed_form(request: SignedInRequest, year: SchoolYear, form: ClosedPeriodForm, title: str) -> HttpResponse:
    """First shows which planned sessions it hits; when that has been seen it saves, and leads to where they are
    moved."""
    context: dict[str, Any] = {"form": form, "year": year, "title": title}
    if request.method == "POST" and form.is_valid():
        period = form.instance
        hit = new_strays(year, timezone.localdate(), come=[period], go=[period] if period.pk else [])
        seen, is_again = request.POST.get("seen", ""), form.was_sent()
        if not hit or seen == str(len(hit)) or is_again:
            try:
                saved = _save_closed(form, year, request)
                # Sent once more it hits nothing new, so it says what it hit the first time.
                return _saved(request, year, saved, int(seen) if is_again and seen.isdecimal() else len(hit))
            except ValidationError as refused:
                refuse(form, refused)
        else:
            context |= {"hit": by_school(hit), "hit_count": len(hit)}
    return render(request, "schools/closed_form.html", context)


def _save_closed(form: ClosedPeriodForm, year: SchoolYear, request: SignedInRequest) -> ClosedPeriod:
    if form.instance.pk:
        return actions.change_closed_days(period=form.instance, by=request.user)
    return actions.close_days(year=year, **form.cleaned_data, by=request.user)


def _saved(request: SignedInRequest, year: SchoolYear, period: ClosedPeriod, hit: int) -> HttpResponse:
    messages.success(request, _("%(name)s is saved.") % {"name": period.name})
    if not hit:
        return redirect("schools:year-detail", year.slug)
    said = ngettext("%(n)s planned session has to be moved.", "%(n)s planned sessions have to be moved.", hit)
    messages.warning(request, said % {"n": hit})
    school = f"?{urlencode({'skola': period.school.slug})}" if period.school else ""
    return redirect(reverse("schools:stray-list", args=[year.slug]) + school)
