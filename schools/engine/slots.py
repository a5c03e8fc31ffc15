"""The places of a programme's year: each base topic in its month, and extra ones spread over the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from programmes.models import SessionTopic
from schools.calendar import SchoolCalendar


@dataclass(frozen=True)
class Slot:
    """A place in the year, numbered from 1 in order, with the weeks in which classes meet for it.

    ``topic`` is the base topic that belongs here; an extra place has none. ``starts_on`` is where the place belongs
    even when its month has no open week.
    """

    no: int
    month: int
    starts_on: dt.date
    weeks: tuple[dt.date, ...]
    topic: SessionTopic | None = None

    @property
    def is_base(self) -> bool:
        return self.topic is not None


def slots_of(
    calendar: SchoolCalendar, base_topics: Sequence[SessionTopic], *, required_base: int, required_extra: int
) -> list[Slot]:
    """The year's places in order: the first required base topics, and the required number of extra places."""
    with_month = [(topic.month, topic) for topic in sorted(base_topics, key=lambda topic: topic.number) if topic.month]
    base_months = [month for month, _topic in with_month[:required_base]]
    months = [*base_months, *extra_months(calendar, base_months, required_extra)]
    topics = [*(topic for _month, topic in with_month[:required_base]), *[None] * required_extra]
    order = sorted(range(len(months)), key=lambda place: (calendar.first_of(months[place]), place))
    placed = [(months[place], topics[place]) for place in order]
    return [
        _slot(calendar, no, month, topic, _share(placed, no - 1)) for no, (month, topic) in enumerate(placed, start=1)
    ]


def extra_months(calendar: SchoolCalendar, base_months: Sequence[int], wanted: int) -> list[int]:
    """The month of each extra place: first whole months without a base topic, evenly spread over the year.

    Then come months that are cut short, those with most weeks first. The year's first month is avoided, since staff go
    before. With more places than months, some months get several.
    """
    in_use = [month for month in calendar.months() if calendar.weeks_of_month(month)]
    free = [month for month in in_use if month not in base_months]
    whole = [month for month in free if calendar.is_whole_month(month)]
    short = [month for month in free if month not in whole and month != in_use[0]]
    short.sort(key=lambda month: -len(calendar.weeks_of_month(month)))
    pool = [*whole, *short] or in_use or calendar.months()
    rounds, rest = divmod(wanted, len(pool))
    last = _evenly(whole, rest) if rest <= len(whole) else pool[:rest]
    return sorted([*pool * rounds, *last], key=calendar.first_of)


def _evenly(pool: Sequence[int], count: int) -> list[int]:
    """Some items of a sequence, evenly spread over it."""
    return [pool[(2 * place + 1) * len(pool) // (2 * count)] for place in range(count)]


def _share(placed: Sequence[tuple[int, SessionTopic | None]], index: int) -> tuple[int, int]:
    """Which of a month's places this is, and how many the month has."""
    same = [place for place, (month, _topic) in enumerate(placed) if month == placed[index][0]]
    return same.index(index), len(same)


def _slot(calendar: SchoolCalendar, no: int, month: int, topic: SessionTopic | None, share: tuple[int, int]) -> Slot:
    weeks = calendar.weeks_of_month(month)
    # A base topic may use its whole month; a month's extra places share it in turn.
    if topic is None:
        part, parts = share
        weeks = weeks[part * len(weeks) // parts : (part + 1) * len(weeks) // parts] or weeks
    starts_on = weeks[0] if weeks else calendar.first_of(month)
    return Slot(no=no, month=month, starts_on=starts_on, weeks=tuple(weeks), topic=topic)
