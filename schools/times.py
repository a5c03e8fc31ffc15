"""When in its week a session is."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from schools.calendar import DAY, SchoolCalendar
from schools.models import Group, PlannedSession


class Time(NamedTuple):
    """A day and a time of day; None where not decided."""

    date: dt.date | None = None
    start_time: dt.time | None = None
    end_time: dt.time | None = None


def time_of(row: PlannedSession) -> Time:
    return Time(row.date, row.start_time, row.end_time)


def weekly_time(group: Group, monday: dt.date, calendar: SchoolCalendar) -> Time:
    """The group's weekly time in a week; empty if it has none, or if it cannot meet on that day."""
    if group.weekday is None:
        return Time()
    day = monday + group.weekday * DAY
    return Time(day, group.weekly_start, group.weekly_end) if _can_meet(group, day, calendar) else Time()


def time_in(row: PlannedSession, monday: dt.date, calendar: SchoolCalendar) -> Time:
    """A session's time when it is moved to a week: on its own weekday, or else at its group's weekly time, where
    possible."""
    if row.date is None:
        return weekly_time(row.group, monday, calendar)
    day = monday + row.date.weekday() * DAY
    return time_of(row)._replace(date=day) if _can_meet(row.group, day, calendar) else Time()


def _can_meet(group: Group, day: dt.date, calendar: SchoolCalendar) -> bool:
    """Whether the school is open on a day and the group exists then."""
    return calendar.is_school_day(day) and group.is_there_on(day)
