"""Kolada version 3: asking it, and reading its answers, also from files.

Only totals are read (gender T). A null value or the status Missing is no value. Nothing in Kolada's answers is trusted:
a value that is a text, a KPI that nobody asked for and an answer that breaks off are errors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from evaluations.indicators.reading import Given, GivenArea, GivenIndicator, GivenValue
from evaluations.models import Area
from evaluations.models.indicators import FIRST_YEAR, LARGEST, LAST_YEAR
from schools.imports.documents import Document, objects_in, text_in
from schools.imports.dry_runs import RowError
from schools.imports.fetching import NotInRegister, Register, RegisterFault
from schools.imports.sheets import UnreadableFile

TOTAL, MISSING = "T", "missing"
MOST_YEARS, MOST_PAGES, PER_PAGE = 25, 40, 5000
MOST_KPIS, MOST_AREAS, MOST_FOUND = 20, 120, 50
KPI, CODE = re.compile(r"[A-Z][0-9]{5}"), re.compile(r"[0-9]{4}|G[0-9]{2,8}")
NATION = "0000"
LONGEST_TITLE, LONGEST_TEXT = 300, 4000


def kolada(*, seconds: float = 25) -> Register | None:
    """Kolada as the settings say, to be asked for at most so many seconds in all; None when it is not to be asked."""
    return Register("Kolada", settings.KOLADA_URL, overall=seconds) if settings.KOLADA_URL else None


def fetch(register: Register, *, kpis: Sequence[str], areas: Sequence[str], years: Sequence[int]) -> Given:
    """Kolada's values for KPIs in areas and years, with titles and names.

    A KPI or an area that Kolada does not have is an error of the dry run. Raises ``RegisterFault``.
    """
    given = Given(is_kolada=True)
    for kpi in kpis:
        _fetch_kpi(register, kpi, given)
    given.areas, errors = _fetch_areas(register, areas)
    given.errors += errors
    if given.errors:
        return given
    known = [one.kpi for one in given.indicators]
    codes = [one.code for one in given.areas]
    for start in range(0, len(years), MOST_YEARS):
        some = ",".join(str(year) for year in years[start : start + MOST_YEARS])
        path = f"/data/kpi/{','.join(known)}/municipality/{','.join(codes)}/year/{some}"
        rows = _all_pages(register, path, {"per_page": str(PER_PAGE)})
        values, errors = values_of(rows, kpis=known, areas=codes)
        given.values += values
        given.errors += errors
    return given


def kpis_titled(register: Register, words: str) -> list[GivenIndicator]:
    """The first KPIs whose titles contain the text. Raises ``RegisterFault``, or ``UnreadableFile`` for a KPI without
    id or title."""
    found = _rows_in(register.get("/kpi", {"title": words, "per_page": str(MOST_FOUND)}), register)
    return [_kpi(row) for row in found[:MOST_FOUND]]


def members_of(register: Register, group: str) -> list[str]:
    """The municipalities of a group, by their codes. Raises ``RegisterFault``."""
    for row in _all_pages(register, "/municipality_groups", {}):
        if row.get("id") == group:
            members = objects_in(row.get("members"))
            return [str(one.get("member_id")) for one in members if CODE.fullmatch(str(one.get("member_id")))]
    raise RegisterFault(_("Kolada has no group %(code)s.") % {"code": group})


def of_files(data: Any, kpis: Any, areas: Any = None) -> Given:
    """The same from files with Kolada's answers about values, about the KPIs, and about areas that are new.

    Raises ``UnreadableFile`` for files of another form.
    """
    given = Given(is_kolada=True)
    given.indicators = [_kpi(row) for row in _rows_in(kpis)]
    known = {code: name for code, name in Area.objects.exclude(code=None).values_list("code", "name") if code}
    given.areas = [_area(row) for row in _rows_in(areas)] if areas is not None else []
    codes = {one.code for one in given.areas} | set(known)
    given.values, given.errors = values_of(_rows_in(data), kpis=[one.kpi for one in given.indicators], areas=codes)
    used = {one.area for one in given.values}
    given.areas = [one for one in given.areas if one.code in used]
    return given


def values_of(
    rows: Iterable[Document], *, kpis: Collection[str], areas: Collection[str]
) -> tuple[list[GivenValue], list[RowError]]:
    """The totals in Kolada's rows (numbered from 1), and errors for the rows that cannot be read."""
    values: list[GivenValue] = []
    errors: list[RowError] = []
    for number, row in enumerate(rows, 1):
        try:
            values += _values_in(number, row, kpis, areas)
        except ValueError as reason:
            errors.append(RowError(number, str(reason)))
    return values, errors


def _values_in(number: int, row: Document, kpis: Collection[str], areas: Collection[str]) -> list[GivenValue]:
    kpi, area = str(row.get("kpi")), str(row.get("municipality"))
    if kpi not in kpis:
        raise ValueError(_("The KPI %(kpi)s was not asked for, or its title is missing.") % {"kpi": kpi[:12]})
    if area not in areas:
        raise ValueError(_("The area %(code)s was not asked for, or its name is missing.") % {"code": area[:12]})
    year = _year(row.get("period"))
    inner = row.get("values")
    if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
        raise ValueError(_("%(kpi)s %(year)s has no list of values.") % {"kpi": kpi, "year": year})
    totals = [one for one in inner if one.get("gender") == TOTAL]
    return [GivenValue(number, kpi, area, year, _value(one, kpi, year), source="Kolada") for one in totals]


def _year(period: object) -> int:
    text = str(period)
    if isinstance(period, bool) or not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise ValueError(_("The year “%(year)s” cannot be read.") % {"year": text[:20]})
    if not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise ValueError(_("The year “%(year)s” cannot be right.") % {"year": text})
    return int(text)


def _value(one: Document, kpi: str, year: int) -> float | None:
    value = one.get("value")
    if value is None or str(one.get("status") or "").strip().lower() == MISSING:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        said = {"kpi": kpi, "year": year, "value": str(value)[:30]}
        raise ValueError(_("The value of %(kpi)s %(year)s is no number: “%(value)s”.") % said)
    if abs(value) >= LARGEST:
        raise ValueError(_("“%(value)s” has more digits than can be kept.") % {"value": str(value)[:30]})
    return float(value)


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _fetch_kpi(register: Register, kpi: str, given: Given) -> None:
    gone = _("Kolada no longer has the KPI %(kpi)s.") % {"kpi": kpi}
    try:
        rows = _rows_in(register.get(f"/kpi/{kpi}"))
    except NotInRegister:
        given.errors.append(RowError(0, gone))
        return
    found = [_kpi(row) for row in rows if row.get("id") == kpi]
    given.indicators += found
    if not found:
        given.errors.append(RowError(0, gone))


def _fetch_areas(register: Register, codes: Sequence[str]) -> tuple[list[GivenArea], list[RowError]]:
    """The areas that were asked for, and an error for each that Kolada does not have."""
    rows = _all_pages(register, "/municipality", {"per_page": str(PER_PAGE)})
    if any(code.startswith("G") for code in codes):
        rows += _all_pages(register, "/municipality_groups", {"per_page": str(PER_PAGE)})
    by_code = {str(row.get("id")): row for row in rows}
    missing = [RowError(0, _("Kolada has no area %(code)s.") % {"code": code}) for code in codes if code not in by_code]
    return [_area(by_code[code]) for code in codes if code in by_code], missing


def _kpi(row: Document) -> GivenIndicator:
    kpi, title = _text(row, "id", 12), _text(row, "title", LONGEST_TITLE)
    if not KPI.fullmatch(kpi) or not title:
        raise UnreadableFile(_("Kolada's answer about a KPI has no id or title."))
    return GivenIndicator(kpi, title, _text(row, "description", LONGEST_TEXT))


def _area(row: Document) -> GivenArea:
    code, name = _text(row, "id", 12), _text(row, "title", 120)
    if not CODE.fullmatch(code) or not name:
        raise UnreadableFile(_("Kolada's answer about an area has no id or name."))
    members = row.get("members")
    if code.startswith("G"):
        return GivenArea(code, name, Area.Kind.GROUP, len(members) if isinstance(members, list) else None)
    kind = (
        Area.Kind.NATION if code == NATION else Area.Kind.COUNTY if row.get("type") == "L" else Area.Kind.MUNICIPALITY
    )
    return GivenArea(code, name, kind)


def _text(row: Document, name: str, longest: int) -> str:
    try:
        return text_in(row, name, longest=longest)
    except ValueError as reason:
        raise UnreadableFile(str(reason)) from reason


def _all_pages(register: Register, path: str, query: dict[str, str]) -> list[Document]:
    """The rows of all pages. A page that is missing, leads elsewhere or comes again makes the whole answer faulty."""
    rows: list[Document] = []
    seen: set[str] = set()
    document = register.get(path, query)
    for _page in range(MOST_PAGES):
        rows += _rows_in(document, register)
        following = document.get("next_url") or document.get("next_page") if isinstance(document, dict) else None
        if not following:
            return rows
        if not str(following).startswith(f"{register.base}/") or following in seen:
            raise RegisterFault(_("Kolada's answer leads on to a page that is not its own. Nothing is read in."))
        seen.add(str(following))
        document = register.get(str(following).removeprefix(register.base))
    raise RegisterFault(_("Kolada's answer has too many pages. Ask for less at a time."))


def _rows_in(document: Any, register: Register | None = None) -> list[Document]:
    """An answer's rows, whether it is a list, an object with ``values`` or ``results``, or one object with an id."""
    if isinstance(document, dict) and "values" not in document and "results" not in document and "id" in document:
        return [document]
    inside = document.get("values", document.get("results")) if isinstance(document, dict) else document
    try:
        return objects_in(inside)
    except UnreadableFile as other:
        if register is None:
            raise
        text = _("The answer of %(register)s has another form than it used to. Read in a file instead.")
        raise RegisterFault(text % {"register": register.name}) from other
