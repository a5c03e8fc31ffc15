"""Occasions to read: the list, a single one, and who has not been trained yet."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.policies import sees_everything
from accounts.requests import SignedInRequest
from schools import policies
from schools.mailing.invited import when_and_where
from schools.models import (
    Occasion,
    OccasionAttendance,
    OccasionInvitation,
    OccasionKind,
    Organisation,
    School,
)
from schools.models.occasions import OccasionQuerySet
from schools.trainings import TRAININGS, lacking, trainings_of, who_is_trained
from schools.views.access import chosen_kind, chosen_school, readers_only, visible_occasion

ON_A_PAGE = 20
SHOWN_AT_SCHOOL = 3


@require_safe
def occasion_list(request: SignedInRequest) -> HttpResponse:
    """Coming occasions, those without attendance, and earlier ones; of one kind or at one school if the address says
    so."""
    today = timezone.localdate()
    readers_only(request, today)
    schools = School.objects.visible_to(request.user, today)
    school = chosen_school(request.GET.get("skola"), schools)
    kind = chosen_kind(request.GET.get("sort"))
    seen = Occasion.objects.visible_to(request.user, today).with_names()
    seen = seen.at(school) if school else seen
    seen = seen.filter(kind=kind) if kind else seen
    pages = {
        "waiting": _page(request, seen.without_attendance(today), "saknar"),
        "coming": _page(request, seen.coming(today), "kommande"),
        "earlier": _page(request, seen.earlier(today), "tidigare"),
    }
    context = {name: _told(page.object_list, request.user, today) for name, page in pages.items()} | {
        "pages": pages,
        "schools": schools,
        "school": school,
        "kinds": OccasionKind.choices,
        "kind": kind,
        "may_plan": policies.user_can_plan_occasions(request.user, today),
    }
    return render(request, "schools/occasion_list.html", context)


def _page(request: SignedInRequest, found: OccasionQuerySet, part: str) -> Page[Occasion]:
    return Paginator(found, ON_A_PAGE).get_page(request.GET.get(part))


@require_safe
def occasion_untrained(request: SignedInRequest) -> HttpResponse:
    """Schools against trainings, beginning with the schools that lack most and the trainings that most lack."""
    today = timezone.localdate()
    readers_only(request, today)
    rows = who_is_trained(School.objects.visible_to(request.user, today).open_on(today), today)
    order = sorted(range(len(TRAININGS)), key=lambda place: -sum(row.cells[place].is_gap for row in rows))
    context = {
        "rows": [{"school": row.school, "cells": [row.cells[place] for place in order]} for row in rows],
        "lacking": [row for row in rows if row.gaps],
        "trainings": [TRAININGS[place].label for place in order],
        "may_plan": policies.user_can_plan_occasions(request.user, today),
        "today": today,
    }
    return render(request, "schools/occasion_untrained.html", context)


@require_safe
def occasion_detail(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """What, when, who is invited and has answered, and how many came."""
    today = timezone.localdate()
    occasion = visible_occasion(request, uuid, today)
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


def occasions_of(user: User, school: School, today: dt.date, *, in_series: bool) -> dict[str, Any]:
    """The occasions on a school's own page: those without attendance, the next ones, and which trainings are
    lacking."""
    found = (Occasion.objects.at(school).undecided() | trainings_of(school)).with_names()
    in_order = list(found.order_by("date", "start_time", "pk"))
    undecided = [one for one in in_order if one.held is None]
    waiting, coming = [one for one in undecided if one.date < today], [one for one in undecided if one.date >= today]
    return {
        "occasions": [
            {"occasion": one, "when": when_and_where(one), "status": one.status(today)}
            for one in [*waiting, *coming[:SHOWN_AT_SCHOOL]]
        ],
        "untrained": [str(kind.label) for kind in lacking([one.kind for one in in_order if one.held], in_series)],
        "may_plan_occasions": policies.user_can_manage_occasions(user, school, today),
    }


def _told(occasions: Any, user: User, today: dt.date) -> list[dict[str, Any]]:
    """The rows of a list: when it is, its status, and how many have answered or came."""
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
    """All, for users who see or manage everything; otherwise those of their own schools."""
    found = occasion.invitations.standing().with_names()
    if not (_sees_all_of(request, occasion, today)):
        found = found.filter(school__in=School.objects.visible_to(request.user, today).values("pk"))
    return sorted(found, key=lambda one: (one.school is None, str(one.school), str(one)))


def _attendance(request: SignedInRequest, occasion: Occasion, today: dt.date) -> list[dict[str, Any]]:
    """How many came, by organisation; single schools only for those who see them."""
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
