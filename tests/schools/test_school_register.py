"""Schools from Skolenhetsregistret: by its address and from a file, what is shown, what is done, what is refused."""

from __future__ import annotations

import datetime as dt
import json
import time
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from schools.imports.fetching import Register, RegisterFault
from schools.models import PlannedSession, School, SchoolPerson
from tests.conftest import NOW
from tests.schools.laid_out import lay_out, text_of
from tests.schools.register_server import (
    RegisterServer,
    a_register,
    body,
    cut_off,
    dripping,
    listed,
    silent,
    single,
    status,
)
from vpc_portal import environment

pytestmark = pytest.mark.django_db

ADDRESS = reverse("schools:unit-import")
LINDANG, NEW, ENDED = "10000001", "20000002", "30000003"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def server(settings, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with a_register() as running:
        settings.SCHOOL_REGISTER_URL = running.base
        yield running


@pytest.fixture
def client(centre: SimpleNamespace, signed_in):
    return signed_in(centre.samira)


def code(school: School, given: str) -> School:
    School.objects.filter(pk=school.pk).update(unit_code=given)
    return school


def show(client, document: object):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(ADDRESS, {"file": SimpleUploadedFile("enheter.json", content)})


def apply(client, shown, **chosen: str):
    form = {"kept": shown.context["kept"], "digest": shown.context["found"].digest}
    closing = {f"e{one.row.code}-closes": "on" for one in shown.context["found"].ending}
    return client.post(ADDRESS, form | closing | chosen, follow=True)


def schools() -> dict[str, tuple]:
    rows = School.objects.values_list("name", "unit_code", "district__name", "highest_grade", "closed_on")
    return {name: tuple(rest) for name, *rest in rows}


def test_what_the_register_has_is_shown_then_done_and_then_there_is_nothing_to_do(client, centre, server):
    code(centre.lindang, LINDANG)
    server.answers = {
        "/school-units": listed((LINDANG, "Lindängsskolan F–6"), (NEW, "Björkskolan")),
        f"/school-units/{NEW}": single(NEW, "Björkskolan"),
    }
    shown = client.post(ADDRESS, {"fetch": "1"})
    said = text_of(shown)
    assert "1 ny skola, 1 ändrad, 0 som förut" in said
    assert "Lindängsskolan : namn Lindängsskolan → Lindängsskolan F–6" in said
    assert "Skolgatan 1, NORRA" in said
    assert "Rektor" not in shown.content.decode()
    assert server.asked[0] == (
        "/school-units",
        {"municipality_code": "0127", "school_type": "GR", "status": "AKTIV", "school_unit_type": "SKOLENHET"},
        "",
    )
    before = schools()
    assert "Björkskolan" not in before
    done = text_of(apply(client, shown, **{f"n{NEW}-district": "Norra"}))
    assert "1 skolor är tillagda, 1 ändrade och 0 stängda." in done
    after = schools()
    assert after["Björkskolan"] == (NEW, "Norra", 6, None)
    assert after["Lindängsskolan F–6"] == (LINDANG, "Norra", None, None)
    assert School.objects.get(unit_code=LINDANG).slug == "lindangsskolan"
    again = client.post(ADDRESS, {"fetch": "1"})
    assert "Det finns inget att ändra" in text_of(again)
    assert schools() == after
    assert not SchoolPerson.objects.filter(name__contains="Rektor").exists()


def test_a_school_that_the_list_no_longer_has_is_asked_for_and_closed(client, centre, server):
    lay_out(centre, centre.lindang)
    code(centre.lindang, ENDED)
    server.answers = {
        "/school-units": listed((NEW, "Björkskolan")),
        f"/school-units/{NEW}": single(NEW, "Björkskolan"),
        f"/school-units/{ENDED}": single(ENDED, "Lindängsskolan", status="UPPHORT", endDate="2026-12-18"),
    }
    shown = client.post(ADDRESS, {"fetch": "1"})
    ahead = PlannedSession.objects.without_outcome().filter(week_start__gt=dt.date(2026, 12, 18))
    assert f"Planerade pass efter den: {ahead.count()}." in text_of(shown)
    apply(client, shown)
    assert schools()["Lindängsskolan"][3] == dt.date(2026, 12, 18)
    assert not ahead.all().exists()
    # The new one had no district, so it was left out.
    assert "Björkskolan" not in schools()


def test_a_school_that_has_ended_stays_when_its_tick_is_taken_away(client, centre):
    code(centre.lindang, ENDED)
    shown = show(client, [single(ENDED, "Lindängsskolan", status="UPPHORT", endDate="2026-12-18"), single(NEW, "Ny")])
    form = {"kept": shown.context["kept"], "digest": shown.context["found"].digest, f"n{NEW}-new_district": "Östra"}
    client.post(ADDRESS, form)
    assert schools()["Lindängsskolan"][3] is None
    assert schools()["Ny"] == (NEW, "Östra", 6, None)


def test_a_school_without_a_code_is_known_by_its_name_and_gets_the_code(client, centre):
    shown = show(client, listed((LINDANG, "LINDÄNGSSKOLAN")))
    assert "skolenhetskod – → 10000001" in text_of(shown)
    apply(client, shown)
    assert centre.lindang.unit_code is None
    assert School.objects.get(unit_code=LINDANG).pk == centre.lindang.pk


def test_schools_that_give_each_other_their_names_do(client, centre):
    code(centre.lindang, LINDANG), code(centre.ekbacka, NEW)
    apply(client, show(client, listed((LINDANG, "Ekbackaskolan"), (NEW, "Lindängsskolan"))))
    assert School.objects.get(unit_code=LINDANG).name == "Ekbackaskolan"
    assert School.objects.get(unit_code=NEW).name == "Lindängsskolan"


def test_resting_and_planned_units_and_those_not_named_are_left_and_told(client, centre):
    code(centre.lindang, LINDANG)
    resting, planned = single("40000004", "Vilande", status="VILANDE"), single("50000005", "Ny", status="PLANERAD")
    shown = show(client, [resting, planned, single("60000006", "Borta", status="UPPHORT")])
    said = text_of(shown)
    assert "Vilande 40000004" in said and "Ny 50000005" in said
    assert "Lindängsskolan 10000001" in said
    assert "Det finns inget att ändra" in said


def test_without_a_district_and_without_a_change_nothing_is_done_and_it_is_said(client):
    shown = show(client, listed((NEW, "Björkskolan")))
    page = apply(client, shown, **{f"n{NEW}-district": ""})
    assert "Välj distrikt för varje skola" in text_of(page)
    assert "Björkskolan" not in schools()


@pytest.mark.parametrize(
    ("chosen", "answer"),
    [
        ({f"n{NEW}-district": "Atlantis"}, "giltigt alternativ"),
        ({f"n{NEW}-new_district": "N" * 81}, "80 tecken"),
    ],
)
def test_a_district_that_cannot_be_is_told_beside_the_school_and_nothing_is_lost(client, chosen, answer):
    other = "70000007"
    shown = show(client, listed((NEW, "Björkskolan"), (other, "Granskolan")))
    page = apply(client, shown, **chosen, **{f"n{other}-new_district": "Nya Östra"})
    assert answer in text_of(page)
    assert 'value="Nya Östra"' in page.content.decode()
    assert not {"Björkskolan", "Granskolan"} & set(schools())


def test_what_somebody_changed_in_between_is_shown_again(client, centre):
    code(centre.lindang, LINDANG)
    shown = show(client, listed((LINDANG, "Nya Lindäng")))
    School.objects.filter(pk=centre.lindang.pk).update(name="Lindäng")
    assert "Inget är inläst" in text_of(apply(client, shown))
    assert "Nya Lindäng" not in schools()


@pytest.mark.parametrize("changed", [{"digest": "0" * 64}, {"kept": "x" * 300}, {"kept": ""}])
def test_what_was_not_shown_is_not_read_in(client, centre, changed):
    shown = show(client, listed((NEW, "Björkskolan")))
    apply(client, shown, **{f"n{NEW}-district": "Norra"}, **changed)
    assert "Björkskolan" not in schools()


@pytest.mark.parametrize(
    ("units", "reason"),
    [
        ([("1234567", "Kort")], "Skolenhetskoden är 1234567. Den har åtta siffror."),
        ([("１２３４５６７８", "Breda")], "Den har åtta siffror."),
        ([(NEW, "")], f"Enheten {NEW} har inget namn."),
        ([(NEW, "N" * 121)], "längre än 120 tecken"),
        ([(NEW, "Ny"), (NEW, "Ny igen")], f"Enheten {NEW} står på rad 2 också."),
        ([(NEW, "Ny"), (LINDANG, "NY")], "En annan skola heter NY"),
        ([(NEW, "Rad \u0000 skolan")], "tecken som inte kan visas"),
        ([(NEW, "Elev 120314-1234")], "personnummer"),
    ],
)
def test_a_row_that_cannot_be_tells_its_number_and_why(client, units, reason):
    page = text_of(show(client, listed(("80000008", "Bra skola"), *units)))
    assert reason in page
    assert "Inget är inläst" in page
    assert "Läs in skolorna" not in page


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "OKÄND"},
        {"status": None},
        {"displayName": 7},
        {"endDate": "2026-02-29"},
    ],
)
def test_a_unit_with_a_field_that_cannot_be_is_an_error(client, changed):
    assert "1 rad behöver rättas" in text_of(show(client, single(NEW, "Björkskolan", **changed)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Filen är tom."),
        (b"{", "inte hel JSON"),
        (b"<!doctype html><p>Hej", "webbsida"),
        (b"42", "inga objekt"),
        (b"{}", "en annan form"),
        (b'{"data": {"attributes": 3}}', "en annan form"),
        (b'{"data": {"attributes": [1]}}', "en annan form"),
        (b'{"data": {"attributes": []}}', "inga skolenheter"),
        (b"[" * 100_000, "inte JSON som kan läsas"),
        (b"[NaN]", "inte JSON som kan läsas"),
        (b"\xff\xfe\x00", "inte JSON som kan läsas"),
        (b"[" + b" " * 10_000_000, "för stor"),
    ],
)
def test_a_file_that_is_no_register_is_refused_beside_the_field(client, content, reason):
    assert reason in text_of(show(client, content))


class TestTheAddress:
    """Faults of the register are told in words, and nothing hangs."""

    @pytest.mark.parametrize(
        ("deed", "reason"),
        [
            (status(404), "hittar inte det som efterfrågas (404)"),
            (status(500), "svarar med ett fel (500)"),
            (status(403), "släpper inte in portalen (403)"),
            (status(302, Location="http://127.0.0.1:1/"), "pekar på en annan adress (302)"),
            (status(204), "svarar med ett fel (204)"),
            (body(b"<html><body>Inloggning", "text/html"), "svarar med text/html"),
            (body(b'{"data": {"attributes": ['), "är trasigt"),
            (body(b"<html>"), "är trasigt"),
            (body(b'{"values": []}'), "en annan form än tidigare"),
            (cut_off, "nås inte"),
        ],
    )
    def test_a_fault_is_told_and_nothing_is_read_in(self, client, server: RegisterServer, deed, reason):
        server.answers = {"/school-units": deed}
        page = text_of(client.post(ADDRESS, {"fetch": "1"}))
        assert reason in page
        assert "Hämta från registret" in page

    def test_a_fault_of_a_single_unit_stops_all(self, client, server: RegisterServer):
        server.answers = {"/school-units": listed((NEW, "Björkskolan")), f"/school-units/{NEW}": status(500)}
        assert "svarar med ett fel (500)" in text_of(client.post(ADDRESS, {"fetch": "1"}))

    def test_a_single_unit_of_another_code_stops_all(self, client, server: RegisterServer):
        server.answers = {"/school-units": listed((NEW, "B")), f"/school-units/{NEW}": single(LINDANG, "B")}
        assert "kan inte användas" in text_of(client.post(ADDRESS, {"fetch": "1"}))

    @pytest.mark.parametrize("deed", [silent, dripping])
    def test_a_slow_answer_is_given_up(self, server: RegisterServer, deed):
        server.answers = {"/school-units": deed}
        began = time.perf_counter()
        with pytest.raises(RegisterFault, match="svarade inte i tid"):
            Register("Skolenhetsregistret", server.base, silence=0.2, within=0.3).get("/school-units")
        assert time.perf_counter() - began < 60

    def test_several_answers_share_their_time(self, server: RegisterServer):
        server.answers = {"/school-units": listed()}
        register = Register("Skolenhetsregistret", server.base, overall=-1)
        with pytest.raises(RegisterFault, match="svarade inte i tid"):
            register.get("/school-units")
        assert server.asked == []

    def test_an_answer_that_is_too_large_is_given_up(self, server: RegisterServer):
        server.answers = {"/school-units": body(b'{"data": "' + b"x" * 200_000 + b'"}')}
        with pytest.raises(RegisterFault, match="för stort"):
            Register("Skolenhetsregistret", server.base, most_bytes=100_000).get("/school-units")

    def test_a_register_that_is_not_there_is_told(self, client, settings, monkeypatch):
        monkeypatch.setenv("no_proxy", "*")
        settings.SCHOOL_REGISTER_URL = "http://127.0.0.1:9/v2"
        assert "nås inte" in text_of(client.post(ADDRESS, {"fetch": "1"}))

    def test_the_visitor_cannot_choose_the_address(self, client, server: RegisterServer):
        server.answers = {"/school-units": listed((NEW, "Björkskolan")), f"/school-units/{NEW}": single(NEW, "B")}
        other = "http://127.0.0.1:9/"
        client.post(f"{ADDRESS}?url={other}", {"fetch": other, "url": other, "base": other, "municipality": "../x"})
        assert server.paths == ["/school-units", f"/school-units/{NEW}"]

    def test_a_code_with_a_path_in_it_is_never_asked_for(self, client, server: RegisterServer):
        server.answers = {"/school-units": listed(("../admin", "Elak"))}
        assert "Den har åtta siffror" in text_of(client.post(ADDRESS, {"fetch": "1"}))
        assert server.paths == ["/school-units"]

    def test_where_there_is_no_way_out_only_files_are_offered(self, client, settings):
        settings.SCHOOL_REGISTER_URL = ""
        assert "Hämta från registret" not in text_of(client.get(ADDRESS))
        assert "Hämta från registret" not in text_of(client.post(ADDRESS, {"fetch": "1"}))


@pytest.mark.parametrize("given", ["ftp://x.se", "api.example.se", "http://x.se", "https://x.se/?a=b", "https://"])
def test_an_address_that_cannot_be_stops_the_start(monkeypatch, given):
    monkeypatch.setenv("SCHOOL_REGISTER_URL", given)
    with pytest.raises(ImproperlyConfigured, match="SCHOOL_REGISTER_URL"):
        environment.register_url("SCHOOL_REGISTER_URL", default="", production=True)


@pytest.mark.parametrize("given", ["127", "01270", "abcd", "０１２７"])
def test_a_municipality_code_that_cannot_be_stops_the_start(monkeypatch, given):
    monkeypatch.setenv("MUNICIPALITY_CODE", given)
    with pytest.raises(ImproperlyConfigured, match="four digits"):
        environment.municipality()
