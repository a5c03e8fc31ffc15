"""Reminders in spring about next school year: to the centre about calendar and settings, to schools about classes,
contact person and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from schools.actions.calendar import AUGUST
from schools.models import Group, Participation, ProgrammeYear, School, SchoolYear
from schools.models.places import SchoolQuerySet
from sessions_log.reminding.kinds import Kind
from sessions_log.reminding.once import Once
from sessions_log.reminding.places import DAY, WEEK
from sessions_log.reminding.runs import Run
from sessions_log.reminding.steps import Step, steps_before, working_day


def next_year_asked(run: Run, until: dt.date) -> Iterator[Once]:
    """Due while something is missing; too late when the school year is over."""
    for year in SchoolYear.objects.filter(starts_on__lte=run.today, ends_on__gte=run.today):
        yield from _of_centre(year, run, until)
        yield from _of_schools(year, run, until)


def _of_centre(year: SchoolYear, run: Run, until: dt.date) -> Iterator[Once]:
    steps = _steps(Kind.NEXT_YEAR_CENTRE, year, run, until)
    if not steps or not to_prepare(year):
        return
    for step in steps:
        for user in run.roles.centre:
            key = f"{step.kind}:{year.pk}:{step.lead}:{user.pk}"
            yield Once(key, step.kind, user, {"year": year.pk}, working_day(step.due_on), step.too_late_on)


def _of_schools(year: SchoolYear, run: Run, until: dt.date) -> Iterator[Once]:
    steps = _steps(Kind.NEXT_YEAR_SCHOOL, year, run, until)
    schools = without_next_year(year).open_on(run.today).values_list("pk", flat=True) if steps else []
    for school in schools:
        for step in steps:
            for one in run.roles.readers(school):
                key = f"{step.kind}:{year.pk}:{step.lead}:{one.pk}"
                yield Once(key, step.kind, one, {"year": year.pk}, working_day(step.due_on), step.too_late_on)


def _steps(kind: str, year: SchoolYear, run: Run, until: dt.date) -> list[Step]:
    rule = run.book.of_year(year)[kind]
    steps = steps_before(year.ends_on, kind, rule.leads, WEEK, year.ends_on + DAY)
    return [one for one in steps if rule.is_on and rule.counts(one.lead, one.due_on) and one.due_on <= until]


def year_after(year: SchoolYear) -> SchoolYear | None:
    return SchoolYear.objects.filter(starts_on__gt=year.ends_on).order_by("starts_on").first()


def to_prepare(year: SchoolYear) -> list[tuple[str, str]]:
    """The following year and what the centre has not made for it."""
    coming = year_after(year)
    found = [] if coming else [(_("The school year's calendar"), _("not made yet"))]
    ready = ProgrammeYear.objects.filter(year=coming).values_list("programme", flat=True)
    going_on = year.programme_years.filter(participations__isnull=False).exclude(programme__in=ready).distinct()
    missing = _("settings not made yet")
    return found + [(str(one.programme), missing) for one in going_on.select_related("programme")]


def without_next_year(year: SchoolYear) -> SchoolQuerySet:
    """Schools that take part in a year, are still in the work when the next begins, and have no groups in it."""
    takes_part = Participation.objects.filter(programme_year__year=year, school=OuterRef("pk"))
    coming = year_after(year)
    begins = coming.starts_on if coming else dt.date(year.ends_on.year, AUGUST, 1)
    rows = School.objects.open_on(begins).filter(Exists(takes_part)).order_by("pk")
    return rows.exclude(Exists(Group.objects.filter(school=OuterRef("pk"), year=coming))) if coming else rows
