"""Proposes a new school year from the last one's dates.

Terms keep their place in the year, what closes and blocks days keeps its week, and days around Easter follow Easter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dateutil.easter import easter
from django.utils.translation import gettext as _

from accounts.templatetags.look import short_day
from schools.calendar import DAY, WEEK, SchoolCalendar, days_between, is_working_day
from schools.models import ClosedPeriod, School, SchoolYear, Term
from schools.year_picture import school_days_of

# Skolförordningen 3 kap.: a school year has at least this many school days.
FEWEST_SCHOOL_DAYS = 178
SOON = 14 * DAY
# To the same weekday nearest to the same date.
A_YEAR = 52 * WEEK
# Week numbers that every year has.
LAST_WEEK = 52


@dataclass(frozen=True)
class ProposedPeriod:
    """A proposed closed or blocked period; ``school`` is None for all schools."""

    kind: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    school: School | None = None

    def of(self, year: SchoolYear) -> ClosedPeriod:
        """The period in a year, not saved."""
        return ClosedPeriod(
            year=year,
            school=self.school,
            kind=self.kind,
            name=self.name,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )


@dataclass(frozen=True)
class ProposedYear:
    """A proposed school year, unsaved, with its terms and everything that closes or blocks its days."""

    starts_on: dt.date
    autumn_ends_on: dt.date
    spring_starts_on: dt.date
    ends_on: dt.date
    periods: tuple[ProposedPeriod, ...] = ()
    # Last year's periods that do not fall within this year.
    left_out: tuple[ProposedPeriod, ...] = ()

    @property
    def year(self) -> SchoolYear:
        return SchoolYear(starts_on=self.starts_on, ends_on=self.ends_on)

    @property
    def digest(self) -> str:
        """Shows whether what is saved is what was shown."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def calendar(self, school: School | None = None) -> SchoolCalendar:
        """The calendar that a school would have; without a school, what is common to all."""
        terms = [
            Term(starts_on=self.starts_on, ends_on=self.autumn_ends_on),
            Term(starts_on=self.spring_starts_on, ends_on=self.ends_on),
        ]
        periods = [one.of(self.year) for one in self.periods if one.school in (None, school)]
        return SchoolCalendar.made(self.year, terms, periods)

    def remarks(self, today: dt.date) -> list[str]:
        """What should be looked at before the year is saved."""
        found = list(self._idle_periods())
        days = school_days_of(self.calendar())
        if days < FEWEST_SCHOOL_DAYS:
            said = {"n": days, "least": FEWEST_SCHOOL_DAYS}
            found.append(_("The year has %(n)s school days. It should have at least %(least)s.") % said)
        if today <= self.starts_on <= today + SOON:
            soon = _("The year begins already on %(day)s. Plan the schools as soon as it is saved.")
            found.append(soon % {"day": short_day(self.starts_on)})
        return found

    def said_of_left_out(self) -> list[str]:
        """A sentence about each period that is left out."""
        text = _("%(name)s (%(where)s) would be on %(day)s, outside the school year, and is left out.")
        return [text % _named(one) for one in self.left_out]

    def _idle_periods(self) -> Iterator[str]:
        without = SchoolCalendar.made(self.year, [], [])
        for one in self.periods:
            if not any(without.is_school_day(day) for day in days_between(one.starts_on, one.ends_on)):
                yield _("%(name)s (%(where)s) on %(day)s has no school day to close.") % _named(one)


def _named(period: ProposedPeriod) -> dict[str, Any]:
    return {"name": period.name, "day": short_day(period.starts_on), "where": period.school or _("all schools")}


def year_after(year: SchoolYear) -> ProposedYear:
    """The year after a year. Days on which no school is open are replaced by the nearest ones that are."""
    terms = {term.season: term for term in year.terms.all()}
    autumn, spring = terms[Term.Season.AUTUMN], terms[Term.Season.SPRING]
    starts_on, ends_on = _open_from(autumn.starts_on + A_YEAR), _open_until(spring.ends_on + A_YEAR)
    moved = [_moved(period) for period in year.closed_periods.select_related("school")]
    within = tuple(one for one in moved if starts_on <= one.starts_on and one.ends_on <= ends_on)
    return ProposedYear(
        starts_on=starts_on,
        autumn_ends_on=_open_until(autumn.ends_on + A_YEAR),
        spring_starts_on=_open_from(spring.starts_on + A_YEAR),
        ends_on=ends_on,
        periods=within,
        left_out=tuple(one for one in moved if one not in within),
    )


def same_week(day: dt.date) -> dt.date:
    """The same weekday of the same week a year later. Around the turn of the year, where weeks are renumbered, the day
    moves as the terms do."""
    year, week, weekday = day.isocalendar()
    return dt.date.fromisocalendar(year + 1, week, weekday) if 1 < week < LAST_WEEK else day + A_YEAR


def _moved(period: ClosedPeriod) -> ProposedPeriod:
    """The period with its length kept, in the week of its first day."""
    move = _same_to_easter if _follows_easter(period) else same_week
    starts_on = move(period.starts_on)
    ends_on = starts_on + (period.ends_on - period.starts_on)
    return ProposedPeriod(period.kind, period.name, starts_on, ends_on, period.school)


def _follows_easter(period: ClosedPeriod) -> bool:
    """Whether a break for all schools is in the week before Easter or the week after."""
    sunday = easter(period.starts_on.year)
    around = period.starts_on <= sunday + WEEK and period.ends_on >= sunday - WEEK
    return around and period.school_id is None and not period.is_blocked


def _same_to_easter(day: dt.date) -> dt.date:
    return easter(day.year + 1) + (day - easter(day.year))


def _open_from(day: dt.date) -> dt.date:
    return next(one for one in days_between(day, day + 3 * WEEK) if is_working_day(one))


def _open_until(day: dt.date) -> dt.date:
    return next(one for one in (day - n * DAY for n in range(21)) if is_working_day(one))
