"""An indicator's values as lines by area, and the comparison of two years that follows from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from evaluations.indicators import comparing
from evaluations.indicators.comparing import Change, Placebo, Spread, TooFewAreas
from evaluations.indicators.numbers import exact
from evaluations.models import Area, Indicator, Observation

# How many lines have names beside our own: the chart's look has room for three in all.
MOST_NAMED = 2


def latest_by_source(given: Iterable[tuple[str, dt.date | None]]) -> list[tuple[str, dt.date | None]]:
    found: dict[str, dt.date | None] = {}
    for source, day in given:
        found[source] = max(filter(None, [found.get(source), day]), default=None)
    return list(found.items())


@dataclass(frozen=True)
class Line:
    """An area's values by year; years without a value are left out."""

    area: Area
    points: Mapping[int, Observation]

    @property
    def years(self) -> list[int]:
        return sorted(self.points)

    @property
    def sources(self) -> list[tuple[str, dt.date | None]]:
        """The sources of the values, each with its latest date."""
        return latest_by_source((one.source, one.source_date) for one in self.points.values())

    def change(self, before: int, after: int) -> Change | None:
        if before not in self.points or after not in self.points:
            return None
        return Change(exact(self.points[before].value), exact(self.points[after].value))


@dataclass(frozen=True)
class Picture:
    """Everything known about an indicator: our own municipality's line, and the others'."""

    indicator: Indicator
    own: Line | None
    others: Sequence[Line]

    @property
    def lines(self) -> list[Line]:
        return [*([self.own] if self.own else []), *self.others]

    @property
    def years(self) -> list[int]:
        return sorted({year for line in self.lines for year in line.points})

    def named(self, highlighted: str = "") -> list[Line]:
        """The at most two other lines that have names in the chart: the one asked for, and areas that are not
        municipalities; single municipalities only when they are few."""
        if len(self.others) <= MOST_NAMED:
            return list(self.others)
        asked = [line for line in self.others if line.area.slug == highlighted]
        wholes = [line for line in self.others if line.area.kind != Area.Kind.MUNICIPALITY and line not in asked]
        return [*asked, *wholes][:MOST_NAMED]

    @property
    def sources(self) -> list[tuple[str, dt.date | None]]:
        """Every source of the values, with its latest day."""
        return latest_by_source(source for line in self.lines for source in line.sources)


def picture_of(indicator: Indicator) -> Picture:
    [picture] = pictures_of([indicator])
    return picture


def pictures_of(indicators: Sequence[Indicator]) -> list[Picture]:
    """The pictures of several indicators, in one query."""
    by_indicator: dict[int, dict[Area, dict[int, Observation]]] = {one.pk: {} for one in indicators}
    rows = Observation.objects.filter(indicator__in=indicators).select_related("area")
    for row in rows.order_by("-area__is_own", "area__kind", "area__name", "year"):
        by_indicator[row.indicator_id].setdefault(row.area, {})[row.year] = row
    return [_picture(one, by_indicator[one.pk]) for one in indicators]


def _picture(indicator: Indicator, by_area: Mapping[Area, Mapping[int, Observation]]) -> Picture:
    lines = [Line(area, points) for area, points in by_area.items()]
    own = next((line for line in lines if line.area.is_own), None)
    return Picture(indicator, own, [line for line in lines if line is not own])


@dataclass(frozen=True)
class Compared:
    """Another area's change, and how much more our own changed than it."""

    area: Area
    change: Change
    difference: Decimal


@dataclass(frozen=True)
class Comparison:
    """A comparison between two years.

    ``placebo`` is None where the test is refused; ``tested`` is how many municipalities have values in both years, our
    own included; ``left_out`` are those that do not.
    """

    indicator: Indicator
    area: Area
    before: int
    after: int
    own: Change
    rows: Sequence[Compared]
    left_out: Sequence[Area]
    tested: int
    spread: Spread | None
    placebo: Placebo | None
    place: tuple[int, int] | None = None
    wholes: Sequence[Compared] = field(default_factory=list)


def comparison_of(picture: Picture, before: int, after: int) -> Comparison | None:
    """The comparison between two years; None where our own municipality lacks a value in either.

    Only municipalities are ranked: a county, the nation and groups are made up of municipalities.
    """
    own = picture.own.change(before, after) if picture.own else None
    if picture.own is None or own is None:
        return None
    rows = list(_compared(own, picture.others, before, after))
    known = {row.area for row in rows}
    others = {row.area.slug: row.change for row in rows if row.area.kind == Area.Kind.MUNICIPALITY}
    return Comparison(
        indicator=picture.indicator,
        area=picture.own.area,
        before=before,
        after=after,
        own=own,
        rows=rows,
        left_out=[line.area for line in picture.others if line.area not in known],
        tested=len(others) + 1,
        spread=comparing.spread_of(others),
        placebo=_tested(own, others),
        place=comparing.place_by_size(own, others, higher_first=own.size >= 0) if others else None,
        wholes=[row for row in rows if row.area.slug not in others],
    )


def years_to_compare(picture: Picture, asked: tuple[str, str]) -> tuple[int, int] | None:
    """The years to compare.

    Those asked for, if our own municipality has values in both and they come in order. Otherwise the baseline, or the
    last year before the work began, or the first year known; and the last year known.
    """
    years = picture.own.years if picture.own else []
    if len(years) < 2:
        return None
    given = [int(text) for text in asked if text.isascii() and text.isdecimal()]
    if len(given) == 2 and given[0] < given[1] and set(given) <= set(years):
        return given[0], given[1]
    return _usual_first(picture.indicator, years[:-1]), years[-1]


def _usual_first(indicator: Indicator, years: Sequence[int]) -> int:
    if indicator.baseline_year in years:
        return int(indicator.baseline_year or 0)
    earlier = [year for year in years if indicator.start_year and year < indicator.start_year]
    return earlier[-1] if earlier else years[0]


def _compared(own: Change, lines: Iterable[Line], before: int, after: int) -> Iterable[Compared]:
    for line in lines:
        change = line.change(before, after)
        if change is not None:
            yield Compared(line.area, change, comparing.difference_in_differences(own, change))


def _tested(own: Change, others: Mapping[str, Change]) -> Placebo | None:
    try:
        return comparing.placebo_test(own, others)
    except TooFewAreas:
        return None
