"""What a series has around its sessions: trainings before the first, supervision between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from schools.calendar import WEEK
from schools.engine.boards import Outline, Proposal
from schools.models import Occasion, OccasionKind
from schools.models.plans import monday_of

TRAININGS = (OccasionKind.KEY_PERSONS_TRAINING, OccasionKind.MENTORS_TRAINING)


def trainings_of(occasions: Iterable[Occasion]) -> dict[OccasionKind, dt.date]:
    """The day of each training that is planned or has been given; the first one, if there are several."""
    days: dict[OccasionKind, dt.date] = {}
    for occasion in occasions:
        kind = OccasionKind(occasion.kind)
        if kind in TRAININGS and occasion.held is not False:
            days[kind] = min(occasion.date, days.get(kind, occasion.date))
    return days


def training_week(outline: Outline, classes: Sequence[int]) -> list[dt.date]:
    """The remaining days of the week for trainings: some weeks into the year, or before the first class if that begins
    earlier.

    Empty when the year has no day left.
    """
    weeks = [week for week in outline.calendar.plannable_weeks() if days_left(outline, week)]
    wanted = monday_of(outline.calendar.starts_on) + outline.rules.weeks_to_training * WEEK
    departures = [outline.departures[pk] for pk in classes if pk in outline.departures]
    begins = min((one.first_week for one in departures if one.first_week), default=None)
    if begins and begins <= wanted:
        week = next((week for week in reversed(weeks) if week < begins), next(iter(weeks), None))
    else:
        week = next((week for week in weeks if week >= wanted), next(iter(reversed(weeks)), None))
    return days_left(outline, week) if week else []


def supervisions(outline: Outline, sessions: Sequence[dt.date], busy: Collection[dt.date]) -> list[Proposal]:
    """Missing supervision between sessions, where any session is still ahead.

    ``sessions`` are the weeks of one class's sessions, in order, and ``busy`` all weeks in which some class has one.
    Supervision planned anywhere in the year counts for one gap, its own if it lies in one, so that it is never planned
    twice: people have been invited to it.
    """
    gaps = _gaps(sessions, outline.rules.supervision_every)
    days = sorted(one.date for one in outline.occasions if _is_supervision(one))
    empty = [gap for gap in gaps if not any(gap[0] <= monday_of(day) < gap[1] for day in days)]
    ahead = [gap for gap in empty if gap[1] > outline.from_week]
    loose = [day for day in days if day >= outline.from_day and not _lies_in(day, gaps)]
    found = (_between(outline, gap, busy) for gap in ahead[len(loose) :])
    return [Proposal(OccasionKind.SUPERVISION, day) for day in found if day]


def days_left(outline: Outline, week: dt.date) -> list[dt.date]:
    """A week's school days, from the day on which the plan begins."""
    return [day for day in outline.calendar.open_days(week) if day >= outline.from_day]


Gap = tuple[dt.date, dt.date]


def _gaps(sessions: Sequence[dt.date], every: int) -> list[Gap]:
    """From each ``every``-th session's week to the next one's."""
    if not every:
        return []
    return [gap for number, gap in enumerate(pairwise(sessions), start=1) if number % every == 0]


def _is_supervision(occasion: Occasion) -> bool:
    return occasion.kind == OccasionKind.SUPERVISION and occasion.held is not False


def _lies_in(day: dt.date, gaps: Iterable[Gap]) -> bool:
    return any(first <= monday_of(day) < second for first, second in gaps)


def _between(outline: Outline, gap: Gap, busy: Collection[dt.date]) -> dt.date | None:
    """A day in a week between two sessions, preferably one without any class's session; else a day in the first
    session's week."""
    first, second = gap
    weeks = [week for week in outline.calendar.plannable_weeks() if first <= week < second and days_left(outline, week)]
    week = min(weeks, key=lambda week: (week == first, week in busy, week), default=None)
    return days_left(outline, week)[0] if week else None
