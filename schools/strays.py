"""Strays: planned sessions that are where they can no longer be, in a closed week, on a closed day or in a blocked
week."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.templatetags.look import short_day, week_no
from schools.calendar import SCHOOL_DAYS, SchoolCalendar, calendars_of
from schools.models import ClosedPeriod, PlannedSession, School, SchoolYear

Calendars = Mapping[int, SchoolCalendar]


class Why(enum.Enum):
    CLOSED_WEEK = enum.auto()
    CLOSED_DAY = enum.auto()
    BLOCKED_WEEK = enum.auto()


@dataclass(frozen=True)
class Stray:
    """A coming session that cannot be where it is, why, and what its week or day is closed or blocked for."""

    session: PlannedSession
    why: Why
    name: str

    @property
    def school(self) -> School:
        return self.session.participation.school

    @property
    def may_stay(self) -> bool:
        """A person may let a session stay in a blocked week, since that has teaching."""
        return self.why == Why.BLOCKED_WEEK

    @property
    def in_words(self) -> str:
        """V. 44 är stängd: Höstlov; Ingen undervisning tis 8 feb: Studiedag."""
        texts = {
            Why.CLOSED_WEEK: _("%(when)s is closed: %(name)s."),
            Why.CLOSED_DAY: _("No teaching on %(when)s: %(name)s."),
            Why.BLOCKED_WEEK: _("%(when)s is blocked: %(name)s."),
        }
        day = self.session.date if self.why == Why.CLOSED_DAY else None
        when = short_day(day) if day else week_no(self.session.week_start)
        said = texts[self.why] % {"when": when, "name": self.name or _("no teaching")}
        return said[0].upper() + said[1:]


def stray_of(session: PlannedSession, calendar: SchoolCalendar) -> Stray | None:
    """Why a session cannot be where it is; None when it can, or when a person has let it stay."""
    week, day = session.week_start, session.date
    if calendar.is_closed_week(week):
        return Stray(session, Why.CLOSED_WEEK, calendar.closed_name(week))
    if day and not calendar.is_school_day(day):
        return Stray(session, Why.CLOSED_DAY, calendar.closed.get(day, ""))
    if calendar.blocked_name(week) and session.stays_in != week:
        return Stray(session, Why.BLOCKED_WEEK, calendar.blocked_name(week))
    return None


def strays_at(
    year: SchoolYear, schools: Iterable[School], today: dt.date, calendars: Calendars | None = None
) -> list[Stray]:
    """The coming strays in a year, school by school in order of weeks; in three queries, however many.

    With ``calendars``, as they would be by those.
    """
    schools = list(schools)
    calendars = calendars_of(year, schools) if calendars is None else calendars
    found = []
    for session in _where_it_may_be(year, schools, today, calendars.values()):
        if stray := stray_of(session, calendars[session.participation.school_id]):
            found.append(stray)
    return found


def new_strays(
    year: SchoolYear, today: dt.date, *, come: Iterable[ClosedPeriod], go: Iterable[ClosedPeriod] = ()
) -> list[Stray]:
    """The strays that there would be, and are not now, if some periods were added and others removed."""
    come, gone = list(come), {period.pk for period in go}
    saved = list(year.closed_periods.all())
    schools = list(School.objects.all())
    if all(period.school_id for period in come):
        schools = [school for school in schools if school.pk in {period.school_id for period in come}]
    after = calendars_of(year, schools, [*(period for period in saved if period.pk not in gone), *come])
    known = {stray.session.pk for stray in strays_at(year, schools, today, calendars_of(year, schools, saved))}
    return [stray for stray in strays_at(year, schools, today, after) if stray.session.pk not in known]


def by_school(strays: Iterable[Stray]) -> list[tuple[School, list[Stray]]]:
    """By school, those with most to move first."""
    ordered = sorted(strays, key=lambda stray: (stray.school.name, stray.school.pk))
    grouped = [(school, list(own)) for school, own in groupby(ordered, key=lambda stray: stray.school)]
    return sorted(grouped, key=lambda part: (-len(part[1]), part[0].name))


def _where_it_may_be(
    year: SchoolYear, schools: Iterable[School], today: dt.date, calendars: Iterable[SchoolCalendar]
) -> Iterable[PlannedSession]:
    """Coming sessions in weeks and on days that are closed or blocked at any of the schools: usually few."""
    weeks: set[dt.date] = set()
    days: set[dt.date] = set()
    for calendar in calendars:
        weeks |= set(calendar.weeks()).difference(calendar.plannable_weeks())
        days |= {day for day in calendar.closed if day.weekday() < SCHOOL_DAYS}
    outside = Q(week_start__lt=year.starts_on - dt.timedelta(days=6)) | Q(week_start__gt=year.ends_on)
    return (
        PlannedSession.objects.upcoming(today)
        .filter(participation__programme_year__year=year, participation__school__in=list(schools))
        .filter(Q(week_start__in=weeks) | Q(date__in=days) | outside)
        .with_names()
        .select_related("participation__programme_year__year")
        .order_by("participation__school__name", "week_start", "slot_no", "group__kind", "group__name")
    )
