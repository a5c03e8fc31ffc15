"""Reading in classes, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction

from accounts.models import User
from schools.imports.classes import Addition, ClassRow, DryRun
from schools.imports.dry_runs import ImportRefused
from schools.imports.school_data import SchoolDataDryRun, with_grades
from schools.models import Group, Participation, SchoolYear


@transaction.atomic
def import_classes(*, read: Callable[[], DryRun], year: SchoolYear, digest: str, by: User) -> DryRun:
    """Apply what a dry run with this digest has shown; ``read`` makes it anew, from what was shown.

    Raises ``ImportRefused`` when it would do anything else, or has errors.
    """
    found = read()
    if found.errors or found.digest != digest:
        raise ImportRefused
    _write(found, year)
    return found


@transaction.atomic
def import_school_data(
    *, read: Callable[[], SchoolDataDryRun], grades: Mapping[int, int], year: SchoolYear, digest: str, by: User
) -> DryRun:
    """The same for classes of SS 12000; ``grades`` are those chosen for classes that don't tell theirs, by row.

    Raises ``ImportRefused``, also when a grade is missing.
    """
    found = read()
    if found.errors or found.digest != digest or {one.row for one, _school in found.unclear} - set(grades):
        raise ImportRefused
    found.classes.additions += [Addition(row) for row in with_grades(found, grades)]
    _write(found.classes, year)
    return found.classes


def _write(found: DryRun, year: SchoolYear) -> None:
    staff = _staff_groups(found, year)
    Group.objects.bulk_create([_new_class(addition.row, year, staff) for addition in found.additions])
    changed = [_altered(alteration.row, alteration.group, staff) for alteration in found.alterations]
    Group.objects.bulk_update(changed, ["grade", "headcount", "staff_group"], batch_size=200)
    schools = {row.school.pk for row in found.changed_rows}
    Participation.objects.filter(programme_year__year=year, school__in=schools).raise_version()


Staff = dict[tuple[int, str], Group]


def _staff_groups(found: DryRun, year: SchoolYear) -> Staff:
    """The staff groups that the rows name, by school and name; those that are missing are made."""
    rows = [row for row in found.changed_rows if row.staff_group]
    existing = Group.objects.staff().filter(year=year, school__in={row.school.pk for row in rows})
    known: Staff = {(group.school_id, group.name.casefold()): group for group in existing}
    missing: Staff = {}
    for row in rows:
        key = (row.school.pk, row.staff_group.casefold())
        if key not in known:
            missing.setdefault(key, _new_staff_group(row, year))
    Group.objects.bulk_create(missing.values())
    return known | missing


def _new_staff_group(row: ClassRow, year: SchoolYear) -> Group:
    return Group(school=row.school, year=year, kind=Group.Kind.STAFF, name=row.staff_group, starts_on=year.starts_on)


def _new_class(row: ClassRow, year: SchoolYear, staff: Staff) -> Group:
    group = Group(school=row.school, year=year, kind=Group.Kind.CLASS, name=row.name, starts_on=year.starts_on)
    return _altered(row, group, staff)


def _altered(row: ClassRow, group: Group, staff: Staff) -> Group:
    group.grade = row.grade
    if row.headcount is not None:
        group.headcount = row.headcount
    if row.staff_group:
        group.staff_group = staff[row.school.pk, row.staff_group.casefold()]
    return group
