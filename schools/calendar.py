"""When a school is open: the weeks of a school year, and what closes them. Pure but for ``of`` and ``calendars_of``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import holidays

from schools.models import ClosedPeriod, School, SchoolYear
from schools.models.plans import monday_of

WEEK = dt.timedelta(days=7)
WEDNESDAY = dt.timedelta(days=2)
STAFF_WINDOW = dt.timedelta(weeks=6)


@dataclass(frozen=True)
class SchoolCalendar:
    """A school's year: its first and last school day, and each closed weekday with the reason."""

    starts_on: dt.date
    ends_on: dt.date
    closed: Mapping[dt.date, str] = field(default_factory=dict)

    @classmethod
    def of(cls, year: SchoolYear, school: School | None) -> SchoolCalendar:
        """The calendar of a school, or without one that which all schools share."""
        periods = year.closed_periods.filter(school__isnull=True)
        if school is not None:
            periods = periods | year.closed_periods.filter(school=school)
        return cls(year.starts_on, year.ends_on, _closed_days(year, periods))

    def weeks(self) -> list[dt.date]:
        """The Mondays of all weeks of the year, closed ones too."""
        first = monday_of(self.starts_on)
        count = (monday_of(self.ends_on) - first).days // 7 + 1
        return [first + number * WEEK for number in range(count)]

    def is_school_day(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on and day.weekday() < 5 and day not in self.closed

    def open_days(self, monday: dt.date) -> list[dt.date]:
        days = [monday + dt.timedelta(days=number) for number in range(5)]
        return [day for day in days if self.is_school_day(day)]

    def is_closed_week(self, monday: dt.date) -> bool:
        """Whether no day of the week is a school day."""
        return not self.open_days(monday)

    def open_weeks(self) -> list[dt.date]:
        return [monday for monday in self.weeks() if not self.is_closed_week(monday)]

    def closed_name(self, monday: dt.date) -> str:
        """What closes the most days of a week, such as "Höstlov"; empty for a week without closed days."""
        names = [self.closed[day] for day in _weekdays(monday) if day in self.closed]
        return max(names, key=names.count, default="")

    def month_of(self, monday: dt.date) -> int:
        """The month that a week belongs to: the one of its Wednesday, which holds most of its school days."""
        return (monday + WEDNESDAY).month

    def weeks_of_month(self, month: int) -> list[dt.date]:
        """The open weeks of a month."""
        return [monday for monday in self.open_weeks() if self.month_of(monday) == month]

    def month_window(self, month: int) -> tuple[dt.date, dt.date]:
        """The first and last day that count as in the month: its own days and the whole of its weeks."""
        calendar_year = self.starts_on.year if month >= 7 else self.ends_on.year
        first = dt.date(calendar_year, month, 1)
        last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        weeks = [monday for monday in self.weeks() if self.month_of(monday) == month]
        if weeks:
            first, last = min(first, weeks[0]), max(last, weeks[-1] + dt.timedelta(days=6))
        return first, last

    def staff_window(self, month: int) -> tuple[dt.date, dt.date]:
        """When a month's staff session counts as on time: the six weeks before the month's window ends."""
        last = self.month_window(month)[1]
        return last - STAFF_WINDOW, last


def calendars_of(year: SchoolYear, schools: Iterable[School]) -> dict[int, SchoolCalendar]:
    """The calendar of each school by its key, in one query."""
    shared: list[ClosedPeriod] = []
    own: dict[int, list[ClosedPeriod]] = {}
    for period in year.closed_periods.all():
        (shared if period.school_id is None else own.setdefault(period.school_id, [])).append(period)
    return {
        school.pk: SchoolCalendar(year.starts_on, year.ends_on, _closed_days(year, [*shared, *own.get(school.pk, [])]))
        for school in schools
    }


def public_holidays(first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """Sweden's public holidays and the eves that are free in practice, by day, in Swedish."""
    known = holidays.country_holidays(
        "SE",
        years=range(first.year, last.year + 1),
        categories=("public", "de_facto"),
        language="sv",
        include_sundays=False,
    )
    return {day: name for day, name in sorted(known.items()) if first <= day <= last}


def _closed_days(year: SchoolYear, periods: Iterable[ClosedPeriod]) -> dict[dt.date, str]:
    closed = public_holidays(year.starts_on, year.ends_on)
    for period in periods:
        for number in range((period.ends_on - period.starts_on).days + 1):
            closed[period.starts_on + dt.timedelta(days=number)] = period.name
    return closed


def _weekdays(monday: dt.date) -> list[dt.date]:
    return [monday + dt.timedelta(days=number) for number in range(5)]
