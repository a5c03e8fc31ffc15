"""A measure as a row of a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from programmes.models import Measure
from programmes.policies import user_can_change_measure


@dataclass(frozen=True)
class MeasureRow:
    """A measure, with what the list's reader sees and may do."""

    measure: Measure
    is_late: bool
    may_change: bool


def next_first(measure: Measure) -> tuple[bool, dt.date, int]:
    """Sort key: those to be followed up next come first, those done or stopped last."""
    return (not measure.is_open, measure.next_follow_up or dt.date.max, measure.pk)


def rows_of(measures: Iterable[Measure], user: User, today: dt.date) -> list[MeasureRow]:
    """A row for each measure, in the order given."""
    return [
        MeasureRow(measure, measure.is_overdue(today), user_can_change_measure(user, measure, today))
        for measure in measures
    ]
