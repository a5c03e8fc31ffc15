"""Checks what actions guarantee about plans and no constraint of the database can: the right school, year and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import F, Q
from django.utils.translation import gettext as _

from schools.models import PlannedSession, School, SchoolYear
from schools.models.plans import PlannedSessionQuerySet
from schools.strays import strays_at


def faults() -> Iterator[str]:
    """A sentence for each session that is where it cannot be."""
    rules = "participation__programme_year"
    elsewhere = ~Q(group__school=F("participation__school")) | ~Q(group__year=F(f"{rules}__year"))
    for session in named(PlannedSession.objects.filter(elsewhere)):
        yield _("%(session)s is for a group of another school or year.") % {"session": session}
    outside = Q(week_start__gt=F(f"{rules}__year__ends_on")) | Q(date__lt=F(f"{rules}__year__starts_on"))
    for session in named(PlannedSession.objects.live().filter(outside)):
        yield _("%(session)s lies outside its school year.") % {"session": session}


def strays(today: dt.date) -> Iterator[str]:
    """A sentence for each coming session on a closed day. That is no fault, but somebody has to move it."""
    for year in SchoolYear.objects.filter(ends_on__gte=today):
        for stray in strays_at(year, School.objects.open_on(today), today):
            yield f"{stray.school}, {stray.session}: {stray.in_words}"


def named(sessions: PlannedSessionQuerySet) -> Iterator[PlannedSession]:
    """Each session, with what sentences call it."""
    return sessions.select_related("group", "topic").order_by("pk").iterator()
