"""Occasions: the list, one of them, and what is done with it; and who has not been trained yet."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.policies import manages_schools, sees_everything
from accounts.requests import SignedInRequest
from schools import policies
from schools.actions import occasions as actions
from schools.actions.occasions import StaleOccasion, when_and_where
from schools.forms.occasions import (
    AttendanceForm,
    CancelOccasionForm,
    GuestFormSet,
    InviteForm,
    OccasionChangeForm,
    OccasionForm,
    held_initial,
    initial_of,
)
from schools.models import (
    Occasion,
    OccasionAttendance,
    OccasionInvitation,
    OccasionKind,
    Organisation,
    School,
    SchoolMembership,
    SchoolPerson,
)
from schools.trainings import TRAININGS, who_is_trained
from schools.views.invitations import answer_in_form

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
EARLIER_ON_A_PAGE = 20
SHOWN_AT_SCHOOL = 3


@require_safe
def occasion_list(request: SignedInRequest) -> HttpResponse:
    """What comes, what lacks attendance, and what has been; of one kind or at one school if that is asked for."""
    today = timezone.localdate()
    _readers_only(request, today)
    schools = School.objects.visible_to(request.user, today)
    school = _chosen_school(request.GET.get("skola"), schools)
    kind = _chosen_kind(request.GET.get("sort"))
    seen = Occasion.objects.visible_to(request.user, today).with_names()
    seen = seen.at(school) if school else seen
    seen = seen.filter(kind=kind) if kind else seen
    page = Paginator(seen.earlier(today), EARLIER_ON_A_PAGE).get_page(request.GET.get("sida"))
    context = {
        "coming": _told(seen.coming(today), request.user, today),
        "waiting": _told(seen.without_attendance(today), request.user, today),
        "page": page,
        "earlier": _told(page.object_list, request.user, today),
        "schools": schools,
        "school": school,
        "kinds": OccasionKind.choices,
        "kind": kind,
        "may_plan": policies.user_can_plan_occasions(request.user, today),
    }
    return render(request, "schools/occasion_list.html", context)


@require_safe
def occasion_untrained(request: SignedInRequest) -> HttpResponse:
    """Schools against trainings, the schools that lack most first."""
    today = timezone.localdate()
    _readers_only(request, today)
    rows = who_is_trained(School.objects.visible_to(request.user, today).open_on(today), today)
    context = {
        "rows": rows,
        "lacking": [row for row in rows if row.gaps],
        "trainings": [kind.label for kind in TRAININGS],
        "may_plan": policies.user_can_plan_occasions(request.user, today),
        "today": today,
    }
    return render(request, "schools/occasion_untrained.html", context)


@GET_OR_POST
def occasion_add(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    if not policies.user_can_plan_occasions(request.user, today):
        raise PermissionDenied
    for_all = manages_schools(request.user, today)
    schools = _planned_by(request, today)
    first = _first_values(request, schools, for_all=for_all)
    form = OccasionForm(_data(request), schools=schools, for_all=for_all, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            occasion = actions.plan_occasion(**form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("%(title)s is planned. Now invite those who are to come.") % _named(occasion))
            return redirect(occasion)
    return render(request, "schools/occasion_add.html", {"form": form})


@require_safe
def occasion_detail(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """What, when, who is invited and has answered, and how many came."""
    today = timezone.localdate()
    occasion = _visible(request, uuid, today)
    manages = policies.user_can_manage_occasions(request.user, occasion.school, today)
    invitations = _invitations(request, occasion, today)
    context = {
        "occasion": occasion,
        "when": when_and_where(occasion),
        "status": occasion.status(today),
        "invitations": invitations,
        "coming": sum(one.coming or 0 for one in invitations if one.answer),
        "unanswered": sum(one.answer is None for one in invitations),
        "attendance": _attendance(request, occasion, today),
        "mine": [one for one in invitations if one.person and one.person.user_id == request.user.pk],
        "is_ahead": policies.can_invite(occasion, today),
        "may_manage": manages,
        "may_invite": manages and policies.can_invite(occasion, today),
        "may_change": manages and policies.can_change_occasion(occasion),
        "may_log": manages and policies.can_log_attendance(occasion, today),
    }
    return render(request, "schools/occasion_detail.html", context)


@GET_OR_POST
def occasion_change(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    occasion = _managed(request, uuid)
    if not policies.can_change_occasion(occasion):
        return _too_late(request, occasion)
    form = OccasionChangeForm(_data(request), initial=initial_of(occasion))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_occasion(occasion=occasion, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        except StaleOccasion:
            return _stale(request, uuid, "schools/occasion_change.html", lambda data, now: OccasionChangeForm(data))
        else:
            messages.success(request, _("%(title)s is saved.") % _named(occasion))
            return redirect(occasion)
    return render(request, "schools/occasion_change.html", {"form": form, "occasion": occasion})


@GET_OR_POST
def occasion_cancel(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    occasion = _managed(request, uuid)
    if not policies.can_change_occasion(occasion):
        return _too_late(request, occasion)
    form = CancelOccasionForm(_data(request), initial={"version": occasion.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel_occasion(occasion=occasion, **form.cleaned_data, by=request.user, now=timezone.now())
        except ValidationError as refused:
            form.add_error(None, refused)
        except StaleOccasion:
            return _stale(request, uuid, "schools/occasion_cancel.html", lambda data, now: CancelOccasionForm(data))
        else:
            messages.success(request, _("%(title)s is cancelled.") % _named(occasion))
            return redirect(occasion)
    invited = occasion.invitations.standing().count()
    return render(request, "schools/occasion_cancel.html", {"form": form, "occasion": occasion, "invited": invited})


@GET_OR_POST
def occasion_invite(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """People at schools by tick, others by their e-mail address."""
    today = timezone.localdate()
    occasion = _managed(request, uuid)
    if not policies.can_invite(occasion, today):
        return _too_late(request, occasion)
    people = _who_can_be_invited(request, occasion, today)
    form = InviteForm(_data(request), people=people)
    guests = GuestFormSet(_data(request), prefix="gast")
    if request.method == "POST" and form.is_valid() and guests.is_valid():
        asked = [guest for row in guests if row.has_changed() and (guest := row.guest())]
        try:
            made = actions.invite(
                occasion=occasion, people=form.chosen(), guests=asked, by=request.user, now=timezone.now()
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            text = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", len(made))
            messages.success(request, text % {"n": len(made)} if made else _("They were invited already."))
            return redirect(occasion)
    context = {
        "form": form,
        "guests": guests,
        "occasion": occasion,
        "when": when_and_where(occasion),
        "schools": _by_school(people, occasion, form.ticked()),
    }
    return render(request, "schools/occasion_invite.html", context)


@require_POST
def occasion_take_back(request: SignedInRequest, uuid: uuids.UUID, pk: int) -> HttpResponse:
    """An invitation no longer holds."""
    occasion = _managed(request, uuid)
    invitation = get_object_or_404(occasion.invitations.with_names(), pk=pk)
    actions.take_back(invitation=invitation, by=request.user, now=timezone.now())
    messages.success(request, _("%(name)s is no longer invited.") % {"name": invitation})
    return redirect(occasion)


@GET_OR_POST
def occasion_answer(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """Signed in, whoever is invited answers as by the mail's link."""
    today = timezone.localdate()
    occasion = _visible(request, uuid, today)
    mine = occasion.invitations.standing().with_names().filter(person__user=request.user).first()
    if mine is None:
        raise PermissionDenied
    return answer_in_form(request, mine, by=request.user, back=redirect(occasion))


@GET_OR_POST
def occasion_attendance(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """Held or not, and how many came."""
    today = timezone.localdate()
    occasion = _managed(request, uuid)
    if not policies.can_log_attendance(occasion, today):
        return _too_late(request, occasion)
    schools = _schools_for(occasion, today)
    form = AttendanceForm(_data(request), occasion=occasion, **schools, initial=held_initial(occasion))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.log_attendance(
                occasion=occasion,
                version=said["version"],
                held=said["held"] == "yes",
                counts=form.counts(),
                note=said["note"],
                by=request.user,
                now=timezone.now(),
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        except StaleOccasion:
            return _stale(
                request,
                uuid,
                "schools/occasion_attendance.html",
                lambda data, now: AttendanceForm(data, occasion=now, **schools),
            )
        else:
            messages.success(request, _("The attendance at %(title)s is saved.") % _named(occasion))
            return redirect(occasion)
    return render(request, "schools/occasion_attendance.html", {"form": form, "occasion": occasion})


def occasions_of(user: User, school: School, today: dt.date) -> dict[str, Any]:
    """What the school's own page shows: what lacks attendance, what comes next, and which trainings are lacking."""
    seen = Occasion.objects.visible_to(user, today).at(school).with_names()
    [row] = who_is_trained([school], today)
    return {
        "occasions": _told([*seen.without_attendance(today), *seen.coming(today)[:SHOWN_AT_SCHOOL]], user, today),
        "untrained": [str(cell.kind.label) for cell in row.cells if cell.is_gap],
        "may_plan_occasions": policies.user_can_manage_occasions(user, school, today),
    }


def _readers_only(request: SignedInRequest, today: dt.date) -> None:
    if not policies.sees_some_school(request.user, today):
        raise PermissionDenied


def _visible(request: SignedInRequest, uuid: uuids.UUID, today: dt.date) -> Occasion:
    occasion: Occasion = get_object_or_404(Occasion.objects.visible_to(request.user, today).with_names(), uuid=uuid)
    return occasion


def _managed(request: SignedInRequest, uuid: uuids.UUID) -> Occasion:
    """The occasion, if the person may change it: 404 when it is not visible, 403 when it is only that."""
    today = timezone.localdate()
    occasion = _visible(request, uuid, today)
    if not policies.user_can_manage_occasions(request.user, occasion.school, today):
        raise PermissionDenied
    return occasion


def _planned_by(request: SignedInRequest, today: dt.date) -> QuerySet[School]:
    """The schools for which the person plans occasions."""
    schools = School.objects.visible_to(request.user, today).open_on(today)
    if manages_schools(request.user, today):
        return schools
    own = [pk for pk, roles in policies.school_roles(request.user, today).items() if policies.COORDINATOR in roles]
    return schools.filter(pk__in=own)


def _first_values(request: SignedInRequest, schools: QuerySet[School], *, for_all: bool) -> dict[str, Any]:
    """The school and kind of the address, so that a gap leads to its form; a school's coordinator has one school."""
    chosen = _chosen_school(request.GET.get("skola"), schools)
    kind = _chosen_kind(request.GET.get("sort"))
    return {"school": chosen or (None if for_all else schools.first()), "kind": kind or None}


def _chosen_school(slug: str | None, schools: QuerySet[School]) -> School | None:
    """The school of a filter; someone else's answers as one that does not exist."""
    return get_object_or_404(schools, slug=slug) if slug else None


def _chosen_kind(value: str | None) -> str:
    if value and value not in OccasionKind.values:
        raise Http404
    return value or ""


def _told(occasions: Any, user: User, today: dt.date) -> list[dict[str, Any]]:
    """The rows of a list: each with when, how it stands, and the answers or the number that came."""
    found = list(occasions)
    came: dict[int, int] = {}
    for pk, count in OccasionAttendance.objects.filter(occasion__in=found).values_list("occasion", "count"):
        came[pk] = came.get(pk, 0) + count
    invited: dict[int, list[OccasionInvitation]] = {}
    for one in OccasionInvitation.objects.standing().filter(occasion__in=found):
        invited.setdefault(one.occasion_id, []).append(one)
    return [
        {
            "occasion": one,
            "when": when_and_where(one),
            "status": one.status(today),
            "may_log": policies.user_can_manage_occasions(user, one.school, today),
            "came": came.get(one.pk),
            "invited": len(invited.get(one.pk, [])),
            "answered": sum(each.answer is not None for each in invited.get(one.pk, [])),
        }
        for one in found
    ]


def _invitations(request: SignedInRequest, occasion: Occasion, today: dt.date) -> list[OccasionInvitation]:
    """All for those who see all or manage it; else those of own schools."""
    found = occasion.invitations.standing().with_names()
    if not (_sees_all_of(request, occasion, today)):
        found = found.filter(school__in=School.objects.visible_to(request.user, today).values("pk"))
    return sorted(found, key=lambda one: (one.school is None, str(one.school), str(one)))


def _attendance(request: SignedInRequest, occasion: Occasion, today: dt.date) -> list[dict[str, Any]]:
    """How many came, by organisation; each school by itself only for those who see it."""
    rows = list(occasion.attendance.select_related("school"))
    seen = set(School.objects.visible_to(request.user, today).values_list("pk", flat=True))
    found = []
    for organisation in Organisation:
        counts = [row for row in rows if row.organisation == organisation]
        if counts:
            schools = [row for row in counts if row.school_id in seen] if occasion.school is None else []
            found.append({"from": organisation.label, "count": sum(row.count for row in counts), "schools": schools})
    return found


def _sees_all_of(request: SignedInRequest, occasion: Occasion, today: dt.date) -> bool:
    if sees_everything(request.user, today):
        return True
    return occasion.school is not None and policies.user_can_see(request.user, occasion.school, today)


def _who_can_be_invited(request: SignedInRequest, occasion: Occasion, today: dt.date) -> list[SchoolPerson]:
    """Contact persons and coordinators who can get mail, at the occasion's school or for the whole centre at all."""
    schools = School.objects.visible_to(request.user, today).open_on(today)
    if occasion.school:
        schools = schools.filter(pk=occasion.school.pk)
    roles = SchoolMembership.objects.active(today).filter(person__school__in=schools)
    people = SchoolPerson.objects.filter(pk__in=roles.values("person")).filter(
        Q(user__is_active=True) | Q(user=None) & ~Q(email="")
    )
    return list(
        people.select_related("school", "user").prefetch_related("memberships").order_by("school__name", "name")
    )


def _by_school(people: list[SchoolPerson], occasion: Occasion, ticked: set[str]) -> list[dict[str, Any]]:
    """The people in the order of schools, each with roles and whether invited already."""
    invited = set(occasion.invitations.standing().values_list("person", flat=True))
    schools: dict[School, list[dict[str, Any]]] = {}
    today = timezone.localdate()
    for person in people:
        roles = {
            str(one.get_role_display()).lower()
            for one in person.memberships.all()
            if one.starts_on <= today and (one.ends_on is None or one.ends_on >= today)
        }
        row = {
            "person": person,
            "roles": ", ".join(sorted(roles)),
            "is_invited": person.pk in invited,
            "is_ticked": str(person.pk) in ticked,
        }
        schools.setdefault(person.school, []).append(row)
    return [{"school": school, "people": rows} for school, rows in schools.items()]


def _schools_for(occasion: Occasion, today: dt.date) -> dict[str, list[School]]:
    """For the whole centre: the schools that are invited or have come, and the rest."""
    if occasion.school:
        return {"invited": [], "others": []}
    near = set(occasion.invitations.standing().values_list("school", flat=True))
    near |= set(occasion.attendance.values_list("school", flat=True))
    schools = list(School.objects.filter(Q(pk__in=near - {None}) | Q(pk__in=School.objects.open_on(today))))
    return {
        "invited": [school for school in schools if school.pk in near],
        "others": [school for school in schools if school.pk not in near],
    }


def _too_late(request: SignedInRequest, occasion: Occasion) -> HttpResponse:
    if occasion.cancelled_at:
        messages.error(request, _("The occasion is cancelled, and cannot be changed."))
    elif occasion.date > timezone.localdate():
        messages.error(request, _("Attendance is logged from the day itself."))
    else:
        messages.error(request, _("The day has passed, or attendance is logged already."))
    return redirect(occasion)


def _stale(request: SignedInRequest, uuid: uuids.UUID, template: str, form_of: Any) -> HttpResponse:
    """How it stands now, with everything typed kept; sending again changes the occasion as it now stands."""
    occasion = _visible(request, uuid, timezone.localdate())
    if occasion.cancelled_at or (occasion.held is not None and "attendance" not in template):
        return _too_late(request, occasion)
    data = request.POST.copy()
    data["version"] = str(occasion.version)
    form: forms.Form = form_of(data, occasion)
    context = {"form": form, "occasion": occasion, "stale": True, "when": when_and_where(occasion)}
    return render(request, template, context, status=409)


def _data(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _named(occasion: Occasion) -> dict[str, str]:
    return {"title": occasion.title}
