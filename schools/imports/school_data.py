"""Classes from SS 12000, the standard for exchange of school data: organisations and groups of type Klass in, rows out.

Such files also hold persons and memberships. Those are never read, and nothing of them is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from schools.imports.classes import ClassRow, DryRun, class_name, compare, doubles, same_name
from schools.imports.documents import Document, objects_in, text_in
from schools.imports.dry_runs import RowError, digest_of
from schools.imports.fetching import Register, RegisterFault
from schools.imports.sheets import UnreadableFile
from schools.models import Group, School, SchoolYear

CLASS = "Klass"
PARTS = ("data", "organisations", "groups")
# Compulsory school with förskoleklass; classes of other types are left out.
TYPES = ("FKLASS", "GR", "GRS", "GRAN", "SP", "SAM")
MOST_CLASSES = 5_000
MOST_PAGES = 50
PAGE = "500"


@dataclass(frozen=True)
class GivenClass:
    """A class as the source gives it; ``grade`` is None when neither its type nor its name tells it."""

    row: int
    unit_code: str
    name: str
    grade: int | None


@dataclass
class GivenClasses:
    """What a source holds: classes, errors, and how many groups were of another kind, year or school type."""

    rows: list[GivenClass] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    left_out: int = 0


@dataclass
class SchoolDataDryRun:
    """What importing the classes would do; ``unclear`` are new classes whose grade has to be chosen."""

    classes: DryRun
    unclear: list[tuple[GivenClass, School]]
    # Units that are not schools in the work, with their numbers of classes.
    elsewhere: dict[str, int]
    left_out: int = 0

    @property
    def errors(self) -> list[RowError]:
        return self.classes.errors

    @property
    def new_count(self) -> int:
        return len(self.classes.additions) + len(self.unclear)

    @property
    def changes_anything(self) -> bool:
        return self.classes.changes_anything or bool(self.unclear)

    @property
    def digest(self) -> str:
        unclear = [(asdict(given), school.pk) for given, school in self.unclear]
        return digest_of([self.classes.digest, unclear])


def classes_in(documents: Iterable[Any], year: SchoolYear) -> GivenClasses:
    """The classes of a school year in JSON documents, which are lists of objects, or objects that hold such lists.

    Raises ``UnreadableFile`` when there is no group in them.
    """
    objects = [one for document in documents for one in _objects(document)]
    groups = [one for one in objects if "groupType" in one]
    if not groups:
        raise UnreadableFile(_("There are no groups in it. Choose the file with groups of SS 12000."))
    codes = {one.get("id"): one.get("schoolUnitCode") for one in objects if _is_organisation(one)}
    found = GivenClasses()
    for number, group in enumerate(groups, start=1):
        if not _is_wanted(group, year):
            found.left_out += 1
            continue
        try:
            found.rows.append(_given(number, group, codes))
        except ValueError as reason:
            found.errors.append(RowError(number, str(reason)))
    if len(found.rows) > MOST_CLASSES:
        raise UnreadableFile(_("The file holds more than %(n)s objects. Divide it.") % {"n": MOST_CLASSES})
    return found


def _objects(document: Any) -> Iterator[Document]:
    if isinstance(document, list):
        yield from objects_in(document)
        return
    parts = [document[name] for name in PARTS if name in document]
    if not parts:
        raise UnreadableFile(_("The JSON has another form than SS 12000's: it holds neither data nor groups."))
    for part in parts:
        yield from objects_in(part)


def _is_organisation(one: Document) -> bool:
    return isinstance(one.get("id"), str) and isinstance(one.get("schoolUnitCode"), str)


def _is_wanted(group: Document, year: SchoolYear) -> bool:
    """Whether it is a class of compulsory school that exists at some time in the year."""
    if group.get("groupType") != CLASS or group.get("schoolType", "GR") not in (None, *TYPES):
        return False
    ends, starts = (str(group.get(name) or "")[:10] for name in ("endDate", "startDate"))
    return (not ends or ends > year.starts_on.isoformat()) and (not starts or starts < year.ends_on.isoformat())


def _given(number: int, group: Document, codes: Mapping[Any, Any]) -> GivenClass:
    name = class_name(text_in(group, "displayName", longest=200))
    organisation = group.get("organisation")
    known = organisation.get("id") if isinstance(organisation, dict) else organisation
    code = codes.get(known) if isinstance(known, str) else None
    if code is None:
        raise ValueError(
            _("The class %(name)s belongs to an organisation without a school unit code.") % {"name": name}
        )
    if not re.fullmatch(r"[0-9]{8}", code):
        raise ValueError(_("The school unit code is %(code)s. It has eight digits.") % {"code": code[:20] or "–"})
    return GivenClass(number, code, name, _grade(name, group.get("schoolType")))


def _grade(name: str, school_type: object) -> int | None:
    """The grade that a class's type or name tells: 3B, åk 3, FA; None when it is ambiguous."""
    if school_type == "FKLASS" or re.match(r"^F(?![a-zåäö])", name):
        return 0
    told = re.findall(r"(?<!\d)([1-9])(?!\d)", name)
    return int(told[0]) if len(told) == 1 else None


def compare_classes(given: GivenClasses, year: SchoolYear, today: dt.date) -> SchoolDataDryRun:
    """What the classes would change in a school year, on a day.

    Existing grades and staff groups are kept where the source does not say, and so are numbers of pupils, which such a
    source never says.
    """
    schools = {school.unit_code: school for school in School.objects.in_the_work(year, today) if school.unit_code}
    existing = {
        (group.school_id, same_name(group.name)): group.grade for group in Group.objects.classes().filter(year=year)
    }
    result = SchoolDataDryRun(DryRun(errors=list(given.errors)), [], {}, given.left_out)
    rows: list[ClassRow] = []
    for one in given.rows:
        school = schools.get(one.unit_code)
        if school is None:
            result.elsewhere[one.unit_code] = result.elsewhere.get(one.unit_code, 0) + 1
            continue
        grade = one.grade if one.grade is not None else existing.get((school.pk, same_name(one.name)))
        if grade is None:
            result.unclear.append((one, school))
        else:
            rows.append(ClassRow(one.row, school, one.name, grade, None))
    named = [(row.row, row.school, row.name) for row in rows]
    named += [(one.row, school, one.name) for one, school in result.unclear]
    result.classes.errors += doubles(sorted(named, key=lambda one: one[0]))
    compare(rows, year, today, result.classes)
    result.classes.errors.sort(key=lambda error: error.row)
    return result


def with_grades(found: SchoolDataDryRun, grades: Mapping[int, int]) -> Sequence[ClassRow]:
    """The unclear classes with the grades that have been chosen, by row."""
    return [ClassRow(one.row, school, one.name, grades[one.row], None) for one, school in found.unclear]


def school_data() -> Register | None:
    """The municipality's SS 12000, from the settings; None if they do not say."""
    if not settings.SS12000_URL:
        return None
    return Register("SS 12000", settings.SS12000_URL, token=settings.SS12000_TOKEN)


def fetch_documents(register: Register) -> list[Any]:
    """Organisations and classes, page by page. Raises ``RegisterFault``, also when the pages never end."""
    return [*_pages(register, "/organisations", {}), *_pages(register, "/groups", {"groupType": CLASS})]


def _pages(register: Register, path: str, query: Mapping[str, str]) -> Iterator[Any]:
    token = ""
    for _number in range(MOST_PAGES):
        more = {"pageToken": token} if token else {}
        page = register.get(path, {**query, "limit": PAGE, **more})
        yield page
        following = page.get("pageToken") if isinstance(page, dict) else None
        if not following:
            return
        if not isinstance(following, str) or following == token:
            break
        token = following
    raise RegisterFault(_("The pages of %(register)s never end.") % {"register": register.name})
