"""Schools, people and groups: added, changed and ended, with what that leads to said beforehand."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse, reverse_lazy

from accounts.models import User
from schools.actions.groups import end_group
from schools.actions.moves import move_session
from schools.actions.people import add_person
from schools.actions.places import add_school
from schools.models import (
    ClosedPeriod,
    Group,
    PlannedSession,
    School,
    SchoolMembership,
    SchoolNote,
    SchoolPerson,
    SchoolYear,
)
from tests.conftest import NOW
from tests.schools.laid_out import session_of, text_of
from tests.town import in_full_work

pytestmark = pytest.mark.usefixtures("autumn")


@pytest.fixture
def autumn():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def town(centre):
    return in_full_work(centre)


@pytest.fixture
def samiras(town, signed_in):
    return signed_in(town.samira)


def page_of(response) -> str:
    return response.content.decode().replace("\xa0", " ")


def test_a_schools_address_stays_when_its_name_changes(samiras):
    add = {"name": "Åängsskolan", "new_district": "norra", "unit_code": ""}
    samiras.post(reverse("schools:school-add"), add)
    school = School.objects.get(name="Åängsskolan")
    assert (school.slug, school.district.name) == ("aangsskolan", "Norra")
    change = {"name": "Nya Åängsskolan", "district": school.district.pk, "unit_code": "12345678"}
    samiras.post(reverse("schools:school-change", args=[school.slug]), change)
    school.refresh_from_db()
    assert (school.slug, school.name) == ("aangsskolan", "Nya Åängsskolan")


def test_closing_a_school_says_what_it_leads_to_before_it_does(samiras, town):
    address = reverse("schools:school-close", args=["lindangsskolan"])
    said = page_of(samiras.post(address, {"last_day": "2026-12-18"}))
    ahead = PlannedSession.objects.without_outcome().filter(
        participation__school=town.lindang, week_start__gt=dt.date(2026, 12, 18)
    )
    assert ahead.exists()
    assert f"{ahead.count()} planerade pass efter den dagen ställs in" in said
    samiras.post(address, {"last_day": "2026-12-18", "seen": "2026-12-18"})
    assert not ahead.all().exists()
    assert not SchoolMembership.objects.filter(person__school=town.lindang, ends_on=None).exists()


def test_a_person_with_an_account_is_tied_to_the_one_that_exists(samiras, town):
    add = {"name": "Maria vid skolan", "email": "MARIA@vpc.example", "phone": "", "with_account": "on"}
    samiras.post(reverse("schools:person-add", args=["lindangsskolan"]), add)
    assert town.lindang.people.get(name="Maria vid skolan").user == town.maria
    assert User.objects.filter(email__iexact="maria@vpc.example").count() == 1


def test_an_address_is_one_persons_at_a_school_so_that_mails_reach_whoever_has_the_role(samiras, town):
    add = {"name": "Elin B", "email": "Elin@vpc.example", "phone": ""}
    for more in ({}, {"with_account": "on"}):
        page = page_of(samiras.post(reverse("schools:person-add", args=["lindangsskolan"]), add | more))
        assert "Elin Test på skolan har redan den adressen." in page
    jonas = town.lindang.people.get(user=town.jonas)
    change = reverse("schools:person-change", args=["lindangsskolan", jonas.pk])
    page = page_of(samiras.post(change, {"name": "Jonas Test", "email": "elin@vpc.example", "phone": ""}))
    assert "Elin Test på skolan har redan den adressen." in page
    samiras.post(reverse("schools:person-add", args=["ekbackaskolan"]), add)
    assert [one.school for one in SchoolPerson.objects.filter(name="Elin B")] == [town.ekbacka]


def test_an_accounts_corrected_address_stands_at_each_school_where_it_was_the_same(samiras, town, signed_in):
    said = {"name": "Elin Test", "user": town.elin, "by": town.samira}
    at_ekbacka = add_person(school=town.ekbacka, email="elin@vpc.example", **said)
    own = add_person(school=add_school(name="Tredje", district=town.lindang.district, by=town.samira), **said)
    account = reverse("accounts:account-change", args=[town.elin.pk])
    signed_in(town.adam).post(account, {"full_name": "Elin Test", "email": "elin.berg@vpc.example", "phone": ""})
    person = town.lindang.people.get(user=town.elin)

    def addresses() -> list[str]:
        return [SchoolPerson.objects.get(pk=one.pk).email for one in (person, at_ekbacka, own)]

    assert addresses() == ["elin.berg@vpc.example", "elin.berg@vpc.example", ""]
    at_school = reverse("schools:person-change", args=["lindangsskolan", person.pk])
    samiras.post(at_school, {"name": "Elin Test", "email": "elin.b@vpc.example", "phone": ""})
    assert addresses() == ["elin.b@vpc.example", "elin.b@vpc.example", ""]


def test_an_account_without_an_address_is_refused_beside_the_field(samiras, town):
    add = {"name": "Utan Adress", "email": "", "with_account": "on"}
    page = page_of(samiras.post(reverse("schools:person-add", args=["lindangsskolan"]), add))
    assert "Ett konto behöver en e-postadress." in page
    assert 'value="Utan Adress"' in page
    assert not town.lindang.people.filter(name="Utan Adress").exists()


@pytest.mark.parametrize(
    ("address", "said", "changed"),
    [
        (
            reverse_lazy("schools:person-add", args=["lindangsskolan"]),
            {"name": "Nils Ny", "email": "nils@skola.example", "phone": ""},
            {"name": "Nils Annan", "email": "annan@skola.example"},
        ),
        (
            reverse_lazy("schools:note-add", args=["lindangsskolan"]),
            {"text": "Ring på måndag."},
            {"text": "Ring inte."},
        ),
        (
            reverse_lazy("schools:closed-add", args=["2026-27"]),
            {"kind": "other", "name": "Studiedag", "starts_on": "2026-11-02", "ends_on": "2026-11-06", "seen": "hit"},
            {"name": "Friluftsdag"},
        ),
    ],
)
def test_the_same_form_sent_twice_makes_one_row_and_answers_the_same(samiras, address, said, changed):
    form = samiras.get(address).context["form"]
    sent = {**said, "key": form["key"].value()}
    if "seen" in said:
        sent["seen"] = samiras.post(address, sent).context["hit_count"]
    rows = [model.objects.count() for model in (SchoolPerson, SchoolNote, ClosedPeriod)]
    first, second = (samiras.post(address, sent, follow=True) for _press in range(2))
    assert first.redirect_chain == second.redirect_chain != []
    assert [str(one) for one in first.context["messages"]] == [str(one) for one in second.context["messages"]]
    after = [model.objects.count() for model in (SchoolPerson, SchoolNote, ClosedPeriod)]
    assert sum(after) == sum(rows) + 1
    again = samiras.post(address, {**sent, **changed})
    assert "redan skickats med annat innehåll" in text_of(again)
    assert sum(after) == sum(model.objects.count() for model in (SchoolPerson, SchoolNote, ClosedPeriod))
    other = again.context["form"]
    typed = {name: str(other[name].value()) for name in changed}
    assert typed == {name: str(value) for name, value in changed.items()}
    one_more = {**sent, **changed, "key": other["key"].value()}
    samiras.post(address, one_more)
    samiras.post(address, one_more)
    assert sum(after) + 1 == sum(model.objects.count() for model in (SchoolPerson, SchoolNote, ClosedPeriod))


def test_another_schools_person_cannot_be_reached_through_this_one(samiras, town):
    elsewhere = town.ekbacka.people.first()
    for name in ("schools:person-change", "schools:membership-add"):
        assert samiras.post(reverse(name, args=["lindangsskolan", elsewhere.pk])).status_code == 404


def test_ending_the_last_contacts_role_warns(samiras, town):
    membership = SchoolMembership.objects.get(person__user=town.elin)
    address = reverse("schools:membership-end", args=["lindangsskolan", membership.pk])
    assert "Ingen annan har rollen på skolan" in page_of(samiras.get(address))
    samiras.post(address, {"last_day": "2026-09-16"})
    membership.refresh_from_db()
    assert (membership.ends_on, membership.link_version) == (dt.date(2026, 9, 16), 2)


def test_the_same_role_is_not_given_twice(samiras, town):
    person = town.lindang.people.get(user=town.elin)
    address = reverse("schools:membership-add", args=["lindangsskolan", person.pk])
    page = page_of(samiras.post(address, {"role": "contact", "starts_on": "2026-09-01"}))
    assert "Personen har redan den rollen under den tiden." in page


def test_whoever_gives_a_role_is_told_how_the_person_signs_in(samiras, town):
    given = {"role": "coordinator", "starts_on": "2026-09-01"}
    with_account = town.lindang.people.get(user=town.elin)
    without = SchoolPerson.objects.create(school=town.lindang, name="Lo Test")
    for person, signs_in in [(with_account, True), (without, False)]:
        address = reverse("schools:membership-add", args=["lindangsskolan", person.pk])
        page = page_of(samiras.post(address, given, follow=True))
        assert f"{person.name} har en roll på skolan." in page
        assert (f"logga in med {town.elin.email} och koden som kommer med mejl" in page) is signs_in


def test_a_note_with_a_personal_number_is_refused_and_nothing_typed_is_lost(samiras):
    address = reverse("schools:note-add", args=["lindangsskolan"])
    page = page_of(samiras.post(address, {"text": "Ring om 20120314-1234 i morgon"}))
    assert "Ta bort personnumret" in page
    assert "Ring om 20120314-1234 i morgon" in page
    assert SchoolNote.objects.filter(text__contains="1234").count() == 0


def test_a_group_is_not_named_by_a_personal_number(samiras, town):
    one = town.lindang.groups.get(name="1A")
    said = {"name": "Kalle 20120314-1234", "grade": "1", "headcount": "22"}
    page = page_of(samiras.post(reverse("schools:group-change", args=["lindangsskolan", one.pk]), said))
    assert "Ta bort personnumret" in page
    assert "Kalle 20120314-1234" in page
    add = reverse("schools:group-add", args=["lindangsskolan", town.year.slug])
    assert "Ta bort personnumret" in page_of(samiras.post(add, said | {"kind": "class"}))
    assert not Group.objects.filter(name__contains="1234").exists()


@pytest.mark.parametrize(
    "name", ["schools:school-add", "programmes:measure-add", "programmes:encounter-add", "results:indicator-add"]
)
def test_an_empty_choice_is_said_in_words(name, samiras):
    page = page_of(samiras.get(reverse(name)))
    assert "Inget valt" in page
    assert "-----" not in page


def test_a_merged_class_says_how_many_sessions_are_cancelled(samiras, town):
    one, other = (town.lindang.groups.get(name=name) for name in ("1A", "2A"))
    address = reverse("schools:group-end", args=["lindangsskolan", one.pk])
    form = {"last_day": "2026-10-30", "merged_into": other.pk}
    ahead = one.sessions.without_outcome().filter(week_start__gt=dt.date(2026, 10, 30))
    assert f"{ahead.count()} planerade pass efter den dagen ställs in" in page_of(samiras.post(address, form))
    before = town.plans["lindangsskolan"]
    samiras.post(address, form | {"seen": "2026-10-30"})
    one.refresh_from_db()
    assert (one.ends_on, one.merged_into, ahead.all().exists()) == (dt.date(2026, 10, 30), other, False)
    version = before.version
    before.refresh_from_db()
    assert before.version > version


@pytest.fixture
def thursday(town):
    """1A's first session in October, on a Thursday."""
    session = session_of(town.plans["lindangsskolan"], "1A", after=dt.date(2026, 9, 30))
    week, day = session.week_start, session.week_start + dt.timedelta(days=3)
    return move_session(session=session, week_start=week, date=day, version=session.version, by=town.jonas, now=NOW)


def test_a_session_later_in_the_week_in_which_its_class_ends_is_cancelled_too(samiras, town, thursday):
    address = reverse("schools:group-end", args=["lindangsskolan", thursday.group.pk])
    tuesday = {"last_day": (thursday.week_start + dt.timedelta(days=1)).isoformat()}
    ahead = thursday.group.sessions.without_outcome().filter(week_start__gte=thursday.week_start).count()
    assert f"{ahead} planerade pass efter den dagen ställs in" in page_of(samiras.post(address, tuesday))
    samiras.post(address, tuesday | {"seen": tuesday["last_day"]})
    thursday.refresh_from_db()
    assert thursday.cancel_reason == "group_ended"


def test_a_session_on_its_class_last_day_stays(samiras, town, thursday):
    address = reverse("schools:group-end", args=["lindangsskolan", thursday.group.pk])
    last = thursday.date.isoformat()
    samiras.post(address, {"last_day": last, "seen": last})
    thursday.refresh_from_db()
    assert thursday.is_live


def test_a_session_later_in_the_week_in_which_its_school_closes_is_cancelled_too(samiras, town, thursday):
    address = reverse("schools:school-close", args=["lindangsskolan"])
    tuesday = (thursday.week_start + dt.timedelta(days=1)).isoformat()
    ahead = PlannedSession.objects.without_outcome().filter(participation__school=town.lindang)
    in_all = ahead.filter(week_start__gte=thursday.week_start + dt.timedelta(days=7)).count() + 1
    assert f"{in_all} planerade pass efter den dagen ställs in" in page_of(samiras.post(address, {"last_day": tuesday}))
    samiras.post(address, {"last_day": tuesday, "seen": tuesday})
    thursday.refresh_from_db()
    assert thursday.cancel_reason == "group_ended"


def test_a_last_day_that_was_wrong_is_taken_back_and_the_rest_of_the_year_is_planned_anew(samiras, town):
    one, other = (town.lindang.groups.get(name=name) for name in ("1A", "2A"))
    ahead = one.sessions.upcoming(NOW.date()).count()
    end_group(group=one, last_day=dt.date(2026, 9, 16), merged_into=other, by=town.samira, now=NOW)
    assert one.sessions.upcoming(NOW.date()).count() == 0
    address = reverse("schools:group-reopen", args=["lindangsskolan", one.pk])
    assert address in page_of(samiras.get(reverse("schools:group-list", args=["lindangsskolan", "2026-27"])))
    draft = samiras.post(address, follow=True)
    assert "1A fortsätter." in text_of(draft)
    one.refresh_from_db()
    assert (one.ends_on, one.merged_into) == (None, None)
    samiras.post(draft.redirect_chain[-1][0], {"digest": draft.context["draft"].digest})
    assert one.sessions.upcoming(NOW.date()).count() == ahead
    assert samiras.post(address).status_code == 404


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"headcount": "-3"}, "större än eller lika med 0"),
        ({"headcount": "900"}, "mindre än eller lika med 200"),
        ({"grade": ""}, "Välj klassens årskurs."),
        ({"name": "1A"}, "Skolan har redan en grupp"),
    ],
)
def test_a_class_that_cannot_be_is_refused_beside_the_field(samiras, changed, answer):
    form = {"kind": "class", "name": "4C", "grade": "4", "headcount": "20"} | changed
    page = page_of(samiras.post(reverse("schools:group-add", args=["lindangsskolan", "2026-27"]), form))
    assert answer in page
    assert not Group.objects.filter(name="4C").exists()


def test_a_class_keeps_its_staff_group_that_has_ended_when_something_else_is_changed(samiras, town):
    one, staff = town.lindang.groups.get(name="1A"), town.lindang.groups.get(kind="staff")
    end_group(group=staff, last_day=dt.date(2026, 9, 10), by=town.samira, now=NOW)
    address = reverse("schools:group-change", args=["lindangsskolan", one.pk])
    field = samiras.get(address).context["form"]["staff_group"]
    assert f'<option value="{staff.pk}" selected' in str(field)
    samiras.post(address, {"name": "1A", "grade": "1", "headcount": "25", "staff_group": field.value()})
    one.refresh_from_db()
    assert (one.headcount, one.staff_group) == (25, staff)
    of_another = samiras.get(reverse("schools:group-add", args=["lindangsskolan", "2026-27"])).context["form"]
    assert "Personal F–3" not in str(of_another["staff_group"])


def test_another_schools_staff_group_is_no_choice(samiras, town):
    elsewhere = town.ekbacka.groups.get(kind="staff")
    form = {"kind": "class", "name": "4C", "grade": "4", "staff_group": elsewhere.pk}
    samiras.post(reverse("schools:group-add", args=["lindangsskolan", "2026-27"]), form)
    assert not Group.objects.filter(name="4C").exists()


@pytest.mark.parametrize(
    ("days", "answer"),
    [
        (("2027-08-17", "2027-12-17", "2028-01-10", "2028-02-29"), "ungefär 43 veckor"),
        (("2027-08-17", "2028-01-20", "2028-01-10", "2028-06-09"), "efter höstterminen"),
        (("2027-05-01", "2027-12-17", "2028-01-10", "2028-03-09"), "går in i läsåret 2026/27"),
    ],
)
def test_a_school_year_that_cannot_be_is_refused(samiras, days, answer):
    names = ("starts_on", "autumn_ends_on", "spring_starts_on", "ends_on")
    page = page_of(samiras.post(reverse("schools:year-add"), dict(zip(names, days, strict=True))))
    assert answer in page
    assert SchoolYear.objects.count() == 1


def test_closing_days_tells_which_sessions_they_hit_and_keeps_them(samiras, town):
    session = town.ahead["lindangsskolan"]
    friday = session.week_start + dt.timedelta(days=4)
    form = {"kind": "other", "name": "Friluftsvecka", "starts_on": session.week_start, "ends_on": friday, "school": ""}
    address = reverse("schools:closed-add", args=["2026-27"])
    said = page_of(samiras.post(address, form))
    assert "berörs" in said
    assert "Lindängsskolan" in said
    assert not ClosedPeriod.objects.filter(name="Friluftsvecka").exists()
    hit = re.search(r'name="seen" value="(\d+)"', said)
    samiras.post(address, form | {"seen": hit[1]})
    assert ClosedPeriod.objects.filter(name="Friluftsvecka").exists()
    session.refresh_from_db()
    assert session.cancelled_at is None


def test_closed_days_outside_the_year_are_refused(samiras):
    form = {"kind": "break", "name": "Sommarlov", "starts_on": "2027-07-01", "ends_on": "2027-07-10"}
    page = page_of(samiras.post(reverse("schools:closed-add", args=["2026-27"]), form))
    assert "Välj en dag i läsåret." in page


def test_no_school_takes_the_address_where_schools_are_added(samiras):
    samiras.post(reverse("schools:school-add"), {"name": "Ny", "new_district": "Norra"})
    assert School.objects.get(name="Ny").slug == "ny-2"


def test_what_a_class_must_have_is_not_called_optional(samiras, town):
    address = reverse("schools:group-add", args=["lindangsskolan", "2026-27"])
    grade = samiras.get(address).context["form"]["grade"]
    assert grade.field.required and not samiras.post(address, {"kind": "staff", "name": "Personal X"}).context
    refused = samiras.post(address, {"kind": "class", "name": "3X"})
    assert refused.context["form"].errors == {"grade": ["Välj klassens årskurs."]}
