"""From everything that is shown nobody can compute a result of fewer than ten answers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from evaluations.surveys.suppression import FEWEST, Cell, Shown, leaks, parts_to_show, to_show

MOST_GROUPS = 7


def sums_shown(cells: list[Cell], shown: Shown) -> list[list[int]]:
    """Each shown result as 1 for the groups that it is a sum over and 0 for the others."""
    sums = [[1] * len(cells)] if shown.whole else []
    sums += [[int(cell.school == school) for cell in cells] for school in shown.schools]
    sums += [[int(cell.group == group) for cell in cells] for group in shown.groups]
    return sums + [[int(cell.band == band) for cell in cells] for band in shown.bands]


def reduced(rows: list[list[int]]) -> list[tuple[int, list[Fraction]]]:
    """Gauss and Jordan: rows with their pivots, whose combinations are all that can be computed."""
    found: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        rest = _without(found, [Fraction(value) for value in row])
        pivot = next((place for place, value in enumerate(rest) if value), None)
        if pivot is not None:
            found.append((pivot, [value / rest[pivot] for value in rest]))
    return found


def _without(found: list[tuple[int, list[Fraction]]], row: list[Fraction]) -> list[Fraction]:
    for pivot, known in found:
        row = [value - row[pivot] * other for value, other in zip(row, known, strict=True)]
    return row


def what_can_be_computed(cells: list[Cell], shown: Shown) -> list[tuple[int, ...]]:
    """Every set of groups with one to nine answers together whose sum follows from the shown ones: by trying all."""
    basis = reduced(sums_shown(cells, shown))
    small = []
    for chosen in product((0, 1), repeat=len(cells)):
        n = sum(cell.n for cell, own in zip(cells, chosen, strict=True) if own)
        if 0 < n < FEWEST and not any(_without(basis, [Fraction(own) for own in chosen])):
            small.append(chosen)
    return small


drawn_cells = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["a", "b", "c", None]), st.integers(1, 16)),
    min_size=1,
    max_size=MOST_GROUPS,
).map(lambda rows: [Cell(place, school, n, band) for place, (school, band, n) in enumerate(rows, 1)])


@given(drawn_cells)
@settings(max_examples=400)
@example([Cell(1, 1, 12, "a"), Cell(2, 2, 12, "b"), Cell(3, 2, 4, "a")])
@example([Cell(1, 1, 4, "a"), Cell(2, 2, 30, "a"), Cell(3, 3, 11, "b")])
@example([Cell(1, 1, 12, "a"), Cell(2, 1, 14, "b"), Cell(3, 2, 4)])
@example([Cell(1, 1, 10, "a"), Cell(2, 1, 5, "b"), Cell(3, 2, 10, "b"), Cell(4, 2, 5, "a")])
def test_nobody_can_compute_a_cell_under_ten(cells: list[Cell]):
    assert what_can_be_computed(cells, to_show(cells)) == []


@given(drawn_cells)
@settings(max_examples=200)
def test_bands_are_withheld_only_when_they_would_tell(cells: list[Cell]):
    """The same by trying all: what the rule refuses would have cornered somebody."""
    shown = to_show(cells)
    sums = {band or "": sum(c.n for c in cells if c.band == band) for band in {c.band for c in cells}}
    bands = parts_to_show(sums) - {""}
    if shown.whole and bands and not shown.bands:
        rest = Shown(True, shown.schools, shown.groups, frozenset(bands))
        assert what_can_be_computed(cells, rest)


def test_the_control_finds_a_leak():
    """Two schools shown in full and bands that cut across them: school 2 without band b leaves four answers."""
    cells = [Cell(1, 1, 12, "a"), Cell(2, 2, 12, "b"), Cell(3, 2, 4, "a")]
    everything = Shown(True, frozenset({1, 2}), frozenset(), frozenset({"a", "b"}))
    assert what_can_be_computed(cells, everything)
    assert leaks([{"a": 12}, {"a": 4, "b": 12}])


def test_a_small_part_takes_the_smallest_other_with_it():
    assert parts_to_show({"a": 4, "b": 30, "c": 12}) == {"b"}
    assert parts_to_show({"a": 4, "b": 6, "c": 12}) == {"c"}
    assert parts_to_show({"a": 10, "b": 11}) == {"a", "b"}
    assert parts_to_show({"a": 9, "b": 11}) == set()


def test_a_class_of_four_is_in_its_school_and_never_on_its_own():
    shown = to_show([Cell(1, 1, 4), Cell(2, 1, 25), Cell(3, 1, 20), Cell(4, 2, 22)])
    assert shown.schools == {1, 2} and shown.groups == {2, 4}


def test_fewer_than_ten_in_all_show_nothing():
    assert to_show([Cell(1, 1, 9)]) == Shown()
