"""Removes kept figures of days that no page reads any more; they can always be counted again from plans and logs (ADR
29).

A day is read when a page shows it without being asked for it: a programme year's own day, the same day a year earlier,
and the day of a saved report. Any other day was asked for by somebody, and is kept for a week. The sums go first, and
the counts that they were added up from in a later run, so that no sum in use lacks its counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, Max
from django.utils import timezone

from evaluations.models import ParticipationFigures, SavedReport, SummedFigures
from evaluations.selection import Selection, last_day_of
from schools.models import ProgrammeYear

STAYS = dt.timedelta(days=7)
# The most days that one run removes from: one day of a nation is thousands of rows.
MOST_DAYS = 50


@dataclass(frozen=True)
class Unread:
    """A day, and how many rows of it can go next: its sums, or its schools' counts once the sums are gone."""

    day: dt.date
    sums: int
    counts: int


def forget_unread(now: dt.datetime) -> int:
    """Remove what nobody reads, for a limited number of days. Gives how many rows were removed."""
    return sum(_forget(one.day, now - STAYS) for one in list(islice(unread(now), MOST_DAYS)))


def unread(now: dt.datetime) -> Iterator[Unread]:
    """What can be removed, day by day, the earliest first. Writes nothing."""
    read, before, sums = days_read(timezone.localdate(now)), now - STAYS, _sums_by_day()
    for day in sorted({*sums, *_days_counted()} - read):
        number, newest = sums.get(day, (0, None))
        if newest and newest >= before:
            continue
        counts = ParticipationFigures.objects.filter(as_of=day, kept_at__lt=before).count()
        if number or counts:
            yield Unread(day, number, counts)


def _forget(day: dt.date, before: dt.datetime) -> int:
    """Remove the day's sums; or, if it has none, the counts that they were added up from.

    A sum made meanwhile is newer, and stays.
    """
    sums = SummedFigures.objects.filter(as_of=day)
    if sums.exists():
        return sums.filter(kept_at__lt=before).delete()[0]
    return ParticipationFigures.objects.filter(as_of=day, kept_at__lt=before).delete()[0]


def days_read(today: dt.date) -> set[dt.date]:
    """The days that pages show without being asked."""
    opened = list(ProgrammeYear.objects.select_related("year", "programme"))
    shown = [Selection(rules, None, min(today, last_day_of(rules.year)), opened) for rules in opened]
    before = [earlier for earlier in (selection.last_year() for selection in shown) if earlier]
    reported = SavedReport.objects.order_by().values_list("as_of", flat=True).distinct()
    return {*(selection.as_of for selection in (*shown, *before)), *reported}


def _sums_by_day() -> dict[dt.date, tuple[int, dt.datetime]]:
    """How many sums each day has, and when the newest of them was made."""
    found = SummedFigures.objects.order_by().values_list("as_of").annotate(Count("pk"), Max("kept_at"))
    return {day: (number, newest) for day, number, newest in found}


def _days_counted() -> Iterable[dt.date]:
    return ParticipationFigures.objects.order_by().values_list("as_of", flat=True).distinct()
