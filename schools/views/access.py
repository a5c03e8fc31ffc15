"""Who comes in: someone else's school answers as one that does not exist."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.policies import manages_schools
from accounts.requests import SignedInRequest
from schools.models import School, SchoolYear


def visible_school(request: SignedInRequest, slug: str, today: dt.date) -> School:
    """The school, if the person may see it; otherwise 404."""
    return get_object_or_404(School.objects.visible_to(request.user, today).select_related("district"), slug=slug)


def managed_school(request: SignedInRequest, slug: str, today: dt.date) -> School:
    """The school, if the person may change it: 404 when it is not visible, 403 when it is only that."""
    school = visible_school(request, slug, today)
    if not manages_schools(request.user, today):
        raise PermissionDenied
    return school


def year_or_404(year_slug: str) -> SchoolYear:
    """The school year of an address such as 2026-27."""
    first = year_slug.partition("-")[0]
    # Years that no date can have would be an error in the database's own words.
    if len(first) == 4 and first.isdecimal() and first > "0000":
        for year in SchoolYear.objects.filter(starts_on__year=int(first)):
            if year.slug == year_slug:
                return year
    raise Http404
