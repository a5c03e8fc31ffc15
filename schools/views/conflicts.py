"""Sessions that clash, at all schools that the person sees."""

from __future__ import annotations

from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from schools.conflicts import all_conflicts
from schools.models import School

ON_A_PAGE = 50


@require_safe
def conflict_list(request: SignedInRequest) -> HttpResponse:
    """What clashes, school by school, for those who may move sessions somewhere."""
    today = timezone.localdate()
    if not School.objects.logged_by(request.user, today).exists():
        raise PermissionDenied
    found = sorted(all_conflicts(request.user, today), key=lambda one: (one.school.name, one.week))
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("sida"))
    by_school = [(school, list(some)) for school, some in groupby(page, lambda one: one.school)]
    return render(request, "schools/conflict_list.html", {"by_school": by_school, "page": page, "today": today})
