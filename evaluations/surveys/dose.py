"""How much of the programme each group was given, in three bands that are shown beside the outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from evaluations.counting import Counts, count_groups
from evaluations.keeping import years_of_schools
from evaluations.selection import last_day_of
from schools.models import ProgrammeYear, School

MOST, SOME, LITTLE = "most", "some", "little"
BANDS = {
    MOST: _("At least 90 % of the sessions"),
    SOME: _("50–89 % of the sessions"),
    LITTLE: _("Less than 50 % of the sessions"),
}


def band_of(counts: Counts) -> str | None:
    """The band for sessions held of those required in the year; None if none are required."""
    if not counts["required"]:
        return None
    dose = counts["held"] / counts["required"]
    return MOST if dose >= 0.9 else SOME if dose >= 0.5 else LITTLE


def bands_of(rules: ProgrammeYear, schools: Iterable[School], today: dt.date) -> dict[int, str]:
    """The band of each group, by its key, as of today or the year's last day; none for groups without sessions of their
    own."""
    as_of = min(today, last_day_of(rules.year))
    found: dict[int, str] = {}
    for year in years_of_schools(rules, list(schools)).values():
        bands = {group: band_of(counts) for group, counts in count_groups(year, as_of).items()}
        found |= {group: band for group, band in bands.items() if band}
    return found
