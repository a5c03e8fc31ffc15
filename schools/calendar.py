"""When a school meets: its year's weeks, open days and months. Plain dates in, plain dates out."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

import holidays
from django.utils.translation import gettext as _

from schools.models import ClosedPeriod, School, SchoolYear, Term
from schools.models.plans import monday_of

WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)
SCHOOL_DAYS = 5
# A staff session is on time in the six weeks that end with its topic's month.
STAFF_WINDOW = 6 * WEEK


@dataclass(frozen=True)
class SchoolCalendar:
    """A school year at a school: its first and last day, and the closed days between them, each with a name.

    ``blocked`` are the Mondays of weeks that planning avoids although the school has teaching, with the reason.
    """

    starts_on: dt.date
    ends_on: dt.date
    closed: Mapping[dt.date, str]
    blocked: Mapping[dt.date, str] = field(default_factory=dict)

    @classmethod
    def of(cls, year: SchoolYear, school: School | None, terms: Iterable[Term] | None = None) -> SchoolCalendar:
        """The calendar of one school, or without a school what is common to all. Pass ``terms`` if they have been read
        already."""
        own = year.terms.all() if terms is None else terms
        return cls.made(year, [term for term in own if term.year_id == year.pk], list(year.closed_periods.at(school)))

    @classmethod
    def made(cls, year: SchoolYear, terms: Sequence[Term], periods: Iterable[ClosedPeriod]) -> SchoolCalendar:
        """The calendar with these terms and periods, which need not be saved."""
        holidays_of_years = public_holidays(*range(year.starts_on.year, year.ends_on.year + 1))
        closed = {day: name for day, name in holidays_of_years.items() if year.starts_on <= day <= year.ends_on}
        for first, last in _between(terms):
            closed |= dict.fromkeys(days_between(first, last), _("Christmas break"))
        # Days closed for all get their name first, then those closed at one school.
        ordered = sorted(periods, key=lambda period: period.school_id is None)
        blocked: dict[dt.date, str] = {}
        for period in ordered:
            if period.is_blocked:
                blocked |= {monday_of(day): period.name for day in days_between(period.starts_on, period.ends_on)}
            else:
                closed |= dict.fromkeys(days_between(period.starts_on, period.ends_on), period.name)
        return cls(year.starts_on, year.ends_on, closed, blocked)

    def weeks(self) -> list[dt.date]:
        """The Mondays of all weeks of the year, closed ones included."""
        return list(self._weeks)

    def open_weeks(self) -> list[dt.date]:
        """The Mondays of the weeks that have a school day."""
        return list(self._open_weeks)

    def plannable_weeks(self) -> list[dt.date]:
        """The Mondays of the weeks that planning uses: open and not blocked."""
        return [monday for monday in self._open_weeks if monday not in self.blocked]

    def is_school_day(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on and day.weekday() < SCHOOL_DAYS and day not in self.closed

    def open_days(self, monday: dt.date) -> list[dt.date]:
        """The school days of a week."""
        return list(self._open_days.get(monday, ()))

    def is_closed_week(self, monday: dt.date) -> bool:
        """Whether a week has no school day; true for every week outside the year."""
        return monday not in self._open_days

    def blocked_name(self, monday: dt.date) -> str:
        """Why an open week is blocked, such as Nationella prov; empty if it is not blocked or has no school day."""
        return "" if self.is_closed_week(monday) else self.blocked.get(monday, "")

    def closed_name(self, monday: dt.date) -> str:
        """The reason for most of a week's closed days, such as Höstlov; empty if there are none."""
        names = Counter(self.closed[day] for day in days_between(monday, monday + 4 * DAY) if day in self.closed)
        return names.most_common(1)[0][0] if names else ""

    def months(self) -> list[int]:
        """The months of the year in school order, August first."""
        first, last = self.starts_on, self.ends_on
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [(first.month - 1 + place) % 12 + 1 for place in range(min(count, 12))]

    def first_of(self, month: int) -> dt.date:
        """The first day of a month in this school year."""
        year = self.starts_on.year + (1 if month < self.starts_on.month else 0)
        return dt.date(year, month, 1)

    def weeks_of_month(self, month: int) -> list[dt.date]:
        """The open weeks that belong to a month: those whose Wednesday lies in it."""
        return [monday for monday in self._all_weeks_of(month) if monday in self._open_days]

    def is_whole_month(self, month: int) -> bool:
        """Whether neither a long break nor the year's beginning or end cuts the month short."""
        weeks = self._all_weeks_of(month)
        begins_closed = self.is_closed_week(weeks[0]) and self.is_closed_week(weeks[0] - WEEK)
        ends_closed = self.is_closed_week(weeks[-1]) and self.is_closed_week(weeks[-1] + WEEK)
        return not begins_closed and not ends_closed

    def month_window(self, month: int) -> tuple[dt.date, dt.date]:
        """The first and last day that count as within the month: its own days, and those of its whole weeks."""
        first, last = self.first_of(month), last_of_month(self.first_of(month))
        weeks = self._all_weeks_of(month)
        return min(first, weeks[0]), max(last, weeks[-1] + 6 * DAY)

    def staff_window(self, month: int) -> tuple[dt.date, dt.date]:
        """The six weeks that end with the month's window, in which a staff session on the month's topic is on time."""
        last = self.month_window(month)[1]
        return last - STAFF_WINDOW + DAY, last

    def _all_weeks_of(self, month: int) -> tuple[dt.date, ...]:
        """The Mondays of a month's weeks, closed ones included: four or five."""
        return _weeks_of(self.first_of(month))

    @cached_property
    def _weeks(self) -> tuple[dt.date, ...]:
        first, last = monday_of(self.starts_on), monday_of(self.ends_on)
        return tuple(first + place * WEEK for place in range((last - first) // WEEK + 1))

    @cached_property
    def _open_days(self) -> dict[dt.date, tuple[dt.date, ...]]:
        """The school days of each open week, in order."""
        days = {
            monday: tuple(day for day in days_between(monday, monday + 4 * DAY) if self.is_school_day(day))
            for monday in self._weeks
        }
        return {monday: found for monday, found in days.items() if found}

    @cached_property
    def _open_weeks(self) -> tuple[dt.date, ...]:
        return tuple(self._open_days)


def calendars_of(
    year: SchoolYear, schools: Iterable[School], periods: Iterable[ClosedPeriod] | None = None
) -> dict[int, SchoolCalendar]:
    """The calendars of many schools by primary key, in two queries however many they are.

    Schools without closed days of their own share one. With ``periods``, as if those were all the year's periods.
    """
    terms = list(year.terms.all())
    of_school: dict[int | None, list[ClosedPeriod]] = defaultdict(list)
    for period in year.closed_periods.all() if periods is None else periods:
        of_school[period.school_id].append(period)
    common = SchoolCalendar.made(year, terms, of_school[None])
    own = {
        pk: SchoolCalendar.made(year, terms, [*of_school[None], *found])
        for pk, found in of_school.items()
        if pk is not None
    }
    return {school.pk: own.get(school.pk, common) for school in schools}


@lru_cache(maxsize=256)
def _weeks_of(first: dt.date) -> tuple[dt.date, ...]:
    """The Mondays of the weeks whose Wednesday lies in the month that begins on a day."""
    wednesdays = (day for day in days_between(first, last_of_month(first)) if day.weekday() == 2)
    return tuple(wednesday - 2 * DAY for wednesday in wednesdays)


def days_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days from one to another, both included."""
    return (first + place * DAY for place in range((last - first).days + 1))


def last_of_month(first: dt.date) -> dt.date:
    """The last day of the month that begins on a day."""
    return (first + 31 * DAY).replace(day=1) - DAY


def _between(terms: Sequence[Term]) -> Iterator[tuple[dt.date, dt.date]]:
    """The days between the terms, which belong to neither."""
    ordered = sorted(terms, key=lambda term: term.starts_on)
    for earlier, later in pairwise(ordered):
        yield earlier.ends_on + DAY, later.starts_on - DAY


def public_holidays(*years: int) -> dict[dt.date, str]:
    """Sweden's public holidays in some calendar years, and the eves on which no school is open."""
    return dict(_holidays_of(years))


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday, unless it is a public holiday or an eve on which people are off work."""
    return day.weekday() < SCHOOL_DAYS and day not in public_holidays(day.year)


@lru_cache(maxsize=16)
def _holidays_of(years: tuple[int, ...]) -> tuple[tuple[dt.date, str], ...]:
    found = holidays.country_holidays(
        "SE", years=years, categories=("public", "de_facto"), language="sv", include_sundays=False
    )
    return tuple(found.items())
