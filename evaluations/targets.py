"""The targets that the leadership has set: per programme and figure, from a school year on."""

from __future__ import annotations

from collections.abc import Mapping

from evaluations.definitions import ALL
from evaluations.models import Target
from schools.models import ProgrammeYear

# A target is a share; each figure that is one can have one.
FIGURES = tuple(definition.key for definition in ALL)


def targets_of(programme_year: ProgrammeYear) -> Mapping[str, int]:
    """Per cent by figure, as they hold in the year; a figure without a target is left out."""
    rows = Target.objects.filter(
        programme=programme_year.programme_id, from_year__starts_on__lte=programme_year.year.starts_on
    ).order_by("from_year__starts_on")
    latest = dict(rows.values_list("figure", "percent"))
    return {figure: percent for figure, percent in latest.items() if percent is not None}


def history_of(programme_year: ProgrammeYear) -> list[Target]:
    """All that have been set for the programme, the latest year first."""
    rows = Target.objects.filter(programme=programme_year.programme_id).select_related("from_year", "by")
    return sorted(rows, key=lambda row: (-row.from_year.starts_on.toordinal(), FIGURES.index(row.figure)))
