"""A school's plan for a term: read by everybody who may see the school, confirmed by its contact person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.kept_pages import kept, passes_soon
from accounts.models import CentreRole
from accounts.requests import SignedInRequest
from schools import policies
from schools.actions.confirmations import ConfirmationRefused, confirm_term
from schools.calendar import SchoolCalendar
from schools.conflicts import conflicts_at
from schools.history import changes_since
from schools.models import Group, PlanConfirmation, PlannedSession, School, SchoolYear, Term
from schools.regret import latest_to_undo
from schools.term_plan import SEASONS, Answer, Answered, TermPlan, is_over, season_slug
from schools.views.access import visible_school


@require_safe
@kept
def term_plan(request: SignedInRequest, slug: str) -> HttpResponse:
    """The plan of the present term, or of the next."""
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    terms = list(Term.objects.select_related("year"))
    term = current_term(terms, today)
    if term is None:
        context = {"school": school, "may_manage": policies.user_can_manage(request.user, school, today)}
        return render(request, "schools/term_plan_no_year.html", context)
    return _page(request, school, term, terms, today)


@require_safe
@kept
def term_plan_of(request: SignedInRequest, slug: str, year_slug: str, season: str) -> HttpResponse:
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    terms = list(Term.objects.select_related("year"))
    return _page(request, school, term_or_404(terms, year_slug, season), terms, today)


@require_POST
def term_plan_confirm(request: SignedInRequest, slug: str, year_slug: str, season: str) -> HttpResponse:
    """The contact person's confirmation of the plan that the form says was seen."""
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    term = term_or_404(Term.objects.select_related("year"), year_slug, season)
    if not policies.user_can_confirm(request.user, school, today):
        raise PermissionDenied
    try:
        confirm_term(school=school, term=term, seen=request.POST.getlist("seen"), by=request.user, now=timezone.now())
    except ConfirmationRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Thank you. The centre sees that the plan is right."))
    return redirect("schools:term-plan-of", slug, year_slug, season)


def current_term(terms: Sequence[Term], today: dt.date) -> Term | None:
    """The term of a day; between terms the next one, and after the last term the last."""
    in_order = sorted(terms, key=lambda term: term.starts_on)
    return next((term for term in in_order if term.ends_on >= today), in_order[-1] if in_order else None)


def term_or_404(terms: Any, year_slug: str, season: str) -> Term:
    wanted = (year_slug, SEASONS.get(season))
    for term in terms:
        if (term.year.slug, term.season) == wanted:
            return term
    raise Http404(_("There is no such term."))


def _page(request: SignedInRequest, school: School, term: Term, terms: list[Term], today: dt.date) -> HttpResponse:
    user = request.user
    rights = {
        "may_plan": policies.user_can_plan(user, school, today),
        "may_manage": policies.user_can_manage(user, school, today),
        "may_confirm": policies.user_can_confirm(user, school, today) and not is_over(term, today),
        "may_move": policies.user_can_move(user, school, today),
        "may_subscribe": policies.user_can_subscribe(user, today),
        "may_log": policies.user_can_log(user, school, today),
        "may_choose": policies.user_can_choose_topics(user, school, today),
    }
    context = plan_context(school, term, terms, today) | rights
    if rights["may_move"]:
        context["undo"] = latest_to_undo(user, school, timezone.now())
        if context["undo"]:
            passes_soon(request)
        context["conflicts"] = conflicts_at(context["plan"].rows, today) if "plan" in context else []
    context["confirm_url"] = reverse("schools:term-plan-confirm", args=[school.slug, term.year.slug, season_slug(term)])
    return render(request, "schools/term_plan.html" if "plan" in context else "schools/term_plan_empty.html", context)


def plan_context(school: School, term: Term, terms: list[Term], today: dt.date) -> dict[str, Any]:
    """What the page of a term's plan shows to everybody; without ``plan`` when the term has none."""
    rows = list(rows_of_year(school, term.year).shown_in_lists().order_by("week_start", "pk"))
    calendar = SchoolCalendar.of(term.year, school, terms)
    plan = TermPlan.of(term, year_rows=rows, calendar=calendar, today=today)
    context = {
        "school": school,
        "term": term,
        "season": season_slug(term),
        "today": today,
        "other_terms": [(other, season_slug(other)) for other in _nearby(terms, term)],
        "coordinators": coordinators_on(today),
        "is_over": is_over(term, today),
    }
    if not plan.rows:
        return context | {"has_year_plan": bool(rows), "has_groups": _has_groups(school, term.year)}
    return context | {"plan": plan} | _answer(school, plan)


def rows_of_year(school: School, year: SchoolYear) -> Any:
    """All sessions of a school in a year, lost ones included, with everything that a page shows of each."""
    return PlannedSession.objects.filter(
        participation__school=school, participation__programme_year__year=year
    ).with_names()


def _answer(school: School, plan: TermPlan) -> dict[str, Any]:
    given = PlanConfirmation.objects.filter(participation__school=school, term=plan.term).select_related("by")
    answer = Answer.to(plan.digests, given)
    changed = answer.latest if answer.state == Answered.CHANGED_SINCE else None
    return {"answer": answer, "changes": changes_since(school, plan.term, changed.at) if changed else []}


def _nearby(terms: list[Term], chosen: Term) -> list[Term]:
    """The terms of the chosen year and of the years beside it."""
    years = sorted({term.year.starts_on for term in terms})
    place = years.index(chosen.year.starts_on)
    near = years[max(place - 1, 0) : place + 2]
    return [term for term in sorted(terms, key=lambda term: term.starts_on) if term.year.starts_on in near]


def coordinators_on(today: dt.date) -> list[Any]:
    """Whom a school writes to or rings: the centre's coordinators."""
    roles = CentreRole.objects.active(today).filter(role=CentreRole.Role.COORDINATOR, user__is_active=True)
    return list({role.user_id: role.user for role in roles.select_related("user").order_by("user__full_name")}.values())


def _has_groups(school: School, year: SchoolYear) -> bool:
    return Group.objects.filter(school=school, year=year).exists()
