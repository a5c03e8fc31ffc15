"""What a file of classes would change in a school year: additions, changes, and every error with its row and reason."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.validators import holds_personal_number
from schools.imports.dry_runs import ReadRow, RowError, digest_of, read_row
from schools.imports.sheets import UnreadableFile, named_rows, plain, rows_of
from schools.models import Group, School, SchoolYear

HEADERS = {
    "skola": "school",
    "klass": "name",
    "arskurs": "grade",
    "antalelever": "headcount",
    "antal": "headcount",
    "personalgrupp": "staff_group",
}
REQUIRED = {"school": "Skola", "name": "Klass", "grade": "Årskurs", "headcount": "Antal elever"}
LARGEST_CLASS = 60


@dataclass(frozen=True)
class ClassRow:
    """A class as the source gives it; ``headcount`` is None when the source does not say."""

    row: int
    school: School
    name: str
    grade: int
    headcount: int | None
    staff_group: str = ""


@dataclass(frozen=True)
class Addition:
    row: ClassRow


@dataclass(frozen=True)
class Alteration:
    """An existing class, and its changes in words: (what, before, after)."""

    row: ClassRow
    group: Group
    changes: tuple[tuple[str, str, str], ...]


@dataclass
class DryRun:
    """What importing the file would do. With errors nothing is written."""

    additions: list[Addition] = field(default_factory=list)
    alterations: list[Alteration] = field(default_factory=list)
    unchanged: list[ClassRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def changed_rows(self) -> list[ClassRow]:
        """The rows that are new or differ."""
        additions = [addition.row for addition in self.additions]
        return additions + [alteration.row for alteration in self.alterations]

    @property
    def changes_anything(self) -> bool:
        return bool(self.additions or self.alterations)

    @property
    def digest(self) -> str:
        """Shows whether what is applied is what was shown."""
        told = [
            (kind, row.school.pk, row.name, row.grade, row.headcount, row.staff_group, changes)
            for kind, row, changes in [
                *(("add", addition.row, ()) for addition in self.additions),
                *(("alter", alteration.row, alteration.changes) for alteration in self.alterations),
            ]
        ]
        return digest_of(told)


def dry_run(content: bytes, year: SchoolYear, today: dt.date) -> DryRun:
    """Compare a file with a school year's classes on a day. Raises ``UnreadableFile`` if it is not a table of
    classes."""
    schools = _Schools(list(School.objects.in_the_work(year, today)))
    result = DryRun()
    read = [_read_row(number, values, schools) for number, values in named_rows(rows_of(content), HEADERS, REQUIRED)]
    if not read:
        raise UnreadableFile(_("The file has a header but no classes."))
    result.errors += [error for row in read for error in row.errors]
    result.errors += doubles(
        (row.number, row.values["school"], row.values["name"]) for row in read if {"school", "name"} <= set(row.values)
    )
    compare([ClassRow(row.number, **row.values) for row in read if not row.errors], year, today, result)
    result.errors.sort(key=lambda error: error.row)
    return result


def _read_row(number: int, values: dict[str, str], schools: _Schools) -> ReadRow:
    if any(holds_personal_number(value) for value in values.values()):
        reason = _("The row holds a personal identity number. Remove it: only numbers of pupils.")
        return ReadRow(number, errors=[RowError(number, reason)])
    return read_row(
        number,
        school=lambda: schools.find(values["school"]),
        name=lambda: class_name(values["name"]),
        grade=lambda: _grade(values["grade"]),
        headcount=lambda: _headcount(values["headcount"]),
        staff_group=lambda: _staff_name(values.get("staff_group", "")),
    )


class _Schools:
    """Finds a school by name or unit code, and suggests the nearest when there is none."""

    def __init__(self, schools: Sequence[School]) -> None:
        self.by_name = {plain(school.name): school for school in schools}
        self.by_code = {school.unit_code: school for school in schools if school.unit_code}

    def find(self, text: str) -> School:
        if not text:
            raise ValueError(_("The school is missing."))
        school = self.by_code.get(text) or self.by_name.get(plain(text))
        if school:
            return school
        near = difflib.get_close_matches(plain(text), self.by_name, n=1)
        said = {"school": text}
        if near:
            said["near"] = self.by_name[near[0]].name
            raise ValueError(_("The school %(school)s is not in the portal. Do you mean %(near)s?") % said)
        raise ValueError(_("The school %(school)s is not in the portal. Add it first, or mend the name.") % said)


def class_name(text: str) -> str:
    """A class's name as it can be stored. Raises ``ValueError`` with the reason, for the user."""
    if not text:
        raise ValueError(_("The class's name is missing."))
    if len(text) > 40:
        raise ValueError(_("The class's name is longer than 40 characters."))
    if text[0] in "=+-@":
        raise ValueError(_("The class's name looks like a formula. Write the name itself."))
    if day := re.match(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(_("Excel has made the class's name a date, %(day)s. Write it as text.") % {"day": day[0]})
    return text


def same_name(name: str) -> str:
    """The same for what people take for one class's name: 1A, 1a and 1 A."""
    return "".join(name.casefold().split())


def _staff_name(text: str) -> str:
    return class_name(text) if text else ""


def _grade(text: str) -> int:
    grade = re.sub("^(arskurs|ak)", "", plain(text))
    if grade in {"f", "forskoleklass", "fklass"}:
        return 0
    # A sign or a comma does not belong in a grade: -1 and 1,5 are mistakes, not 1 and 15.
    if not re.fullmatch(r"[0-9]", grade) or re.search(r"[-+−,.]", text):
        raise ValueError(_("The grade is %(grade)s. Write F or a number from 1 to 9.") % {"grade": text or "–"})
    return int(grade)


def _headcount(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text):
        said = {"count": text or "–"}
        raise ValueError(_("The number of pupils is %(count)s. Write a whole number, 0 or more.") % said)
    if int(text) > LARGEST_CLASS:
        raise ValueError(_("The number of pupils is %(count)s. A class has at most 60.") % {"count": text})
    return int(text)


def doubles(named: Iterable[tuple[int, School, str]]) -> list[RowError]:
    """Classes that occur twice in the same source, of which each is given by its row, school and name."""
    first: dict[tuple[int, str], int] = {}
    errors = []
    for row, school, name in named:
        earlier = first.setdefault((school.pk, same_name(name)), row)
        if earlier != row:
            said = {"name": name, "row": earlier}
            errors.append(RowError(row, _("%(name)s stands in row %(row)s too.") % said))
    return errors


def compare(rows: Sequence[ClassRow], year: SchoolYear, today: dt.date, result: DryRun) -> None:
    """Sort the rows into what would be added, what altered and what stays, and errors."""
    existing = {
        (group.school_id, same_name(group.name)): group
        for group in Group.objects.classes().filter(year=year).select_related("staff_group")
    }
    for row in rows:
        group = existing.get((row.school.pk, same_name(row.name)))
        if group is None:
            result.additions.append(Addition(row))
        elif group.has_ended_by(today):
            reason = _("%(name)s has ended this school year. Give the class another name.") % {"name": row.name}
            result.errors.append(RowError(row.row, reason))
        elif changes := tuple(_changes(row, group)):
            result.alterations.append(Alteration(row, group, changes))
        else:
            result.unchanged.append(row)


def _changes(row: ClassRow, group: Group) -> list[tuple[str, str, str]]:
    found = []
    if row.grade != group.grade:
        found.append((_("grade"), group.get_grade_display(), "F" if row.grade == 0 else str(row.grade)))
    if row.headcount is not None and row.headcount != group.headcount:
        found.append((_("pupils"), "–" if group.headcount is None else str(group.headcount), str(row.headcount)))
    staff = group.staff_group.name if group.staff_group else ""
    if row.staff_group and row.staff_group.casefold() != staff.casefold():
        found.append((_("staff group"), staff or "–", row.staff_group))
    return found
