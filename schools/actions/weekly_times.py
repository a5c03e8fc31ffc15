"""A group's weekly time, and its coming sessions, which follow when it changes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _

from accounts.models import User
from schools.actions.moves import Placing, move_sessions
from schools.calendar import SchoolCalendar
from schools.models import Group, PlanChange, PlannedSession
from schools.times import Time, time_of, weekly_time


@transaction.atomic
def follow_weekly_time(*, group: Group, former: Group, by: User, now: dt.datetime) -> uuid.UUID | None:
    """Give the group's coming sessions its weekly time, except those that somebody has given a time of their own.

    A session whose day has passed keeps that day, and none is moved to such a day. ``former`` is the group as it was
    before. Gives the batch of the changes; None if nothing changes.
    """
    if _weekly(group) == _weekly(former):
        return None
    calendar, today = SchoolCalendar.of(group.year, group.school), timezone.localdate(now)
    rows = PlannedSession.objects.upcoming(today).filter(group=group).select_related("group")
    placings = [
        Placing(row, row.version, row.week_start, time)
        for row, time in ((row, weekly_time(group, row.week_start, calendar)) for row in rows)
        if time_of(row) in (Time(), weekly_time(former, row.week_start, calendar))
        # Sessions in weeks that have been closed since are listed as strays instead.
        and not calendar.is_closed_week(row.week_start)
        and not any(_has_passed(one, today) for one in (time_of(row), time))
    ]
    if not placings:
        return None
    # Kept with each session, so that undoing the deed also restores the group's weekly time.
    said = {"weekly": {"was": _weekly(former), "is": _weekly(group)}}
    return move_sessions(placings=placings, by=by, now=now, how="weekly", said=said)


def why_weekly_time_stays(changes: Iterable[PlanChange]) -> str:
    """Why a group's former weekly time cannot be restored; empty when it can be, or when it was not changed."""
    for group, said in _weekly_times_in(changes):
        if _weekly(group) != said["is"]:
            return _("%(session)s has been changed since.") % {"session": group}
    return ""


def restore_weekly_time(changes: Iterable[PlanChange]) -> None:
    """Restore the former weekly times of an undone deed's groups; their sessions have been restored already."""
    for group, said in _weekly_times_in(changes):
        weekday, start, end = said["was"]
        group.weekday, group.weekly_start, group.weekly_end = weekday, parse_time(start or ""), parse_time(end or "")
        group.save(update_fields=["weekday", "weekly_start", "weekly_end"])


def _weekly_times_in(changes: Iterable[PlanChange]) -> Iterator[tuple[Group, dict[str, Any]]]:
    """Each group whose weekly time the deed changed, with the former time and the new one."""
    rows = [change for change in changes if change.session and "weekly" in change.after]
    said = {change.session.group_id: change.after["weekly"] for change in rows if change.session}
    return ((group, said[group.pk]) for group in Group.objects.filter(pk__in=said))


def _has_passed(time: Time, today: dt.date) -> bool:
    return time.date is not None and time.date < today


def _weekly(group: Group) -> list[Any]:
    """A group's weekly time as the history keeps it."""
    return [group.weekday, *(time and time.isoformat() for time in (group.weekly_start, group.weekly_end))]
