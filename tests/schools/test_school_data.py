"""Classes from SS 12000: from files and by the address; people in it are never read."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from schools.actions.groups import end_group
from schools.actions.places import close_school
from schools.models import Group, School, SchoolPerson
from schools.views.parcels import unpack_rows
from tests.conftest import AUTUMN_DAY, NOW
from tests.schools.laid_out import lay_out, text_of
from tests.schools.register_server import a_register, status

pytestmark = pytest.mark.django_db

ADDRESS = reverse("schools:school-data-import", args=["2026-27"])
LINDANG, ELSEWHERE = "10000001", "90000009"
PUPIL = {"person": {"id": "p1", "displayName": "Elev Elevsson"}, "startDate": "2026-08-18"}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(centre: SimpleNamespace, signed_in):
    School.objects.filter(pk=centre.lindang.pk).update(unit_code=LINDANG)
    return signed_in(centre.samira)


ORGANISATIONS = [
    {"id": "o1", "schoolUnitCode": LINDANG, "displayName": "Lindängsskolan"},
    {"id": "o2", "schoolUnitCode": ELSEWHERE, "displayName": "Gymnasiet"},
    {"id": "o3", "displayName": "Huvudmannen"},
]


def group(name: str, organisation: Any = "o1", **changed: Any) -> dict[str, Any]:
    return {
        "id": f"g-{name}",
        "displayName": name,
        "groupType": "Klass",
        "schoolType": "GR",
        "organisation": {"id": organisation},
        "groupMemberships": [PUPIL],
    } | changed


def show(client, groups: object, organisations: object = None):
    def file(content: object) -> SimpleUploadedFile:
        sent = content if isinstance(content, bytes) else json.dumps({"data": content}).encode()
        return SimpleUploadedFile("fil.json", sent)

    files = {"groups": file(groups)}
    return client.post(ADDRESS, files | {"organisations": file(organisations or ORGANISATIONS)})


def apply(client, shown, **chosen: str):
    form = {"kept": shown.context["kept"], "digest": shown.context["found"].digest}
    return client.post(ADDRESS, form | chosen, follow=True)


def classes(school: School) -> set[tuple]:
    return set(school.groups.classes().values_list("name", "grade", "headcount", "staff_group__name"))


OLD = {("1A", 1, 24, "Personal F–3"), ("2A", 2, 22, "Personal F–3")}


def test_the_file_is_shown_then_read_in_and_then_there_is_nothing_to_do(client, centre):
    groups = [
        group("1A"),
        group("2A"),
        group("3B"),
        group("Blå", schoolType="FKLASS"),
        group("Ekot"),
        group("Ma 7", groupType="Undervisning"),
        group("NA1", schoolType="GY"),
        group("6Z", endDate="2026-06-10"),
        group("1C", organisation="o2"),
    ]
    shown = show(client, groups)
    said = text_of(shown)
    assert "3 nya klasser, 0 ändrade, 2 som förut" in said
    assert "Lindängsskolan, Ekot" in said
    assert "90000009: 1 klass" in said
    assert "3 grupper av annat slag" in said
    assert "Elev" not in shown.content.decode().replace("elever", "")
    assert classes(centre.lindang) == OLD
    row = shown.context["found"].unclear[0][0].row
    apply(client, shown, **{f"k{row}-grade": "5"})
    assert classes(centre.lindang) == OLD | {("3B", 3, None, None), ("Blå", 0, None, None), ("Ekot", 5, None, None)}
    assert "Det finns inget att ändra" in text_of(show(client, groups))
    assert not SchoolPerson.objects.filter(name__contains="Elevsson").exists()
    assert not User.objects.filter(full_name__contains="Elevsson").exists()


def test_what_travels_in_the_form_has_nothing_of_people(client):
    shown = show(client, [group("3B", members="Elev Elevsson")])
    [row] = unpack_rows(shown.context["kept"], of="schools.school-data-import.2026-27")
    assert row == {"row": 1, "unit_code": LINDANG, "name": "3B", "grade": 3}


def test_a_class_whose_grade_has_changed_is_altered_and_keeps_its_number(client, centre):
    Group.objects.filter(school=centre.lindang, name="2A").update(grade=4)
    shown = show(client, [group("2A")])
    assert "årskurs 4 → 2" in text_of(shown)
    apply(client, shown)
    assert classes(centre.lindang) == OLD


def test_organisations_and_groups_may_lie_in_one_file_and_an_organisation_may_be_a_bare_id(client, centre):
    content = json.dumps({"organisations": ORGANISATIONS, "groups": [group("3B", "o1") | {"organisation": "o1"}]})
    shown = client.post(ADDRESS, {"groups": SimpleUploadedFile("allt.json", content.encode())})
    apply(client, shown)
    assert ("3B", 3, None, None) in classes(centre.lindang)


def test_without_a_grade_nothing_is_read_in_and_it_is_said_beside_the_class(client, centre):
    shown = show(client, [group("Ekot"), group("3B")])
    assert "Välj klassens årskurs." in text_of(apply(client, shown))
    assert "giltigt alternativ" in text_of(apply(client, shown, **{"k1-grade": "11"}))
    assert classes(centre.lindang) == OLD


def test_reading_in_raises_the_version_of_the_plan(client, centre):
    plan = lay_out(centre, centre.lindang)
    plan.refresh_from_db()
    version = plan.version
    apply(client, show(client, [group("3B")]))
    plan.refresh_from_db()
    assert plan.version > version


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (group("3B", "o3"), "hör till en organisation utan skolenhetskod"),
        (group("3B", "saknas"), "hör till en organisation utan skolenhetskod"),
        (group("3B") | {"organisation": ["o1"]}, "hör till en organisation utan skolenhetskod"),
        (group("3B", displayName=""), "Klassens namn saknas."),
        (group("3B", displayName=3), "displayName är ingen text."),
        (group("=SUM(A1)"), "formel"),
        (group("N" * 41), "längre än 40 tecken"),
        (group("1a"), "1a står på rad 1 också."),
        (group("Elev 120314-1234"), "personnummer"),
    ],
)
def test_a_group_that_cannot_be_tells_its_row_and_why_and_nothing_is_read_in(client, centre, wrong, reason):
    page = text_of(show(client, [group("1A"), wrong]))
    assert reason in page
    assert "1 rad behöver rättas. Inget är inläst." in page
    assert classes(centre.lindang) == OLD


def test_classes_of_a_school_that_leaves_the_work_later_are_no_others(client, centre):
    close_school(school=centre.lindang, last_day=dt.date(2026, 12, 18), by=centre.samira, now=NOW)
    found = show(client, [group("1A"), group("3B")]).context["found"]
    assert (found.errors, found.elsewhere, found.new_count) == ([], {}, 1)


def test_an_organisation_with_a_wrong_code_and_a_class_that_has_ended_are_errors(client, centre):
    wrong = [{"id": "o1", "schoolUnitCode": "123"}]
    assert "Den har åtta siffror" in text_of(show(client, [group("3B")], wrong))
    end_group(
        group=centre.lindang.groups.get(name="1A"),
        last_day=AUTUMN_DAY - dt.timedelta(days=1),
        by=centre.samira,
        now=NOW,
    )
    assert "1A har slutat" in text_of(show(client, [group("1A")]))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Filen är tom."),
        (b"{}", "varken data eller grupper"),
        (b'{"data": {}}', "en annan form"),
        (b'{"data": []}', "inga grupper"),
        (b'{"data": [{"id": "p", "givenName": "Elev"}]}', "inga grupper"),
    ],
)
def test_a_file_that_is_something_else_is_refused_beside_the_field(client, content, reason):
    assert reason in text_of(show(client, content))


def test_no_file_is_told_beside_the_field(client):
    assert "måste fyllas i" in text_of(client.post(ADDRESS, {"x": "1"}))


@pytest.mark.parametrize("changed", [{"digest": "0" * 64}, {"kept": "x" * 300}])
def test_what_was_not_shown_is_not_read_in(client, centre, changed):
    apply(client, show(client, [group("3B")]), **changed)
    assert classes(centre.lindang) == OLD


class TestTheAddress:
    @pytest.fixture
    def server(self, settings, monkeypatch):
        monkeypatch.setenv("no_proxy", "*")
        with a_register() as running:
            settings.SS12000_URL, settings.SS12000_TOKEN = running.base, "hemlig"
            yield running

    def test_all_pages_are_read_with_the_key(self, client, centre, server):
        server.answers = {
            "/organisations": {"data": ORGANISATIONS},
            "/groups": [{"data": [group("3B")], "pageToken": "1"}, {"data": [group("3C")], "pageToken": None}],
        }
        apply(client, client.post(ADDRESS, {"fetch": "1"}))
        assert {("3B", 3, None, None), ("3C", 3, None, None)} <= classes(centre.lindang)
        assert [path for path, _query, _key in server.asked] == ["/organisations", "/groups", "/groups"]
        assert {key for _path, _query, key in server.asked} == {"Bearer hemlig"}
        assert server.asked[-1][1] == {"groupType": "Klass", "limit": "500", "pageToken": "1"}

    def test_pages_without_end_are_given_up(self, client, server):
        same = {"data": ORGANISATIONS, "pageToken": "0"}
        server.answers = {"/organisations": [same, same]}
        assert "tar aldrig slut" in text_of(client.post(ADDRESS, {"fetch": "1"}))
        assert len(server.asked) == 2

    def test_a_key_that_is_refused_is_told(self, client, server):
        server.answers = {"/organisations": status(401)}
        assert "släpper inte in portalen (401)" in text_of(client.post(ADDRESS, {"fetch": "1"}))

    def test_without_an_address_only_files_are_offered(self, client):
        assert "Hämta klasserna" not in text_of(client.get(ADDRESS))
        assert "Hämta klasserna" not in text_of(client.post(ADDRESS, {"fetch": "1"}))
