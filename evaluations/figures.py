"""The figures: one named function each, by the formulas of prevention's own field.

Terms and formulas: Durlak & DuPre (2008) and Berkel et al. (2011) for dose and fidelity, RE-AIM (Glasgow et al. 1999)
for reach and adoption. Every figure tells its numerator, its denominator and what is unknown, as of a day: it is a
range from "none of the unknown" to "all of them". What makes a session held, awaiting log or lost stands in
``evaluations.places``; the same in words for people in ``evaluations.definitions``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from evaluations.counting import UNPROMPTED, Counts
from evaluations.definitions import DEFINITIONS, Definition

NBSP = "\u00a0"
NO_TARGETS: Mapping[str, int] = {}
# Traffic lights on pace by its lower end: at least 75 % green, 50–75 amber, below 50 red (facts.md).
GREEN, AMBER = 75, 50


@dataclass(frozen=True)
class Figure:
    """A share, as of a day. Its unknown part makes it a range."""

    key: str
    numerator: int
    denominator: int
    unknown: int
    as_of: dt.date
    # In per cent; None where the leadership has set no target.
    target: int | None = None

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.key]

    @property
    def title(self) -> str:
        return str(self.definition.title)

    @property
    def lowest(self) -> float | None:
        """In per cent if none of the unknown counts; None when there is nothing to divide by."""
        return 100 * self.numerator / self.denominator if self.denominator else None

    @property
    def highest(self) -> float | None:
        """In per cent if all of the unknown counts."""
        return 100 * (self.numerator + self.unknown) / self.denominator if self.denominator else None

    @property
    def value(self) -> str:
        """76–81 %, 95 %, or a dash when there is nothing to count yet."""
        if self.lowest is None or self.highest is None:
            return "–"
        low, high = (_shown(percent, self.target) for percent in (self.lowest, self.highest))
        return f"{low}{NBSP}%" if low == high else f"{low}–{high}{NBSP}%"

    @property
    def between(self) -> tuple[str, str] | None:
        """The range's two ends while something is unknown, such as 62 and 71."""
        if not self.unknown or self.lowest is None or self.highest is None:
            return None
        low, high = (_shown(percent, self.target) for percent in (self.lowest, self.highest))
        return (low, high) if low != high else None

    @property
    def is_of_the_year(self) -> bool:
        """Whether it counts against all that the year requires: its target is for June, and not missed until then."""
        return self.key == "dose"

    @property
    def judgement(self) -> str:
        """How it stands against its target: ``above``, ``below``, ``maybe`` when the target lies within the range, else
        ``none``."""
        if self.target is None or self.lowest is None or self.highest is None:
            return "none"
        if self.lowest >= self.target:
            return "above"
        return "maybe" if self.highest >= self.target else "below"

    @property
    def light(self) -> str:
        """The traffic light by its lower end: ``green``, ``amber``, ``red``, or ``none`` without anything to count."""
        if self.lowest is None:
            return "none"
        return "green" if self.lowest >= GREEN else "amber" if self.lowest >= AMBER else "red"


def pace(counts: Counts, as_of: dt.date) -> Figure:
    """Sessions held ÷ sessions due: where should we be?"""
    due = counts["held"] + counts["awaiting"] + counts["lost"]
    return Figure("pace", counts["held"], due, counts["awaiting"], as_of)


def pace_in(counts: Counts) -> Figure:
    """The pace where only the share is needed; it has the counts' own day."""
    return pace(counts, dt.date.min)


def dose(counts: Counts, as_of: dt.date) -> Figure:
    """Sessions held ÷ sessions required in the whole year (the programme's number × target groups).

    A cancelled session without a new one stays in the denominator; only groups that merged or ended leave it. What a
    group has held beyond the programme's number counts in both.
    """
    return Figure("dose", counts["held"], counts["required"], counts["awaiting"], as_of)


def on_time(counts: Counts, as_of: dt.date) -> Figure:
    """Base sessions held in their window ÷ base sessions due."""
    return Figure("on_time", counts["base_on_time"], counts["base_due"], counts["base_unknown"], as_of)


def staff_first(counts: Counts, as_of: dt.date) -> Figure:
    """Pupil sessions whose staff session on the same topic was held on an earlier day ÷ pupil sessions held."""
    return Figure("staff_first", counts["staff_first"], counts["pupil_held"], counts["staff_first_unknown"], as_of)


def reach(counts: Counts, as_of: dt.date) -> Figure:
    """Pupils in classes with at least one held session ÷ pupils in target classes, never volunteers only."""
    return Figure("reach", counts["pupils_reached"], counts["pupils"], counts["pupils_unknown"], as_of)


def full_dose(counts: Counts, as_of: dt.date) -> Figure:
    """Classes with every session due so far held ÷ target classes; when the year is over, every session required."""
    return Figure("full_dose", counts["classes_full"], counts["classes"], counts["classes_unknown"], as_of)


def adherence(counts: Counts, as_of: dt.date) -> Figure:
    """Parts done ÷ parts of the sessions held. Rests on logged sessions only, so nothing in it is unknown."""
    return Figure("adherence", counts["parts_done"], counts["parts"], 0, as_of)


def adoption(counts: Counts, as_of: dt.date) -> Figure:
    """Schools that have held a session ÷ schools with target classes."""
    return Figure("adoption", counts["active"], counts["eligible"], counts["active_unknown"], as_of)


def reporting(counts: Counts, as_of: dt.date) -> Figure:
    """Sessions logged within seven days of their week ÷ sessions due that were not cancelled beforehand."""
    return Figure("reporting", counts["logs_in_time"], counts["logs_due"], counts["logs_unknown"], as_of)


def reminders(counts: Counts, as_of: dt.date) -> Figure:
    """Sessions logged after a reminder ÷ sessions that somebody was reminded of."""
    steps = [step for name, step in counts["reminders"].items() if int(name) != UNPROMPTED]
    logged, missing = (sum(step[name] for step in steps) for name in ("logged", "missing"))
    return Figure("reminders", logged, logged + missing, 0, as_of)


ALL = (pace, dose, on_time, staff_first, reach, full_dose, adherence, adoption, reporting, reminders)


def all_figures(counts: Counts, as_of: dt.date, targets: Mapping[str, int] = NO_TARGETS) -> list[Figure]:
    """Every figure in the definitions' order, with the leadership's targets."""
    return [aimed(figure(counts, as_of), targets) for figure in ALL]


def aimed(figure: Figure, targets: Mapping[str, int]) -> Figure:
    """The figure with its target."""
    return dataclasses.replace(figure, target=targets.get(figure.key))


def _shown(percent: float, target: int | None) -> str:
    """In whole per cent, with one decimal where rounding would contradict the figure's judgement."""
    whole = round(percent)
    marks = [mark for mark in (AMBER, GREEN, target, 100) if mark is not None]
    if any((percent < mark) != (whole < mark) for mark in marks) or (whole == 0 < percent):
        return f"{max(math.floor(percent * 10), 1) / 10:.1f}".replace(".", ",")
    return str(whole)
