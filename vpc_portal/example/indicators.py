"""An indicator with values of Botkyrka and of municipalities that do not exist. Everything is made up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from accounts.models import User
from evaluations.indicators.importing import import_values
from evaluations.indicators.reading import Given, GivenValue, compare_values
from evaluations.indicators.writing import add
from evaluations.models import Area, Indicator, IndicatorImport
from programmes.models import Programme

NAME = "Exempel: elever i årskurs 9 som är trygga i skolan"
SOURCE = "Exempeldata, påhittad"
KEY = uuid.UUID("7b4c2f52-5c1d-4b0e-9d6e-0f6f6d0c9a11")
OTHERS = "ABCDEFGHIJKLMN"
YEARS = 7
OWN = (70.5, 71.2, 70.8, 72.4, 74.9, 77.3, 79.6)
GROUP = (73.1, 73.4, 72.9, 73.6, 73.8, 73.2, 73.9)


def make_indicators(today: dt.date, by: User, now: dt.datetime) -> None:
    """One indicator with its target, and seven years of values to compare with fourteen municipalities and a group."""
    years = range(today.year - YEARS, today.year)
    said = {
        "name": NAME,
        "unit": "%",
        "direction": Indicator.Direction.UP,
        "definition": "Andelen som svarar att de känner sig trygga i skolan, i en påhittad enkät.",
        "caveat": "Påhittade värden: de visar hur en jämförelse ser ut, inget annat.",
        "source": SOURCE,
        "programme": Programme.objects.get(slug="taget"),
        "start_year": years[2],
        "baseline_year": years[2],
        "target_value": 85.0,
        "target_year": today.year + 1,
    }
    indicator = add(Indicator, said=said, key=KEY, by=by, now=now, named=NAME)
    for letter in OTHERS:
        Area.objects.create(slug=f"exempelkommun-{letter.lower()}", name=f"Exempelkommun {letter}", kind="municipality")
    Area.objects.create(slug="exempelgruppen", name="Exempelgruppen", kind="group", members=len(OTHERS))
    given = Given(values=list(_values(indicator.slug, years)))
    digest = compare_values(given).digest
    import_values(given=given, kind=IndicatorImport.Kind.FILE, digest=digest, by=by, now=now)


def _values(indicator: str, years: range) -> Iterator[GivenValue]:
    lines = {"botkyrka": OWN, "exempelgruppen": GROUP, **dict(_other_lines())}
    for area, line in lines.items():
        for year, value in zip(years, line, strict=True):
            count = 1_050 + year % 10 if area == "botkyrka" else None
            day = dt.date(year + 1, 2, 15).isoformat()
            yield GivenValue(1, indicator, area, year, value, count=count, source=SOURCE, source_date=day)


def _other_lines() -> Iterator[tuple[str, list[float]]]:
    for place, letter in enumerate(OTHERS):
        first, step = 66 + place * 5 % 13, (place * 7 % 9 - 4) / 4
        wave = [0, 0.6, -0.4, 0.3, -0.7, 0.5, 0.1]
        yield (
            f"exempelkommun-{letter.lower()}",
            [round(first + step * n + wave[(n + place) % 7], 1) for n in range(YEARS)],
        )
