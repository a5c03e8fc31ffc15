"""The mail with a term's plan, before the term begins, once for each role at a school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from schools.models import Participation, PlannedSession, School, SchoolMembership, Term
from sessions_log.reminding.kinds import Kind
from sessions_log.reminding.once import Once
from sessions_log.reminding.places import DAY
from sessions_log.reminding.rules import RuleBook
from sessions_log.reminding.runs import Run

# An older one is of no use.
PLAN_STOPS = dt.timedelta(days=21)


def plans_asked(run: Run, until: dt.date) -> Iterator[Once]:
    """The plans of present terms, and of coming ones whose mail is due until a day."""
    for term in Term.objects.select_related("year").filter(ends_on__gte=run.today).order_by("starts_on"):
        due_on = plan_due_on(term, run.book)
        if due_on and due_on <= until:
            yield from _of_term(term, due_on, run)


def plan_due_on(term: Term, book: RuleBook) -> dt.date | None:
    """From which day a term's plan is due; None if it is not mailed."""
    rule = book.of_year(term.year)[Kind.TERM_PLAN]
    due_on = term.starts_on - rule.leads[0] * DAY
    return due_on if rule.is_on and rule.counts(rule.leads[0], due_on) else None


def plan_key(membership: SchoolMembership, term: Term) -> str:
    """The key of a term's plan, which is mailed once for each role."""
    return f"{Kind.TERM_PLAN}:{membership.pk}:{term.pk}"


def _of_term(term: Term, due_on: dt.date, run: Run) -> Iterator[Once]:
    ends = term.starts_on + PLAN_STOPS
    for school in _with_plan(term, run.today):
        for one in run.roles.readers(school):
            # Whoever becomes contact person in the middle of a term gets the plan then.
            too_late_on = dt.date.max if one.starts_on > ends else ends + DAY
            yield Once(plan_key(one, term), Kind.TERM_PLAN, one, {"term": term.pk}, due_on, too_late_on)


def _with_plan(term: Term, today: dt.date) -> list[int]:
    """The schools that have sessions in a term."""
    sessions = PlannedSession.objects.without_outcome().between(term.starts_on, term.ends_on)
    planned = Participation.objects.filter(programme_year__year=term.year, school=OuterRef("pk"))
    planned = planned.filter(Exists(sessions.filter(participation=OuterRef("pk"))))
    return list(School.objects.open_on(today).filter(Exists(planned)).order_by("pk").values_list("pk", flat=True))
