"""Importing schools from the register, all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from django.db import transaction

from accounts.models import User
from schools.actions.places import add_school, close_school, district_named
from schools.imports.dry_runs import ImportRefused
from schools.imports.units import UnitChange, UnitDryRun
from schools.models import School


@transaction.atomic
def import_units(
    *,
    read: Callable[[], UnitDryRun],
    districts: Mapping[str, str],
    staying: Collection[str],
    digest: str,
    by: User,
    now: dt.datetime,
) -> dict[str, int]:
    """Make the import that a dry run with this digest has shown; gives how many schools were added, changed and closed.

    ``districts`` gives a district for each new unit that is to be added, by code; the others are left out. ``staying``
    has the codes of ended units whose schools stay in the work. Raises ``ImportRefused`` when it has errors, or would
    do anything else than was shown.
    """
    found = read()
    if found.errors or found.digest != digest:
        raise ImportRefused
    # Schools may swap names, so each first gets a temporary name that nobody has.
    for number, change in enumerate(found.changed):
        School.objects.filter(pk=change.school.pk).update(name=f"{number} {change.row.code}")
    for change in found.changed:
        _change(change)
    taken = [row for row in found.new if districts.get(row.code, "").strip()]
    for row in taken:
        add_school(
            name=row.name,
            district=district_named(districts[row.code], by=by),
            unit_code=row.code,
            highest_grade=row.highest_grade,
            by=by,
        )
    ending = [one for one in found.ending if one.row.code not in staying]
    for one in ending:
        close_school(school=one.school, last_day=one.last_day, by=by, now=now)
    return {"added": len(taken), "changed": len(found.changed), "closed": len(ending)}


def _change(change: UnitChange) -> None:
    school, row = change.school, change.row
    school.name, school.unit_code = row.name, row.code
    if row.highest_grade is not None:
        school.highest_grade = row.highest_grade
    school.full_clean()
    school.save()
