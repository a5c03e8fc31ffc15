"""School years, terms and closed days."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from schools.models import ClosedPeriod, School, SchoolYear, Term


@transaction.atomic
def make_school_year(
    *, starts_on: dt.date, autumn_ends_on: dt.date, spring_starts_on: dt.date, ends_on: dt.date, by: User
) -> SchoolYear:
    """A school year with its two terms."""
    year = SchoolYear(starts_on=starts_on, ends_on=ends_on)
    year.full_clean()
    year.save()
    for season, first, last in [
        (Term.Season.AUTUMN, starts_on, autumn_ends_on),
        (Term.Season.SPRING, spring_starts_on, ends_on),
    ]:
        term = Term(year=year, season=season, starts_on=first, ends_on=last)
        term.full_clean()
        term.save()
    return year


@transaction.atomic
def close_days(
    *,
    year: SchoolYear,
    kind: str,
    name: str,
    starts_on: dt.date,
    ends_on: dt.date,
    school: School | None = None,
    by: User,
) -> ClosedPeriod:
    """Days without teaching, for all schools or for one."""
    period = ClosedPeriod(year=year, school=school, kind=kind, name=name, starts_on=starts_on, ends_on=ends_on)
    period.full_clean()
    period.save()
    return period
