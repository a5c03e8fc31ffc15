"""Groups: added, changed, ended, merged."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from schools.actions.cancelling import cancel_for_ended_group
from schools.actions.weekly_times import follow_weekly_time
from schools.models import Group, Participation, PlannedSession, School, SchoolYear


def raise_versions(*, school: School, year: SchoolYear) -> None:
    """Say that the figures of the school's participations have changed, since they depend on its groups."""
    Participation.objects.filter(school=school, programme_year__year=year).raise_version()


@transaction.atomic
def add_group(
    *,
    school: School,
    year: SchoolYear,
    kind: str,
    name: str,
    grade: int | None = None,
    headcount: int | None = None,
    starts_on: dt.date | None = None,
    staff_group: Group | None = None,
    weekday: int | None = None,
    weekly_start: dt.time | None = None,
    weekly_end: dt.time | None = None,
    by: User,
) -> Group:
    """A new group in a school year, from the year's first day unless told otherwise."""
    group = Group(
        school=school,
        year=year,
        kind=kind,
        name=name,
        grade=grade,
        headcount=headcount,
        starts_on=starts_on or year.starts_on,
        staff_group=staff_group,
        weekday=weekday,
        weekly_start=weekly_start,
        weekly_end=weekly_end,
    )
    group.full_clean()
    group.save()
    raise_versions(school=school, year=year)
    return group


@transaction.atomic
def change_group(*, group: Group, by: User, now: dt.datetime, **changed: Any) -> Group:
    """Change a group's name, grade, size, staff group or weekly time; its sessions follow a new weekly time."""
    former = Group.objects.get(pk=group.pk)
    for name, value in changed.items():
        setattr(group, name, value)
    group.full_clean()
    group.save()
    follow_weekly_time(group=group, former=former, by=by, now=now)
    raise_versions(school=group.school, year=group.year)
    return group


@transaction.atomic
def end_group(*, group: Group, last_day: dt.date, by: User, now: dt.datetime, merged_into: Group | None = None) -> int:
    """Set a group's last day and cancel what it has planned after it; gives how many sessions were cancelled.

    A class that merges into another ends in the same way, and from then on its pupils count with the other. Raises
    ``ValidationError`` when the day lies outside the group's school year.
    """
    if not group.starts_on <= last_day <= group.year.ends_on:
        raise ValidationError({"last_day": _("Choose a day in the school year, not before the group began.")})
    group.ends_on, group.merged_into = last_day, merged_into
    group.full_clean()
    group.save()
    cancelled = cancel_for_ended_group(group=group, last_day=last_day, by=by, now=now)
    raise_versions(school=group.school, year=group.year)
    return cancelled


@transaction.atomic
def reopen_group(*, group: Group, by: User) -> None:
    """Remove a group's last day and its merger. What was cancelled at its end is planned again by the next draft."""
    group.ends_on = group.merged_into = None
    group.save(update_fields=["ends_on", "merged_into"])
    raise_versions(school=group.school, year=group.year)


def sessions_after(group: Group, last_day: dt.date) -> int:
    """How many sessions would be cancelled if the group ended on the day."""
    return PlannedSession.objects.without_outcome().after_day(last_day).filter(group=group).count()
