"""Importing a calendar: first which days come, change or exist already, then the change itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.requests import SignedInRequest
from schools.actions.calendar_imports import CalendarRefused, import_calendar
from schools.forms.imports import CalendarFileForm
from schools.imports.closed_days import CalendarDryRun, dry_run
from schools.imports.sheets import UnreadableFile
from schools.models import School, SchoolYear
from schools.strays import new_strays
from schools.views.access import year_or_404
from schools.views.calendar import managers_only
from schools.views.parcels import BrokenParcel, pack, unpack

SALT = "schools.calendar-import."


def calendar_import(request: SignedInRequest, year_slug: str) -> HttpResponse:
    managers_only(request)
    year = year_or_404(year_slug)
    if request.method == "POST" and "kept" in request.POST:
        return _apply(request, year)
    initial = {"school": School.objects.filter(slug=request.GET.get("skola", "")).first()}
    form = CalendarFileForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        content, school = form.cleaned_data["file"].read(), form.cleaned_data["school"]
        try:
            found = dry_run(content, year, school, blocked=form.is_blocked)
            return _show(request, found, content, blocked=form.is_blocked)
        except UnreadableFile as reason:
            form.add_error("file", str(reason))
    return render(request, "schools/calendar_import.html", {"form": form, "year": year})


def _show(request: SignedInRequest, found: CalendarDryRun, content: bytes, *, blocked: bool) -> HttpResponse:
    context = {
        "year": found.year,
        "found": found,
        "blocked": blocked,
        "kept": pack(content, of=_salt(found.year, found.school, blocked)),
        "hits": 0 if found.errors else _hits(found),
    }
    return render(request, "schools/calendar_import_shown.html", context)


def _apply(request: SignedInRequest, year: SchoolYear) -> HttpResponse:
    said: Any = request.POST
    school = School.objects.filter(slug=said.get("school", "")).first()
    blocked = said.get("blocked") == "1"
    try:
        content = unpack(said["kept"], of=_salt(year, school, blocked))
        hits = _hits(dry_run(content, year, school, blocked=blocked))
        found = import_calendar(
            content=content, year=year, school=school, blocked=blocked, digest=said.get("digest", ""), by=request.user
        )
    except BrokenParcel:
        messages.error(request, _("The file was too old. Choose it again."))
        return redirect("schools:calendar-import", year.slug)
    except CalendarRefused as refused:
        messages.error(request, _("Something has changed since the file was shown. Nothing is read in. Look again."))
        return _show(request, refused.found, content, blocked=blocked)
    return _done(request, found, hits)


def _done(request: SignedInRequest, found: CalendarDryRun, hits: int) -> HttpResponse:
    said = {"added": len(found.additions), "changed": len(found.alterations)}
    messages.success(request, _("The calendar is read in: %(added)s new and %(changed)s changed.") % said)
    school, year = found.school, found.year
    if hits:
        told = ngettext("%(n)s planned session has to be moved.", "%(n)s planned sessions have to be moved.", hits)
        messages.warning(request, told % {"n": hits})
        where = f"?{urlencode({'skola': school.slug})}" if school else ""
        return redirect(reverse("schools:stray-list", args=[year.slug]) + where)
    if school:
        return redirect("schools:school-year", school.slug, year.slug)
    return redirect("schools:year-detail", year.slug)


def _hits(found: CalendarDryRun) -> int:
    """How many planned sessions would have to be moved."""
    come = [*found.new_periods(), *found.altered_periods()]
    go = [one.period for one in found.alterations]
    return len(new_strays(found.year, timezone.localdate(), come=come, go=go)) if come else 0


def _salt(year: SchoolYear, school: School | None, blocked: bool) -> str:
    return f"{SALT}{year.slug}.{school.slug if school else ''}.{blocked}"
