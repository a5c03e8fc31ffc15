"""On which page of a long list each school's rows are: schools in order of name, with numbers of rows from the kept
counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from django.db.models import QuerySet

from accounts.kept_pages import following_from_what_was_asked
from evaluations.counting import EMPTY, Counts
from evaluations.keeping import counts_by_school
from evaluations.models import ParticipationFigures, SummedFigures
from evaluations.selection import Selection, schools_of
from evaluations.sizes import Size, size
from evaluations.summing import from_json, is_in_the_picture
from evaluations.sums import sums_of
from schools.models import School

# The schools of the first page are found among the first few; later pages need all.
FIRST_LOOK, SECOND_LOOK = 20, 200
IN_THE_PICTURE = size("eligible", "planned")


@dataclass(frozen=True)
class Counted:
    """The counts of a selection's schools together (from their kept sum), or of one ``school``."""

    selection: Selection
    school: School | None
    totals: Counts
    row: SummedFigures | None = None

    @classmethod
    def of(cls, selection: Selection, school: School | None = None) -> Counted:
        if school is None:
            [row] = sums_of([selection])
            with following_from_what_was_asked():
                return cls(selection, None, from_json(row.content).totals, row)
        counts = counts_by_school(selection.programme_year, [school], selection.as_of)[school.pk]
        return cls(selection, school, counts if is_in_the_picture(counts) else EMPTY)


@dataclass(frozen=True)
class CountedSchools(Sequence[tuple[School, Counts]]):
    """Schools and their counts, by primary key; only those that are asked for are read."""

    selection: Selection
    keys: Sequence[int]

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> tuple[School, Counts]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[School, Counts]]: ...
    def __getitem__(self, index: int | slice) -> tuple[School, Counts] | list[tuple[School, Counts]]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        keys = self.keys[index]
        schools = schools_of(self.selection).filter(pk__in=keys).in_bulk()
        counts = counts_by_school(self.selection.programme_year, list(schools.values()), self.selection.as_of)
        return [(schools[pk], counts[pk]) for pk in keys if pk in schools]


@dataclass(frozen=True)
class RowsBySchool:
    """How many rows each school has, by a ``Size``."""

    counted: Counted
    size: Size

    @property
    def selection(self) -> Selection:
        return self.counted.selection

    @property
    def number(self) -> int:
        """How many rows there are in all."""
        return self.size.of(self.counted.totals)

    def between(self, start: int, stop: int) -> tuple[list[School], int]:
        """The schools that have some of the rows in a range, and how many rows come before theirs."""
        if start >= stop:
            return [], 0
        if self.counted.school:
            return [self.counted.school], 0
        chosen, before, end = self._look(start, stop)
        if end < stop:
            self._count_again()
            chosen, before, end = self._look(start, stop)
        return list(schools_of(self.selection).filter(pk__in=chosen)), before

    def sizes(self) -> dict[int, int]:
        """How many rows each school has, by its primary key, in order of name; schools without any are left out."""
        found = dict(self._sizes())
        if sum(found.values()) < self.number:
            self._count_again()
            found = dict(self._sizes())
        return found

    def _count_again(self) -> None:
        """Count again: what the sum was added up from has been removed meanwhile."""
        counts_by_school(self.selection.programme_year, list(schools_of(self.selection)), self.selection.as_of)

    def _look(self, start: int, stop: int) -> tuple[list[int], int, int]:
        """The keys of the schools with rows in a range, how many rows come before theirs, and where their rows end."""
        chosen: list[int] = []
        before = end = 0
        for pk, number in self._sizes():
            if end + number > start:
                before = before if chosen else end
                chosen.append(pk)
            end += number
            if end >= stop:
                break
        return chosen, before, end

    def _sizes(self) -> Iterator[tuple[int, int]]:
        """The schools that have any rows, by name, with how many; looked up a few at a time."""
        by_name, unplanned = schools_of(self.selection).values_list("pk", flat=True), self._unplanned()
        for first, last in ((0, FIRST_LOOK), (FIRST_LOOK, SECOND_LOOK), (SECOND_LOOK, None)):
            schools = list(by_name[first:last])
            sizes = unplanned | dict(self._planned(schools if last else None)) if schools else {}
            yield from ((pk, sizes[pk]) for pk in schools if pk in sizes)

    def _planned(self, schools: Sequence[int] | None) -> QuerySet[ParticipationFigures, tuple[int, int]]:
        """The schools that have a plan and any rows, with how many: of some schools, or of all."""
        kept = ParticipationFigures.objects.filter(
            participation__programme_year=self.selection.programme_year, as_of=self.selection.as_of
        )
        if schools is not None:
            kept = kept.filter(participation__school__in=schools)
        sized = kept.annotate(rows=self.size.expression, known=IN_THE_PICTURE.expression)
        return sized.filter(rows__gt=0, known__gt=0).values_list("participation__school", "rows")

    def _unplanned(self) -> dict[int, int]:
        """The same for schools without a plan, of which nothing is kept; in most lists they have no rows."""
        row = self.counted.row
        schools = list(School.objects.filter(pk__in=row.without)) if row and row.without else []
        counts = counts_by_school(self.selection.programme_year, schools, self.selection.as_of) if schools else {}
        sizes = {pk: self.size.of(own) for pk, own in counts.items() if is_in_the_picture(own)}
        return {pk: number for pk, number in sizes.items() if number}
