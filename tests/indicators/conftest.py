"""An indicator with values of Botkyrka and others, as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from evaluations.models import Area, Indicator, Observation

READ = dt.date(2026, 9, 1)


def an_area(name: str, kind: str = "municipality", **more: object) -> Area:
    area, _made = Area.objects.get_or_create(slug=name.lower(), defaults={"name": name, "kind": kind, **more})
    return area


def values(indicator: Indicator, area: Area, given: Mapping[int, float], source: str = "Källan") -> None:
    for year, value in given.items():
        Observation.objects.create(
            indicator=indicator, area=area, year=year, value=value, source=source, source_date=READ
        )


@pytest.fixture
def crime(db: object) -> Indicator:
    """Reported violence: Botkyrka fell by 30, the others by what their names say."""
    indicator = Indicator.objects.create(
        slug="valdsbrott",
        name="Anmälda våldsbrott",
        unit="per 100 000 invånare",
        direction="down",
        source="Kolada",
        kolada_kpi="N07403",
        kolada_title="Anmälda våldsbrott, antal/100 000 inv",
    )
    values(indicator, an_area("Botkyrka", is_own=True, code="0127"), {2018: 1250.5, 2020: 1240, 2023: 1220.5})
    return indicator
