"""A school year as a picture: month by month, what every day is, and in words what is closed and blocked."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils.dates import WEEKDAYS

from schools.calendar import DAY, SCHOOL_DAYS, SchoolCalendar, days_between, last_of_month
from schools.models.plans import monday_of


class DayKind(enum.StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    BLOCKED = "blocked"
    WEEKEND = "weekend"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Day:
    date: dt.date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class PictureWeek:
    """A week's days in one month; days in other months are None."""

    monday: dt.date
    days: tuple[Day | None, ...]


@dataclass(frozen=True)
class Span:
    """Consecutive days closed or blocked for the same thing, from the first to the last school day among them."""

    first: dt.date
    last: dt.date
    name: str
    is_blocked: bool


@dataclass(frozen=True)
class PictureMonth:
    first: dt.date
    weeks: tuple[PictureWeek, ...]
    spans: tuple[Span, ...]
    school_days: int


def weekdays() -> list[tuple[str, str]]:
    """Each weekday with its two-letter abbreviation: måndag, må."""
    return [(str(name), str(name)[:2].lower()) for name in WEEKDAYS.values()]


def months_of(calendar: SchoolCalendar) -> list[PictureMonth]:
    """The year's months in order, each with the spans that touch it."""
    spans = list(spans_of(calendar))
    return [_month(calendar, calendar.first_of(month), spans) for month in calendar.months()]


def school_days_of(calendar: SchoolCalendar) -> int:
    """How many days of the year have teaching."""
    return sum(calendar.is_school_day(day) for day in days_between(calendar.starts_on, calendar.ends_on))


def spans_of(calendar: SchoolCalendar) -> Iterator[Span]:
    """What is closed and blocked, in order; weekends neither count nor divide a span."""
    days = [day for day in days_between(calendar.starts_on, calendar.ends_on) if day.weekday() < SCHOOL_DAYS]
    for (kind, name), same in groupby(days, key=lambda day: _kind_of(calendar, day)):
        if kind != DayKind.OPEN:
            first, *rest = same
            yield Span(first, rest[-1] if rest else first, name, kind == DayKind.BLOCKED)


def _month(calendar: SchoolCalendar, first: dt.date, spans: list[Span]) -> PictureMonth:
    last = last_of_month(first)
    mondays = sorted({monday_of(day) for day in days_between(first, last)})
    weeks = tuple(
        PictureWeek(
            monday,
            tuple(
                _day(calendar, day) if first <= day <= last else None for day in days_between(monday, monday + 6 * DAY)
            ),
        )
        for monday in mondays
    )
    touching = tuple(span for span in spans if span.first <= last and span.last >= first)
    school_days = sum(calendar.is_school_day(day) for day in days_between(first, last))
    return PictureMonth(first, weeks, touching, school_days)


def _day(calendar: SchoolCalendar, day: dt.date) -> Day:
    return Day(day, *_kind_of(calendar, day))


def _kind_of(calendar: SchoolCalendar, day: dt.date) -> tuple[DayKind, str]:
    if not calendar.starts_on <= day <= calendar.ends_on:
        return DayKind.OUTSIDE, ""
    if day.weekday() >= SCHOOL_DAYS:
        return DayKind.WEEKEND, ""
    if day in calendar.closed:
        return DayKind.CLOSED, calendar.closed[day]
    name = calendar.blocked_name(monday_of(day))
    return (DayKind.BLOCKED, name) if name else (DayKind.OPEN, "")
