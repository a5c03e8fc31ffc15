"""Reminders of extra topics that have not been chosen, some weeks before the first session without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Min

from schools.models import PlannedSession, School
from schools.models.plans import PlannedSessionQuerySet, monday_of
from sessions_log.reminding.kinds import Kind
from sessions_log.reminding.once import Once
from sessions_log.reminding.places import WEEK
from sessions_log.reminding.runs import Run
from sessions_log.reminding.steps import steps_before


def topics_asked(run: Run, until: dt.date) -> Iterator[Once]:
    """Once for each half-year, step and role, however many sessions lack a topic."""
    for participation, school, programme_year, first in _first_unchosen(run, until):
        rule = run.book.of_programme(programme_year)[Kind.TOPICS_UNCHOSEN]
        half = f"{first.year}{'h' if first.month > 6 else 'v'}"
        for step in steps_before(first, Kind.TOPICS_UNCHOSEN, rule.leads, WEEK, first):
            if not rule.is_on or not rule.counts(step.lead, step.due_on):
                continue
            for one in run.roles.readers(school):
                key = f"{step.kind}:{participation}:{half}:{step.lead}:{one.pk}"
                yield Once(key, step.kind, one, {"participation": participation}, step.due_on, step.too_late_on)


def _first_unchosen(run: Run, until: dt.date) -> list[tuple[int, int, int, dt.date]]:
    """Participations with coming sessions that lack a topic, and the week of the first."""
    rows = unchosen(run.today).filter(week_start__lte=until + run.book.longest(Kind.TOPICS_UNCHOSEN) * WEEK)
    rows = rows.filter(participation__school__in=School.objects.open_on(run.today))
    said = ("participation", "participation__school", "participation__programme_year")
    return list(rows.order_by().values_list(*said).annotate(first=Min("week_start")).order_by("participation"))


def unchosen(today: dt.date) -> PlannedSessionQuerySet:
    """Sessions in coming weeks whose topic the school has not chosen."""
    return PlannedSession.objects.without_outcome().filter(topic=None, week_start__gt=monday_of(today))
