"""A school year whose days were wrong, or have been decided anew, is put right as long as they have not come."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schools.actions.calendar import close_days
from schools.calendar import SchoolCalendar
from schools.models import Group, SchoolYear, Term
from schools.verifying import faults
from tests.schools.laid_out import lay_out, on, text_of

D = dt.date
ADDRESS = reverse("schools:year-change", args=["2026-27"])
AS_IT_IS = {
    "starts_on": D(2026, 8, 18),
    "autumn_ends_on": D(2026, 12, 18),
    "spring_starts_on": D(2027, 1, 11),
    "ends_on": D(2027, 6, 11),
}


@pytest.fixture
def client(centre: SimpleNamespace, signed_in: Any) -> Client:
    return signed_in(centre.samira)


def save(client: Client, day: dt.date, **changed: dt.date) -> str:
    with on(day):
        return text_of(client.post(ADDRESS, {**AS_IT_IS, **changed}, follow=True))


def days_of(year: SchoolYear) -> list[dt.date]:
    return [day for term in Term.objects.filter(year=year) for day in (term.starts_on, term.ends_on)]


def test_before_the_year_begins_all_its_days_can_be_changed_and_its_groups_begin_with_it(client, centre):
    days = {"starts_on": D(2026, 8, 14), "autumn_ends_on": D(2026, 12, 22), "ends_on": D(2027, 6, 15)}
    said = save(client, D(2026, 5, 4), **days, spring_starts_on=D(2027, 1, 8))
    assert "Läsåret 2026/27 är ändrat." in said
    year = SchoolYear.objects.get(pk=centre.year.pk)
    assert (year.starts_on, year.ends_on) == (D(2026, 8, 14), D(2027, 6, 15))
    assert days_of(year) == [D(2026, 8, 14), D(2026, 12, 22), D(2027, 1, 8), D(2027, 6, 15)]
    assert set(Group.objects.filter(year=year).values_list("starts_on", flat=True)) == {D(2026, 8, 14)}
    calendar = SchoolCalendar.of(year, centre.lindang)
    assert calendar.is_school_day(D(2026, 12, 22))
    assert calendar.is_school_day(D(2027, 1, 8))


def test_sessions_in_what_becomes_the_break_are_listed_to_be_moved(client, centre):
    plan = lay_out(centre, centre.lindang)
    session = plan.sessions.filter(week_start__gt=D(2027, 1, 11)).earliest("week_start")
    week = session.week_start
    version = plan.version
    said = save(client, D(2026, 9, 17), spring_starts_on=week + dt.timedelta(days=7))
    assert "behöver flyttas" in said
    assert "Jullov" in said
    plan.refresh_from_db()
    assert plan.version > version
    session.refresh_from_db()
    assert session.week_start == week


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"starts_on": D(2026, 8, 19)}, "Dagen är tis 18 aug. Bara dagar som inte har kommit går att ändra."),
        ({"autumn_ends_on": D(2026, 9, 17)}, "Dagen är fre 18 dec. Bara dagar som inte har kommit går att ändra."),
        ({"ends_on": D(2027, 3, 30)}, "Ett läsår"),
        ({"spring_starts_on": D(2026, 12, 18)}, "Vårterminen måste börja efter höstterminen."),
        ({"ends_on": D(2027, 6, 2)}, "Avslutningsvecka skulle hamna utanför läsåret."),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field_and_nothing_is_changed(client, centre, changed, answer):
    said = {"kind": "other", "name": "Avslutningsvecka", "starts_on": D(2027, 6, 1), "ends_on": D(2027, 6, 4)}
    close_days(year=centre.year, **said, by=centre.samira)
    assert answer in save(client, D(2026, 9, 17), **changed)
    assert days_of(centre.year) == list(AS_IT_IS.values())


def test_no_session_is_left_outside_the_year(client, centre):
    plan = lay_out(centre, centre.lindang)
    plan.sessions.filter(pk=plan.sessions.latest("week_start").pk).update(week_start=D(2027, 6, 7))
    said = save(client, D(2026, 9, 17), ends_on=D(2027, 6, 4))
    assert "1 planerat pass skulle hamna utanför läsåret. Flytta det först." in said
    assert days_of(centre.year) == list(AS_IT_IS.values())
    assert list(faults()) == []


def test_a_year_does_not_become_another(client, centre):
    days = {"starts_on": D(2027, 8, 17), "autumn_ends_on": D(2027, 12, 17), "spring_starts_on": D(2028, 1, 10)}
    said = save(client, D(2026, 5, 4), **days, ends_on=D(2028, 6, 9))
    assert "Läsåret 2026/27 förblir samma år." in said
    assert days_of(centre.year) == list(AS_IT_IS.values())


def test_a_year_that_is_over_has_no_form_and_stays(centre, signed_in):
    with on(D(2027, 6, 14)):
        client = signed_in(centre.samira)
        page = client.get(ADDRESS)
        assert "Läsåret är slut, och dagarna står fast." in text_of(page)
        assert 'name="ends_on"' not in page.content.decode()
    save(client, D(2027, 6, 14), ends_on=D(2027, 6, 18))
    assert days_of(centre.year) == list(AS_IT_IS.values())
