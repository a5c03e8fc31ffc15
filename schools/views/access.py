"""Who gets in. Someone else's school answers as one that does not exist."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.policies import manages_schools
from accounts.requests import SignedInRequest, is_own_page
from schools import policies
from schools.models import Occasion, OccasionKind, School, SchoolYear
from schools.models.places import SchoolQuerySet


def visible_school(request: SignedInRequest, slug: str, today: dt.date, among: SchoolQuerySet | None = None) -> Any:
    """The school, if the user may see it; otherwise 404. ``among`` is the queryset to take it from."""
    schools: SchoolQuerySet = School.objects.all() if among is None else among
    return get_object_or_404(schools.visible_to(request.user, today).select_related("district"), slug=slug)


def managed_school(request: SignedInRequest, slug: str, today: dt.date) -> School:
    """The school, if the person may change it: 404 when it is not visible, 403 when it is only that."""
    school = visible_school(request, slug, today)
    if not manages_schools(request.user, today):
        raise PermissionDenied
    return school


def year_or_404(year_slug: str) -> SchoolYear:
    """The school year of an address such as 2026-27."""
    first = year_slug.partition("-")[0]
    # A year outside what dates allow would raise an error in the database.
    if len(first) == 4 and first.isdecimal() and first > "0000":
        for year in SchoolYear.objects.filter(starts_on__year=int(first)):
            if year.slug == year_slug:
                return year
    raise Http404


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page that the form names, if it is the portal's; otherwise ``otherwise``."""
    wanted = request.POST.get("next", "")
    if is_own_page(wanted):
        return wanted
    return otherwise


def readers_only(request: SignedInRequest, today: dt.date) -> None:
    """Raise ``PermissionDenied`` for those who see no school."""
    if not policies.sees_some_school(request.user, today):
        raise PermissionDenied


def visible_occasion(request: SignedInRequest, uuid: uuids.UUID, today: dt.date) -> Occasion:
    """The occasion, if the person may see it; otherwise 404."""
    occasion: Occasion = get_object_or_404(Occasion.objects.visible_to(request.user, today).with_names(), uuid=uuid)
    return occasion


def managed_occasion(request: SignedInRequest, uuid: uuids.UUID) -> Occasion:
    """The occasion, if the person may change it: 404 when it is not visible, 403 when it is only that."""
    today = timezone.localdate()
    occasion = visible_occasion(request, uuid, today)
    if not policies.user_can_manage_occasions(request.user, occasion.school, today):
        raise PermissionDenied
    return occasion


def chosen_school(slug: str | None, schools: QuerySet[School]) -> School | None:
    """The school of a filter; 404 for one that the user may not see."""
    return get_object_or_404(schools, slug=slug) if slug else None


def chosen_kind(value: str | None) -> str:
    """The kind of a filter, or None; 404 for one that does not exist."""
    if value and value not in OccasionKind.values:
        raise Http404
    return value or ""
