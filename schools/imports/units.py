"""Schools from Skolenhetsregistret: its JSON in, rows out, then what they would change among the portal's schools.

The register's list says ``name``, its single units ``displayName``. Heads and other persons in it are never read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from schools.imports.documents import Document, objects_in, text_in
from schools.imports.dry_runs import RowError, digest_of
from schools.imports.sheets import UnreadableFile
from schools.models import School

ACTIVE, RESTING, ENDED, PLANNED = "AKTIV", "VILANDE", "UPPHORT", "PLANERAD"
STATUSES = (ACTIVE, RESTING, ENDED, PLANNED)
CODE = re.compile(r"[0-9]{8}")
LONGEST_NAME = 120
# The parts of compulsory school, whose grades are read.
OF_GRADES = ("gr", "gran", "sp", "sam")


@dataclass(frozen=True)
class UnitRow:
    """A school unit as the register gives it; ``highest_grade`` and the fields after it are given only for single
    units."""

    row: int
    code: str
    name: str
    status: str
    highest_grade: int | None = None
    ends_on: str = ""
    place: str = ""

    @property
    def last_day(self) -> dt.date | None:
        return dt.date.fromisoformat(self.ends_on) if self.ends_on else None


@dataclass(frozen=True)
class UnitChange:
    """An existing school, and its changes in words: (what, before, after)."""

    row: UnitRow
    school: School
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class UnitEnding:
    """A school that the register says has ended, and its last day."""

    row: UnitRow
    school: School
    last_day: dt.date


@dataclass
class UnitDryRun:
    """What importing the units would do. With errors nothing is written."""

    new: list[UnitRow] = field(default_factory=list)
    changed: list[UnitChange] = field(default_factory=list)
    unchanged: list[UnitRow] = field(default_factory=list)
    ending: list[UnitEnding] = field(default_factory=list)
    # Resting or planned units: they are shown, and left as they are.
    waiting: list[UnitRow] = field(default_factory=list)
    # Schools of the portal's whose code the source does not have.
    not_named: list[School] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to do without choices; new schools wait for a district."""
        return bool(self.changed or self.ending)

    @property
    def digest(self) -> str:
        told: list[object] = [("new", asdict(row)) for row in self.new]
        told += [("change", one.row.code, one.school.pk, one.changes) for one in self.changed]
        told += [("end", one.row.code, one.school.pk, one.last_day) for one in self.ending]
        return digest_of(told)


def rows_of_units(document: Any) -> tuple[list[UnitRow], list[RowError]]:
    """The units of a list, of a single unit, or of a list of single units; and for the others, why they cannot be read.

    Raises ``UnreadableFile`` when the JSON is none of these.
    """
    rows: list[UnitRow] = []
    errors: list[RowError] = []
    for number, unit in enumerate(_units_in(document), start=1):
        try:
            rows.append(_row(number, unit))
        except ValueError as reason:
            errors.append(RowError(number, str(reason)))
    if not rows and not errors:
        raise UnreadableFile(_("There are no school units in it."))
    return rows, errors


def _units_in(document: Any) -> Iterator[Document]:
    """Each unit as one flat object, whichever form it had."""
    if isinstance(document, list):
        for one in objects_in(document):
            yield from _units_in(one)
        return
    data = document.get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(attributes, dict):
        yield attributes | {"schoolUnitCode": data.get("schoolUnitCode"), "name": attributes.get("displayName")}
    else:
        yield from objects_in(attributes)


def _row(number: int, unit: Document) -> UnitRow:
    code = text_in(unit, "schoolUnitCode", longest=20)
    if not CODE.fullmatch(code):
        raise ValueError(_("The school unit code is %(code)s. It has eight digits.") % {"code": code or "–"})
    name = text_in(unit, "name", longest=LONGEST_NAME)
    if not name:
        raise ValueError(_("The unit %(code)s has no name.") % {"code": code})
    status = text_in(unit, "status", longest=40)
    if status not in STATUSES:
        said = {"code": code, "status": status or "–", "known": ", ".join(STATUSES)}
        raise ValueError(_("The unit %(code)s has the status %(status)s. It is one of %(known)s.") % said)
    return UnitRow(
        row=number,
        code=code,
        name=name,
        status=status,
        highest_grade=_highest_grade(unit),
        ends_on=_day(unit, "endDate"),
        place=_place(unit),
    )


def _highest_grade(unit: Document) -> int | None:
    """The highest grade of compulsory school, F for a unit with förskoleklass only; None when the source does not
    say."""
    properties = unit.get("schoolTypeProperties")
    found: list[int] = []
    for name in OF_GRADES:
        part = properties.get(name) if isinstance(properties, dict) else None
        grades = part.get("grades") if isinstance(part, dict) else None
        if isinstance(grades, list):
            found += [int(grade) for grade in grades if isinstance(grade, str) and re.fullmatch(r"[1-9]", grade)]
    if found:
        return max(found)
    types = unit.get("schoolTypes")
    is_only_f = isinstance(types, list) and "FKLASS" in types and not {"GR", "GRAN", "SP", "SAM"} & set(map(str, types))
    return 0 if is_only_f else None


def _day(unit: Document, name: str) -> str:
    text = text_in(unit, name, longest=40)[:10]
    if not text:
        return ""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(_("%(field)s is %(day)s, which is no date.") % {"field": name, "day": text}) from error


def _place(unit: Document) -> str:
    """The visiting address, which helps when choosing the district."""
    addresses = unit.get("addresses")
    for one in addresses if isinstance(addresses, list) else ():
        if isinstance(one, dict) and one.get("type") == "BESOKSADRESS":
            parts = [text_in(one, name, longest=200) for name in ("streetAddress", "locality")]
            return ", ".join(part for part in parts if part)
    return ""


def compare_units(
    rows: Sequence[UnitRow], errors: Iterable[RowError], schools: Sequence[School], today: dt.date
) -> UnitDryRun:
    """What the rows would change among the schools on a day."""
    result = UnitDryRun(errors=[*errors, *_doubles(rows)])
    known = _Known(schools)
    for row in rows:
        _sort(row, known, result, today)
    _check_names(result, schools)
    named = {row.code for row in rows}
    missing = [one for one in schools if one.unit_code and one.unit_code not in named and one.closed_on is None]
    result.not_named = missing
    result.errors.sort(key=lambda error: error.row)
    return result


class _Known:
    """Finds the school of a unit: by its code, or by its name if the school has no code yet."""

    def __init__(self, schools: Iterable[School]) -> None:
        self.by_code = {school.unit_code: school for school in schools if school.unit_code}
        self.by_name = {school.name.casefold(): school for school in schools if not school.unit_code}

    def find(self, row: UnitRow) -> School | None:
        return self.by_code.get(row.code) or self.by_name.get(row.name.casefold())


def _sort(row: UnitRow, known: _Known, result: UnitDryRun, today: dt.date) -> None:
    school = known.find(row)
    if row.status in (RESTING, PLANNED):
        result.waiting.append(row)
    elif row.status == ENDED:
        if school is None or school.closed_on is not None:
            result.unchanged.append(row)
        else:
            result.ending.append(UnitEnding(row, school, row.last_day or today))
    elif school is None:
        result.new.append(row)
    elif changes := tuple(_changes(row, school)):
        result.changed.append(UnitChange(row, school, changes))
    else:
        result.unchanged.append(row)


def _changes(row: UnitRow, school: School) -> Iterator[tuple[str, str, str]]:
    if row.name != school.name:
        yield (_("name"), school.name, row.name)
    if row.code != school.unit_code:
        yield (_("school unit code"), school.unit_code or "–", row.code)
    if row.highest_grade is not None and row.highest_grade != school.highest_grade:
        before = "–" if school.highest_grade is None else str(school.get_highest_grade_display())
        yield (_("highest grade"), before, "F" if row.highest_grade == 0 else str(row.highest_grade))


def _doubles(rows: Sequence[UnitRow]) -> Iterator[RowError]:
    first: dict[str, int] = {}
    for row in rows:
        earlier = first.setdefault(row.code, row.row)
        if earlier != row.row:
            said = {"code": row.code, "row": earlier}
            yield RowError(row.row, _("The unit %(code)s stands in row %(row)s too.") % said)


def _check_names(result: UnitDryRun, schools: Iterable[School]) -> None:
    """Refuse changes after which two schools would have the same name."""
    renamed = {change.school.pk for change in result.changed}
    taken = {school.name.casefold(): school.name for school in schools if school.pk not in renamed}
    for row in [*(change.row for change in result.changed), *result.new]:
        if row.name.casefold() in taken:
            said = {"name": row.name, "code": row.code}
            text = _("Another school is called %(name)s. Give it another name in the portal, or a unit code: %(code)s.")
            result.errors.append(RowError(row.row, text % said))
        taken[row.name.casefold()] = row.name
