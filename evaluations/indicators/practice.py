"""How our own work does on what studies say the effect depends on: the portal's figures for each study's programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from evaluations import figures
from evaluations.addresses import figure_address
from evaluations.definitions import PRACTICE
from evaluations.figures import Figure
from evaluations.models import Study
from evaluations.policies import FEWEST_SCHOOLS
from evaluations.selection import Selection, selected
from evaluations.sums import summary_of_all
from programmes.models import Programme
from sessions_log.models import SessionLog

CHANGED = (SessionLog.Adaptation.SHORTENED, SessionLog.Adaptation.ADAPTED)


@dataclass(frozen=True)
class Practice:
    """A study's figures, and the selection that they are for."""

    selection: Selection
    figures: list[Figure]

    @property
    def rows(self) -> list[tuple[Figure, str]]:
        """Each figure, with a link to its rows where this reader may see them."""
        return [(figure, self._address(figure)) for figure in self.figures]

    def _address(self, figure: Figure) -> str:
        if self.selection.totals_only or figure.definition in PRACTICE:
            return ""
        return figure_address(self.selection, figure.key)


def figures_of(studies: Iterable[Study], today: dt.date, *, totals_only: bool) -> dict[int, Practice | None]:
    """The figures for each study, in the latest school year of its programme; None where there is nothing to show.

    A reader who sees totals only is shown nothing that rests on too few schools.
    """
    known: dict[str, tuple[Selection, dict[str, Figure]] | None] = {}
    found: dict[int, Practice | None] = {}
    for study in studies:
        programme = study.programme
        if programme is None or not study.figures:
            found[study.pk] = None
            continue
        if programme.slug not in known:
            known[programme.slug] = _of_programme(programme, today, totals_only=totals_only)
        all_known = known[programme.slug]
        found[study.pk] = _chosen(study, *all_known) if all_known else None
    return found


def _chosen(study: Study, selection: Selection, by_key: dict[str, Figure]) -> Practice:
    return Practice(selection, [by_key[key] for key in study.figures if key in by_key])


def _of_programme(
    programme: Programme, today: dt.date, *, totals_only: bool
) -> tuple[Selection, dict[str, Figure]] | None:
    selection = selected({"program": programme.slug}, today, totals_only=totals_only)
    if selection is None or selection.programme_year.programme != programme or not selection.has_begun:
        return None
    summary = summary_of_all(selection)
    if totals_only and summary.schools < FEWEST_SCHOOLS:
        return None
    own = figures.all_figures(summary.totals, selection.as_of, selection.targets)
    return selection, {figure.key: figure for figure in [*own, *practice_figures(selection)]}


def practice_figures(selection: Selection) -> list[Figure]:
    """Shares of the sessions held in the school year up to the day, from their logs. What a log does not say is
    unknown, which makes the figure a range."""
    counted = _logs_of(selection).aggregate(
        held=Count("pk"),
        adapted=Count("pk", filter=Q(adaptation__in=CHANGED)),
        adapted_unknown=Count("pk", filter=Q(adaptation="")),
        prepared=Count("pk", filter=Q(time_to_prepare=SessionLog.Enough.YES)),
        prepared_unknown=Count("pk", filter=Q(time_to_prepare="")),
        split=Count("pk", filter=Q(group_split=True)),
        split_unknown=Count("pk", filter=Q(group_split=None)),
    )
    return [_figure(definition.key, counted, selection) for definition in PRACTICE]


def _logs_of(selection: Selection) -> QuerySet[SessionLog]:
    return SessionLog.objects.filter(
        held=True,
        held_on__lte=selection.as_of,
        session__participation__programme_year=selection.programme_year,
        session__participation__school__in=selection.schools,
    )


def _figure(key: str, counted: dict[str, Any], selection: Selection) -> Figure:
    unknown = counted[f"{key}_unknown"]
    return Figure(key, counted[key], counted["held"], unknown, selection.as_of)
