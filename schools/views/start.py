"""Where each role arrives after signing in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.policies import is_administrator, is_coordinator, is_leadership
from accounts.requests import SignedInRequest
from programmes.policies import partners_of
from schools.models import School


def start(request: SignedInRequest) -> HttpResponse:
    """The start page of the user's most demanding role; a contact person of several schools chooses one."""
    today, user = timezone.localdate(), request.user
    if is_coordinator(user, today) or School.objects.logged_by(user, today).open_on(today).exists():
        return redirect("sessions_log:start")
    if is_leadership(user, today):
        return redirect("evaluations:overview")
    if is_administrator(user, today):
        return redirect("accounts:administration")
    schools = School.objects.visible_to(user, today)
    if len(schools) == 1:
        return redirect("schools:term-plan", schools[0].slug)
    if not schools and (partners := partners_of(user, today)):
        return redirect(partners[0])
    return render(request, "schools/start_choose.html", {"schools": schools})


def own_school(request: SignedInRequest) -> HttpResponse:
    """The page of the only school where the user has a role, or a choice among several."""
    schools = School.objects.visible_to(request.user, timezone.localdate())
    if len(schools) == 1:
        return redirect(schools[0])
    return render(request, "schools/start_choose.html", {"schools": schools})
