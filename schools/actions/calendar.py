"""School years, terms and closed days."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.actions.sent_once import digest, keep, known
from schools.models import ClosedPeriod, Participation, School, SchoolYear, Term
from schools.year_proposals import ProposedYear

SHORTEST_YEAR, LONGEST_YEAR = 250, 330
# Skolförordningen (2011:185) 3 kap. 2 and 3 §§.
AUGUST, JUNE = 8, 6


@transaction.atomic
def make_school_year(
    *, starts_on: dt.date, autumn_ends_on: dt.date, spring_starts_on: dt.date, ends_on: dt.date, by: User
) -> SchoolYear:
    """A school year with its two terms. Raises ``ValidationError`` by field when the days don't make a year."""
    year = SchoolYear(starts_on=starts_on, ends_on=ends_on)
    check_year(year, autumn_ends_on, spring_starts_on)
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
def make_proposed_year(*, proposed: ProposedYear, by: User) -> SchoolYear:
    """A school year with everything that closes or blocks its days. Raises ``ValidationError`` as
    ``make_school_year``."""
    year = make_school_year(
        starts_on=proposed.starts_on,
        autumn_ends_on=proposed.autumn_ends_on,
        spring_starts_on=proposed.spring_starts_on,
        ends_on=proposed.ends_on,
        by=by,
    )
    for one in proposed.periods:
        period = one.of(year)
        check_period(period)
        period.save()
    return year


def check_year(year: SchoolYear, autumn_ends_on: dt.date, spring_starts_on: dt.date) -> None:
    """Raise ``ValidationError`` by field unless the days come in order and no other year overlaps them."""
    if year.ends_on <= year.starts_on:
        raise ValidationError({"ends_on": _("The last school day is before the first.")})
    if not year.starts_on < autumn_ends_on:
        raise ValidationError({"autumn_ends_on": _("The autumn term must end after it begins.")})
    if not autumn_ends_on < spring_starts_on:
        raise ValidationError({"spring_starts_on": _("The spring term must begin after the autumn term.")})
    if not spring_starts_on < year.ends_on:
        raise ValidationError({"ends_on": _("The spring term must end after it begins.")})
    if not SHORTEST_YEAR <= (year.ends_on - year.starts_on).days <= LONGEST_YEAR:
        raise ValidationError({"ends_on": _("A school year goes from August to June, about 43 weeks.")})
    others = SchoolYear.objects.filter(starts_on__lte=year.ends_on, ends_on__gte=year.starts_on).exclude(pk=year.pk)
    if overlapping := others.first():
        raise ValidationError({"starts_on": _("The days overlap the school year %(year)s.") % {"year": overlapping}})
    if year.starts_on.month != AUGUST:
        raise ValidationError({"starts_on": _("A school year begins in August.")})
    if year.ends_on.month != JUNE:
        raise ValidationError({"ends_on": _("A school year ends in June.")})


@transaction.atomic
def close_days(
    *,
    year: SchoolYear,
    kind: str,
    name: str,
    starts_on: dt.date,
    ends_on: dt.date,
    school: School | None = None,
    key: uuid.UUID | None = None,
    by: User,
) -> ClosedPeriod:
    """Days without teaching, for all schools or one. The same form's ``key`` and content again gives the same period.

    Raises ``ValidationError`` for days outside the year.
    """
    key, said = key or uuid.uuid4(), digest(year.pk, school and school.pk, kind, name, starts_on, ends_on)
    before = known(ClosedPeriod, key, said)
    if before:
        return before
    period = ClosedPeriod(key=key, content_digest=said, year=year, school=school, kind=kind, name=name)
    period.starts_on, period.ends_on = starts_on, ends_on
    check_period(period)
    period, _is_new = keep(period)
    raise_versions(year, school)
    return period


@transaction.atomic
def change_closed_days(*, period: ClosedPeriod, by: User, **changed: Any) -> ClosedPeriod:
    """Change a closed period's days, name or kind."""
    for name, value in changed.items():
        setattr(period, name, value)
    _save_period(period)
    return period


@transaction.atomic
def open_days_again(*, period: ClosedPeriod, by: User) -> None:
    """Remove a closed period, so that its days are school days again."""
    raise_versions(period.year, period.school)
    period.delete()


def check_period(period: ClosedPeriod) -> None:
    """Raise ``ValidationError`` by field unless the period can be saved in its year."""
    period.full_clean()
    if not period.year.starts_on <= period.starts_on <= period.ends_on <= period.year.ends_on:
        raise ValidationError(
            {"starts_on": _("The days must lie in the school year %(year)s.") % {"year": period.year}}
        )


def _save_period(period: ClosedPeriod) -> None:
    check_period(period)
    period.save()
    raise_versions(period.year, period.school)


def raise_versions(year: SchoolYear, school: School | None) -> None:
    """Say that figures have changed, since whether a session was on time depends on the calendar: of one school, or of
    all."""
    participations = Participation.objects.filter(programme_year__year=year)
    (participations.filter(school=school) if school else participations).raise_version()
