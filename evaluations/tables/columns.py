"""Columns and cells that several tables share: what was due, shares, and links from numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from evaluations import figures
from evaluations.addresses import figure_address
from evaluations.cells import Cell, Column, share_column
from evaluations.drilling import OF_SCHOOLS
from evaluations.figures import Figure
from evaluations.selection import Selection

STATES = {"genomfort": "held", "inte-genomfort": "lost", "saknar-logg": "awaiting"}


OF_SERIES = (figures.pace, figures.dose, figures.reach)


def added(parts: Sequence[Sequence[Figure]]) -> list[Figure]:
    """The whole's figures from its parts' figures, which come in the same order."""
    return [
        Figure(
            same[0].key,
            sum(one.numerator for one in same),
            sum(one.denominator for one in same),
            sum(one.unknown for one in same),
            same[0].as_of,
            same[0].target,
        )
        for same in zip(*parts, strict=True)
    ]


def due_columns() -> list[Column]:
    titles = (_("Should have been held"), _("Held"), _("Not held"), _("Awaiting log"))
    return [Column(title, "pace") for title in titles]


def due_cells(counts: Mapping[str, int], selection: Selection | None = None, **more: str) -> list[Cell]:
    due = counts["held"] + counts["lost"] + counts["awaiting"]
    numbers = [("alla", due), *((part, counts[name]) for part, name in STATES.items())]
    return [
        Cell(number, rows_address(selection, "pace", **more, **{"del": part}) if selection and number else "")
        for part, number in numbers
    ]


def state_cells(states: Mapping[str, int], selection: Selection, **more: str) -> list[Cell]:
    counts = {"held": states["held"], "lost": states["notheld"], "awaiting": states["nolog"]}
    return due_cells(counts, selection, **more)


def share_columns(shown: Iterable[Figure]) -> list[Column]:
    return [share_column(figure.key) for figure in shown if figure.key not in OF_SCHOOLS]


def share_cells(shown: Iterable[Figure], selection: Selection | None = None, **more: str) -> list[Cell]:
    return [
        Cell(figure, rows_address(selection, figure.key, **more) if selection and figure.denominator else "")
        for figure in shown
        if figure.key not in OF_SCHOOLS
    ]


def rows_address(selection: Selection, figure: str, **more: str) -> str:
    return "" if selection.totals_only else figure_address(selection, figure, **more)
