"""Adding, changing and closing schools."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import DateField, F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from schools.actions.cancelling import cancel_for_ended_group
from schools.actions.deeds import lock_rows
from schools.actions.groups import end_group, reopen_group
from schools.actions.occasions import cancel_at_closed_school
from schools.models import District, Occasion, PlannedSession, School, SchoolMembership
from schools.models.plans import PlannedSessionQuerySet


@transaction.atomic
def add_school(
    *,
    name: str,
    district: District,
    unit_code: str | None = None,
    highest_grade: int | None = None,
    logs_by_link: bool = False,
    by: User,
) -> School:
    """A new school in the work. Its slug is made from its name, and never changed."""
    school = School(
        name=name,
        district=district,
        unit_code=unit_code or None,
        highest_grade=highest_grade,
        logs_by_link=logs_by_link,
    )
    school.full_clean()
    school.save()
    return school


@transaction.atomic
def district_named(name: str, *, by: User) -> District:
    """The district with a name, ignoring case; made if there is none."""
    name = " ".join(name.split())
    # Compared in Python, because SQLite ignores case only for a to z.
    known = (district for district in District.objects.all() if district.name.casefold() == name.casefold())
    return next(known, None) or District.objects.create(name=name)


def left_behind(school: School, last_day: dt.date) -> dict[str, int]:
    """What closing a school after a day leads to: sessions and occasions that will not be held, and roles that end."""
    roles = SchoolMembership.objects.filter(person__school=school).exclude(ends_on__lte=last_day)
    occasions = Occasion.objects.undecided().filter(school=school, date__gt=last_day)
    sessions = _sessions_after(school, last_day).count()
    return {"sessions": sessions, "occasions": occasions.count(), "roles": roles.count()}


def _sessions_after(school: School, last_day: dt.date) -> PlannedSessionQuerySet:
    return PlannedSession.objects.without_outcome().after_day(last_day).filter(participation__school=school)


@transaction.atomic
def close_school(*, school: School, last_day: dt.date, by: User, now: dt.datetime) -> None:
    """End a school's part in the work: its groups and roles end that day, and everything planned after it is cancelled.

    Roles that have not begun yet are removed; everything else that begins after the day ends on its own first day.
    """
    lock_rows(_sessions_after(school, last_day))
    # Done while the roles still hold, so that those invited are told.
    cancel_at_closed_school(school=school, last_day=last_day, by=by, now=now)
    ahead = school.groups.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day), year__ends_on__gte=last_day)
    for group in ahead.select_related("year"):
        cancel_for_ended_group(group=group, last_day=last_day, by=by, now=now)
        end_group(group=group, last_day=max(last_day, group.starts_on), by=by, now=now)
    roles = SchoolMembership.objects.filter(person__school=school)
    roles.filter(starts_on__gt=max(last_day, timezone.localdate(now))).delete()
    ends_on = Greatest("starts_on", Value(last_day), output_field=DateField())
    roles.exclude(ends_on__lte=last_day).update(ends_on=ends_on, link_version=F("link_version") + 1)
    school.closed_on = last_day
    school.save(update_fields=["closed_on"])


@transaction.atomic
def reopen_school(*, school: School, today: dt.date, by: User) -> None:
    """Take a school into the work again, with the groups that ended with it in a year that is not over; roles have to
    be given anew.

    Groups of a year that is over did end with it: what was cancelled then was not missed, and its figures stand still.
    """
    if school.closed_on is None:
        return
    began_later = Q(starts_on__gt=school.closed_on, ends_on=F("starts_on"))
    ended = school.groups.filter(Q(ends_on=school.closed_on) | began_later, merged_into=None)
    for group in ended.filter(year__ends_on__gte=today):
        reopen_group(group=group, by=by)
    school.closed_on = None
    school.save(update_fields=["closed_on"])
