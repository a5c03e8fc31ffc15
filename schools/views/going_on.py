"""What goes on at a school or in a district this year, and what is missing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from schools import policies
from schools.going_on import GoingOn
from schools.models import District, School, SchoolYear
from schools.views.access import chosen_school, readers_only


@require_safe
def going_on(request: SignedInRequest) -> HttpResponse:
    """One school as a list; a district, or everything that the user sees, as a table with the schools that lack most
    first."""
    today = timezone.localdate()
    readers_only(request, today)
    seen = School.objects.visible_to(request.user, today).open_on(today).select_related("district")
    school = chosen_school(request.GET.get("skola"), seen)
    district = _chosen_district(request.GET.get("distrikt"), seen)
    schools = [school] if school else list(seen.filter(district=district) if district else seen)
    year = SchoolYear.objects.at(today)
    context = {
        "year": year,
        "districts": District.objects.filter(schools__in=seen).distinct(),
        "district": district,
        "school": school,
        "schools": seen,
    }
    if year:
        context |= _said_of(GoingOn.at(schools, year, today), request, today)
    return render(request, "schools/going_on.html", context)


def schools_in_the_whole(request: HttpRequest) -> SafeString:
    """A part of the page on how it all hangs together: the link from the picture to the user's own schools."""
    is_shown = request.user.is_authenticated and policies.sees_some_school(request.user, timezone.localdate())
    return render_to_string("schools/_whole_schools.html") if is_shown else SafeString("")


def _said_of(found: GoingOn, request: SignedInRequest, today: dt.date) -> dict[str, Any]:
    only = found.rows[0] if len(found.rows) == 1 else None
    return {
        "found": found,
        "lacking": [row for row in found.rows if row.missing],
        "only": only,
        "may_plan_occasions": only and policies.user_can_manage_occasions(request.user, only.school, today),
        "may_plan": only and policies.user_can_plan(request.user, only.school, today),
    }


def _chosen_district(slug: str | None, seen: Any) -> District | None:
    """The district of a filter; one without a school that one sees answers as one that does not exist."""
    if not slug:
        return None
    district = District.objects.filter(schools__in=seen, slug=slug).first()
    if district is None:
        raise Http404
    return district
