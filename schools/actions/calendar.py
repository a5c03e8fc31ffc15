"""School years, terms and closed days."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.templatetags.look import short_day
from programmes.actions.sent_once import digest, keep, known
from schools.calendar import WEEK
from schools.models import ClosedPeriod, Group, Participation, PlannedSession, School, SchoolYear, Term
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


@transaction.atomic
def change_school_year(
    *,
    year: SchoolYear,
    starts_on: dt.date,
    autumn_ends_on: dt.date,
    spring_starts_on: dt.date,
    ends_on: dt.date,
    today: dt.date,
    by: User,
) -> None:
    """Change the days of a year's terms, those that have not come yet; groups from its first day follow it.

    Raises ``ValidationError`` by field: for a day that has passed, when the days don't make the same year, and when a
    closed period or a planned session would lie outside it.
    """
    year = SchoolYear.objects.select_for_update().get(pk=year.pk)
    autumn, spring = (year.terms.get(season=season) for season in (Term.Season.AUTUMN, Term.Season.SPRING))
    first = year.starts_on
    _check_ahead("starts_on", first, starts_on, today)
    _check_ahead("autumn_ends_on", autumn.ends_on, autumn_ends_on, today)
    _check_ahead("spring_starts_on", spring.starts_on, spring_starts_on, today)
    _check_ahead("ends_on", year.ends_on, ends_on, today)
    if starts_on.year != first.year:
        raise ValidationError({"starts_on": _("The school year %(year)s stays the same year.") % {"year": year}})
    year.starts_on, year.ends_on = starts_on, ends_on
    check_year(year, autumn_ends_on, spring_starts_on)
    _check_nothing_outside(year)
    year.save(update_fields=["starts_on", "ends_on"])
    Term.objects.filter(pk=autumn.pk).update(starts_on=starts_on, ends_on=autumn_ends_on)
    Term.objects.filter(pk=spring.pk).update(starts_on=spring_starts_on, ends_on=ends_on)
    groups = Group.objects.filter(year=year, starts_on=first).exclude(ends_on__lt=starts_on)
    groups.update(starts_on=starts_on)
    raise_versions(year, None)


def _check_ahead(name: str, before: dt.date, after: dt.date, today: dt.date) -> None:
    """What has been logged lies on days that have come, so those stay in the year."""
    if before != after and min(before, after) <= today:
        text = _("The day is %(day)s. Only days that have not come yet can be changed.")
        raise ValidationError({name: text % {"day": short_day(before)}})


def _check_nothing_outside(year: SchoolYear) -> None:
    period = year.closed_periods.filter(Q(starts_on__lt=year.starts_on) | Q(ends_on__gt=year.ends_on)).first()
    if period:
        text = _("%(name)s would lie outside the school year. Change or remove it first.")
        raise ValidationError({_side(year, period.starts_on): text % {"name": period.name}})
    live = PlannedSession.objects.live().filter(participation__programme_year__year=year)
    outside = Q(week_start__gt=year.ends_on) | Q(date__gt=year.ends_on)
    outside |= Q(week_start__lte=year.starts_on - WEEK) | Q(date__lt=year.starts_on)
    count = live.filter(outside).count()
    if count:
        text = ngettext(
            "%(n)s planned session would lie outside the school year. Move it first.",
            "%(n)s planned sessions would lie outside the school year. Move them first.",
            count,
        )
        day = live.filter(outside).earliest("week_start").week_start
        raise ValidationError({_side(year, day): text % {"n": count}})


def _side(year: SchoolYear, day: dt.date) -> str:
    """The field of the day that leaves another outside."""
    return "starts_on" if day < year.starts_on else "ends_on"


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
