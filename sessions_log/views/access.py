"""Which schools and sessions a user may log, and where to return afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import UUIDField
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.compiled import CompiledQuery, Slot
from accounts.policies import is_coordinator, sees_everything
from accounts.requests import SignedInRequest, is_own_page
from schools.models import PlannedSession, School
from schools.models.places import SchoolQuerySet
from schools.models.plans import PlannedSessionQuerySet
from schools.policies import user_can_log, user_can_see


def with_what_a_log_needs() -> PlannedSessionQuerySet:
    rows = PlannedSession.objects.with_names().select_related("participation__programme_year__year")
    return rows.prefetch_related("topic__parts")


BY_UUID = CompiledQuery(lambda: with_what_a_log_needs().filter(uuid=Slot("uuid", UUIDField())))


def schools_to_log(request: SignedInRequest, today: dt.date) -> SchoolQuerySet:
    """The schools whose sessions the user logs; none for a contact person. Raises ``PermissionDenied`` for others at
    the centre."""
    schools = School.objects.logged_by(request.user, today)
    if is_coordinator(request.user, today):
        return schools
    if sees_everything(request.user, today) and not schools.exists():
        raise PermissionDenied
    return schools


def chosen_school(request: SignedInRequest, schools: SchoolQuerySet) -> School | None:
    """The school that the address asks for; 404 for one that the user does not log."""
    slug = request.GET.get("skola", "")
    return get_object_or_404(schools, slug=slug) if slug else None


def session_to_log(request: SignedInRequest, uuid: UUID, today: dt.date) -> PlannedSession:
    """The session that an address names, with everything that its log needs."""
    session = next(iter(BY_UUID.rows(uuid=uuid)), None)
    if session is None:
        raise Http404
    school = session.participation.school
    if not user_can_see(request.user, school, today):
        raise Http404
    if not user_can_log(request.user, school, today):
        raise PermissionDenied
    return session


def sessions_to_log(request: SignedInRequest, uuids: Iterable[UUID], today: dt.date) -> list[PlannedSession]:
    """The sessions that a form names; 404 if the user may not log one of them."""
    wanted = set(uuids)
    found = list(
        with_what_a_log_needs()
        .filter(uuid__in=wanted, participation__school__in=schools_to_log(request, today))
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise Http404
    return found


def way_back(request: HttpRequest) -> str:
    """The page that the user came from, if it is the portal's; otherwise the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if is_own_page(wanted):
        return wanted
    return reverse("sessions_log:start")
