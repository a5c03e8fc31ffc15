"""A school's own page: what waits, the groups' sessions, the people, what comes, and the whole history."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from schools.calendar import SchoolCalendar
from schools.forms.people import NoteForm
from schools.history import batches_of, deeds_in
from schools.matrix import Matrix
from schools.models import (
    Group,
    Participation,
    PlanConfirmation,
    PlannedSession,
    School,
    SchoolMembership,
    SchoolPerson,
    SchoolYear,
    Term,
    TopicChoice,
)
from schools.models.plans import monday_of
from schools.term_plan import Answer, Standing, TermPlan, Week, is_over, weeks_of
from schools.views.access import visible_school
from schools.views.occasions import occasions_of
from schools.views.term_plan import current_term, rows_of_year
from schools.worklist import Rights, Standpoint

COMING_WEEKS = 4
LATEST_DEEDS = 5
DEEDS_ON_A_PAGE = 20
NOTES_SHOWN = 10


@require_safe
def school_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """The school in one year: the current one, or that of ``?lasar=2026-27``."""
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    terms = list(Term.objects.select_related("year"))
    years = sorted({term.year for term in terms}, key=lambda year: year.starts_on)
    year = _chosen_year(request.GET.get("lasar"), years, today)
    rights = Rights.of(request.user, school, today)
    people = _people(school, today)
    context = {
        "school": school,
        "years": years,
        "year": year,
        "today": today,
        "rights": rights,
        "people": people,
        "latest": deeds_in(batches_of(school)[:LATEST_DEEDS]),
    } | occasions_of(request.user, school, today)
    if rights.see_notes:
        context |= {"notes": school.notes.select_related("by")[:NOTES_SHOWN], "note_form": NoteForm()}
    if year:
        context |= _year_context(school, year, terms, rights, today, has_contact=_has_contact(people))
    return render(request, "schools/school_detail.html", context)


@require_safe
def school_history(request: SignedInRequest, slug: str) -> HttpResponse:
    """Every change of the school's plans, newest first."""
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    page = Paginator(batches_of(school), DEEDS_ON_A_PAGE).get_page(request.GET.get("sida"))
    context = {"school": school, "page": page, "deeds": deeds_in(page.object_list)}
    return render(request, "schools/school_history.html", context)


def _chosen_year(wanted: str | None, years: list[SchoolYear], today: dt.date) -> SchoolYear | None:
    if wanted:
        for year in years:
            if year.slug == wanted:
                return year
        raise Http404(_("There is no such school year."))
    return next((year for year in years if year.ends_on >= today), years[-1] if years else None)


def _people(school: School, today: dt.date) -> list[SchoolPerson]:
    """Everyone at the school with the roles that they hold today, those with a role first."""
    active = Prefetch("memberships", queryset=SchoolMembership.objects.active(today))
    people = school.people.prefetch_related(active)
    return sorted(people, key=lambda person: (not person.memberships.all(), person.name))


def _has_contact(people: list[SchoolPerson]) -> bool:
    roles = [membership.role for person in people for membership in person.memberships.all()]
    return SchoolMembership.Role.CONTACT in roles


def _year_context(
    school: School, year: SchoolYear, terms: list[Term], rights: Rights, today: dt.date, *, has_contact: bool
) -> dict[str, Any]:
    rows = list(rows_of_year(school, year))
    groups = list(Group.objects.filter(school=school, year=year).in_school_order())
    calendar = SchoolCalendar.of(year, school)
    participations = _participations(school, year)
    term = current_term([term for term in terms if term.year_id == year.pk], today)
    standpoint = Standpoint(
        school=school,
        year=year,
        calendar=calendar,
        rows=rows,
        rights=rights,
        today=today,
        has_groups=bool(groups),
        has_contact=has_contact,
        topics_left=sum(_topics_left(participation) for participation in participations),
        replies_count=school.replies.open().count(),
        term=term,
        answer=_answer(school, term, rows, calendar, today),
    )
    tasks = standpoint.tasks()
    return {
        "mine": [task for task in tasks if task.url],
        "others": [task for task in tasks if not task.url],
        "participations": participations,
        "matrices": [matrix for matrix in _matrices(participations, rows, groups, today) if matrix.lines],
        "coming": _coming(rows, calendar, today),
    }


def _participations(school: School, year: SchoolYear) -> list[Participation]:
    choices = Prefetch("choices", queryset=TopicChoice.objects.select_related("topic"))
    taking_part = school.participations.filter(programme_year__year=year)
    return list(taking_part.select_related("programme_year__programme").prefetch_related(choices))


def _topics_left(participation: Participation) -> int:
    return max(participation.programme_year.required_extra - len(participation.choices.all()), 0)


def _answer(
    school: School, term: Term | None, rows: list[PlannedSession], calendar: SchoolCalendar, today: dt.date
) -> Answer | None:
    """What the school has said about the term's plan; nothing where there is no plan, or its time has passed."""
    if term is None or is_over(term, today):
        return None
    plan = TermPlan.of(term, year_rows=rows, calendar=calendar, today=today)
    given = PlanConfirmation.objects.filter(participation__school=school, term=term).select_related("by")
    return Answer.to(plan.digests, given) if plan.rows else None


def _matrices(
    participations: list[Participation], rows: list[PlannedSession], groups: list[Group], today: dt.date
) -> list[Matrix]:
    return [
        Matrix.of(participation, [row for row in rows if row.participation_id == participation.pk], groups, today)
        for participation in participations
    ]


def _coming(rows: list[PlannedSession], calendar: SchoolCalendar, today: dt.date) -> list[Week]:
    """The next few weeks with something in them."""
    ahead = [row for row in rows if row.is_live and row.outcome is None]
    mondays = [monday for monday in calendar.weeks() if monday >= monday_of(today)]
    return list(islice(weeks_of(ahead, mondays, calendar, Standing(rows), today), COMING_WEEKS))
