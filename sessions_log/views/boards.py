"""The coordinators' start page, and the list of everything without a log."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.policies import is_coordinator
from schools.conflicts import all_conflicts
from schools.models import School, SchoolReply, SchoolYear
from schools.strays import strays_at
from sessions_log.board import (
    awaiting_by_leader,
    awaiting_by_school,
    board_for,
    cards_of,
    latest_to_undo,
    next_session,
    sections_by_leader,
    sections_by_school,
)
from sessions_log.views.access import SignedInRequest, chosen_school, schools_to_log

PAGE = 50


@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """This week's sessions and those without a log at the user's schools. Users who log nowhere start elsewhere."""
    now = timezone.now()
    today = timezone.localdate(now)
    schools = School.objects.logged_by(request.user, today).open_on(today).order_by("name")
    choices = list(schools)
    if not choices:
        return _nothing_to_log(request)
    school = chosen_school(request, schools)
    shown = schools.filter(pk=school.pk) if school else schools
    board, year = board_for(shown, by=request.user, now=now), SchoolYear.objects.at(today)
    context = {
        "today": today,
        "schools": choices,
        "school": school or (choices[0] if len(choices) == 1 else None),
        "board": board,
        "next_session": None if board.has_this_week else next_session(shown, today),
        "undo": latest_to_undo(request.user, now),
        "strays": strays_at(year, shown, today) if year else [],
        "stray_year": year,
        "replies_count": SchoolReply.objects.open().filter(school__in=shown).count(),
        "clashes": len(all_conflicts(request.user, today)),
        "without_contact": shown.without_contact(today),
        "next": request.get_full_path(),
    }
    return render(request, "sessions_log/start_show.html", context)


@require_safe
def awaiting(request: SignedInRequest) -> HttpResponse:
    """Every session without a log, the oldest first: by school, or by leader."""
    now = timezone.now()
    today = timezone.localdate(now)
    schools = schools_to_log(request, today).order_by("name")
    choices = list(schools)
    if not choices:
        return _nothing_to_log(request)
    school = chosen_school(request, schools)
    shown = schools.filter(pk=school.pk) if school else schools
    by_leader = request.GET.get("efter") == "ledare"
    rows = awaiting_by_leader(shown, today) if by_leader else awaiting_by_school(shown, today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("sida"))
    cards = cards_of(list(page), by=request.user, now=now)
    context = {
        "today": today,
        "schools": choices,
        "school": school or (choices[0] if len(choices) == 1 else None),
        "page": page,
        "by_leader": by_leader,
        "sections": sections_by_leader(cards) if by_leader else sections_by_school(cards),
        "undo": latest_to_undo(request.user, now),
        "next": request.get_full_path(),
    }
    return render(request, "sessions_log/awaiting_list.html", context)


def _nothing_to_log(request: SignedInRequest) -> HttpResponse:
    """A new centre's coordinator begins by adding a school; others who log at none have another start page."""
    today = timezone.localdate()
    if is_coordinator(request.user, today):
        return render(request, "sessions_log/start_empty.html", {"today": today})
    return redirect("start")
