"""The year's line: what was due and what was held, cumulated month by month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from evaluations.counting import Counts
from evaluations.selection import Selection


@dataclass(frozen=True)
class LinePoint:
    """The line up to a month's end: what was due, what was held, and what was held last year, each cumulated."""

    month: dt.date
    plan: int
    held: int
    last: int | None


def line_of(totals: Counts, last_year: Counts | None, selection: Selection) -> list[LinePoint]:
    """The year's line from its start to the day. ``last_year`` are the counts as of the same day last year."""
    months = months_of(selection)
    before = [a_year_before(month) for month in months]
    # Last year's counts end on their day, which can be the first of the next month: the last point has all of them.
    before[-1:] = months[-1:]
    return [
        LinePoint(
            month,
            _due_by(totals, month),
            _held_by(totals, month),
            _held_by(last_year, ago) if last_year is not None else None,
        )
        for month, ago in zip(months, before, strict=True)
    ]


def months_of(selection: Selection) -> list[dt.date]:
    """The first day of each of the school year's months, to that of the day."""
    return _months_between(f"{selection.year.starts_on:%Y-%m}", selection.as_of)


def a_year_before(month: dt.date) -> dt.date:
    """The first day of the same month in the year before."""
    return month.replace(year=month.year - 1)


def _due_by(totals: Counts, month: dt.date) -> int:
    """How many were due by a month's end."""
    return sum(one["plan"] for name, one in totals["months"].items() if name <= f"{month:%Y-%m}")


def _held_by(totals: Counts, month: dt.date) -> int:
    """How many had been held by a month's end."""
    return sum(number for name, number in totals["held_months"].items() if name <= f"{month:%Y-%m}")


def months_shown(totals: Counts, as_of: dt.date) -> list[dt.date]:
    """The first day of each month, from the first in which a session was due to that of the day."""
    return _months_between(min(totals["months"]), as_of) if totals["months"] else []


def _months_between(first: str, as_of: dt.date) -> list[dt.date]:
    months, month = [], dt.date.fromisoformat(f"{first}-01")
    while month <= as_of:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months
