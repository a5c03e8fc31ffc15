"""Comparing one municipality's change with others'. Pure: numbers in, numbers out.

All values of a comparison are in the indicator's own unit; differences of per cents are percentage points.

Sources: difference in differences as in Card and Krueger (1994); the permutation over areas ("in-space placebo") as in
Abadie, Diamond and Hainmueller (2010), here with equal weights for all areas instead of a synthetic control.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

# With fewer areas than this the smallest share the test could give is above one in ten, so it could conclude nothing.
FEWEST_AREAS = 10
# From this many areas on, the test can reach one in twenty.
AREAS_FOR_FIVE_PER_CENT = 20


class TooFewAreas(ValueError):  # noqa: N818 - reads as what happened
    """Too few areas for the test: ``areas`` have a change to tell, of the ``needed``, our own included."""

    def __init__(self, areas: int, needed: int = FEWEST_AREAS) -> None:
        self.areas, self.needed = areas, needed
        super().__init__(f"{areas} areas of {needed}")


@dataclass(frozen=True)
class Change:
    """An area's values in two years."""

    before: Decimal
    after: Decimal

    @property
    def size(self) -> Decimal:
        """How much it rose; negative when it fell."""
        return self.after - self.before


def difference_in_differences(own: Change, comparison: Change) -> Decimal:
    """(own after − own before) − (comparison after − comparison before), in the unit of the values.

    It measures an effect only if both would have changed alike without the work, which two points in time cannot test.
    """
    return own.size - comparison.size


@dataclass(frozen=True)
class Placebo:
    """Where one area's change stands among all areas' changes.

    ``departure`` is its change less the mean change of the others, and ``others_mean`` that mean. ``rank`` is how many
    areas depart from the others at least as much as it does, in either direction, itself included; ``areas`` is how
    many there are in all.
    """

    departure: Decimal
    others_mean: Decimal
    rank: int
    areas: int

    @property
    def share(self) -> Fraction:
        """The share of areas that depart at least as much: the test's two-sided p. Never less than one of all areas."""
        return Fraction(self.rank, self.areas)


def placebo_test(own: Change, others: Mapping[str, Change]) -> Placebo:
    """Pretend in turn that each area was the one with the work, and see how many depart as much as our own did.

    Areas that depart equally much count against our own, so that a tie makes the share larger, never smaller. Raises
    ``TooFewAreas`` with fewer than ``FEWEST_AREAS`` in all.
    """
    areas = len(others) + 1
    if areas < FEWEST_AREAS:
        raise TooFewAreas(areas)
    sizes = [own.size, *(change.size for change in others.values())]
    total = sum(sizes, Decimal(0))
    # Each area's change less the others' mean, multiplied by the number of others, so that comparing needs no rounding.
    departures = [abs(size * areas - total) for size in sizes]
    others_mean = (total - own.size) / (areas - 1)
    rank = sum(departure >= departures[0] for departure in departures)
    return Placebo(own.size - others_mean, others_mean, rank, areas)


@dataclass(frozen=True)
class Spread:
    """How the changes of several areas are spread: the lowest, the median and the highest, and how many they are."""

    lowest: Decimal
    middle: Decimal
    highest: Decimal
    areas: int


def spread_of(changes: Mapping[str, Change]) -> Spread | None:
    """The spread of the areas' changes; None when there are none."""
    sizes = sorted(change.size for change in changes.values())
    return Spread(sizes[0], median(sizes), sizes[-1], len(sizes)) if sizes else None


def place_by_size(own: Change, others: Mapping[str, Change], *, higher_first: bool = True) -> tuple[int, int]:
    """The own change's place counted from the highest (or from the lowest), ties sharing a place; and how many changes
    there are."""
    ahead = [
        change for change in others.values() if (change.size > own.size) == higher_first and change.size != own.size
    ]
    return len(ahead) + 1, len(others) + 1
