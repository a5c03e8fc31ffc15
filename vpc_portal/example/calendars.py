"""The example's school years, laid out as in the Stockholm area. The dates are examples, not any municipality's own."""

from __future__ import annotations

import datetime as dt

from dateutil.easter import easter

from accounts.models import User
from schools.actions.calendar import close_days, make_school_year
from schools.models import ClosedPeriod, School, SchoolYear

MONDAY, TUESDAY, FRIDAY = 1, 2, 5


def first_calendar_year(today: dt.date) -> int:
    """The calendar year in which the school year of a day began; from August the new one counts."""
    return today.year if today.month >= 8 else today.year - 1


def make_year(autumn: int, by: User) -> SchoolYear:
    """The school year that begins in August of a calendar year, with its breaks."""
    spring = autumn + 1
    year = make_school_year(
        starts_on=dt.date.fromisocalendar(autumn, 34, TUESDAY),
        autumn_ends_on=dt.date.fromisocalendar(autumn, 51, FRIDAY),
        spring_starts_on=dt.date.fromisocalendar(spring, 2, MONDAY),
        ends_on=dt.date.fromisocalendar(spring, 24, FRIDAY),
        by=by,
    )
    easter_monday = easter(spring) + dt.timedelta(days=1)
    breaks = {
        "Höstlov": _week(autumn, 44),
        "Jullov": (_week(autumn, 51)[1] + dt.timedelta(days=3), _week(spring, 1)[1]),
        "Sportlov": _week(spring, 9),
        "Påsklov": (easter_monday - dt.timedelta(days=7), easter_monday),
    }
    for name, (first, last) in breaks.items():
        close_days(year=year, kind=ClosedPeriod.Kind.BREAK, name=name, starts_on=first, ends_on=last, by=by)
    return year


def add_study_days(year: SchoolYear, school: School, place: int, by: User) -> None:
    """Two study days at a school; ``place`` is the school's number, so that not all have the same."""
    for month_week in (40 + place % 3, 5 + place % 4):
        calendar_year = year.starts_on.year if month_week > 30 else year.ends_on.year
        day = dt.date.fromisocalendar(calendar_year, month_week, 1 + place % 5)
        close_days(
            year=year,
            school=school,
            kind=ClosedPeriod.Kind.STUDY_DAY,
            name="Studiedag",
            starts_on=day,
            ends_on=day,
            by=by,
        )


def _week(calendar_year: int, number: int) -> tuple[dt.date, dt.date]:
    return (
        dt.date.fromisocalendar(calendar_year, number, MONDAY),
        dt.date.fromisocalendar(calendar_year, number, FRIDAY),
    )
