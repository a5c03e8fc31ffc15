"""The targets that the leadership has set, per programme and figure, each from a school year on."""

from __future__ import annotations

from collections.abc import Mapping

from evaluations.definitions import ALL
from evaluations.models import Target
from schools.models import ProgrammeYear

# Targets are shares: only figures that are shares can have one.
FIGURES = tuple(definition.key for definition in ALL)


def targets_of(programme_year: ProgrammeYear) -> Mapping[str, int]:
    """The targets in force in the year, in per cent by figure; figures without one are left out."""
    rows = Target.objects.filter(
        programme=programme_year.programme_id, from_year__starts_on__lte=programme_year.year.starts_on
    ).order_by("from_year__starts_on")
    latest = dict(rows.values_list("figure", "percent"))
    return {figure: percent for figure, percent in latest.items() if percent is not None}


def history_of(programme_year: ProgrammeYear) -> list[Target]:
    """Every target ever set for the programme, the latest year first."""
    rows = Target.objects.filter(programme=programme_year.programme_id).select_related("from_year", "by")
    return sorted(rows, key=lambda row: (-row.from_year.starts_on.toordinal(), FIGURES.index(row.figure)))
