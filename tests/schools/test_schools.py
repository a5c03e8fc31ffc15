"""Schools: their addresses and districts, and what closing one takes with it."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schools.actions import calendar, people, places
from schools.actions.groups import add_group, end_group
from schools.actions.people import end_membership
from schools.actions.places import reopen_school
from schools.actions.replies import say_not_me
from schools.models import District, PlannedSession, School, SchoolMembership, SchoolReply
from tests.conftest import AUTUMN_DAY, NOW
from tests.schools.laid_out import on, text_of
from tests.town import in_full_work

YESTERDAY = AUTUMN_DAY - dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def today(db):
    """It is Thursday 17 September 2026."""
    with on(AUTUMN_DAY):
        yield AUTUMN_DAY


@pytest.fixture
def town(centre: SimpleNamespace) -> SimpleNamespace:
    return in_full_work(centre)


def add(client, name: str, **more: object):
    form = {"name": name, "new_district": "Norra", "unit_code": ""} | more
    return client.post(reverse("schools:school-add"), form)


def test_a_schools_address_is_its_name_without_diacritics(samira, signed_in):
    answer = add(signed_in(samira), "Åsö & Öbackens skola")
    assert answer.headers["Location"] == "/skolor/aso-obackens-skola/"


def test_two_schools_whose_names_give_the_same_address_get_one_each(samira, signed_in):
    client = signed_in(samira)
    add(client, "Bäckskolan")
    assert add(client, "Backskolan").headers["Location"] == "/skolor/backskolan-2/"
    assert {client.get(f"/skolor/backskolan{end}/").status_code for end in ("", "-2")} == {200}


def test_a_school_called_as_the_page_that_adds_schools_can_be_reached(samira, signed_in):
    client = signed_in(samira)
    answer = add(client, "Ny")
    assert answer.headers["Location"] != reverse("schools:school-add")
    assert "Ny" in text_of(client.get(answer.headers["Location"]))


def test_a_name_without_letters_still_gets_an_address(samira, signed_in):
    assert add(signed_in(samira), "***").headers["Location"] == "/skolor/skola/"


@pytest.mark.parametrize("again", ["Östra sidan", "ÖSTRA SIDAN", "  östra   sidan "])
def test_a_district_is_one_whatever_the_case_of_its_name(samira, signed_in, again):
    client = signed_in(samira)
    add(client, "Första skolan", new_district="Östra sidan")
    add(client, "Andra skolan", new_district=again)
    assert School.objects.get(name="Andra skolan").district.name == "Östra sidan"
    assert District.objects.count() == 1


def test_districts_whose_names_differ_by_dots_only_are_two(samira, signed_in):
    client = signed_in(samira)
    add(client, "Första skolan", new_district="Ön")
    add(client, "Andra skolan", new_district="On")
    add(client, "Tredje skolan", new_district="!!!")
    add(client, "Fjärde skolan", new_district="???")
    assert District.objects.values("slug").distinct().count() == 4
    assert set(District.objects.values_list("name", flat=True)) == {"Ön", "On", "!!!", "???"}


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"name": "LINDÄNGSSKOLAN"}, "Det finns redan en skola med det namnet."),
        ({"name": "Nya skolan", "unit_code": "123"}, "åtta siffror"),
        ({"name": "Nya skolan", "new_district": ""}, "Välj ett distrikt"),
        ({"name": ""}, "måste fyllas i"),
    ],
)
def test_a_school_that_cannot_be_is_refused_beside_the_field(samira, lindang, signed_in, changed, answer):
    page = add(signed_in(samira), **changed)
    assert answer in text_of(page)
    assert School.objects.count() == 1


def test_closing_a_school_leaves_earlier_years_as_they_were(town, signed_in):
    earlier = calendar.make_school_year(
        starts_on=dt.date(2025, 8, 19),
        autumn_ends_on=dt.date(2025, 12, 19),
        spring_starts_on=dt.date(2026, 1, 12),
        ends_on=dt.date(2026, 6, 12),
        by=town.samira,
    )
    old = add_group(school=town.lindang, year=earlier, kind="class", name="1A", grade=1, by=town.samira)
    answer = close(signed_in(town.samira), "2026-12-18")
    assert answer.status_code == 302
    old.refresh_from_db()
    assert old.ends_on is None
    assert not town.lindang.groups.filter(year=town.year, ends_on=None).exists()


def test_closing_between_two_years_cancels_what_the_next_has_planned(town, signed_in):
    client = signed_in(town.samira)
    told = text_of(client.post(reverse("schools:school-close", args=["lindangsskolan"]), {"last_day": "2026-08-10"}))
    ahead = PlannedSession.objects.without_outcome().filter(participation__school=town.lindang)
    assert f"{ahead.count()} planerade pass efter den dagen ställs in" in told
    assert close(client, "2026-08-10").status_code == 302
    assert not ahead.all().exists()


def test_a_role_that_would_begin_after_the_schools_last_day_never_does(town, signed_in):
    person = people.add_person(school=town.lindang, name="Kommande Kontakt", by=town.samira)
    people.give_membership(person=person, role="contact", starts_on=dt.date(2027, 1, 11), by=town.samira)
    close(signed_in(town.samira), "2026-12-18")
    later = SchoolMembership.objects.filter(person__school=town.lindang).active(dt.date(2027, 2, 1))
    assert not later.exists()


def test_a_school_that_closed_before_a_role_began_keeps_the_role_and_its_answers(town, signed_in):
    person = SchoolMembership.objects.get(person__user=town.elin).person
    end_membership(membership=person.memberships.get(), last_day=dt.date(2026, 8, 31), by=town.samira)
    role = people.give_membership(person=person, role="contact", starts_on=dt.date(2026, 9, 7), by=town.samira)
    reply = say_not_me(membership=role, key=uuid.uuid4(), by=town.elin, now=NOW)
    close(signed_in(town.samira), "2026-09-01")
    role.refresh_from_db()
    assert (role.ends_on, role.link_version) == (dt.date(2026, 9, 7), 2)
    assert SchoolReply.objects.filter(pk=reply.pk).exists()
    own = SchoolMembership.objects.get(person__user=town.jonas, person__school=town.lindang)
    assert own.ends_on == dt.date(2026, 9, 1)


def test_a_group_that_began_after_the_schools_last_day_ends_with_all_its_sessions_cancelled(town, signed_in):
    close(signed_in(town.samira), "2026-08-10")
    groups_of_year = town.lindang.groups.filter(year=town.year)
    assert set(groups_of_year.values_list("ends_on", flat=True)) == {town.year.starts_on}
    assert not PlannedSession.objects.without_outcome().filter(group__in=groups_of_year).exists()


def test_closing_raises_the_version_of_the_schools_plans_and_keeps_what_was_held(town, signed_in):
    plan, held = town.plans["lindangsskolan"], town.logged.session
    plan.refresh_from_db()
    before = plan.version
    close(signed_in(town.samira), YESTERDAY.isoformat())
    plan.refresh_from_db()
    held.refresh_from_db()
    assert plan.version > before
    assert (held.outcome, held.cancelled_at) == ("held", None)


def test_a_closed_school_is_told_apart_and_can_be_opened_again(town, signed_in):
    client = signed_in(town.samira)
    close(client, YESTERDAY.isoformat())
    assert not School.objects.open_on(AUTUMN_DAY).filter(pk=town.lindang.pk).exists()
    assert signed_in(town.elin).get("/skolor/lindangsskolan/").status_code == 404
    answer = client.post(reverse("schools:school-reopen", args=["lindangsskolan"]), follow=True)
    assert "är med i arbetet igen" in text_of(answer)
    assert School.objects.open_on(AUTUMN_DAY).filter(pk=town.lindang.pk).exists()


def test_a_school_that_is_opened_again_has_the_groups_that_ended_with_it(town, signed_in):
    client, names = signed_in(town.samira), set(town.lindang.groups.values_list("name", flat=True))
    gone = town.lindang.groups.get(name="2A")
    end_group(group=gone, last_day=YESTERDAY - dt.timedelta(days=7), by=town.samira, now=NOW)
    later = add_group(
        school=town.lindang, year=town.year, kind="class", name="3C", grade=3, starts_on=AUTUMN_DAY, by=town.samira
    )
    close(client, YESTERDAY.isoformat())
    assert not town.lindang.groups.filter(ends_on=None).exists()
    client.post(reverse("schools:school-reopen", args=["lindangsskolan"]))
    assert set(town.lindang.groups.filter(ends_on=None).values_list("name", flat=True)) == names - {"2A"} | {later.name}


def test_a_school_that_comes_back_another_year_has_last_years_groups_as_they_ended(town, signed_in):
    """Or all that was cancelled when it left would count as not held in a year that is over."""
    close(signed_in(town.samira), YESTERDAY.isoformat())
    ended = set(town.lindang.groups.values_list("name", "ends_on"))
    town.lindang.refresh_from_db()
    reopen_school(school=town.lindang, today=town.year.ends_on + dt.timedelta(days=1), by=town.samira)
    assert town.lindang.closed_on is None
    assert set(town.lindang.groups.values_list("name", "ends_on")) == ended


def test_a_last_day_ahead_is_taken_back_on_the_schools_own_page(town, signed_in):
    client, address = signed_in(town.samira), reverse("schools:school-reopen", args=["lindangsskolan"])
    assert address not in client.get("/skolor/lindangsskolan/").content.decode()
    close(client, "2027-06-01")
    assert address in client.get("/skolor/lindangsskolan/").content.decode()
    client.post(address)
    town.lindang.refresh_from_db()
    assert town.lindang.closed_on is None
    assert not town.lindang.groups.exclude(ends_on=None).exists()


def test_the_button_says_whether_the_school_has_left_yet(town, signed_in):
    client = signed_in(town.samira)
    for last_day, words in ((AUTUMN_DAY + dt.timedelta(days=9), "Ta tillbaka sista dagen"), (YESTERDAY, "Ta med igen")):
        town.lindang.closed_on = last_day
        town.lindang.save()
        page = text_of(client.get(town.lindang.get_absolute_url()))
        assert [one for one in ("Ta tillbaka sista dagen", "Ta med igen") if one in page] == [words]


def test_a_school_whose_last_day_is_ahead_has_its_classes_in_the_list(town, signed_in):
    client = signed_in(town.samira)

    def classes() -> int:
        schools = client.get(reverse("schools:school-list")).context["schools"]
        return next(one.classes for one in schools if one == town.lindang)

    before = classes()
    close(client, "2027-06-01")
    assert classes() == before > 0


@pytest.mark.parametrize("day", ["", "1850-01-01", "2026-02-30", "igår", "99999-01-01"])
def test_a_last_day_that_is_none_is_refused_beside_the_field(town, signed_in, day):
    page = signed_in(town.samira).post(
        reverse("schools:school-close", args=["lindangsskolan"]), {"last_day": day, "seen": day}
    )
    assert "invalid-feedback" in page.content.decode()
    town.lindang.refresh_from_db()
    assert town.lindang.closed_on is None


def test_the_list_asks_as_many_questions_whatever_the_number_of_schools(town, signed_in, django_assert_max_num_queries):
    client, address = signed_in(town.samira), reverse("schools:school-list")
    client.get(address)
    before = _queries(client, address)
    for number in range(6):
        places.add_school(name=f"Skola {number}", district=town.lindang.district, by=town.samira)
    with django_assert_max_num_queries(before):
        assert client.get(address).status_code == 200


def _queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def test_the_list_is_searched_in_any_case_of_letters(samira, lindang, signed_in):
    client = signed_in(samira)
    add(client, "Östra Åsskolan")
    page = text_of(client.get(reverse("schools:school-list"), {"sok": "östra ås"}))
    assert "Östra Åsskolan" in page
    assert "Lindängsskolan" not in page


def close(client, last_day: str):
    form = {"last_day": last_day, "seen": last_day}
    return client.post(reverse("schools:school-close", args=["lindangsskolan"]), form)


def test_closing_uses_the_moment_it_was_done(town):
    places.close_school(school=town.lindang, last_day=AUTUMN_DAY, by=town.samira, now=NOW)
    cancelled = PlannedSession.objects.filter(participation__school=town.lindang, cancel_reason="group_ended")
    assert set(cancelled.values_list("cancelled_at", flat=True)) == {NOW}


def test_a_district_is_asked_for_and_not_called_optional(samira, signed_in):
    client = signed_in(samira)
    assert "Distrikt Inget valt" in text_of(client.get(reverse("schools:school-add")))
    page = add(client, "Bäckskolan", new_district="")
    assert page.context["form"].errors == {"district": ["Välj ett distrikt, eller skriv ett nytt."]}
    assert (
        add(client, "Bäckskolan", new_district="", district=District.objects.create(name="Östra").pk).status_code == 302
    )


def test_a_schools_district_is_kept_changed_or_named(centre, samira, signed_in):
    client, school = signed_in(samira), centre.lindang
    address = reverse("schools:school-change", args=[school.slug])
    form = {"name": school.name, "unit_code": "", "highest_grade": ""}
    assert f'value="{school.district_id}" selected' in client.get(address).content.decode()
    ostra = District.objects.create(name="Östra")
    for said, district in [({"district": ostra.pk}, "Östra"), ({"new_district": "Västra"}, "Västra")]:
        client.post(address, form | said)
        school.refresh_from_db()
        assert school.district.name == district
