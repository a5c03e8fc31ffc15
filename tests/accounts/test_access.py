"""Signing in, where each role lands, and what those who have left still see."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from wsgiref.util import setup_testing_defaults

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import actions, adapter
from accounts.demo import DEMO_PASSWORD
from accounts.models import CentreRole
from accounts.validators import holds_personal_number
from accounts.views.passwords import link_for
from schools.actions.people import end_membership
from schools.models import SchoolMembership
from tests.conftest import AUTUMN_DAY, NOW, PASSWORD, account
from vpc_portal.wsgi import application

LOGIN = "/konto/login/"


@pytest.fixture(autouse=True)
def fresh_rate_limits():
    cache.clear()
    yield
    cache.clear()


def sign_in(email: str, password: str):
    return Client().post(LOGIN, {"login": email, "password": password})


def test_people_sign_in_whatever_the_case_of_their_address(elin):
    assert sign_in("ELIN@vpc.example", PASSWORD).status_code == 302


def test_who_has_no_password_chooses_one_and_signs_in_with_it(elin, signed_in):
    elin.set_unusable_password()
    elin.save()
    client, own, choose = signed_in(elin), reverse("outbox:preferences"), reverse("account_set_password")
    assert f'<a class="tall-link" href="{choose}">Välj ett lösenord</a>' in client.get(own).text
    assert client.get(reverse("account_change_password")).headers["Location"] == choose
    assert "För elin@vpc.example." in client.get(choose).text
    sent = {"password1": PASSWORD, "password2": PASSWORD}
    answer = client.post(choose, sent, follow=True)
    assert answer.redirect_chain == [(own, 302)]
    assert "Ditt lösenord är valt." in answer.text
    assert sign_in("elin@vpc.example", PASSWORD).status_code == 302


def test_who_has_a_password_changes_it(elin, signed_in):
    client, own, change = signed_in(elin), reverse("outbox:preferences"), reverse("account_change_password")
    assert f'<a class="tall-link" href="{change}">Byt lösenord</a>' in client.get(own).text
    assert client.get(reverse("account_set_password")).headers["Location"] == change
    assert "Be centrets administratör om en länk" in client.get(change).text
    new = PASSWORD[::-1]
    answer = client.post(change, {"oldpassword": PASSWORD, "password1": new, "password2": new}, follow=True)
    assert answer.redirect_chain == [(own, 302)]
    assert "Lösenordet är bytt." in answer.text
    assert sign_in("elin@vpc.example", new).status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(elin):
    wrong, unknown = sign_in("elin@vpc.example", "fel-losenord"), sign_in("ingen@vpc.example", "fel-losenord")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors


@pytest.mark.parametrize(
    ("email", "password", "field"), [("elin@skola", PASSWORD, "login"), ("elin@vpc.example", "", "password")]
)
def test_what_is_wrong_with_a_field_is_said_at_the_field(db, email, password, field):
    page = sign_in(email, password).text
    [wrong] = re.findall(r'<input[^>]* aria-invalid="true"[^>]*>', page)
    assert f'id="id_{field}"' in wrong
    assert f'aria-describedby="id_{field}_error"' in wrong
    assert f'<p class="invalid-feedback" role="alert" id="id_{field}_error">' in page


def test_after_many_tries_there_is_a_pause(elin):
    statuses = {sign_in("elin@vpc.example", f"fel-{number}").status_code for number in range(40)}
    assert 429 in statuses or "För många" in sign_in("elin@vpc.example", PASSWORD).content.decode()


def tries_until_the_pause(told: list[str]) -> int:
    """How many wrong passwords are heard, each for another account, when the proxy tells these of the client."""
    client = Client()
    for number in range(50):
        sent = {"login": f"ingen-{number}@vpc.example", "password": "fel-losenord"}
        answer = client.post(LOGIN, sent, headers={"X-Forwarded-For": told[number % len(told)]})
        if answer.status_code == 429 or "För många" in answer.content.decode():
            return number
    return 50


@pytest.fixture
def behind_a_proxy(settings) -> int:
    """How many tries one client has, who comes through the proxy of production."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    return tries_until_the_pause(["192.0.2.1"])


def test_behind_the_proxy_each_client_has_tries_of_its_own(db, behind_a_proxy):
    assert 5 <= behind_a_proxy <= 30
    assert tries_until_the_pause(["192.0.2.1"]) == 0
    assert tries_until_the_pause(["192.0.2.2"]) == behind_a_proxy


def test_what_a_client_writes_itself_before_the_proxys_word_gives_no_more_tries(db, behind_a_proxy):
    forged = [f"203.0.113.{number}, 192.0.2.2" for number in range(50)]
    assert tries_until_the_pause(forged) == behind_a_proxy


def test_all_addresses_of_one_network_share_their_tries(db, behind_a_proxy):
    assert tries_until_the_pause([f"2001:db8:1:2::{number}" for number in range(1, 50)]) == behind_a_proxy
    assert tries_until_the_pause(["::ffff:192.0.2.1"]) == 0, "an IPv4 address, written otherwise"
    assert tries_until_the_pause(["::ffff:192.0.2.2"]) == behind_a_proxy


@pytest.mark.parametrize("told", ["", "unknown", "192.0.2.9, "])
def test_whom_the_proxy_does_not_tell_of_may_sign_in_all_the_same(elin, settings, told, caplog):
    adapter._say_that_the_proxy_tells_nothing.cache_clear()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sent = {"login": elin.email, "password": PASSWORD}
    # As behind a socket, where the server knows no address either.
    assert Client().post(LOGIN, sent, headers={"X-Forwarded-For": told}, REMOTE_ADDR="").status_code == 302
    assert Client().post(LOGIN, sent, REMOTE_ADDR="").status_code == 302
    assert caplog.text.count("The proxy sets no X-Forwarded-For") == 1


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("samira", "/start/"),
        ("jonas", "/start/"),
        ("elin", "/skolor/lindangsskolan/plan/"),
        ("maria", "/oversikt/"),
        ("adam", "/administration/"),
    ],
)
def test_each_role_lands_on_its_own_start_page(centre: SimpleNamespace, signed_in, name, address):
    with time_machine.travel(NOW, tick=False):
        assert signed_in(getattr(centre, name)).get("/").headers["Location"] == address


@pytest.mark.parametrize(("name", "is_there"), [("samira", True), ("elin", True), ("maria", False), ("adam", False)])
def test_start_stands_in_the_menu_of_those_whom_no_other_entry_takes_there(centre, signed_in, name, is_there):
    with time_machine.travel(NOW, tick=False):
        page = signed_in(getattr(centre, name)).get(reverse("programmes:programme-list"))
    assert ("Start" in [entry["title"] for entry in page.context["PORTAL_MENU"]]) is is_there


def test_who_has_left_sees_nothing_from_the_next_request_on(centre, signed_in):
    client, page = signed_in(centre.elin), reverse("schools:term-plan", args=["lindangsskolan"])
    with time_machine.travel(NOW, tick=False):
        assert client.get(page).status_code == 200
        membership = SchoolMembership.objects.get(person__user=centre.elin)
        end_membership(membership=membership, last_day=AUTUMN_DAY - dt.timedelta(days=1), by=centre.samira)
        assert client.get(page).status_code == 404
        assert "Du har ingen roll här just nu" in client.get("/").content.decode()


def test_a_closed_account_is_out_at_the_next_request(centre, signed_in):
    client = signed_in(centre.maria)
    actions.close_account(user=centre.maria, today=AUTUMN_DAY, by=centre.adam)
    assert client.get(reverse("evaluations:overview")).headers["Location"].startswith(LOGIN)


def test_the_last_administrator_stays(adam):
    role = adam.centre_roles.get()
    with pytest.raises(ValidationError):
        actions.end_role(role=role, last_day=AUTUMN_DAY, today=AUTUMN_DAY, by=adam)
    with pytest.raises(ValidationError):
        actions.close_account(user=adam, today=AUTUMN_DAY, by=adam)
    second = account("eva")
    actions.give_role(user=second, role=CentreRole.Role.ADMINISTRATOR, starts_on=dt.date(2020, 1, 1), by=adam)
    actions.end_role(role=role, last_day=AUTUMN_DAY - dt.timedelta(days=1), today=AUTUMN_DAY, by=second)
    adam.refresh_from_db()
    assert not adam.is_staff


def test_a_role_is_not_given_twice_for_the_same_time(samira):
    with pytest.raises(ValidationError):
        actions.give_role(user=samira, role="coordinator", starts_on=AUTUMN_DAY, by=samira)


def test_the_demos_accounts_are_shown_in_the_demo_only(db, settings):
    assert DEMO_PASSWORD not in Client().get(LOGIN).content.decode()
    settings.DEMO = True
    assert DEMO_PASSWORD in Client().get(LOGIN).content.decode()


def test_a_link_lets_its_owner_choose_a_password_once(centre, rf):
    link = link_for(centre.elin, rf.get("/"))
    address = link.removeprefix("http://testserver")
    chosen = "tre-blommor-i-graset"
    client = Client()
    sent = client.post(address, {"new_password1": chosen, "new_password2": chosen})
    assert sent.headers["Location"] == LOGIN
    assert sign_in("elin@vpc.example", chosen).status_code == 302
    again = client.get(address)
    assert again.status_code == 404
    assert "Länken fungerar inte längre" in again.content.decode()


@pytest.mark.parametrize(
    "text",
    ["20120314-1234", "120314-1234", "Kalle 201203145678 sa", "120374-1234", "8112189876", "121212+1212"],
)
def test_personal_numbers_are_found(text):
    # Without a sign the check digit has to be right, so 201203145678 is none.
    assert holds_personal_number(text) is (text != "Kalle 201203145678 sa")


@pytest.mark.parametrize(
    "between", ["\u2011", "\u2212", "\u2014", "\u00a0-\u00a0", "\u00ad-", "-\u200b", "\u00a0", "  "]
)
def test_a_personal_number_is_found_with_the_dashes_and_spaces_of_word(between: str):
    assert holds_personal_number(f"Se 121212{between}1212.")


@pytest.mark.parametrize(
    ("address", "status"),
    [("/sok/?q=%00", 200), ("/skolor/?sok=a%00", 200), ("/enkat/%00/", 404), ("/skolor/a%00/", 404)],
)
def test_a_nul_in_an_address_is_a_sign_that_cannot_be_read(samira, address: str, status: int):
    """PostgreSQL refuses to look for such a text: the page finds nothing, and says so."""
    client = Client()
    client.force_login(samira)
    assert client.get(address).status_code == status


@pytest.mark.parametrize(("code", "status"), [("UTF-8", 200), ("utf-7", 400), ("raw_unicode_escape", 400)])
def test_a_request_in_another_encoding_is_refused(samira, code: str, status: int):
    """Read as it says, it would have signs that no database takes."""
    client, kind = Client(), f"multipart/form-data; boundary=x; charset={code}"
    client.force_login(samira)
    assert client.get("/sok/?q=mobbning", CONTENT_TYPE=kind).status_code == status
    part = b'--x\r\nContent-Disposition: form-data; name="address"\r\n\r\n\\ud800\r\n--x--\r\n'
    assert client.post("/mejl/adressen-fungerar/", part, content_type=kind, follow=True).status_code == status


@pytest.mark.parametrize("said", ["charset=base64", "charset=undefined", "charset=idna", "a*=nej''b"])
def test_a_type_of_content_that_cannot_be_read_is_refused(said: str, db):
    environ = {"PATH_INFO": "/konto/login/", "QUERY_STRING": "next=/%C3%A5/", "REQUEST_METHOD": "POST"}
    environ["CONTENT_TYPE"] = f"text/plain; {said}"
    setup_testing_defaults(environ)
    statuses = []
    answer = application(environ, lambda status, headers: statuses.append(status))
    assert statuses == ["400 Bad Request"] and "Det gick inte att läsa" in b"".join(answer).decode()


def test_who_sent_a_form_and_was_signed_out_is_told_that_nothing_was_saved(elin):
    client = Client()
    address = reverse("sessions_log:log-several")
    sent = client.post(address)
    client.force_login(elin)
    assert sent.headers["Location"] == f"{LOGIN}?next={address}"
    page = client.get(address)
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "Inget sparades" in page.content.decode()


@pytest.mark.parametrize("text", ["070-174 06 05", "v. 38, 2026-09-17", "24 av 26", "2012-13-45-1234", "1234567890123"])
def test_other_numbers_pass(text):
    assert not holds_personal_number(text)
