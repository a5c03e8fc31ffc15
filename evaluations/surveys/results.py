"""A survey's results, with only what may be shown: the tables that page and CSV share.

A suppressed result is ``..``, one that does not exist is ``.``. How many values a result rests on is not shown:
compared with the number of sheets it would tell how few had left a question out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluations.cells import Cell, Column, Table, text_column
from evaluations.surveys.bank import SCALES, Item, Scale
from evaluations.surveys.dose import BANDS
from evaluations.surveys.languages import swedish
from evaluations.surveys.scoring import Answers, agrees, complete, score
from evaluations.surveys.statistics import (
    Cluster,
    Interval,
    cronbach_alpha,
    difference_interval,
    hedges_g,
    mean_interval,
    wilson,
)
from evaluations.surveys.suppression import Cell as Part
from evaluations.surveys.suppression import Shown, to_show

SUPPRESSED, NONE = "..", "."
# A share is not shown exactly when it is nearer its ends than this: that all answered alike tells what each answered,
# and that all but one did tells that one's answer to the others.
FEWEST_ALIKE, NEAREST_END = 3, 5
# Shares of fewer answers are rounded to fives: exact ones would tell how many answered, and so how many left it out.
ROUGH_BELOW, ROUGH = 100, 5
# The same distance from the ends, for means on the scale from 1 to 5.
LOWEST_MEAN, HIGHEST_MEAN = 1.2, 4.8
FEWEST_RESPONSE = 0.5
Number = Callable[[Answers], float | None]


@dataclass(frozen=True)
class Place:
    """A group that was asked, with its school and its place in the tables."""

    group: int
    school: int
    band: str | None = None


@dataclass(frozen=True)
class Asked:
    """One time of asking: the sheets by group, how many could answer, and whether results are published."""

    sheets: Mapping[int, Sequence[Answers]] = field(default_factory=dict)
    invited: int = 0
    answered: int = 0
    is_ended: bool = False

    @property
    def rate(self) -> float | None:
        return self.answered / self.invited if self.invited else None

    @property
    def is_thin(self) -> bool:
        """Whether so few have answered that the result may not represent the group."""
        return self.rate is not None and self.rate < FEWEST_RESPONSE


class Measure:
    """One number of each sheet, before and after, and what of it may be shown; by band only where that is asked for."""

    def __init__(
        self, number: Number, before: Asked, after: Asked, places: Mapping[int, Place], *, by_band: bool = False
    ) -> None:
        self.places, self.by_band = places, by_band
        self.values = (_values(before, number), _values(after, number))
        self.ended = (before.is_ended, after.is_ended)

    @cached_property
    def shown(self) -> tuple[Shown, Shown]:
        return self._shown(0), self._shown(1)

    def _shown(self, time: int) -> Shown:
        parts = (
            Part(place.group, place.school, len(self.values[time].get(place.group, ())), place.band)
            for place in self.places.values()
        )
        return to_show(parts, with_bands=self.by_band)

    def of(self, scope: Scope, time: int) -> list[float] | None:
        """All values of a scope at one time; None if they may not be shown."""
        if not scope.is_shown(self.shown[time]):
            return None
        return [value for group in self.groups(scope) for value in self.values[time].get(group, ())]

    def groups(self, scope: Scope) -> list[int]:
        return [place.group for place in self.places.values() if scope.holds(place)]

    def clusters(self, scope: Scope) -> list[Cluster]:
        before, after = self.values
        found = (Cluster(before.get(group, ()), after.get(group, ())) for group in self.groups(scope))
        return [cluster for cluster in found if cluster.before or cluster.after]


def _values(asked: Asked, number: Number) -> dict[int, list[float]]:
    found = {}
    for group, sheets in asked.sheets.items():
        found[group] = [value for sheet in sheets if (value := number(sheet)) is not None]
    return found


@dataclass(frozen=True)
class Scope:
    """Whose answers: everybody's, or those of a school, a group, or the groups in a band of dose."""

    school: int | None = None
    group: int | None = None
    band: str | None = None

    def holds(self, place: Place) -> bool:
        wanted = ((self.school, place.school), (self.group, place.group), (self.band, place.band))
        return all(own is None or own == its for own, its in wanted)

    def is_shown(self, shown: Shown) -> bool:
        if self.group is not None:
            return self.group in shown.groups
        if self.school is not None:
            return self.school in shown.schools
        return shown.whole if self.band is None else self.band in shown.bands


WHOLE = Scope()


@dataclass
class Results:
    """One audience's survey in a programme's year."""

    audience: str
    before: Asked
    after: Asked
    places: Mapping[int, Place]
    schools: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)

    @property
    def scales(self) -> tuple[Scale, ...]:
        return SCALES[self.audience]

    @property
    def has_any(self) -> bool:
        return self.before.is_ended or self.after.is_ended

    @property
    def has_dose(self) -> bool:
        """Whether the groups' dose is known: never for pupil mentors, and for others not before the year's end."""
        return any(place.band for place in self.places.values())

    def measure(self, number: Number, *, by_band: bool = False) -> Measure:
        return Measure(number, self.before, self.after, self.places, by_band=by_band)

    @cached_property
    def by_scale(self) -> dict[str, Measure]:
        return {scale.key: self.measure(partial(score, scale), by_band=True) for scale in self.scales}

    def fewest_schools(self) -> int:
        """The number of schools with published answers, at the time (before or after) that has fewer: each is shown by
        itself."""
        times = (asked for asked in (self.before, self.after) if asked.is_ended)
        return min((len({self.places[group].school for group in asked.sheets}) for asked in times), default=0)


def scale_table(results: Results, scope: Scope = WHOLE) -> Table:
    columns = [
        text_column(_("Scale, 1 to 5")),
        Column(_("Before, mean")),
        Column(_("After, mean")),
        Column(_("Difference (g)")),
        Column(_("Alpha before")),
        Column(_("Alpha after")),
    ]
    rows = []
    for scale in results.scales:
        measure = results.by_scale[scale.key]
        wholes = results.measure(partial(_is_complete, scale))
        alphas = [_alpha(results, scale, wholes, scope, time) for time in (0, 1)]
        means = [_mean(measure, scope, time) for time in (0, 1)]
        texts = [swedish().scales[scale.key], *means, _difference(measure, scope), *alphas]
        rows.append([Cell(text) for text in texts])
    return Table("skalor", _("Scales"), columns, rows)


def item_table(results: Results, scope: Scope = WHOLE) -> Table:
    """The share that agrees with each statement, as it is worded in the survey."""
    columns = [text_column(_("Statement")), Column(_("Before, agree")), Column(_("After, agree"))]
    rows = []
    for scale in results.scales:
        for item in scale.items:
            measure = results.measure(partial(_agreement, item))
            text = swedish().items[item.key]
            said = _("%(statement)s (reversed)") % {"statement": text} if item.is_reversed else text
            rows.append([Cell(said), *(Cell(_share(measure, scope, time)) for time in (0, 1))])
    return Table("pastaenden", _("Statements"), columns, rows)


def school_table(results: Results) -> Table:
    scopes = [(name, Scope(school=school)) for school, name in results.schools.items()]
    return _by_scope(results, "skolor", _("Schools"), _("School"), scopes, (_("All schools"), WHOLE))


def group_table(results: Results, school: int) -> Table:
    places = [place for place in results.places.values() if place.school == school]
    scopes = [(results.groups[place.group], Scope(school=school, group=place.group)) for place in places]
    return _by_scope(results, "grupper", _("Groups"), _("Group"), scopes, (_("The school"), Scope(school=school)))


def dose_table(results: Results) -> Table:
    scopes = [(str(title), Scope(band=band)) for band, title in BANDS.items()]
    return _by_scope(results, "dos", _("By delivered dose"), _("The group was given"), scopes, (_("All"), WHOLE))


def _by_scope(
    results: Results,
    name: str,
    title: str,
    first: str,
    scopes: Iterable[tuple[str, Scope]],
    total: tuple[str, Scope],
) -> Table:
    """The means of every scale, for each part and for the whole that the parts add up to."""
    columns = [text_column(first)]
    for scale in results.scales:
        label = swedish().scales[scale.key]
        columns += [Column(f"{label}, {time}") for time in (pgettext("survey", "before"), pgettext("survey", "after"))]
    rows = [_means(results, name, scope) for name, scope in scopes]
    return Table(name, title, columns, rows, _means(results, *total))


def _means(results: Results, name: str, scope: Scope) -> list[Cell]:
    cells = [Cell(name)]
    for scale in results.scales:
        cells += [Cell(_mean(results.by_scale[scale.key], scope, time)) for time in (0, 1)]
    return cells


def _mean(measure: Measure, scope: Scope, time: int) -> str:
    if not measure.ended[time]:
        return NONE
    values = measure.of(scope, time)
    if values is None:
        return SUPPRESSED
    found = mean_interval(values)
    if found.value < LOWEST_MEAN:
        return _("under 1.2")
    return _("over 4.8") if found.value > HIGHEST_MEAN else _said(found, 1)


def _share(measure: Measure, scope: Scope, time: int) -> str:
    if not measure.ended[time]:
        return NONE
    values = measure.of(scope, time)
    if values is None:
        return SUPPRESSED
    return share_said(round(sum(values)), len(values))


def share_said(count: int, n: int) -> str:
    """A share in per cent with its interval, as exactly as it may be shown."""
    end = max(NEAREST_END, ROUGH * math.ceil(100 * FEWEST_ALIKE / n / ROUGH))
    if count < FEWEST_ALIKE or 100 * count < NEAREST_END * n:
        return _("under %(end)s %%") % {"end": end}
    if n - count < FEWEST_ALIKE or 100 * (n - count) < NEAREST_END * n:
        return _("over %(end)s %%") % {"end": 100 - end}
    found, step = wilson(count, n), ROUGH if n < ROUGH_BELOW else 1
    share, low, high = (step * round(100 * one / step) for one in (found.value, found.low, found.high))
    return f"{share} % ({low}–{high})"


def _difference(measure: Measure, scope: Scope) -> str:
    if not all(measure.ended):
        return NONE
    before, after = measure.of(scope, 0), measure.of(scope, 1)
    if before is None or after is None:
        return SUPPRESSED
    value = hedges_g(before, after)
    if value is None:
        return NONE
    interval = difference_interval(measure.clusters(scope))
    return _said(interval, 2) if interval else _decimal(value, 2)


def _alpha(results: Results, scale: Scale, wholes: Measure, scope: Scope, time: int) -> str:
    if not wholes.ended[time]:
        return NONE
    if wholes.of(scope, time) is None:
        return SUPPRESSED
    asked = (results.before, results.after)[time]
    sheets = (sheet for group in wholes.groups(scope) for sheet in asked.sheets.get(group, ()))
    alpha = cronbach_alpha([row for sheet in sheets if (row := complete(scale, sheet)) is not None])
    return NONE if alpha is None else _decimal(alpha, 2)


def _agreement(item: Item, sheet: Answers) -> float | None:
    agreed = agrees(item, sheet)
    return None if agreed is None else float(agreed)


def _is_complete(scale: Scale, sheet: Answers) -> float | None:
    return None if complete(scale, sheet) is None else 1.0


def _said(interval: Interval, digits: int) -> str:
    """An estimate with its interval; without, where that has no width: nothing is known of an error when all have
    answered alike."""
    value, low, high = (_decimal(one, digits) for one in (interval.value, interval.low, interval.high))
    if low == high:
        return value
    return _("%(value)s (%(low)s to %(high)s)") % {"value": value, "low": low, "high": high}


def _decimal(value: float, digits: int) -> str:
    """3,4: with a decimal comma, and a minus sign that no spreadsheet reads as a formula."""
    return f"{value:.{digits}f}".replace(".", ",").replace("-", "−")
