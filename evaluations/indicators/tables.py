"""Values from a table: CSV or XLSX, with decimal commas and spaces between thousands."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.validators import holds_personal_number
from evaluations.indicators.reading import Given, GivenValue, day_of
from evaluations.models import Area, Indicator
from evaluations.models.indicators import FEWEST_BEHIND, FIRST_YEAR, LARGEST, LAST_YEAR
from schools.imports.dry_runs import ReadRow, RowError, read_row
from schools.imports.sheets import UnreadableFile, named_rows, plain, rows_of

HEADERS = {
    "indikator": "indicator",
    "omrade": "area",
    "kommun": "area",
    "ar": "year",
    "varde": "value",
    "antalpersoner": "count",
    "kalla": "source",
    "kallansdatum": "source_date",
}
REQUIRED = {"indicator": "Indikator", "area": "Område", "year": "År", "value": "Värde", "source": "Källa"}
TEMPLATE = ("Indikator", "Område", "År", "Värde", "Antal personer", "Källa", "Källans datum")
NO_VALUE = {"", "-", "–", ".", "..", "missing", "saknas"}
SPACES = re.compile(r"[\u0020\u00a0\u2009\u202f]")
WHOLE = r"[+\-]?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)"
COMMA, POINT = re.compile(rf"{WHOLE}(?:,[0-9]+)?"), re.compile(rf"{WHOLE}\.[0-9]+")
YEAR = re.compile(r"[0-9]{4}")
# 1.234 is a thousand to some readers, and one and a bit to others.
UNCLEAR = re.compile(r"[+\-]?[0-9]{1,3}\.[0-9]{3}")


def given_in(content: bytes, today: dt.date) -> Given:
    """The values in a table. Raises ``UnreadableFile`` when it is not a table of values."""
    rows = named_rows(rows_of(content, decimal=","), HEADERS, REQUIRED)
    if not rows:
        raise UnreadableFile(_("The file has a header but no values."))
    names = _Names.all()
    given = Given()
    given.errors += _mixed((number, row["value"]) for number, row in rows)
    for number, row in rows:
        read = _read_row(number, row, names, today)
        given.errors += read.errors
        given.values += [] if read.errors else [GivenValue(number, **read.values)]
    return given


def number_in(text: str) -> float | None:
    """A number as people write it, 1 234,5 or 12.5; None for no value. Raises ``ValueError`` with the reason."""
    plain = SPACES.sub(" ", text.strip()).replace("−", "-").removesuffix("%").strip()
    if plain.lower() in NO_VALUE:
        return None
    if UNCLEAR.fullmatch(plain):
        said = {"value": text, "whole": plain.replace(".", ""), "decimal": plain.replace(".", ",")}
        raise ValueError(_("“%(value)s” can be read in two ways. Write %(whole)s or %(decimal)s.") % said)
    if not (COMMA.fullmatch(plain) or POINT.fullmatch(plain)):
        raise ValueError(_("“%(value)s” is no number. Write it as 1\u00a0234,5.") % {"value": text[:30]})
    value = float(plain.replace(" ", "").replace(",", "."))
    if abs(value) >= LARGEST:
        raise ValueError(_("“%(value)s” has more digits than can be kept.") % {"value": text[:30]})
    return value


def _mixed(values: Iterable[tuple[int, str]]) -> list[RowError]:
    """Errors for rows that write decimals in another way than the first row that has any: within a file there can be
    only one way."""
    first = ""
    errors = []
    for number, text in values:
        plain = text.strip()
        sign = "," if "," in plain else "." if re.search(r"\d\.\d", plain) else ""
        first = first or sign
        if sign and sign != first:
            text_ = _("Decimals are written with both comma and point in the file. Write “%(value)s” as the others.")
            errors.append(RowError(number, text_ % {"value": plain[:30]}))
    return errors


def _read_row(number: int, row: Mapping[str, str], names: _Names, today: dt.date) -> ReadRow:
    if any(holds_personal_number(text) for text in row.values()):
        return ReadRow(number, errors=[RowError(number, _("The row holds a personal identity number. Remove it."))])
    return read_row(
        number,
        indicator=lambda: names.indicator(row["indicator"]),
        area=lambda: names.area(row["area"]),
        year=lambda: _year(row["year"]),
        value=lambda: number_in(row["value"]),
        count=lambda: _count(row.get("count", "")),
        source=lambda: _source(row["source"]),
        source_date=lambda: _day(row.get("source_date", ""), today),
    )


def _source(text: str) -> str:
    if not text:
        raise ValueError(_("The source is missing: write who says so."))
    return text


def _year(text: str) -> int:
    if not (YEAR.fullmatch(text) and FIRST_YEAR <= int(text) <= LAST_YEAR):
        said = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValueError(_("Write a year from %(first)s to %(last)s.") % said)
    return int(text)


def _count(text: str) -> int | None:
    try:
        count = number_in(text)
    except ValueError:
        count = -1
    if count is None:
        return None
    if count < 0 or count != int(count) or count > 100_000_000:
        raise ValueError(_("“%(value)s” is no number of persons.") % {"value": text[:30]})
    if count < FEWEST_BEHIND:
        text_ = _("The value rests on fewer than %(n)s persons: it could tell of one of them, and is not read in.")
        raise ValueError(text_ % {"n": FEWEST_BEHIND})
    return int(count)


def _day(text: str, today: dt.date) -> str:
    try:
        day = day_of(text[:10])
    except ValueError as wrong:
        raise ValueError(_("The source's day cannot be read. Write it as 2027-03-31.")) from wrong
    if day and day > today:
        raise ValueError(_("The source's day, %(day)s, has not come yet.") % {"day": day})
    return day.isoformat() if day else ""


@dataclass(frozen=True)
class _Names:
    """The portal's indicators and areas by everything that a table may call them: name, slug, KPI or code."""

    indicators: Mapping[str, str]
    areas: Mapping[str, str]

    @classmethod
    def all(cls) -> _Names:
        indicators = {
            plain(called): one.slug
            for one in Indicator.objects.all()
            for called in (one.kolada_kpi or "", one.name, one.slug)
            if called
        }
        areas = {
            plain(called): one.slug
            for one in Area.objects.all()
            for called in (one.code or "", one.name, one.slug)
            if called
        }
        return cls(indicators, areas)

    def indicator(self, text: str) -> str:
        found = self.indicators.get(plain(text))
        if found is None:
            raise ValueError(_("The portal has no indicator “%(name)s”.") % {"name": text})
        return found

    def area(self, text: str) -> str:
        found = self.areas.get(plain(text))
        if found is None:
            raise ValueError(_("The portal has no area “%(name)s”.") % {"name": text})
        return found
