"""Groups: added, changed, ended, merged."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from schools.models import Group, Participation, School, SchoolYear


def raise_versions(*, school: School, year: SchoolYear) -> None:
    """Figures of the school's participations rest on its groups: say that they have changed."""
    Participation.objects.filter(school=school, programme_year__year=year).raise_version()


@transaction.atomic
def add_group(
    *,
    school: School,
    year: SchoolYear,
    kind: str,
    name: str,
    grade: int | None = None,
    headcount: int | None = None,
    starts_on: dt.date | None = None,
    staff_group: Group | None = None,
    by: User,
) -> Group:
    """A group in a school year; it exists from the year's first day unless told otherwise."""
    group = Group(
        school=school,
        year=year,
        kind=kind,
        name=name,
        grade=grade,
        headcount=headcount,
        starts_on=starts_on or year.starts_on,
        staff_group=staff_group,
    )
    group.full_clean()
    group.save()
    raise_versions(school=school, year=year)
    return group
