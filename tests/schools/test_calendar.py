"""When a school meets: weeks, closed days and months of the school year 2026/27."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from accounts.models import User
from schools.actions.calendar import close_days
from schools.calendar import SchoolCalendar, calendars_of
from schools.models import ClosedPeriod, School, SchoolYear

D = dt.date


@pytest.fixture
def calendar(year: SchoolYear) -> SchoolCalendar:
    return SchoolCalendar.of(year, None)


def test_the_year_has_all_its_weeks_from_the_first_school_day_to_the_last(calendar: SchoolCalendar):
    weeks = calendar.weeks()
    assert (weeks[0], weeks[-1], len(weeks)) == (D(2026, 8, 17), D(2027, 6, 7), 43)


def test_a_week_that_begins_before_the_year_has_the_days_from_its_beginning(calendar: SchoolCalendar):
    # 18 August 2026 is a Tuesday.
    assert calendar.open_days(D(2026, 8, 17)) == [D(2026, 8, day) for day in (18, 19, 20, 21)]


def test_a_break_closes_its_week_and_gives_it_its_name(calendar: SchoolCalendar):
    assert calendar.is_closed_week(D(2026, 10, 26))
    assert calendar.closed_name(D(2026, 10, 26)) == "Höstlov"
    assert calendar.closed_name(D(2026, 10, 19)) == ""


def test_the_weeks_between_the_terms_are_closed(calendar: SchoolCalendar):
    assert calendar.is_closed_week(D(2026, 12, 28))
    assert calendar.closed_name(D(2026, 12, 28)) == "Jullov"
    assert not calendar.is_closed_week(D(2027, 1, 11))


def test_public_holidays_are_no_school_days(calendar: SchoolCalendar):
    assert not calendar.is_school_day(D(2027, 5, 6))  # Ascension Day
    assert calendar.closed[D(2027, 5, 6)] == "Kristi himmelsfärdsdag"
    assert calendar.is_school_day(D(2027, 5, 7))


def test_weekends_and_days_outside_the_year_are_no_school_days(calendar: SchoolCalendar):
    assert not calendar.is_school_day(D(2026, 9, 19))
    assert not calendar.is_school_day(D(2026, 8, 17))
    assert not calendar.is_school_day(D(2027, 6, 14))
    assert calendar.is_closed_week(D(2027, 6, 14))


def test_a_week_belongs_to_the_month_of_its_wednesday(calendar: SchoolCalendar):
    assert calendar.weeks_of_month(9) == [D(2026, 8, 31), *(D(2026, 9, day) for day in (7, 14, 21, 28))]
    # The autumn break takes one of October's weeks.
    assert calendar.weeks_of_month(10) == [D(2026, 10, day) for day in (5, 12, 19)]


def test_what_counts_as_in_the_month_is_its_days_and_its_whole_weeks(calendar: SchoolCalendar):
    assert calendar.month_window(9) == (D(2026, 8, 31), D(2026, 10, 4))
    # 1 and 2 May 2027 are a weekend, whose week belongs to April.
    assert calendar.month_window(5) == (D(2027, 5, 1), D(2027, 5, 31))


def test_staff_are_on_time_in_the_six_weeks_that_end_with_the_month(calendar: SchoolCalendar):
    first, last = calendar.staff_window(9)
    assert (first, last) == (D(2026, 8, 24), D(2026, 10, 4))
    assert (last - first).days + 1 == 42


@pytest.mark.parametrize(("month", "whole"), [(8, False), (9, True), (12, False), (1, False), (3, True), (6, False)])
def test_months_that_the_year_or_christmas_cuts_short_are_not_whole(calendar: SchoolCalendar, month: int, whole: bool):
    assert calendar.is_whole_month(month) is whole


def test_a_study_day_closes_one_school_and_no_other(
    centre: SimpleNamespace, samira: User, lindang: School, ekbacka: School, django_assert_num_queries
):
    day = D(2026, 9, 25)
    close_days(
        year=centre.year,
        kind=ClosedPeriod.Kind.STUDY_DAY,
        name="Studiedag",
        starts_on=day,
        ends_on=day,
        school=lindang,
        by=samira,
    )
    with django_assert_num_queries(2):
        calendars = calendars_of(centre.year, [lindang, ekbacka])
    assert not calendars[lindang.pk].is_school_day(day)
    assert calendars[ekbacka.pk].is_school_day(day)
    with django_assert_num_queries(2):
        assert SchoolCalendar.of(centre.year, lindang) == calendars[lindang.pk]


def test_a_whole_break_keeps_its_name_when_a_holiday_lies_in_it(centre: SimpleNamespace):
    # Easter Monday, 29 March 2027, lies in the Easter break.
    assert SchoolCalendar.of(centre.year, None).closed_name(D(2027, 3, 29)) == "Påsklov"
