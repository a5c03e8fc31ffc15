"""Adding, changing and closing schools."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from schools.models import District, PlannedSession, School, SchoolMembership


@transaction.atomic
def add_school(*, name: str, district: District, unit_code: str | None = None, by: User) -> School:
    """A new school in the work; its slug is made from its name, once."""
    school = School(name=name, district=district, unit_code=unit_code or None)
    school.full_clean()
    school.save()
    return school


@transaction.atomic
def district_named(name: str, *, by: User) -> District:
    """The district of a name, in any case of letters; made if there is none."""
    name = " ".join(name.split())
    return District.objects.filter(name__iexact=name).first() or District.objects.create(name=name)


def left_behind(school: School, last_day: dt.date) -> dict[str, int]:
    """What closing a school after a day leads to: sessions that will not be held, and roles that end."""
    sessions = PlannedSession.objects.without_outcome().filter(participation__school=school, week_start__gt=last_day)
    roles = SchoolMembership.objects.filter(person__school=school).exclude(ends_on__lte=last_day)
    return {"sessions": sessions.count(), "roles": roles.count()}


@transaction.atomic
def close_school(*, school: School, last_day: dt.date, by: User, now: dt.datetime) -> None:
    """End a school's part in the work: its groups and roles end that day, and what is planned after it is cancelled."""
    from schools.actions.groups import end_group

    for group in school.groups.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day), starts_on__lte=last_day):
        end_group(group=group, last_day=last_day, by=by, now=now)
    roles = SchoolMembership.objects.filter(person__school=school, starts_on__lte=last_day)
    roles.exclude(ends_on__lte=last_day).update(ends_on=last_day)
    school.closed_on = last_day
    school.save(update_fields=["closed_on"])


@transaction.atomic
def reopen_school(*, school: School, by: User) -> None:
    """The school is in the work again; roles and groups are given anew."""
    school.closed_on = None
    school.save(update_fields=["closed_on"])
