"""Planning, changing and cancelling an occasion, and recording its attendance."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import manages_schools
from accounts.requests import GET_OR_POST, SignedInRequest
from programmes.forms.keys import refuse
from schools import policies
from schools.actions import occasions as actions
from schools.actions.occasions import StaleOccasion
from schools.forms.occasions import (
    AttendanceForm,
    CancelOccasionForm,
    OccasionChangeForm,
    OccasionForm,
    held_initial,
    initial_of,
)
from schools.mailing.invited import when_and_where
from schools.models import Occasion, School
from schools.views.access import chosen_kind, chosen_school, managed_occasion, visible_occasion

Made = TypeVar("Made")
# Makes a form for an occasion from what was sent, if anything, and the occasion as it is.
FormOf = Callable[[QueryDict, Occasion], forms.Form]


@GET_OR_POST
def occasion_add(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    if not policies.user_can_plan_occasions(request.user, today):
        raise PermissionDenied
    for_all = manages_schools(request.user, today)
    schools = _planned_by(request)
    first = _first_values(request, schools, for_all=for_all)
    form = OccasionForm(sent(request), schools=schools, for_all=for_all, initial=first)
    occasion = done(form, lambda: actions.plan_occasion(**form.cleaned_data, by=request.user, now=timezone.now()))
    if occasion:
        messages.success(request, _("%(title)s is planned. Now invite those who are to come.") % _named(occasion))
        return redirect(occasion)
    return render(request, "schools/occasion_add.html", {"form": form})


@GET_OR_POST
def occasion_change(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    occasion, template = managed_occasion(request, uuid), "schools/occasion_change.html"
    if not policies.can_change_occasion(occasion):
        return too_late(request, occasion)
    form = OccasionChangeForm(sent(request), initial=initial_of(occasion))

    def change() -> Occasion:
        said, now = form.cleaned_data, timezone.now()
        return actions.change_occasion(occasion=occasion, **said, by=request.user, now=now)

    try:
        if done(form, change):
            messages.success(request, _("%(title)s is saved.") % _named(occasion))
            return redirect(occasion)
    except StaleOccasion:
        return _stale(request, uuid, template, lambda data, now: OccasionChangeForm(data))
    return render(request, template, {"form": form, "occasion": occasion})


@GET_OR_POST
def occasion_cancel(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    occasion, template = managed_occasion(request, uuid), "schools/occasion_cancel.html"
    if not policies.can_change_occasion(occasion):
        return too_late(request, occasion)
    form = CancelOccasionForm(sent(request), initial={"version": occasion.version})

    def cancel() -> Occasion:
        said, now = form.cleaned_data, timezone.now()
        return actions.cancel_occasion(occasion=occasion, **said, by=request.user, now=now)

    try:
        if done(form, cancel):
            messages.success(request, _("%(title)s is cancelled.") % _named(occasion))
            return redirect(occasion)
    except StaleOccasion:
        return _stale(request, uuid, template, lambda data, now: CancelOccasionForm(data))
    invited = occasion.invitations.standing().count()
    return render(request, template, {"form": form, "occasion": occasion, "invited": invited})


@GET_OR_POST
def occasion_attendance(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """Held or not, and how many came."""
    today = timezone.localdate()
    occasion, template = managed_occasion(request, uuid), "schools/occasion_attendance.html"
    if not policies.can_log_attendance(occasion, today):
        return too_late(request, occasion)
    schools = _schools_for(occasion)
    form = AttendanceForm(sent(request), occasion=occasion, **schools, initial=held_initial(occasion))

    def log() -> Occasion:
        said = form.cleaned_data
        counted = {"held": said["held"] == "yes", "counts": form.counts(), "note": said["note"]}
        version, by, now = said["version"], request.user, timezone.now()
        return actions.log_attendance(occasion=occasion, **counted, version=version, by=by, now=now)

    try:
        if done(form, log):
            messages.success(request, _("The attendance at %(title)s is saved.") % _named(occasion))
            return redirect(occasion)
    except StaleOccasion:
        return _stale(request, uuid, template, lambda data, now: AttendanceForm(data, occasion=now, **schools))
    return render(request, template, {"form": form, "occasion": occasion})


def done(form: forms.Form, deed: Callable[[], Made]) -> Made | None:
    """Whether a valid form's deed was done; what the action refuses is shown in the form."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return deed()
    except ValidationError as refused:
        refuse(form, refused)
        return None


def _planned_by(request: SignedInRequest) -> QuerySet[School]:
    """The schools for which the user may plan occasions."""
    today = timezone.localdate()
    schools = School.objects.visible_to(request.user, today).open_on(today)
    if manages_schools(request.user, today):
        return schools
    own = [pk for pk, roles in policies.school_roles(request.user, today).items() if policies.COORDINATOR in roles]
    return schools.filter(pk__in=own)


def _first_values(request: SignedInRequest, schools: QuerySet[School], *, for_all: bool) -> dict[str, Any]:
    """The school and kind in the address, so that a gap leads to a filled-in form; a coordinator of one school gets
    that school."""
    chosen = chosen_school(request.GET.get("skola"), schools)
    kind = chosen_kind(request.GET.get("sort"))
    return {"school": chosen or (None if for_all else schools.first()), "kind": kind or None}


def _schools_for(occasion: Occasion) -> dict[str, list[School]]:
    """For an occasion for the whole centre: the schools that are invited or have attended, and the others."""
    if occasion.school:
        return {"invited": [], "others": []}
    near = set(occasion.invitations.standing().values_list("school", flat=True))
    near |= set(occasion.attendance.values_list("school", flat=True))
    schools = list(
        School.objects.filter(Q(pk__in=near - {None}) | Q(pk__in=School.objects.open_on(timezone.localdate())))
    )
    return {
        "invited": [school for school in schools if school.pk in near],
        "others": [school for school in schools if school.pk not in near],
    }


def too_late(request: SignedInRequest, occasion: Occasion) -> HttpResponse:
    """Back to the occasion, saying why this cannot be done any more, or not yet."""
    if occasion.cancelled_at:
        messages.error(request, _("The occasion is cancelled, and cannot be changed."))
    elif occasion.date > timezone.localdate():
        messages.error(request, _("Attendance is logged from the day itself."))
    else:
        messages.error(request, _("The day has passed, or attendance is logged already."))
    return redirect(occasion)


def _stale(request: SignedInRequest, uuid: uuids.UUID, template: str, form_of: FormOf) -> HttpResponse:
    """Show the occasion as it is now, keeping everything typed; sending again changes that."""
    occasion = visible_occasion(request, uuid, timezone.localdate())
    if occasion.cancelled_at or (occasion.held is not None and "attendance" not in template):
        return too_late(request, occasion)
    data = request.POST.copy()
    data["version"] = str(occasion.version)
    context = {"form": form_of(data, occasion), "occasion": occasion, "stale": True, "when": when_and_where(occasion)}
    return render(request, template, context, status=409)


def sent(request: SignedInRequest) -> QueryDict | None:
    """The data that a form was sent with; None when its page is only opened."""
    return request.POST if request.method == "POST" else None


def _named(occasion: Occasion) -> dict[str, str]:
    return {"title": occasion.title}
