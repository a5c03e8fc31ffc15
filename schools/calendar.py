"""When a school meets: its year's weeks, open days and months. Plain dates in, plain dates out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import holidays
from django.db.models import Q
from django.utils.translation import gettext as _

from schools.models import ClosedPeriod, School, SchoolYear, Term
from schools.models.plans import monday_of

WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)
SCHOOL_DAYS = 5
# A staff session is on time in the six weeks that end with its topic's month (facts.md: on time).
STAFF_WINDOW = 6 * WEEK


@dataclass(frozen=True)
class SchoolCalendar:
    """A school year at a school: its first and last day, and the names of the days that are closed between them."""

    starts_on: dt.date
    ends_on: dt.date
    closed: Mapping[dt.date, str]

    @classmethod
    def of(cls, year: SchoolYear, school: School | None) -> SchoolCalendar:
        """The calendar of one school, or what is common to all."""
        periods = year.closed_periods.filter(Q(school=None) | Q(school=school))
        return cls._made(year, list(year.terms.all()), list(periods))

    @classmethod
    def _made(cls, year: SchoolYear, terms: Sequence[Term], periods: Iterable[ClosedPeriod]) -> SchoolCalendar:
        closed = {day: name for day, name in _public_holidays(year) if year.starts_on <= day <= year.ends_on}
        for first, last in _between(terms):
            closed |= dict.fromkeys(_days(first, last), _("Christmas break"))
        # What is closed for all is said before what is closed at one school.
        for period in sorted(periods, key=lambda period: period.school_id is None):
            closed |= dict.fromkeys(_days(period.starts_on, period.ends_on), period.name)
        return cls(year.starts_on, year.ends_on, closed)

    def weeks(self) -> list[dt.date]:
        """The Mondays of all weeks of the year, closed ones too."""
        return list(self._weeks)

    def open_weeks(self) -> list[dt.date]:
        """The Mondays of the weeks that have a school day."""
        return list(self._open_weeks)

    def is_school_day(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on and day.weekday() < SCHOOL_DAYS and day not in self.closed

    def open_days(self, monday: dt.date) -> list[dt.date]:
        """The school days of a week."""
        return [day for day in _days(monday, monday + 4 * DAY) if self.is_school_day(day)]

    def is_closed_week(self, monday: dt.date) -> bool:
        """Whether a week has no school day; so has every week outside the year."""
        return monday not in self._open_set

    def closed_name(self, monday: dt.date) -> str:
        """What most of a week's closed days are closed for, such as Höstlov; empty if none is."""
        names = Counter(self.closed[day] for day in _days(monday, monday + 4 * DAY) if day in self.closed)
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
        return [monday for monday in self._all_weeks_of(month) if monday in self._open_set]

    def is_whole_month(self, month: int) -> bool:
        """Whether no long break, and neither the year's beginning nor its end, cuts the month short."""
        weeks = self._all_weeks_of(month)
        begins_closed = self.is_closed_week(weeks[0]) and self.is_closed_week(weeks[0] - WEEK)
        ends_closed = self.is_closed_week(weeks[-1]) and self.is_closed_week(weeks[-1] + WEEK)
        return not begins_closed and not ends_closed

    def month_window(self, month: int) -> tuple[dt.date, dt.date]:
        """The first and the last day that count as in the month: its own days and those of its whole weeks."""
        first, last = self.first_of(month), _last_of(self.first_of(month))
        weeks = self._all_weeks_of(month)
        return min(first, weeks[0]), max(last, weeks[-1] + 6 * DAY)

    def staff_window(self, month: int) -> tuple[dt.date, dt.date]:
        """When a staff session on the month's topic is on time: the six weeks that end with the month's window."""
        last = self.month_window(month)[1]
        return last - STAFF_WINDOW + DAY, last

    def _all_weeks_of(self, month: int) -> list[dt.date]:
        """The Mondays of a month's weeks, closed ones too; a month has four or five."""
        first = self.first_of(month)
        wednesdays = (day for day in _days(first, _last_of(first)) if day.weekday() == 2)
        return [wednesday - 2 * DAY for wednesday in wednesdays]

    @cached_property
    def _weeks(self) -> tuple[dt.date, ...]:
        first, last = monday_of(self.starts_on), monday_of(self.ends_on)
        return tuple(first + place * WEEK for place in range((last - first) // WEEK + 1))

    @cached_property
    def _open_weeks(self) -> tuple[dt.date, ...]:
        return tuple(monday for monday in self._weeks if self.open_days(monday))

    @cached_property
    def _open_set(self) -> frozenset[dt.date]:
        return frozenset(self._open_weeks)


def calendars_of(year: SchoolYear, schools: Iterable[School]) -> dict[int, SchoolCalendar]:
    """The calendars of many schools by the school's key, in two queries whatever their number."""
    terms = list(year.terms.all())
    periods = list(year.closed_periods.all())
    return {
        school.pk: SchoolCalendar._made(year, terms, [p for p in periods if p.school_id in (None, school.pk)])
        for school in schools
    }


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + place * DAY for place in range((last - first).days + 1))


def _last_of(first: dt.date) -> dt.date:
    """The last day of the month that begins on a day."""
    return (first + 31 * DAY).replace(day=1) - DAY


def _between(terms: Sequence[Term]) -> Iterator[tuple[dt.date, dt.date]]:
    """The days between one term and the next, which belong to no term."""
    ordered = sorted(terms, key=lambda term: term.starts_on)
    for earlier, later in pairwise(ordered):
        yield earlier.ends_on + DAY, later.starts_on - DAY


def _public_holidays(year: SchoolYear) -> tuple[tuple[dt.date, str], ...]:
    return _holidays_of(tuple(range(year.starts_on.year, year.ends_on.year + 1)))


@lru_cache(maxsize=16)
def _holidays_of(years: tuple[int, ...]) -> tuple[tuple[dt.date, str], ...]:
    """Sweden's public holidays, and the eves on which no school is open."""
    found = holidays.country_holidays(
        "SE", years=years, categories=("public", "de_facto"), language="sv", include_sundays=False
    )
    return tuple(found.items())
