"""Charts as SVG with positions in per cent, so that text keeps its size at every width; no inline style.

Each has a sentence with its numbers for those who cannot see it, and the page has a table with the same numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluations.dashboard import Month, ReasonRow
from evaluations.figures import NBSP, Figure
from evaluations.year_line import LinePoint

register = template.Library()
LEFT, RIGHT = 12.0, 72.0
TOP, BOTTOM = 24.0, 236.0
MOST_NAMES = 7
BAR_BOTTOM = 124.0
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


@register.inclusion_tag("evaluations/_band.html")
def band(figure: Figure, height: int = 14) -> dict[str, Any]:
    """A bar from 0 to 100 per cent: solid to the lower end, hatched to the upper, with a stroke at the target."""
    low, high = figure.lowest or 0.0, min(figure.highest or 0.0, 100.0)
    words = (
        _("%(title)s: %(value)s") if figure.target is None else _("%(title)s: %(value)s, target %(target)s per cent")
    )
    return {
        "label": words % {"title": figure.title, "value": figure.value, "target": figure.target},
        "height": height,
        "low": _number(low),
        "unknown": _number(high - low) if high > low else "",
        "inner": height - 1,
        "target": figure.target,
        "below": height + 4,
    }


@register.inclusion_tag("evaluations/_month_bars.html")
def month_bars(months: Sequence[Month], name: str) -> dict[str, Any]:
    """For each month a frame for what was due, filled with what was held; what awaits a log is hatched above that."""
    highest = max((month.plan for month in months), default=1) or 1
    width = 100 / max(len(months), 1)
    bars = [_month_bar(month, place * width, width * 0.8, 38 / highest) for place, month in enumerate(months)]
    one = _("%(month)s %(held)s of %(plan)s")
    said = ", ".join(one % {"month": _short(month), "held": month.held, "plan": month.plan} for month in months)
    return {
        "bars": bars,
        "label": _("%(name)s, sessions held of those due, by month: %(said)s") % {"name": name, "said": said},
        "first": _short(months[0]) if months else "",
        "last": _short(months[-1]) if len(months) > 1 else "",
    }


@register.inclusion_tag("evaluations/_line_chart.html")
def line_chart(points: Sequence[LinePoint], unknown: int, name: str = "lc") -> dict[str, Any]:
    """What was held against the plan and last year, cumulated by month; ``name`` is the chart's id on the page."""
    last = points[-1]
    highest = max(last.plan, last.held + unknown, last.last or 0, 1)
    chart = _Scale(len(points), highest)
    held = [point.held for point in points]
    lines = [("c-line-plan", [point.plan for point in points]), ("c-line", held)]
    if last.last is not None:
        lines.insert(1, ("c-line-last", [point.last or 0 for point in points]))
    return {
        "name": name,
        "grid": [(_number(chart.y(value)), value) for value in chart.steps()],
        "months": _month_names(chart, points),
        "lines": [(name, segment) for name, values in lines for segment in chart.segments(values)],
        "dot": (_number(chart.x(len(points) - 1)), _number(chart.y(held[-1]))),
        "range": _range(chart, len(points) - 1, held[-1], unknown),
        "labels": _labels(chart, last, unknown),
        "said": _line_in_words(last, unknown),
    }


@register.inclusion_tag("evaluations/_bar_list.html")
def bar_list(rows: Sequence[ReasonRow]) -> dict[str, Any]:
    """Why sessions were lost: solid for those without a new time, dotted for those with one."""
    highest = max((row.total for row in rows), default=1) or 1
    return {
        "rows": [
            {"row": row, "lost": _number(100 * row.lost / highest), "again": _number(100 * row.again / highest)}
            for row in rows
        ],
        "lost": sum(row.lost for row in rows),
        "again": sum(row.again for row in rows),
    }


@register.inclusion_tag("evaluations/_state_bars.html")
def state_bars(schools: Mapping[str, int]) -> dict[str, Any]:
    """How many schools are in each state, those that need help first; states with none are left out."""
    total = sum(schools.values()) or 1
    rows = [(state, number, _number(100 * number / total)) for state, number in schools.items() if number]
    return {"rows": rows, "total": total}


@register.inclusion_tag("evaluations/_term_bars.html")
def term_bars(terms: Sequence[tuple[str, Figure]]) -> dict[str, Any]:
    """A figure term by term, from 0 to 100 per cent: solid to the lower end, hatched to the upper."""
    figure = terms[0][1]
    width = 100 / len(terms)
    target = terms[-1][1].target
    return {
        "id": f"tb-{figure.key}",
        "title": _("%(title)s, term by term") % {"title": figure.title},
        "said": ", ".join(f"{name} {one.value}" for name, one in terms),
        "bars": [_term_bar(name, one, place * width, width) for place, (name, one) in enumerate(terms)],
        "target_y": _number(BAR_BOTTOM - target) if target else "",
    }


def _term_bar(name: str, figure: Figure, left: float, width: float) -> dict[str, str]:
    """One per cent is one pixel high."""
    low, high = figure.lowest or 0.0, figure.highest or 0.0
    return {
        "x": _number(left + width * 0.15),
        "width": _number(width * 0.7),
        "middle": _number(left + width / 2),
        "y": _number(BAR_BOTTOM - low),
        "height": _number(low),
        "more_y": _number(BAR_BOTTOM - high),
        "more_height": _number(high - low) if high > low else "",
        "value": figure.value.replace(f"{NBSP}%", ""),
        "name": name,
    }


class _Scale:
    """Positions in a chart: months across in per cent, numbers upwards in pixels."""

    def __init__(self, count: int, highest: int) -> None:
        self.count = count
        self.step = next((step for step in STEPS if step * 4 >= highest), STEPS[-1])
        self.top = self.step * max(-(-highest // self.step), 1)

    def x(self, place: int) -> float:
        return LEFT + (RIGHT - LEFT) * place / max(self.count - 1, 1)

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * value / self.top

    def steps(self) -> list[int]:
        return list(range(0, self.top + 1, self.step))

    def segments(self, values: Sequence[int]) -> list[dict[str, str]]:
        points = [(_number(self.x(place)), _number(self.y(value))) for place, value in enumerate(values)]
        return [{"x1": x1, "y1": y1, "x2": x2, "y2": y2} for (x1, y1), (x2, y2) in itertools.pairwise(points)]


def _month_names(chart: _Scale, points: Sequence[LinePoint]) -> list[tuple[str, str]]:
    """The months named below the line. Of many only every second and the last, to leave room on a phone."""
    named = [(_number(chart.x(place)), _short(point)) for place, point in enumerate(points)]
    return named if len(named) <= MOST_NAMES else named[::-2][::-1]


def _labels(chart: _Scale, last: LinePoint, unknown: int) -> list[dict[str, str]]:
    """The names at the lines' ends, moved apart where they would overlap."""
    held = last.held
    number = f"{held}–{held + unknown}" if unknown else str(held)
    wanted = [(last.plan, "strong", _("Plan %(n)s") % {"n": last.plan}), (held, "strong t-held", number)]
    if last.last is not None:
        wanted.append((last.last, "t-last", _("Last year %(n)s") % {"n": last.last}))
    labels, lowest = [], 0.0
    for value, name, text in sorted(wanted, key=lambda label: -label[0]):
        lowest = max(chart.y(value) + 5, lowest + 20, 16)
        labels.append({"y": _number(lowest), "name": name, "text": text})
    return labels


def _range(chart: _Scale, place: int, held: int, unknown: int) -> dict[str, str] | None:
    if not unknown:
        return None
    top = chart.y(held + unknown)
    return {"x": _number(chart.x(place) - 1), "y": _number(top), "height": _number(chart.y(held) - top)}


def _line_in_words(last: LinePoint, unknown: int) -> str:
    text = _("%(held)s sessions are held of %(plan)s planned.") % {"held": last.held, "plan": last.plan}
    if unknown:
        text += " " + _("Up to %(n)s if all that await a log were held.") % {"n": last.held + unknown}
    if last.last is not None:
        text += " " + _("The same time last year: %(n)s.") % {"n": last.last}
    return text


def _month_bar(month: Month, left: float, width: float, scale: float) -> dict[str, str]:
    held, awaiting = month.held * scale, month.awaiting * scale
    return {
        "x": _number(left),
        "width": _number(width),
        "plan_y": _number(39 - month.plan * scale),
        "plan_height": _number(month.plan * scale),
        "held_y": _number(39 - held),
        "held_height": _number(held),
        "awaiting_y": _number(39 - held - awaiting),
        "awaiting_height": _number(awaiting) if awaiting else "",
    }


def _short(point: Month | LinePoint) -> str:
    return date_format(point.first if isinstance(point, Month) else point.month, "b")


def _number(value: float) -> str:
    """A length with a point whatever the language."""
    return f"{value:.1f}".removesuffix(".0")
