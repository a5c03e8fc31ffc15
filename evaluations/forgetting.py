"""Kept figures of days that no page reads any more are removed: they can always be counted again from the facts.

A day is read when some page shows it unasked: a programme year's own day, the same day a year before it, the day of a
saved report. Any other day was asked for by somebody; what was counted for it stays for a week. The sums go first, and
what they were added up from in a later run, so that no sum that somebody reads stands without it.
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
# Days that one run removes something of: a nation's day is thousands of rows.
MOST_DAYS = 50


@dataclass(frozen=True)
class Unread:
    """A day, and how many of its sums, or when they have gone of its schools' counts, go next."""

    day: dt.date
    sums: int
    counts: int


def forget_unread(now: dt.datetime) -> int:
    """Remove what is unread, of a portion of the days. Gives how many rows went."""
    return sum(_forget(one.day, now - STAYS) for one in list(islice(unread(now), MOST_DAYS)))


def unread(now: dt.datetime) -> Iterator[Unread]:
    """What can go, day by day, the earliest first; it writes nothing."""
    read, before, sums = days_read(timezone.localdate(now)), now - STAYS, _sums_by_day()
    for day in sorted({*sums, *_days_counted()} - read):
        number, newest = sums.get(day, (0, None))
        if newest and newest >= before:
            continue
        counts = ParticipationFigures.objects.filter(as_of=day, kept_at__lt=before).count()
        if number or counts:
            yield Unread(day, number, counts)


def _forget(day: dt.date, before: dt.datetime) -> int:
    """The day's sums; the counts that they were added up from when there were none. A sum that somebody has had made
    since is younger, and stays."""
    sums = SummedFigures.objects.filter(as_of=day)
    if sums.exists():
        return sums.filter(kept_at__lt=before).delete()[0]
    return ParticipationFigures.objects.filter(as_of=day, kept_at__lt=before).delete()[0]


def days_read(today: dt.date) -> set[dt.date]:
    """The days that pages show unasked."""
    opened = list(ProgrammeYear.objects.select_related("year", "programme"))
    shown = [Selection(rules, None, min(today, last_day_of(rules.year)), opened) for rules in opened]
    before = [earlier for earlier in (selection.last_year() for selection in shown) if earlier]
    reported = SavedReport.objects.order_by().values_list("as_of", flat=True).distinct()
    return {*(selection.as_of for selection in (*shown, *before)), *reported}


def _sums_by_day() -> dict[dt.date, tuple[int, dt.datetime]]:
    """How many sums each day has, and when the newest was made."""
    found = SummedFigures.objects.order_by().values_list("as_of").annotate(Count("pk"), Max("kept_at"))
    return {day: (number, newest) for day, number, newest in found}


def _days_counted() -> Iterable[dt.date]:
    return ParticipationFigures.objects.order_by().values_list("as_of", flat=True).distinct()
