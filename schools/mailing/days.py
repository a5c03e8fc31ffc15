"""On which days a mail's recipient is at work: the school's days, or all working days for those at no school."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from outbox.models import Message
from outbox.quiet import IsOpen
from outbox.together import asked_for_all
from schools.calendar import SchoolCalendar, is_working_day
from schools.models import ClosedPeriod, SchoolMembership, SchoolPerson, Term


def calendars_of(message: Message, now: dt.datetime) -> Sequence[IsOpen]:
    """For somebody at a school its school days and then working days; for everybody else working days."""
    today = timezone.localdate(now)
    calendars = asked_for_all(message, ("calendars", today), lambda messages: _school_calendars(messages, today))
    if not calendars:
        return [is_working_day]
    return [lambda day: any(one.is_school_day(day) for one in calendars), is_working_day]


def _school_calendars(messages: Sequence[Message], today: dt.date) -> dict[int, list[SchoolCalendar]]:
    """For each mail, by its key, the calendars from a day on of the schools where its recipient works; none before any
    year exists."""
    schools_of = _schools_of(messages, today)
    schools = set().union(*schools_of.values())
    if not schools:
        return {}
    by_year: dict[int, list[Term]] = defaultdict(list)
    for term in Term.objects.filter(year__ends_on__gte=today).select_related("year"):
        by_year[term.year_id].append(term)
    periods = list(ClosedPeriod.objects.filter(Q(school=None) | Q(school__in=schools), year__in=by_year))
    calendars = {
        school: [_calendar(terms, periods, school) for terms in by_year.values()] for school in sorted(schools)
    }
    return {pk: [one for school in sorted(own) for one in calendars[school]] for pk, own in schools_of.items()}


def _calendar(terms: Sequence[Term], periods: Iterable[ClosedPeriod], school: int) -> SchoolCalendar:
    year = terms[0].year
    return SchoolCalendar.made(
        year, terms, [one for one in periods if one.year_id == year.pk and one.school_id in (None, school)]
    )


def _schools_of(messages: Sequence[Message], today: dt.date) -> dict[int, set[int]]:
    """For each mail, by its key, the school that it is to, or else all schools where the recipient has a role."""
    written_to = schools_written_to(messages)
    users = {one.user_id for one in messages if one.user_id and one.pk not in written_to}
    active = SchoolMembership.objects.active(today).filter(person__user__in=users)
    by_user = _grouped(active, "person__user", "person__school") if users else {}
    return {one.pk: written_to.get(one.pk) or by_user.get(one.user_id or 0, set()) for one in messages}


def schools_written_to(messages: Sequence[Message]) -> dict[int, set[int]]:
    """For each mail, by its key, the school that it is to, through the role or leader that it is for; other mails are
    left out."""
    memberships = [one.about["membership"] for one in messages if one.about.get("membership")]
    by_membership = _grouped(SchoolMembership.objects.filter(pk__in=memberships), "pk", "person__school")
    leaders = [one.about["leader"] for one in messages if one.about.get("leader")]
    by_leader = _grouped(SchoolPerson.objects.filter(pk__in=leaders), "pk", "school") if leaders else {}
    found = {
        one.pk: by_membership.get(one.about.get("membership", 0)) or by_leader.get(one.about.get("leader", 0))
        for one in messages
    }
    return {pk: schools for pk, schools in found.items() if schools}


def _grouped(rows: QuerySet[Any], key: str, value: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in rows.values_list(key, value):
        found[one].add(other)
    return found
