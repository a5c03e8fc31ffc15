"""The statistics against published tables and against what can be worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.surveys.statistics import (
    Cluster,
    cronbach_alpha,
    difference_interval,
    hedges_g,
    mean_interval,
    variance,
    wilson,
)

Z2 = 3.841458820694124  # the square of 1.959963984540054


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares_as_newcombes_table_gives_them(count: int, n: int, low: float, high: float):
    """Newcombe (1998), table I, method 3."""
    found = wilson(count, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_shares_at_the_ends_by_hand():
    """With none of n the interval ends at z²/(n + z²), with all of n it begins at n/(n + z²)."""
    assert wilson(0, 20).high == pytest.approx(Z2 / (20 + Z2), abs=1e-9)
    assert wilson(20, 20).low == pytest.approx(20 / (20 + Z2), abs=1e-9)
    # Half of n lies in the middle: ½ ± z/(2√(n + z²)).
    half = wilson(8, 16)
    assert (half.low, half.high) == pytest.approx(tuple(0.5 + s * math.sqrt(Z2 / (16 + Z2)) / 2 for s in (-1, 1)))


@pytest.mark.parametrize(("count", "n"), [(0, 0), (3, 2), (-1, 4)])
def test_what_is_no_share_is_refused(count: int, n: int):
    with pytest.raises(ValueError, match="no share"):
        wilson(count, n)


def test_a_mean_by_hand():
    """1 to 5: mean 3, s² 2.5, t with 4 degrees of freedom 2.776445105, so 3 ± 2.776445105·√0.5."""
    found = mean_interval([1, 2, 3, 4, 5])
    reach = 2.7764451051977987 * math.sqrt(0.5)
    assert (found.value, found.low, found.high) == pytest.approx((3, 3 - reach, 3 + reach), abs=1e-6)


def test_hedges_g_by_hand():
    """Means 2 and 3, both s² 1, df 4, J = 1 − 3/15 = 0.8: g = 0.8."""
    assert hedges_g([1, 2, 3], [2, 3, 4]) == pytest.approx(0.8, abs=1e-12)
    # Unequal: m 2 and 5, s² = (2·1 + 3·(20/3))/5 = 4.4, J = 1 − 3/19, g = 3·(16/19)/√4.4.
    assert hedges_g([1, 2, 3], [2, 4, 6, 8]) == pytest.approx(3 * (16 / 19) / math.sqrt(4.4), abs=1e-12)
    assert hedges_g([2, 2], [2, 2]) is None


def test_no_g_is_made_of_what_floating_point_leaves():
    """109 times 4.8 have a mean that is not quite 4.8."""
    assert variance([4.8] * 109) > 0
    assert hedges_g([4.8] * 109, [3.0] * 109) is None


def test_alpha_by_hand():
    """Items' variances 1, 1 and 7/3; sums 5, 8, 12 with variance 37/3: α = 3/2·(1 − (13/3)/(37/3)) = 36/37."""
    rows = [[1, 2, 2], [2, 3, 3], [3, 4, 5]]
    assert [variance(item) for item in zip(*rows, strict=True)] == pytest.approx([1, 1, 7 / 3])
    assert cronbach_alpha(rows) == pytest.approx(36 / 37, abs=1e-12)
    assert cronbach_alpha([[1, 1], [2, 2], [4, 4]]) == pytest.approx(1)
    assert cronbach_alpha([[1, 2], [2, 1]]) is None
    assert cronbach_alpha([[1], [2]]) is None
    with pytest.raises(ValueError, match="equally long"):
        cronbach_alpha([[1, 2], [1]])


def test_the_interval_of_a_difference_respects_classes():
    """Five classes that answer each as one man: 100 answers say no more than five do."""
    alike = [Cluster([level] * 20, [level + 1] * 20) for level in (1.0, 2.0, 3.0, 4.0, 5.0)]
    one_each = [Cluster([level] * 2, [level + 1] * 2) for level in (1.0, 2.0, 3.0, 4.0, 5.0)]
    many, few = difference_interval(alike), difference_interval(one_each)
    assert many is not None and few is not None
    assert many.high - many.low == pytest.approx(few.high - few.low, rel=0.1)
    # Taken one by one, the same hundred would say more.
    singly = difference_interval([Cluster([v], [v + 1]) for cluster in alike for v in cluster.before])
    assert singly is not None and (singly.high - singly.low) < 0.6 * (many.high - many.low)
    assert difference_interval(alike) == many
    assert difference_interval(alike[:4]) is None


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval_which_lies_in_0_to_1(drawn: tuple[int, int]):
    found = wilson(*drawn)
    assert 0 <= found.low <= found.value + 1e-12 and found.value - 1e-12 <= found.high <= 1
