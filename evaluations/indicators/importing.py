"""Importing indicator values, all or nothing. Every import is kept, with what it changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from evaluations.indicators.reading import (
    Given,
    GivenArea,
    GivenIndicator,
    ValueChange,
    ValueDryRun,
    compare_values,
    day_of,
)
from evaluations.indicators.writing import slug_for
from evaluations.models import Area, Indicator, IndicatorImport, Observation
from schools.imports.dry_runs import ImportRefused, RowError

Kind = IndicatorImport.Kind


@transaction.atomic
def import_values(*, given: Given, kind: Kind, digest: str, by: User | None, now: dt.datetime) -> IndicatorImport:
    """Make the import that a dry run with this digest has shown. Raises ``ImportRefused`` when it has errors, or would
    do anything else than was shown."""
    found = compare_values(given)
    if found.errors or found.digest != digest:
        raise ImportRefused
    return _write(given, found, kind, by, now)


def refuse(*, kind: Kind, errors: list[RowError], by: User | None, now: dt.datetime) -> IndicatorImport:
    """Keep that an import was refused, and why."""
    told = [[error.row, error.reason] for error in errors]
    return IndicatorImport.objects.create(kind=kind, at=now, by=by, is_refused=True, errors=told)


def _write(given: Given, found: ValueDryRun, kind: Kind, by: User | None, now: dt.datetime) -> IndicatorImport:
    kept = IndicatorImport.objects.create(
        kind=kind,
        at=now,
        by=by,
        changes=[change.told for change in found.all_changes],
        unchanged=found.unchanged,
        gone=[change.told for change in found.gone],
    )
    for one in found.new_indicators:
        _take_in_indicator(one, by, now)
    for area in found.new_areas:
        _take_in_area(area)
    _write_values(given, found, kept, timezone.localdate(now))
    return kept


def _write_values(given: Given, found: ValueDryRun, kept: IndicatorImport, today: dt.date) -> None:
    name, code = ("kolada_kpi", "code") if given.is_kolada else ("slug", "slug")
    indicators = {getattr(one, name): one for one in Indicator.objects.all()}
    areas = {getattr(one, code): one for one in Area.objects.all()}
    for change in found.all_changes:
        one = change.given
        Observation.objects.update_or_create(
            indicator=indicators[one.indicator],
            area=areas[one.area],
            year=one.year,
            defaults=_values(change, kept, today),
        )


def _values(change: ValueChange, kept: IndicatorImport, today: dt.date) -> dict[str, Any]:
    """Values with their dates: a table gives its source's date; for values from Kolada it is the day they were read."""
    one = change.given
    return {
        "value": one.value,
        "count": one.count,
        "source": one.source,
        "source_date": day_of(one.source_date) or today,
        "read_in": kept,
    }


def _take_in_indicator(one: GivenIndicator, by: User | None, now: dt.datetime) -> None:
    """Add a new KPI as an indicator, with its title pinned. Which direction is better is left for people to say."""
    Indicator.objects.create(
        slug=slug_for(Indicator, one.title),
        name=one.title[:200],
        unit=unit_in(one.title),
        definition=one.description,
        source="Kolada",
        source_link="https://www.kolada.se/",
        kolada_kpi=one.kpi,
        kolada_title=one.title,
        changed_by=by,
        changed_at=now,
    )


def unit_in(title: str) -> str:
    """The unit at the end of a KPI's title, as Kolada writes it: "…, andel (%)" or "…, antal/100 000 inv"."""
    last = title.rpartition(", ")[2]
    if "(%)" in last:
        return "%"
    return last[:40] if last != title else "–"


def _take_in_area(one: GivenArea) -> None:
    Area.objects.create(slug=slug_for(Area, one.name), name=one.name, kind=one.kind, code=one.code, members=one.members)
