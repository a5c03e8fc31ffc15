"""Closing a school year, and reopening it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.policies import is_coordinator
from accounts.requests import GET_OR_POST, SignedInRequest
from schools.actions.years import close_year, reopen_year
from schools.models import PlannedSession, SchoolYear
from schools.views.access import year_or_404


@GET_OR_POST
def year_close(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """Say what closing means and what still lacks a log, then close."""
    today, year = timezone.localdate(), _year(request, year_slug)
    refused = None
    if request.method == "POST":
        try:
            close_year(year=year, today=today, by=request.user)
        except ValidationError as error:
            refused = error.messages[0]
        else:
            messages.success(request, _("The school year %(year)s is closed.") % {"year": year})
            return redirect("schools:year-detail", year.slug)
    waiting = PlannedSession.objects.filter(participation__programme_year__year=year).awaiting_log(today).count()
    context = {"year": year, "waiting": waiting, "refused": refused, "has_ended": today > year.ends_on}
    return render(request, "schools/year_close.html", context)


@require_POST
def year_reopen(request: SignedInRequest, year_slug: str) -> HttpResponse:
    year = _year(request, year_slug)
    reopen_year(year=year, by=request.user)
    messages.success(request, _("The school year %(year)s is open again.") % {"year": year})
    return redirect("schools:year-detail", year.slug)


def _year(request: SignedInRequest, year_slug: str) -> SchoolYear:
    year = year_or_404(year_slug)
    if not is_coordinator(request.user, timezone.localdate()):
        raise PermissionDenied
    return year
