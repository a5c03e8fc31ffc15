"""The days of a recurrence rule (RFC 5545, RRULE) within a range of days.

Each day in the range is tested against the rule. So the work is limited by the range, whatever the rule says, even for
rules that never end or never match.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAILY, WEEKLY, MONTHLY, YEARLY = "DAILY", "WEEKLY", "MONTHLY", "YEARLY"
PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"}
# A rule with a COUNT has to be counted from its beginning.
COUNTED_YEARS = 10


class UnreadableRule(ValueError):  # noqa: N818 - reads as what happened
    """The portal does not support the rule; the message says why, for the user."""


@dataclass(frozen=True)
class Rule:
    """A rule that repeats whole days. ``weekdays`` are pairs (n, weekday), where n is 0 for every such weekday."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: dt.date | None = None
    week_start: int = 0
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()

    @classmethod
    def of(cls, parts: Mapping[str, Sequence[Any]]) -> Rule:
        """The rule from a parsed RRULE. Raises ``UnreadableRule`` for one that is not supported."""
        known = {name.upper(): list(values) for name, values in parts.items()}
        freq = str(_one(known, "FREQ", "")).upper()
        if freq not in (DAILY, WEEKLY, MONTHLY, YEARLY):
            raise UnreadableRule(_("It repeats within a day. Only whole days can be closed."))
        if unknown := sorted(set(known) - PARTS):
            raise UnreadableRule(_("Its repetition uses %(part)s, which is not read.") % {"part": ", ".join(unknown)})
        weekdays = tuple(_weekday(str(value)) for value in known.get("BYDAY", []))
        if freq in (DAILY, WEEKLY) and any(nth for nth, _day in weekdays):
            raise UnreadableRule(_("Its repetition cannot be read."))
        if freq == WEEKLY and "BYMONTHDAY" in known:
            raise UnreadableRule(_("Its repetition cannot be read."))
        until = _one(known, "UNTIL", None)
        return cls(
            freq=freq,
            interval=_number(_one(known, "INTERVAL", 1), 1, 10_000),
            count=_number(known["COUNT"][0], 1, 100_000) if "COUNT" in known else None,
            until=local_day(until) if until else None,
            week_start=_weekday(str(_one(known, "WKST", "MO")))[1],
            weekdays=weekdays,
            month_days=tuple(_number(value, -31, 31) for value in known.get("BYMONTHDAY", [])),
            months=tuple(_number(value, 1, 12) for value in known.get("BYMONTH", [])),
        )

    @property
    def is_endless(self) -> bool:
        return self.count is None and self.until is None

    def days(self, start: dt.date, first: dt.date, last: dt.date) -> list[dt.date]:
        """The days between ``first`` and ``last``, in order, on which something that begins on ``start`` recurs."""
        if self.count is None:
            span = _span(max(start, first), min(last, self.until or last))
            return [day for day in span if self.hits(start, day)]
        if start < first - dt.timedelta(days=366 * COUNTED_YEARS):
            raise UnreadableRule(_("It began more than ten years ago. Write it anew."))
        hit = [day for day in _span(start, min(last, self.until or last)) if self.hits(start, day)]
        return [day for day in hit[: self.count] if day >= first]

    def hits(self, start: dt.date, day: dt.date) -> bool:
        """Whether the rule matches a day, regardless of where it ends."""
        if day < start or (self.months and day.month not in self.months):
            return False
        return self._in_turn(start, day) and self._is_right_day(start, day)

    def _in_turn(self, start: dt.date, day: dt.date) -> bool:
        if self.freq == DAILY:
            passed = (day - start).days
        elif self.freq == WEEKLY:
            passed = (self._week_of(day) - self._week_of(start)).days // 7
        elif self.freq == MONTHLY:
            passed = (day.year - start.year) * 12 + day.month - start.month
        else:
            passed = day.year - start.year
        return passed % self.interval == 0

    def _is_right_day(self, start: dt.date, day: dt.date) -> bool:
        if self.month_days and day.day not in self.month_days and day.day - _length(day) - 1 not in self.month_days:
            return False
        if self.weekdays:
            return any(self._is_weekday(day, nth, weekday) for nth, weekday in self.weekdays)
        if self.month_days or self.freq == DAILY:
            return True
        if self.freq == WEEKLY:
            return day.weekday() == start.weekday()
        return day.day == start.day and (self.freq == MONTHLY or bool(self.months) or day.month == start.month)

    def _is_weekday(self, day: dt.date, nth: int, weekday: int) -> bool:
        if day.weekday() != weekday:
            return False
        if self.freq == YEARLY and not self.months:
            place, length = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
        else:
            place, length = day.day, _length(day)
        return nth in (0, (place - 1) // 7 + 1, -((length - place) // 7 + 1))

    def _week_of(self, day: dt.date) -> dt.date:
        return day - dt.timedelta(days=(day.weekday() - self.week_start) % 7)


def local_day(moment: dt.date) -> dt.date:
    """The day of a date, or of a moment in Stockholm's time."""
    if not isinstance(moment, dt.datetime):
        return moment
    return (moment.astimezone(STOCKHOLM) if moment.tzinfo else moment).date()


def _one(parts: Mapping[str, list[Any]], name: str, otherwise: Any) -> Any:
    values = parts.get(name) or [otherwise]
    return values[0]


def _weekday(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", text.upper())
    if not found:
        raise UnreadableRule(_("Its repetition cannot be read."))
    return int(found[1] or 0), DAYS.index(found[2])


def _number(value: Any, least: int, most: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if not number or not least <= number <= most:
        raise UnreadableRule(_("Its repetition cannot be read."))
    return number


def _length(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _span(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
