"""Comparisons against examples worked by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.indicators.comparing import (
    Change,
    TooFewAreas,
    difference_in_differences,
    place_by_size,
    placebo_test,
    spread_of,
)

NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=2)


def by(size: str) -> Change:
    """A change of a size from 50."""
    return Change(Decimal(50), Decimal(50) + Decimal(size))


def others(*sizes: str) -> dict[str, Change]:
    return {f"k{n}": by(size) for n, size in enumerate(sizes)}


def test_the_reports_graduation_row_is_seventeen_percentage_points() -> None:
    assert difference_in_differences(Change(Decimal(77), Decimal(91)), Change(Decimal(90), Decimal(87))) == 17


def test_decimals_are_exact() -> None:
    assert difference_in_differences(
        Change(Decimal("0.1"), Decimal("0.4")), Change(Decimal("0.2"), Decimal("0.3"))
    ) == Decimal("0.2")


def test_the_largest_departure_of_ten_has_rank_one() -> None:
    """Own +10; the nine others 0, 1, …, 8, whose mean is 4: own departs by 6. The total is 46, the mean of all 4.6:
    own lies 5.4 from it, 0 and 8 lie 4.6 and 3.4 from it, so only the own departs that much: 1 of 10."""
    found = placebo_test(by("10"), others(*"012345678"))

    assert (found.others_mean, found.departure, found.rank, found.areas) == (4, 6, 1, 10)
    assert found.share == Fraction(1, 10)


def test_a_departure_the_other_way_counts_as_much() -> None:
    """Own +5; eight others 0 and one −10. The mean of all is −0.5: own lies 5.5 from it, −10 lies 9.5, the zeros 0.5:
    two of ten depart at least as much."""
    found = placebo_test(by("5"), others(*"00000000", "-10"))

    assert (found.rank, found.areas) == (2, 10)
    assert found.departure == 5 - Decimal(-10) / 9


def test_a_tie_counts_against_the_own() -> None:
    """Own +4, another +4, the other eight 0: both depart by as much, so 2 of 10."""
    assert placebo_test(by("4"), others("4", *"00000000")).rank == 2


def test_where_nobody_changes_everybody_departs_as_much() -> None:
    assert placebo_test(by("0"), others(*"000000000")).share == 1


def test_fewer_than_ten_areas_are_refused_with_their_number() -> None:
    with pytest.raises(TooFewAreas) as refused:
        placebo_test(by("10"), others(*"01234567"))
    assert (refused.value.areas, refused.value.needed) == (9, 10)


def test_the_spread_has_the_middle_of_an_even_number_between_two() -> None:
    spread = spread_of(others("-3", "1", "2", "5"))

    assert spread is not None
    assert (spread.lowest, spread.middle, spread.highest, spread.areas) == (-3, Decimal("1.5"), 5, 4)
    assert spread_of({}) is None


def test_places_are_shared_and_counted_from_the_largest_the_own_way() -> None:
    assert place_by_size(by("4"), others("7", "4", "1")) == (2, 4)
    assert place_by_size(by("-4"), others("-7", "-4", "1"), higher_first=False) == (2, 4)


@given(NUMBERS, st.lists(NUMBERS, min_size=9, max_size=30))
def test_a_share_is_never_below_one_of_all_and_moving_all_alike_changes_nothing(
    own: Decimal, sizes: list[Decimal]
) -> None:
    moved = Change(Decimal(0), own + 7)
    found = placebo_test(Change(Decimal(0), own), {str(n): Change(Decimal(0), size) for n, size in enumerate(sizes)})
    again = placebo_test(moved, {str(n): Change(Decimal(0), size + 7) for n, size in enumerate(sizes)})

    assert Fraction(1, len(sizes) + 1) <= found.share <= 1
    assert (again.rank, round(again.departure, 9)) == (found.rank, round(found.departure, 9))
