"""From one school year to the next: which groups go on, under which names, and which have finished. Writes nothing.

A class goes up a grade, so that "2B" becomes "3B"; if the school does not have the next grade, it has finished. A staff
group goes on as it is. Pupil mentors change each year and do not go on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from schools.models import Group, School, SchoolYear

HIGHEST_GRADE = 9
Kind = Group.Kind


@dataclass(frozen=True)
class Proposal:
    """How one group goes on.

    ``done`` is the group that continues it already; ``finishes`` says that it should not go on. ``staff`` is the staff
    group of the earlier year whose continuation goes before the class.
    """

    group: Group
    name: str
    grade: int | None
    headcount: int | None
    staff: Group | None = None
    finishes: bool = False
    done: Group | None = None

    @property
    def waits(self) -> bool:
        """Whether it should go on and has not done so yet."""
        return self.done is None and not self.finishes


@dataclass(frozen=True)
class MovingUp:
    """A school's groups on their way from one year to the next: staff groups, then classes by grade."""

    school: School
    earlier: SchoolYear
    year: SchoolYear
    proposals: Sequence[Proposal]
    # The groups that the year has already.
    existing: Sequence[Group]

    @property
    def waiting(self) -> list[Proposal]:
        return [one for one in self.proposals if one.waits]

    @property
    def done(self) -> list[Proposal]:
        return [one for one in self.proposals if one.done]

    @property
    def finishing(self) -> list[Proposal]:
        return [one for one in self.proposals if one.finishes and not one.done]

    @property
    def digest(self) -> str:
        """Shows whether what is done for many schools at once is what was shown."""
        told = [(one.group.pk, one.name, one.grade, one.headcount, one.staff and one.staff.pk) for one in self.waiting]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def year_before(year: SchoolYear) -> SchoolYear | None:
    """The latest school year that begins before another."""
    return SchoolYear.objects.filter(starts_on__lt=year.starts_on).order_by("-starts_on").first()


def year_after(year: SchoolYear) -> SchoolYear | None:
    """The first school year that begins after another."""
    return SchoolYear.objects.filter(starts_on__gt=year.starts_on).order_by("starts_on").first()


def moving_up(schools: Iterable[School], earlier: SchoolYear, year: SchoolYear) -> list[MovingUp]:
    """The proposals for each school, in two queries however many schools there are."""
    schools = list(schools)
    rows = Group.objects.filter(school__in=schools, kind__in=[Kind.STAFF, Kind.CLASS])
    before = _by_school(rows.filter(year=earlier).select_related("staff_group").in_school_order())
    after = _by_school(rows.filter(year=year).select_related("staff_group").in_school_order())
    return [
        MovingUp(
            school=school,
            earlier=earlier,
            year=year,
            proposals=_proposals(school, before.get(school.pk, []), after.get(school.pk, []), earlier),
            existing=after.get(school.pk, []),
        )
        for school in schools
    ]


def next_name(name: str, grade: int) -> str:
    """A class's name a grade higher.

    The first number that is the class's grade is raised, and so is F by itself or before a letter. A name that does not
    tell the grade, such as Björken or F–1, stays.
    """
    if grade == 0:
        return re.sub(r"^F(?=$|[-– ]?[A-ZÅÄÖ]$)", "1", name, flags=re.IGNORECASE)
    if _is_mixed(name):
        return name
    return re.sub(rf"(?<!\d){grade}(?!\d)", str(grade + 1), name, count=1)


def _is_mixed(name: str) -> bool:
    """Whether a name tells two consecutive grades: 2–3 and F-1, but not 3-2, which is the second class of grade 3."""
    told = re.search(r"(?<!\w)(F|\d)\s*[-–]\s*(\d)(?!\d)", name, flags=re.IGNORECASE)
    return told is not None and int(told[2]) == (0 if told[1] in "fF" else int(told[1])) + 1


def _by_school(groups: Iterable[Group]) -> dict[int, list[Group]]:
    found: dict[int, list[Group]] = {}
    for group in groups:
        found.setdefault(group.school_id, []).append(group)
    return found


def _proposals(school: School, before: Sequence[Group], after: Sequence[Group], earlier: SchoolYear) -> list[Proposal]:
    done = {group.continues_id: group for group in after if group.continues_id}
    going = [group for group in before if group.merged_into_id is None and group.lasts(earlier)]
    staff = [group for group in going if group.kind == Kind.STAFF]
    classes = [group for group in going if group.is_class]
    highest = highest_grade_of(school, classes)
    leaders = _leaders(classes, staff)
    carried = [Proposal(one, one.name, None, one.headcount, done=done.get(one.pk)) for one in staff]
    return carried + [_of_class(one, highest, leaders, staff, done) for one in classes]


def highest_grade_of(school: School, classes: Iterable[Group]) -> int:
    """The school's highest grade: its own field, or else the highest of its classes."""
    if school.highest_grade is not None:
        return school.highest_grade
    return max((group.grade for group in classes if group.grade is not None), default=HIGHEST_GRADE)


def _leaders(classes: Iterable[Group], staff: Collection[Group]) -> Mapping[int, Group]:
    """Of the staff groups that go on, the one that goes before most classes of each grade; among equals, the first by
    name."""
    counted: dict[int, dict[Group, int]] = {}
    for group in classes:
        if group.grade is not None and group.staff_group is not None and group.staff_group in staff:
            of_grade = counted.setdefault(group.grade, {})
            of_grade[group.staff_group] = of_grade.get(group.staff_group, 0) + 1
    return {
        grade: min(of_grade, key=lambda staff: (-of_grade[staff], staff.name)) for grade, of_grade in counted.items()
    }


def _of_class(
    group: Group, highest: int, leaders: Mapping[int, Group], staff: Collection[Group], done: Mapping[int, Group]
) -> Proposal:
    assert group.grade is not None  # by a constraint of the database
    grade, own = group.grade + 1, group.staff_group if group.staff_group in staff else None
    return Proposal(
        group=group,
        name=next_name(group.name, group.grade),
        grade=min(grade, HIGHEST_GRADE),
        headcount=group.headcount,
        staff=leaders.get(grade, own),
        finishes=grade > min(highest, HIGHEST_GRADE),
        done=done.get(group.pk),
    )
