"""The year's line: what was due and what was held, cumulated month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from evaluations.counting import Counts
from evaluations.selection import Selection
from evaluations.sizes import Size


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
    return [
        LinePoint(
            month,
            due_by(totals, now).of(totals),
            held_by(totals, now).of(totals),
            held_by(last_year, ago).of(last_year) if last_year is not None else None,
        )
        for month, (now, ago) in zip(months, ends_of(months), strict=True)
    ]


def ends_of(months: Sequence[dt.date]) -> list[tuple[str, str]]:
    """By the end of which month each point of the line is counted, this year and last, such as 2026-09 and 2025-09.

    The last point is the day's, and has all that there is: last year's day can be in another month.
    """
    passed = [(f"{month:%Y-%m}", f"{month.year - 1}-{month:%m}") for month in months[:-1]]
    return [*passed, ("", "")] if months else []


def months_of(selection: Selection) -> list[dt.date]:
    """The first day of each of the school year's months, to that of the day."""
    return _months_between(f"{selection.year.starts_on:%Y-%m}", selection.as_of)


def due_by(totals: Counts, until: str) -> Size:
    """Those that were due by the end of a month, such as 2026-09; with none named, all that were due."""
    return Size([("months", month, "plan") for month in totals["months"] if is_by(month, until)])


def held_by(totals: Counts, until: str) -> Size:
    """Those that had been held by then."""
    return Size([("held_months", month) for month in totals["held_months"] if is_by(month, until)])


def is_by(month: str, until: str) -> bool:
    return bool(month) and (not until or month <= until)


def months_shown(totals: Counts, as_of: dt.date) -> list[dt.date]:
    """The first day of each month, from the first in which a session was due to that of the day."""
    return _months_between(min(totals["months"]), as_of) if totals["months"] else []


def _months_between(first: str, as_of: dt.date) -> list[dt.date]:
    months, month = [], dt.date.fromisoformat(f"{first}-01")
    while month <= as_of:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months
