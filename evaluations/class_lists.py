"""The target classes that a figure counts.

How many there are is known from the kept counts. Where those also tell the number of pupils, only the schools whose
classes are on the page shown are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from django.db.models import Q

from evaluations.counting import classes_in_term
from evaluations.keeping import AT_ONCE, years_of_schools
from evaluations.lists import CLASSES, ListedClass
from evaluations.places import ClassYear, classes_of
from evaluations.rows import YearOfSchool
from evaluations.rows_by_school import Counted, RowsBySchool
from evaluations.selection import Selection, schools_of
from evaluations.sizes import Size, in_term, size
from schools.models import Group, School


@dataclass(frozen=True)
class Asked:
    """Which classes are asked for: a part of a figure, at one school or all, in one grade or all, in a term or the
    whole year."""

    selection: Selection
    figure: str
    part: str
    school: School | None = None
    grade: int | None = None
    term: str = ""

    def read(self, schools: Sequence[School]) -> Iterator[ListedClass]:
        """The classes at some schools, by school and class; the schools are read a few at a time."""
        keep = CLASSES[self.figure][self.part]
        for first in range(0, len(schools), AT_ONCE):
            some = schools[first : first + AT_ONCE]
            years = years_of_schools(self.selection.programme_year, some)
            for one in some:
                for found in self._classes(years[one.pk]):
                    if keep(found) and self.grade in (None, found.group.grade):
                        yield ListedClass(one, found)

    def _classes(self, year: YearOfSchool) -> list[ClassYear]:
        classes = classes_of(year, self.selection.as_of)
        return classes_in_term(year, classes, self.term, self.selection.as_of) if self.term else classes

    @property
    def schools(self) -> list[School]:
        return [self.school] if self.school else list(schools_of(self.selection))


@dataclass(frozen=True)
class ListedClasses(Sequence[ListedClass]):
    """Classes of many schools, of which only those that are asked for are read.

    ``pupils`` is the number of pupils in all of them; ``without_size`` is how many of the classes lack their number of
    pupils.
    """

    asked: Asked
    rows: RowsBySchool
    pupils: int

    @property
    def without_size(self) -> int:
        lacking = _schools_without_sizes(self.asked)
        return sum(listed.one.group.headcount is None for listed in self.asked.read(lacking))

    def __len__(self) -> int:
        return self.rows.number

    @overload
    def __getitem__(self, index: int) -> ListedClass: ...
    @overload
    def __getitem__(self, index: slice) -> list[ListedClass]: ...
    def __getitem__(self, index: int | slice) -> ListedClass | list[ListedClass]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _step = index.indices(len(self))
        schools, before = self.rows.between(start, stop)
        return list(self.asked.read(schools))[start - before : stop - before]


class ReadClasses(list[ListedClass]):
    """The same as ``ListedClasses``, for parts where all classes had to be read."""

    @property
    def pupils(self) -> int:
        return sum(listed.one.pupils for listed in self)

    @property
    def without_size(self) -> int:
        return sum(listed.one.group.headcount is None for listed in self)


def classes_in(asked: Asked) -> ListedClasses | ReadClasses:
    """The target classes that a part of a figure counts, by school and class."""
    counted = Counted.of(asked.selection, asked.school)
    rows, pupils = _number(asked), _pupils(asked)
    if rows is None or pupils is None:
        return ReadClasses(asked.read(asked.schools))
    return ListedClasses(asked, RowsBySchool(counted, rows), pupils.of(counted.totals))


# For each figure, the names of the counts of classes that are "yes" and "unknown"; below, of their pupils.
OF_CLASSES = {
    "reach": ("classes_reached", "classes_reach_unknown"),
    "full_dose": ("classes_full", "classes_unknown"),
}
OF_PUPILS = {
    "reach": ("pupils_reached", "pupils_unknown"),
    "full_dose": ("pupils_full", "pupils_full_unknown"),
}


def _number(asked: Asked) -> Size | None:
    """How many classes each school has in the part; None where the kept counts cannot tell."""
    if asked.grade is None:
        return in_term(_answers("classes", *OF_CLASSES[asked.figure])[asked.part], asked.term)
    return _of_grade(asked, every="classes", yes="reached", no=None, unknown="unknown")


def _pupils(asked: Asked) -> Size | None:
    """How many pupils those classes have; None where the kept counts cannot tell."""
    if asked.grade is None:
        return in_term(_answers("pupils", *OF_PUPILS[asked.figure])[asked.part], asked.term)
    return _of_grade(asked, every="pupils", yes="pupils_reached", no="pupils_missed", unknown=None)


def _answers(all_: str, yes: str, unknown: str) -> dict[str, Size]:
    return {"alla": size(all_), "ja": size(yes), "oklart": size(unknown), "nej": size(all_, minus=(yes, unknown))}


def _of_grade(asked: Asked, *, every: str, yes: str, no: str | None, unknown: str | None) -> Size | None:
    """The size of a part of one grade; None where the kept counts cannot tell.

    The counts of a grade have all answers but one, which is what the known ones leave of the whole. They tell only of
    the whole year, and only whether classes have been reached.
    """
    if asked.term or (asked.figure != "reach" and asked.part != "alla"):
        return None
    names = {"alla": every, "ja": yes, "nej": no, "oklart": unknown}
    known = {part: ("grades", str(asked.grade), name) for part, name in names.items() if name}
    if asked.part in known:
        return Size([known[asked.part]])
    return Size([known["alla"]], [path for part, path in known.items() if part != "alla"])


def _schools_without_sizes(asked: Asked) -> list[School]:
    """The schools where some class lacks its number of pupils."""
    groups = Group.objects.classes().filter(year=asked.selection.year, headcount=None)
    with_them: Iterable[int] = set(groups.filter(_shown(asked)).values_list("school", flat=True))
    return [one for one in asked.schools if one.pk in with_them] if with_them else []


def _shown(asked: Asked) -> Q:
    """At the school and in the grade that is asked for."""
    at_school = Q(school=asked.school) if asked.school else Q()
    return at_school if asked.grade is None else at_school & Q(grade=asked.grade)
