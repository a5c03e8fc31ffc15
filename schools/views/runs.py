"""All schools' drafts, laid out for those that are ticked: progress and undo."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.policies import is_coordinator, sees_everything
from accounts.requests import GET_OR_POST, SignedInRequest
from schools.actions.runs import PORTION, ask_worker, lay_out_portion, start_run
from schools.actions.undoing import CannotUndo, undo_batch, undoable_until
from schools.engine.drafts import Draft
from schools.engine.outlines import drafts_of
from schools.models import PlanRun, PlanRunSchool, ProgrammeYear, School, SchoolYear
from schools.views.access import year_or_404
from schools.views.programmes import Asked, query_of

State = PlanRunSchool.State
LATEST_RUNS = 5
# Seconds between a page's reloads, and after which a portion is late.
LOOK_AGAIN, STANDS_STILL = 3, dt.timedelta(seconds=30)


@GET_OR_POST
def plan_all(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """All schools' drafts in numbers; the button lays out those that are ticked."""
    today = timezone.localdate()
    if not sees_everything(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    asked = Asked.by(request)
    rules, may_plan = asked.rules(year), is_coordinator(request.user, today)
    if request.method == "POST":
        if not may_plan:
            raise PermissionDenied
        return _lay_out(request, year, rules, today)
    context: dict[str, Any] = {"year": year, "rules": rules, "may_plan": may_plan, "today": today} | asked.context
    if rules and year.ends_on >= today:
        schools = list(School.objects.in_the_work(year, today).select_related("district"))
        context |= _by_need(drafts_of(rules, schools, max(today, year.starts_on)))
        context["runs"] = rules.runs.select_related("by").annotate(
            schools_done=Count("schools", filter=Q(schools__state=State.DONE))
        )[:LATEST_RUNS]
    return render(request, "schools/plan_all.html", context)


def _lay_out(request: SignedInRequest, year: SchoolYear, rules: ProgrammeYear | None, today: dt.date) -> HttpResponse:
    """Lay out the first portion at once; a worker does the rest."""
    if rules is None or year.ends_on < today:
        raise Http404
    digests = _ticked(request, year, today)
    if not digests:
        messages.error(request, _("Tick at least one school."))
        return redirect(Asked.by(request).url("schools:plan-all", year.slug))
    now = timezone.now()
    run = start_run(rules=rules, digests=digests, from_day=max(today, year.starts_on), by=request.user, now=now)
    if lay_out_portion(run=run, now=now):
        ask_worker(run)
    return redirect(run)


def _ticked(request: SignedInRequest, year: SchoolYear, today: dt.date) -> dict[School, str]:
    """The ticked schools, each with the digest of the draft that was seen."""
    schools = {school.slug: school for school in School.objects.in_the_work(year, today)}
    pairs = [text.partition(":") for text in request.POST.getlist("draft")]
    return {schools[slug]: digest for slug, _colon, digest in pairs if slug in schools}


def _by_need(drafts: list[Draft]) -> dict[str, Any]:
    """Drafts that would change something, those that would not, and those of schools with nobody to plan for."""
    planned = [draft for draft in drafts if draft.takes_part]
    to_do = [draft for draft in planned if not draft.changes_nothing]
    return {
        "to_do": sorted(to_do, key=lambda draft: (-len(draft.warnings), draft.participation.school.name)),
        "done": [draft for draft in planned if draft.changes_nothing],
        "without_classes": [draft.participation.school for draft in drafts if draft not in planned],
        "sessions": sum(draft.counts.changes for draft in to_do),
    }


@require_safe
def plan_run(request: SignedInRequest, year_slug: str, uuid: uuid.UUID) -> HttpResponse:
    """The progress and result of a run. While something is left, the page reloads itself."""
    run, now = _run_or_404(request, year_slug, uuid), timezone.now()
    schools = list(run.schools.select_related("school").order_by("school__name"))
    by_state = {state: [one.school for one in schools if one.state == state] for state in State}
    waiting = by_state[State.WAITING]
    context = {
        "run": run,
        "year": run.programme_year.year,
        "done": by_state[State.DONE],
        "changed": by_state[State.CHANGED],
        "waiting": waiting,
        "total": len(schools),
        "next_portion": min(PORTION, len(waiting)),
        "stands_still": bool(waiting) and now - (run.worked_at or run.at) > STANDS_STILL,
        "looks_again": bool(waiting) and "stilla" not in request.GET,
        "program_query": query_of(run.programme_year.programme),
        "may_plan": is_coordinator(request.user, timezone.localdate(now)),
        "undo_until": undoable_until(run.uuid, now) if not waiting and not run.undone_at else None,
    }
    response = render(request, "schools/plan_run.html", context)
    if context["looks_again"]:
        response["Refresh"] = str(LOOK_AGAIN)
    return response


@require_POST
def plan_run_continue(request: SignedInRequest, year_slug: str, uuid: uuid.UUID) -> HttpResponse:
    """Do the next portion now: without a worker nothing else does."""
    run = _run_or_404(request, year_slug, uuid, to_write=True)
    lay_out_portion(run=run, now=timezone.now())
    return redirect(run)


@require_POST
def plan_run_undo(request: SignedInRequest, year_slug: str, uuid: uuid.UUID) -> HttpResponse:
    """Undo everything that was laid out in one go."""
    run = _run_or_404(request, year_slug, uuid, to_write=True)
    try:
        number = undo_batch(batch=run.uuid, by=request.user, now=timezone.now())
    except CannotUndo as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(run)
    text = ngettext("%(n)s session is as it was before.", "%(n)s sessions are as they were before.", number)
    messages.success(request, text % {"n": number})
    return redirect(run)


def _run_or_404(request: SignedInRequest, year_slug: str, uuid: uuid.UUID, *, to_write: bool = False) -> PlanRun:
    today = timezone.localdate()
    if not (is_coordinator if to_write else sees_everything)(request.user, today):
        raise PermissionDenied
    runs = PlanRun.objects.select_related("programme_year__year", "programme_year__programme", "by")
    return get_object_or_404(runs, uuid=uuid, programme_year__year=year_or_404(year_slug))
