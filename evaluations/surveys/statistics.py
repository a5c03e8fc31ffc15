"""The statistics of survey results. Pure: numbers in, numbers out.

Means and shares get 95 % intervals that take the answers as independent; the interval of a difference respects that
pupils of a class are alike, by resampling whole classes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
RESAMPLES = 2000
SEED = 26
# With fewer classes a resampled interval would say nothing.
FEWEST_CLUSTERS = 5
# Values that are all alike have no spread, of which sums of floating-point numbers can leave a trace.
NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Interval:
    """An estimate with the ends of its 95 % interval, in the estimate's own unit."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Cluster:
    """One class's values before and after: two independent samples, since no pupil is followed from one to the
    other."""

    before: Sequence[float]
    after: Sequence[float]


def wilson(count: int, n: int) -> Interval:
    """The share ``count/n`` with Wilson's score interval, 0 to 1.

    (p + z²/2n ± z√(p(1−p)/n + z²/4n²)) / (1 + z²/n): Wilson (1927), method 3 of Newcombe (1998), Stat. Med. 17:857.
    Raises ``ValueError`` unless 0 ≤ count ≤ n and n > 0.
    """
    from scipy.stats import norm

    if not 0 <= count <= n or n == 0:
        raise ValueError(f"no share: {count} of {n}")
    z = float(norm.ppf((1 + LEVEL) / 2))
    p = count / n
    middle = p + z * z / (2 * n)
    reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Interval(p, max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean with Student's interval, in the values' unit: m ± t(n−1)·s/√n. ``ValueError`` under two values."""
    from scipy.stats import t

    n = len(values)
    if n < 2:
        raise ValueError("an interval needs two values")
    mean = math.fsum(values) / n
    reach = float(t.ppf((1 + LEVEL) / 2, n - 1)) * math.sqrt(variance(values) / n)
    return Interval(mean, mean - reach, mean + reach)


def variance(values: Sequence[float]) -> float:
    """The sample variance, with n − 1. Raises ``ValueError`` under two values."""
    n = len(values)
    if n < 2:
        raise ValueError("a variance needs two values")
    mean = math.fsum(values) / n
    return math.fsum((value - mean) ** 2 for value in values) / (n - 1)


def hedges_g(before: Sequence[float], after: Sequence[float]) -> float | None:
    """The difference of the means in pooled standard deviations; above 0 it has risen.

    g = J·(m₂ − m₁)/s, s² = ((n₁−1)s₁² + (n₂−1)s₂²)/df, df = n₁+n₂−2, J = 1 − 3/(4df − 1): Hedges (1981), J. Educ. Stat.
    6:107. None when all answers are alike. Raises ``ValueError`` under two values on either side.
    """
    spread = (len(before) - 1) * variance(before) + (len(after) - 1) * variance(after)
    df = len(before) + len(after) - 2
    if spread <= NO_SPREAD:
        return None
    difference = math.fsum(after) / len(after) - math.fsum(before) / len(before)
    return (1 - 3 / (4 * df - 1)) * difference / math.sqrt(spread / df)


def difference_interval(clusters: Sequence[Cluster]) -> Interval | None:
    """Hedges' g with the percentile interval of a cluster bootstrap: whole classes are drawn with replacement, each
    with what it answered before and after (Davison & Hinkley 1997, 3.8). The seed is fixed: the same answers give the
    same interval. None with fewer than five classes, or when all answers are alike.
    """
    import numpy as np

    value = hedges_g([one for c in clusters for one in c.before], [one for c in clusters for one in c.after])
    if value is None or len(clusters) < FEWEST_CLUSTERS:
        return None
    sums = np.array([[*_sums(cluster.before), *_sums(cluster.after)] for cluster in clusters])
    drawn = np.random.default_rng(SEED).integers(0, len(clusters), size=(RESAMPLES, len(clusters)))
    n1, s1, q1, n2, s2, q2 = sums[drawn].sum(axis=1).T
    enough = (n1 > 1) & (n2 > 1)
    n1, s1, q1, n2, s2, q2 = (part[enough] for part in (n1, s1, q1, n2, s2, q2))
    df = n1 + n2 - 2
    pooled = (q1 - s1 * s1 / n1 + q2 - s2 * s2 / n2) / df
    can = pooled > NO_SPREAD
    found = (1 - 3 / (4 * df[can] - 1)) * (s2[can] / n2[can] - s1[can] / n1[can]) / np.sqrt(pooled[can])
    if not found.size:
        return None
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))


def _sums(values: Sequence[float]) -> tuple[float, float, float]:
    return (float(len(values)), math.fsum(values), math.fsum(value * value for value in values))


def cronbach_alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """How well a scale's items go together; a row is one complete sheet, its reversed items already turned.

    α = k/(k−1)·(1 − Σ sᵢ²/s²): Cronbach (1951), Psychometrika 16:297. None with one item, or when all sums are alike.
    Raises ``ValueError`` under two sheets or when they are not equally long.
    """
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        raise ValueError("the sheets are not equally long")
    [k] = widths
    whole = variance([math.fsum(row) for row in rows])
    if k < 2 or whole <= 0:
        return None
    return k / (k - 1) * (1 - math.fsum(variance(item) for item in zip(*rows, strict=True)) / whole)
