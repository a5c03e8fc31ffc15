"""The figures: one named function each, by the formulas of prevention's own field.

Terms and formulas: Durlak & DuPre (2008) and Berkel et al. (2011) for dose and fidelity, RE-AIM (Glasgow et al. 1999)
for reach and adoption. Every figure tells its numerator, its denominator and what is unknown, as of a day: it is a
range from "none of the unknown" to "all of them".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.counting import Counts

NBSP = "\u00a0"
# In per cent; the year's own targets come with the leadership's settings.
TARGETS = {"pace": 80, "dose": 90, "on_time": 80, "staff_first": 90, "reach": 95, "adoption": 100, "full_dose": 60}
# Traffic lights on pace by its lower end: at least 75 % green, 50–75 amber, below 50 red (facts.md).
GREEN, AMBER = 75, 50

TITLES: dict[str, str | Promise] = {
    "pace": _("Pace"),
    "dose": _("Dose"),
    "on_time": _("On time"),
    "staff_first": _("Staff first"),
    "reach": _("Pupils reached"),
    "adoption": _("Active schools"),
    "full_dose": _("Full dose"),
}


@dataclass(frozen=True)
class Figure:
    """A share of something, as of a day."""

    key: str
    numerator: int
    denominator: int
    unknown: int
    as_of: dt.date

    @property
    def title(self) -> str | Promise:
        return TITLES[self.key]

    @property
    def target(self) -> int:
        return TARGETS[self.key]

    @property
    def lowest(self) -> float | None:
        """Per cent if none of the unknown counts; None when there is nothing to divide by."""
        return 100 * self.numerator / self.denominator if self.denominator else None

    @property
    def highest(self) -> float | None:
        """Per cent if all of the unknown counts."""
        return 100 * (self.numerator + self.unknown) / self.denominator if self.denominator else None

    @property
    def value(self) -> str:
        """76–81 %, 95 %, or a dash when there is nothing to count yet."""
        if self.lowest is None or self.highest is None:
            return "–"
        low, high = round(self.lowest), round(self.highest)
        return f"{low}{NBSP}%" if low == high else f"{low}–{high}{NBSP}%"

    @property
    def judgement(self) -> str:
        """Against the target: ``above``, ``maybe`` when it lies in the range, ``below``, or ``none``."""
        if self.lowest is None or self.highest is None:
            return "none"
        if self.lowest >= self.target:
            return "above"
        return "maybe" if self.highest >= self.target else "below"

    @property
    def light(self) -> str:
        """``green``, ``amber`` or ``red`` by the lower end, or ``none``."""
        if self.lowest is None:
            return "none"
        return "green" if self.lowest >= GREEN else "amber" if self.lowest >= AMBER else "red"


def pace(counts: Counts, as_of: dt.date) -> Figure:
    """Sessions held ÷ sessions due: where should we be?"""
    due = counts["held"] + counts["awaiting"] + counts["lost"]
    return Figure("pace", counts["held"], due, counts["awaiting"], as_of)


def dose(counts: Counts, as_of: dt.date) -> Figure:
    """Sessions held ÷ sessions required in the whole year (the programme's number × target groups)."""
    return Figure("dose", counts["held"], counts["required"], counts["awaiting"], as_of)


def on_time(counts: Counts, as_of: dt.date) -> Figure:
    """Base sessions held in their window ÷ base sessions due."""
    return Figure("on_time", counts["base_on_time"], counts["base_due"], counts["base_unknown"], as_of)


def staff_first(counts: Counts, as_of: dt.date) -> Figure:
    """Pupil sessions whose staff session on the same topic was held on an earlier day ÷ pupil sessions held."""
    return Figure("staff_first", counts["staff_first"], counts["pupil_held"], counts["staff_first_unknown"], as_of)


def reach(counts: Counts, as_of: dt.date) -> Figure:
    """Pupils in classes with at least one held session ÷ pupils in target classes."""
    return Figure("reach", counts["pupils_reached"], counts["pupils"], counts["pupils_unknown"], as_of)


def adoption(counts: Counts, as_of: dt.date) -> Figure:
    """Schools that have held a session ÷ schools with target classes."""
    return Figure("adoption", counts["active"], counts["eligible"], counts["active_unknown"], as_of)


def full_dose(counts: Counts, as_of: dt.date) -> Figure:
    """Classes with every session due so far held ÷ target classes."""
    return Figure("full_dose", counts["classes_full"], counts["classes"], counts["classes_unknown"], as_of)


ALL = (pace, dose, on_time, staff_first, reach, adoption, full_dose)


def all_figures(counts: Counts, as_of: dt.date) -> list[Figure]:
    """Every figure in the order of the page."""
    return [figure(counts, as_of) for figure in ALL]
