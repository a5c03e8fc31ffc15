"""What goes on at a school or in a district this year, and what is missing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from programmes.models import Encounter
from schools.actions.groups import add_group
from schools.actions.occasions import Guest, invite, log_attendance, plan_occasion
from schools.going_on import Cell, GoingOn, State
from schools.models import Organisation, School
from tests.conftest import NOW
from tests.town import TODAY, in_full_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(centre: SimpleNamespace, settings, tmp_path) -> Iterator[SimpleNamespace]:
    settings.MEDIA_ROOT = tmp_path / "files"
    with time_machine.travel(NOW, tick=False):
        yield in_full_work(centre)


def cell(town: SimpleNamespace, slug: str, school: School | None = None) -> Cell:
    [row] = GoingOn.at([school or town.lindang], town.year, TODAY).rows
    return next(cell for cell in row.cells if cell.encounter.slug == slug)


def an_occasion(town: SimpleNamespace, kind: str, date: dt.date, school: School | None = None):
    said = {"kind": kind, "school": school, "date": date, "by": town.samira, "now": NOW}
    return plan_occasion(key=uuid.uuid4(), **said)


def held(town: SimpleNamespace, occasion, school: School) -> None:
    counts = {(Organisation.SCHOOL, school): 9}
    log_attendance(occasion=occasion, version=occasion.version, held=True, counts=counts, by=town.samira, now=NOW)


def test_sessions_are_counted_for_pupils_and_staff_apart(town: SimpleNamespace):
    pupils, staff = cell(town, "elever-f-5"), cell(town, "personal-f-5")
    logged_for_staff = town.logged.session.group.kind == "staff"
    assert (pupils.sign.held, staff.sign.held) == ((0, 1) if logged_for_staff else (1, 0))
    live = town.plans["lindangsskolan"].sessions.live()
    assert pupils.sign.planned == live.filter(group__kind="class").count() > 0
    assert staff.sign.planned == live.filter(group__kind="staff").count() > 0


def test_a_workplace_meeting_is_missing_then_planned_then_lacks_attendance_then_goes_on(town: SimpleNamespace):
    assert cell(town, "apt").state == State.MISSING
    ahead = an_occasion(town, "apt", TODAY + dt.timedelta(days=7), town.lindang)
    assert (cell(town, "apt").state, cell(town, "apt").sign.coming) == (State.PLANNED, ahead.date)
    passed = an_occasion(town, "apt", TODAY - dt.timedelta(days=7), town.lindang)
    assert (cell(town, "apt").state, cell(town, "apt").sign.unlogged) == (State.PLANNED, 1)
    held(town, passed, town.lindang)
    assert (cell(town, "apt").state, cell(town, "apt").sign.held) == (State.GOING_ON, 1)
    assert cell(town, "apt", town.ekbacka).state == State.MISSING


def test_a_training_for_all_counts_where_people_came_from_and_stays(town: SimpleNamespace):
    last_year = an_occasion(town, "concern", town.year.starts_on - dt.timedelta(days=90))
    held(town, last_year, town.lindang)
    trained = cell(town, "personal-i-grundskola")
    assert (trained.state, trained.sign.held, trained.sign.last) == (State.GOING_ON, 0, last_year.date)
    assert cell(town, "personal-i-grundskola", town.ekbacka).state == State.MISSING
    # A meeting of last year does not: it is wanted each year.
    held(town, an_occasion(town, "apt", town.year.starts_on - dt.timedelta(days=9), town.lindang), town.lindang)
    assert cell(town, "apt").state == State.MISSING


def test_an_invitation_plans_it_for_the_school(town: SimpleNamespace):
    ahead = an_occasion(town, "concern", TODAY + dt.timedelta(days=20))
    person = town.ekbacka.people.get(user=town.petra)
    guests = [Guest("Pia Polis", "pia@polisen.example", "police")]
    invite(occasion=ahead, people=[person], guests=guests, by=town.samira, now=NOW)
    assert cell(town, "personal-i-grundskola", town.ekbacka).state == State.PLANNED
    assert cell(town, "personal-i-grundskola").state == State.MISSING


def test_what_is_for_other_years_concerns_the_school_once_it_has_classes_there(town: SimpleNamespace):
    assert cell(town, "elever-arskurs-6").state == State.NOT_FOR
    assert cell(town, "personal-i-forskola").state == State.NOT_FOR
    said = {"school": town.lindang, "year": town.year, "kind": "class", "name": "6A", "grade": 6, "headcount": 20}
    add_group(**said, by=town.samira)
    assert cell(town, "elever-arskurs-6").state == State.MISSING
    assert cell(town, "personal-i-forskola").state == State.NOT_FOR


def test_a_row_of_the_picture_that_is_edited_is_followed_as_it_stands(town: SimpleNamespace):
    Encounter.objects.filter(slug="foraldrar-abc").update(trace="")
    [row] = GoingOn.at([town.lindang], town.year, TODAY).rows
    assert "foraldrar-abc" not in {cell.encounter.slug for cell in row.cells}
    assert "foraldrar-taget" not in {cell.encounter.slug for cell in row.cells}, "under development, nothing is missing"


def test_a_coordinator_sees_a_district_and_plans_what_a_school_lacks(town: SimpleNamespace, signed_in):
    client = signed_in(town.samira)
    held(town, an_occasion(town, "apt", TODAY, town.ekbacka), town.ekbacka)
    everything = client.get(reverse("schools:going-on"))
    assert [row.school for row in everything.context["found"].rows] == [town.lindang, town.ekbacka]
    assert "2 skolor saknar något" in everything.content.decode()
    district = client.get(reverse("schools:going-on"), {"distrikt": "sodra"})
    assert [row.school for row in district.context["found"].rows] == [town.ekbacka]
    page = client.get(reverse("schools:going-on"), {"skola": town.lindang.slug}).content.decode()
    plan = f"{reverse('schools:occasion-add')}?skola={town.lindang.slug}&amp;sort=apt"
    assert plan in page
    form = client.get(plan.replace("&amp;", "&")).context["form"]
    assert (form.initial["kind"], form.initial["school"]) == ("apt", town.lindang)


def test_a_contact_person_sees_the_own_school_and_no_other(town: SimpleNamespace, signed_in):
    client = signed_in(town.elin)
    assert "Se vad som pågår och saknas" in client.get(reverse("programmes:whole")).content.decode()
    own = client.get(reverse("schools:going-on"))
    assert own.context["only"].school == town.lindang
    assert "Ekbacka" not in own.content.decode()
    for elsewhere in ({"skola": town.ekbacka.slug}, {"skola": "finns-inte"}, {"distrikt": "sodra"}):
        assert client.get(reverse("schools:going-on"), elsewhere).status_code == 404


def test_the_queries_do_not_grow_with_schools(town: SimpleNamespace, signed_in, django_assert_max_num_queries):
    for number in range(8):
        School.objects.create(name=f"Skola {number}", district=town.lindang.district)
    client = signed_in(town.samira)
    with django_assert_max_num_queries(26):
        client.get(reverse("schools:going-on"))
