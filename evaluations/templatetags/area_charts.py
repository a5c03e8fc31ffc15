"""Lines by area over years, as SVG with positions in per cent, like the charts of figures."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _

from evaluations.indicators.numbers import shown, signed, with_unit
from evaluations.indicators.series import Line, Picture

register = template.Library()
LEFT, RIGHT = 14.0, 58.0
TOP, BOTTOM = 28.0, 236.0
MOST_YEARS, MOST_STEPS, LONGEST_NAME = 4, 5, 11
APART = 20
OWN, OTHER = "c-line", "c-line-other"
NAMED = ("c-line-plan", "c-line-last")


@dataclass(frozen=True)
class Scale:
    """Positions in the chart: years across in per cent, values upwards in pixels from the axis, which starts at 0 or
    below."""

    first: int
    last: int
    lowest: float
    highest: float
    step: float

    def x(self, year: int) -> float:
        return LEFT + (RIGHT - LEFT) * (year - self.first) / max(self.last - self.first, 1)

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - self.lowest) / (self.highest - self.lowest)

    @property
    def steps(self) -> list[float]:
        count = round((self.highest - self.lowest) / self.step)
        return [self.lowest + self.step * place for place in range(count + 1)]

    @property
    def years(self) -> list[int]:
        """The years to name under the chart, few enough for a phone, the last among them."""
        every = math.ceil((self.last - self.first + 1) / MOST_YEARS)
        return list(range(self.last, self.first - 1, -every))[::-1]


def scale_for(years: Sequence[int], values: Sequence[float]) -> Scale:
    """A scale that holds the values and 0, in steps of 1, 2 or 5 times a power of ten."""
    lowest, highest = min([0.0, *values]), max([0.0, *values])
    span = (highest - lowest) or 1.0
    power = 10.0 ** math.floor(math.log10(span / MOST_STEPS))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor * MOST_STEPS >= span * 0.999999)
    bottom = math.floor(lowest / step) * step
    top = max(math.ceil(highest / step) * step, bottom + step)
    return Scale(min(years), max(years), bottom, top, step)


@register.inclusion_tag("evaluations/_area_chart.html")
def area_chart(picture: Picture, named: Sequence[Line]) -> dict[str, Any]:
    """A line for each area: our own thick, named ones dashed and dotted, the rest thin and without names."""
    indicator = picture.indicator
    target = (indicator.target_year, indicator.target_value) if indicator.target_year is not None else None
    years = [*picture.years, *([target[0]] if target else [])]
    values = [one.value for line in picture.lines for one in line.points.values()]
    scale = scale_for(years, [*values, *([target[1]] if target else [])])  # type: ignore[list-item]
    kinds = [(OWN, picture.own), *zip(NAMED, named, strict=False)]
    drawn = [(kind, line) for kind, line in kinds if line is not None]
    unnamed = [(OTHER, line) for line in picture.others if line not in named]
    return {
        "id": f"ac-{indicator.slug}",
        "title": _("%(indicator)s, %(unit)s, by area and year") % {"indicator": indicator.name, "unit": indicator.unit},
        "said": " ".join(_said(line, indicator.unit) for _kind, line in drawn),
        "end": _number(RIGHT),
        "beside": _number(RIGHT + 2.5),
        "grid": [(_number(scale.y(value)), shown(value), value == 0) for value in scale.steps],
        "years": [(_number(scale.x(year)), year) for year in scale.years],
        "lines": [(kind, part) for kind, line in [*unnamed, *drawn[::-1]] for part in _segments(line, scale)],
        "dots": [(kind, dot) for kind, line in [*unnamed, *drawn[::-1]] for dot in _dots(line, scale, kind)],
        "labels": _labels(drawn, scale, indicator.unit),
        "start": _start(indicator.start_year, scale),
        "target": _target(target, scale, indicator.unit) if target else None,
        "unnamed": len(unnamed),
    }


def _segments(line: Line, scale: Scale) -> list[dict[str, str]]:
    """From value to value. Years without a value are crossed: the line only joins what is known."""
    points = [(_number(scale.x(year)), _number(scale.y(line.points[year].value))) for year in line.years]
    return [{"x1": x1, "y1": y1, "x2": x2, "y2": y2} for (x1, y1), (x2, y2) in itertools.pairwise(points)]


def _dots(line: Line, scale: Scale, kind: str) -> list[tuple[str, str]]:
    """Our own values, and lone values that a line would not show."""
    if kind != OWN and len(line.years) > 1:
        return []
    return [(_number(scale.x(year)), _number(scale.y(line.points[year].value))) for year in line.years]


def _labels(drawn: Sequence[tuple[str, Line]], scale: Scale, unit: str) -> list[dict[str, str]]:
    """Name and last value at the end of each line, moved apart where they would overlap."""
    names = {OWN: "strong t-held", NAMED[0]: "", NAMED[1]: "t-last"}
    wanted = [(scale.y(line.points[line.years[-1]].value) + 5, kind, line) for kind, line in drawn]
    labels, lowest = [], TOP - APART
    for y, kind, line in sorted(wanted, key=lambda one: one[0]):
        lowest = max(y, lowest + APART)
        value = (
            with_unit(line.points[line.years[-1]].value, unit)
            if unit == "%"
            else shown(line.points[line.years[-1]].value)
        )
        labels.append({"y": _number(lowest), "name": names[kind], "text": f"{_short(line.area.name)} {value}"})
    return labels


def _start(year: int | None, scale: Scale) -> dict[str, str] | None:
    if year is None or not scale.first <= year <= scale.last:
        return None
    return {"x": _number(scale.x(year)), "text": _("The work began %(year)s") % {"year": year}}


def _target(target: tuple[int, float | None], scale: Scale, unit: str) -> dict[str, str]:
    year, value = target
    assert value is not None
    x = scale.x(year)
    said = {"value": with_unit(value, unit), "year": year}
    return {
        "x1": _number(x - 2),
        "x2": _number(x + 2),
        "y": _number(scale.y(value)),
        "text": _("Target %(value)s %(year)s") % said,
    }


def _said(line: Line, unit: str) -> str:
    first, last = line.years[0], line.years[-1]
    said = {"area": line.area.name, "last": last, "value": with_unit(line.points[last].value, unit)}
    if first == last:
        return _("%(area)s: %(value)s in %(last)s.") % said
    said |= {"first": first, "from": with_unit(line.points[first].value, unit)}
    return _("%(area)s: %(from)s in %(first)s, %(value)s in %(last)s.") % said


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@register.filter
def unit_value(value: float, unit: str) -> str:
    """77 %, as pages write it."""
    return with_unit(value, unit)


@register.filter
def plain_value(value: float) -> str:
    """77,5, as pages write it."""
    return shown(value)


@register.filter
def signed_value(value: float) -> str:
    """+14, as pages write a difference."""
    return signed(value)
