"""What an import of values would change: the source's values compared with the portal's. The dry run of every
import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from evaluations.indicators.numbers import shown
from evaluations.models import Area, Indicator, Observation
from schools.imports.dry_runs import RowError, digest_of

Key = tuple[str, str, int]
KOLADA = "Kolada"


@dataclass(frozen=True)
class GivenIndicator:
    """An indicator in Kolada that the portal may lack: its KPI, and the title that is pinned to it."""

    kpi: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class GivenArea:
    """An area in Kolada that the portal may lack."""

    code: str
    name: str
    kind: str
    members: int | None = None


@dataclass(frozen=True)
class GivenValue:
    """One value of the source.

    ``indicator`` and ``area`` are a KPI and a code when it comes from Kolada, slugs when it comes from a table.
    ``value`` is None where the source has no value, which is never the same as 0. ``row`` is its place in the source.
    """

    row: int
    indicator: str
    area: str
    year: int
    value: float | None
    count: int | None = None
    source: str = ""
    source_date: str = ""

    @property
    def key(self) -> Key:
        return self.indicator, self.area, self.year


@dataclass
class Given:
    """Everything in a source. New indicators and areas are added from Kolada; a table only names those that exist."""

    values: list[GivenValue] = field(default_factory=list)
    indicators: list[GivenIndicator] = field(default_factory=list)
    areas: list[GivenArea] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    is_kolada: bool = False

    def as_rows(self) -> list[dict[str, Any]]:
        """As JSON rows, for the signed parcel that travels from dry run to change."""
        return [
            {
                "values": [asdict(one) for one in self.values],
                "indicators": [asdict(one) for one in self.indicators],
                "areas": [asdict(one) for one in self.areas],
                "is_kolada": self.is_kolada,
            }
        ]

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]]) -> Given:
        [row] = rows
        return cls(
            values=[GivenValue(**one) for one in row["values"]],
            indicators=[GivenIndicator(**one) for one in row["indicators"]],
            areas=[GivenArea(**one) for one in row["areas"]],
            is_kolada=row["is_kolada"],
        )


@dataclass(frozen=True)
class ValueChange:
    """A value that is new or differs, with what it was before."""

    given: GivenValue
    indicator: str
    area: str
    before: float | None

    @property
    def told(self) -> list[object]:
        """As it is kept: indicator, area, year, before, after."""
        return [self.indicator, self.area, self.given.year, self.before, self.given.value]

    @property
    def before_shown(self) -> str:
        return "–" if self.before is None else shown(self.before, 6)

    @property
    def after_shown(self) -> str:
        return "–" if self.given.value is None else shown(self.given.value, 6)


@dataclass
class ValueDryRun:
    """What the import would do. With errors nothing is written."""

    added: list[ValueChange] = field(default_factory=list)
    changed: list[ValueChange] = field(default_factory=list)
    unchanged: int = 0
    # Values in the portal that the source no longer gives; they stay.
    gone: list[ValueChange] = field(default_factory=list)
    new_indicators: list[GivenIndicator] = field(default_factory=list)
    new_areas: list[GivenArea] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def all_changes(self) -> list[ValueChange]:
        return [*self.added, *self.changed]

    @property
    def changes_anything(self) -> bool:
        return bool(self.all_changes or self.new_indicators or self.new_areas)

    @property
    def digest(self) -> str:
        return digest_of(
            [one.told for one in self.all_changes]
            + [(one.given.count, one.given.source, one.given.source_date) for one in self.all_changes]
            + [(one.kpi, one.title) for one in self.new_indicators]
            + [(one.code, one.name) for one in self.new_areas]
        )


def compare_values(given: Given) -> ValueDryRun:
    """Compare a source with what the portal has."""
    indicators, areas = _indicators(given), _areas(given)
    found = ValueDryRun(errors=list(given.errors))
    found.errors += _titles_that_changed(given.indicators, indicators)
    found.errors += _doubles(given.values)
    found.new_indicators = [one for one in given.indicators if one.kpi not in indicators]
    found.new_areas = [one for one in given.areas if one.code not in areas]
    names = {one.kpi: one.title for one in found.new_indicators} | {key: one.name for key, one in indicators.items()}
    area_names = {one.code: one.name for one in found.new_areas} | {key: one.name for key, one in areas.items()}
    known = _known(indicators, areas)
    for one in given.values:
        if one.indicator not in names or one.area not in area_names:
            found.errors.append(RowError(one.row, _unknown(one, names)))
            continue
        _sort_in(found, one, names[one.indicator], area_names[one.area], known.get(one.key))
    found.errors.sort(key=lambda error: error.row)
    return found


def _sort_in(found: ValueDryRun, one: GivenValue, indicator: str, area: str, row: Observation | None) -> None:
    change = ValueChange(one, indicator, area, row.value if row else None)
    if one.value is None:
        if row is not None:
            found.gone.append(change)
    elif row is None:
        found.added.append(change)
    elif row.value != one.value or (one.count is not None and row.count != one.count):
        found.changed.append(change)
    else:
        found.unchanged += 1


def _indicators(given: Given) -> dict[str, Indicator]:
    """The portal's indicators, by what the source calls them."""
    if given.is_kolada:
        return {str(one.kolada_kpi): one for one in Indicator.objects.exclude(kolada_kpi=None)}
    return {one.slug: one for one in Indicator.objects.all()}


def _areas(given: Given) -> dict[str, Area]:
    if given.is_kolada:
        return {str(one.code): one for one in Area.objects.exclude(code=None)}
    return {one.slug: one for one in Area.objects.all()}


def _known(indicators: Mapping[str, Indicator], areas: Mapping[str, Area]) -> dict[Key, Observation]:
    called = {one.pk: key for key, one in indicators.items()}
    places = {one.pk: key for key, one in areas.items()}
    rows = Observation.objects.filter(indicator__in=called)
    return {(called[row.indicator_id], places[row.area_id], row.year): row for row in rows if row.area_id in places}


def _titles_that_changed(given: Iterable[GivenIndicator], known: Mapping[str, Indicator]) -> list[RowError]:
    """Errors for KPIs that have kept their id but changed their title: as far as we know they measure something else
    now."""
    text = _(
        "%(kpi)s was called “%(before)s” and is now “%(after)s”. It may measure something else: nothing is read in."
    )
    return [
        RowError(0, text % {"kpi": one.kpi, "before": known[one.kpi].kolada_title, "after": one.title})
        for one in given
        if one.kpi in known and known[one.kpi].kolada_title != one.title
    ]


def _doubles(values: Iterable[GivenValue]) -> list[RowError]:
    first: dict[Key, GivenValue] = {}
    errors = []
    for one in values:
        before = first.setdefault(one.key, one)
        if before is not one:
            said = {"row": before.row, "year": one.year}
            errors.append(RowError(one.row, _("The same indicator, area and year (%(year)s) as row %(row)s.") % said))
    return errors


def _unknown(one: GivenValue, names: Mapping[str, str]) -> str:
    if one.indicator not in names:
        return _("The portal has no indicator “%(name)s”.") % {"name": one.indicator}
    return _("The portal has no area “%(name)s”.") % {"name": one.area}


def day_of(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
