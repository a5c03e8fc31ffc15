"""Figures term by term, over the school years: what was due in each term, as it is known now."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from evaluations import figures
from evaluations.counting import AUTUMN, EMPTY, SPRING, Counts
from evaluations.figures import Figure, aimed
from evaluations.policies import FEWEST_SCHOOLS
from evaluations.selection import Selection, last_day_of
from evaluations.sums import summary_of_all
from schools.models import SchoolYear

# Figures of sessions that were due: the terms add up to the year.
OF_SESSIONS = (figures.pace, figures.on_time, figures.staff_first, figures.adherence, figures.reporting)
# Figures of what the term's own sessions gave the classes: the terms do not add up, since a class can be reached in
# both.
OF_CLASSES = (figures.reach, figures.full_dose)
OF_TERMS = tuple(one for one in figures.ALL if one in (*OF_SESSIONS, *OF_CLASSES))
MOST_YEARS = 4
# In an address.
SEASONS = {"ht": AUTUMN, "vt": SPRING}


@dataclass(frozen=True)
class TermRow:
    """A term, or a whole year, which its terms add up to."""

    selection: Selection
    season: str
    counts: Counts
    figures: list[Figure]

    @property
    def name(self) -> str:
        return name_of(self.selection.year, self.season)

    @property
    def asked(self) -> str:
        """The term as addresses ask for it."""
        return next((asked for asked, season in SEASONS.items() if season == self.season), "")

    @property
    def short(self) -> str:
        return f"{self.name[:2]} {self.name[-2:]}"


def name_of(year: SchoolYear, season: str) -> str:
    """HT 2026, VT 2027, or 2026/27."""
    if not season:
        return str(year)
    return f"HT {year.starts_on.year}" if season == AUTUMN else f"VT {year.ends_on.year}"


def years_by_term(selection: Selection) -> list[tuple[TermRow, list[TermRow]]]:
    """Each school year up to the selection's, oldest first, with its terms; earlier years as they ended."""
    found = []
    for own in _selections(selection):
        summary = summary_of_all(own)
        if not summary.schools or (own.totals_only and summary.schools < FEWEST_SCHOOLS):
            continue
        total = summary.totals
        terms = [_row(own, season, total["terms"].get(season, EMPTY)) for season in (AUTUMN, SPRING)]
        found.append((_row(own, "", total), [row for row in terms if figures.pace_in(row.counts).denominator]))
    return found


def _selections(selection: Selection) -> list[Selection]:
    """The same programme and district in each of the latest years."""
    same = [
        rules
        for rules in selection.opened
        if rules.programme == selection.programme_year.programme and rules.year.starts_on <= selection.year.starts_on
    ]
    latest = sorted(same, key=lambda rules: rules.year.starts_on)[-MOST_YEARS:]
    return [
        selection
        if rules.year == selection.year
        else dataclasses.replace(selection, programme_year=rules, as_of=last_day_of(rules.year))
        for rules in latest
    ]


def _row(selection: Selection, season: str, counts: Mapping[str, int]) -> TermRow:
    own = [aimed(figure(dict(counts), selection.as_of), selection.targets) for figure in OF_TERMS]
    return TermRow(selection, season, dict(counts), own)
