"""A school's own page: what waits, the groups' sessions, the people, what comes, and the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Window
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.kept_pages import kept
from accounts.requests import SignedInRequest
from schools.calendar import SchoolCalendar
from schools.conflicts import with_elsewhere
from schools.history import batches_of, deeds_in, latest_deeds
from schools.matrix import Matrix
from schools.models import PlannedSession, School, SchoolNote, SchoolYear, Term
from schools.models.plans import monday_of
from schools.policies import user_can_see_notes
from schools.staff import AtSchool, people_at
from schools.taking_part import TakingPart, taking_part_of
from schools.term_plan import Answer, Standing, TermPlan, Week, is_over, weeks_of
from schools.views.access import visible_school
from schools.views.occasions import occasions_of
from schools.views.term_plan import current_term, rows_of_year
from schools.worklist import Rights, Standpoint

COMING_WEEKS = 4
LATEST_DEEDS = 5
DEEDS_ON_A_PAGE = 20
NOTES_SHOWN, NOTES_ON_A_PAGE = 10, 20


@require_safe
@kept
def school_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """The school in one year: the present one, or that of ``?lasar=2026-27``.

    Each table is read once, whatever its size: people, topics and answers come with the rows that they belong to.
    """
    today = timezone.localdate()
    terms = list(Term.objects.select_related("year"))
    years = sorted({term.year for term in terms}, key=lambda year: year.starts_on)
    year = _chosen_year(request.GET.get("lasar"), years, today)
    school = visible_school(request, slug, today, among=School.objects.with_standing(year))
    term = current_term([term for term in terms if term.year == year], today)
    rights = Rights.of(request.user, school, today)
    people, parts = people_at(school, today), taking_part_of(school, term)
    has_closed = school.has_closed_by(today)
    context = {
        "school": school,
        "is_paused": school.is_paused(today),
        "has_closed": has_closed,
        "years": years,
        "year": year,
        "today": today,
        "rights": rights,
        "may_log_here": rights.log and bool(parts) and not has_closed,
        "people": people,
        "latest": latest_deeds(school, LATEST_DEEDS),
    } | occasions_of(request.user, school, today, in_series=_is_in_series(parts, today))
    if rights.see_notes:
        context["notes"] = _notes_of(school).annotate(in_all=Window(Count("pk")))[:NOTES_SHOWN]
    if year:
        of_year = [part for part in parts if part.participation.programme_year.year_id == year.pk]
        context |= _year_context(_standpoint(school, year, terms, term, of_year, people, rights, today), of_year)
    return render(request, "schools/school_detail.html", context)


@require_safe
def school_history(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every change of the school's plans, newest first."""
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    page = Paginator(batches_of(school), DEEDS_ON_A_PAGE).get_page(request.GET.get("sida"))
    context = {"school": school, "page": page, "deeds": deeds_in(school, page.object_list)}
    return render(request, "schools/school_history.html", context)


@require_safe
def note_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every note about the school, newest first; 404 for users who may not read notes."""
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    if not user_can_see_notes(request.user, school, today):
        raise Http404
    page = Paginator(_notes_of(school), NOTES_ON_A_PAGE).get_page(request.GET.get("sida"))
    return render(request, "schools/note_list.html", {"school": school, "page": page})


def _notes_of(school: School) -> QuerySet[SchoolNote]:
    return school.notes.select_related("by").order_by("-at", "-pk")


def _chosen_year(wanted: str | None, years: list[SchoolYear], today: dt.date) -> SchoolYear | None:
    if wanted:
        for year in years:
            if year.slug == wanted:
                return year
        raise Http404(_("There is no such school year."))
    return next((year for year in years if year.ends_on >= today), years[-1] if years else None)


def _is_in_series(parts: list[TakingPart], today: dt.date) -> bool:
    """Whether the school takes part in a series such as MVP, now or later."""
    rules = [part.participation.programme_year for part in parts]
    return any(one.is_series and one.year.ends_on >= today for one in rules)


def _standpoint(
    school: Any,
    year: SchoolYear,
    terms: list[Term],
    term: Term | None,
    parts: list[TakingPart],
    people: list[AtSchool],
    rights: Rights,
    today: dt.date,
) -> Standpoint:
    """The year as it is today; ``school`` has what ``with_standing`` reads along."""
    accounts = [one.person.user_id for one in people if one.person.user_id]
    rows, elsewhere = with_elsewhere(school, rows_of_year(school, year), accounts, today)
    calendar = SchoolCalendar.of(year, school, terms)
    return Standpoint(
        school=school,
        year=year,
        calendar=calendar,
        rows=rows,
        elsewhere=elsewhere,
        rights=rights,
        today=today,
        has_groups=school.has_groups,
        has_contact=any(one.is_contact for one in people),
        topics_left=sum(part.topics_left for part in parts),
        replies_count=school.open_replies,
        term=term,
        answer=_answer(term, rows, calendar, parts, today),
    )


def _year_context(standpoint: Standpoint, parts: list[TakingPart]) -> dict[str, Any]:
    rows, today, tasks = standpoint.rows, standpoint.today, standpoint.tasks()
    return {
        "mine": [task for task in tasks if task.url],
        "others": [task for task in tasks if not task.url],
        "parts": parts,
        "matrices": [matrix for matrix in _matrices(parts, rows, today) if matrix.lines],
        "coming": _coming(rows, standpoint.calendar, today),
    }


def _answer(
    term: Term | None, rows: list[PlannedSession], calendar: SchoolCalendar, parts: list[TakingPart], today: dt.date
) -> Answer | None:
    """What the school has said about the term's plan; None without a plan, or when its time has passed."""
    if term is None or is_over(term, today):
        return None
    plan = TermPlan.of(term, year_rows=rows, calendar=calendar, today=today)
    return Answer.to(plan.digests, [part.answer for part in parts if part.answer]) if plan.rows else None


def _matrices(parts: list[TakingPart], rows: Sequence[PlannedSession], today: dt.date) -> list[Matrix]:
    groups = sorted({row.group for row in rows}, key=lambda group: group.school_order)
    return [
        Matrix.of(
            part.participation, [row for row in rows if row.participation_id == part.participation.pk], groups, today
        )
        for part in parts
    ]


def _coming(rows: Sequence[PlannedSession], calendar: SchoolCalendar, today: dt.date) -> list[Week]:
    """The next few weeks with something in them."""
    ahead = [row for row in rows if row.is_live and row.outcome is None]
    mondays = [monday for monday in calendar.weeks() if monday >= monday_of(today)]
    return list(islice(weeks_of(ahead, mondays, calendar, Standing(rows), today), COMING_WEEKS))
