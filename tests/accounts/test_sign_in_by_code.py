"""Signing in by a code sent by mail: for those who have an account, and without telling who they are."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import close_account
from outbox.models import Message, State
from tests.conftest import AUTUMN_DAY, NOW, account
from tests.mailing import Postbox

ASK, WRITE = "/konto/kod/", "/konto/kod/skriv/"
MINUTE = dt.timedelta(minutes=1)
CODE = re.compile(r"[B-Z]{4}-[B-Z]{4}")


@pytest.fixture(autouse=True)
def at_noon():
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock
    cache.clear()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def ask(email: str, client: Client | None = None):
    client = client or Client()
    return client, client.post(ASK, {"email": email})


def code_in(postbox: Postbox) -> str:
    [mail] = postbox.send(NOW)
    found = CODE.search(str(mail.body))
    assert found
    return found.group()


def write(client: Client, code: str):
    return client.post(WRITE, {"code": code})


def signed_in_as(client: Client) -> int | None:
    return int(client.session["_auth_user_id"]) if "_auth_user_id" in client.session else None


def test_the_sign_in_page_offers_a_code_and_keeps_where_one_was_going(db):
    page = Client().get("/konto/login/?next=/skolor/").content.decode()
    assert "Få en kod i mejlen" in page
    assert 'href="/konto/kod/?next=%2Fskolor%2F"' in page


def test_a_code_by_mail_signs_in(elin, postbox):
    client, answer = ask("Elin@VPC.example")
    assert answer.headers["Location"] == WRITE
    message = Message.objects.get()
    assert (message.kind, message.user, message.address) == ("sign-in-code", elin, "elin@vpc.example")
    code = code_in(postbox)
    assert postbox.received[0][1].subject.startswith(code)
    assert signed_in_as(client) is None
    assert write(client, code).headers["Location"] == "/"
    assert signed_in_as(client) == elin.pk


def test_small_letters_and_no_dash_do_as_well(elin, postbox):
    client, _answer = ask("elin@vpc.example")
    write(client, code_in(postbox).lower().replace("-", " "))
    assert signed_in_as(client) == elin.pk


def test_one_comes_to_the_page_that_one_was_going_to(elin, postbox):
    client = Client()
    client.post(ASK, {"email": "elin@vpc.example", "next": "/program/"})
    answer = client.post(WRITE, {"code": code_in(postbox), "next": "/program/"})
    assert answer.headers["Location"] == "/program/"


def test_the_code_signs_in_only_where_it_was_asked_for(elin, postbox):
    ask("elin@vpc.example")
    somebody_else, _answer = ask("ingen@vpc.example")
    write(somebody_else, code_in(postbox))
    assert signed_in_as(somebody_else) is None


def test_a_code_that_has_been_used_is_used_up(elin, postbox):
    client, _answer = ask("elin@vpc.example")
    code = code_in(postbox)
    write(client, code)
    client.post("/konto/logout/")
    assert write(client, code).headers["Location"] == ASK
    assert signed_in_as(client) is None


def what_a_stranger_sees(email: str) -> tuple[object, ...]:
    """Everything that could tell whether there is an account: the answers, the rows and the work."""
    before, client = Message.objects.count(), Client()
    with CaptureQueriesContext(connection) as queries:
        _client, answer = ask(email, client)
    work = len(queries)  # counted now: the next request empties the log
    page = client.get(WRITE)
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode()).replace(email, "")
    rows = Message.objects.count() - before
    return answer.status_code, answer.headers["Location"], page.status_code, text, rows, work


def test_known_unknown_and_closed_addresses_look_alike(elin, samira):
    closed = account("closed")
    close_account(user=closed, today=AUTUMN_DAY, by=samira)
    known, unknown, shut = (what_a_stranger_sees(f"{name}@vpc.example") for name in ("elin", "ingen", "closed"))
    assert known == unknown == shut
    assert known[:3] == (302, WRITE, 200)
    assert known[4] == 1
    assert known[5] > 0


def test_the_sender_skips_addresses_without_an_open_account(elin, samira, postbox):
    closed = account("closed")
    close_account(user=closed, today=AUTUMN_DAY, by=samira)
    for name in ("ingen", "closed"):
        ask(f"{name}@vpc.example")
    assert postbox.send(NOW) == []
    assert set(Message.objects.values_list("state", "why")) == {
        (State.SKIPPED, "Det finns inget öppet konto med adressen.")
    }


def test_an_account_that_is_closed_meanwhile_gets_no_code_and_no_entry(elin, samira, postbox):
    client, _answer = ask("elin@vpc.example")
    code = Message.objects.get().about["code"]
    close_account(user=elin, today=AUTUMN_DAY, by=samira)
    assert postbox.send(NOW) == []
    write(client, code)
    assert signed_in_as(client) is None


def test_five_wrong_codes_end_it(elin, postbox):
    client, _answer = ask("elin@vpc.example")
    code = code_in(postbox)
    for _attempt in range(4):
        answer = write(client, "BBBB-BBBB")
        assert answer.status_code == 200
        assert "Det är inte koden." in answer.content.decode()
    assert write(client, "BBBB-BBBB").headers["Location"] == ASK
    assert "För många försök." in client.get(ASK).content.decode()
    assert write(client, code).headers["Location"] == ASK
    assert signed_in_as(client) is None


def test_the_fifth_attempt_may_be_the_right_one(elin, postbox):
    client, _answer = ask("elin@vpc.example")
    code = code_in(postbox)
    for _attempt in range(4):
        write(client, "BBBB-BBBB")
    write(client, code)
    assert signed_in_as(client) == elin.pk


@pytest.mark.parametrize(("minutes", "is_in"), [(14, True), (16, False)])
def test_a_code_holds_for_a_quarter_of_an_hour(elin, postbox, at_noon, minutes, is_in):
    client, _answer = ask("elin@vpc.example")
    code = code_in(postbox)
    at_noon.move_to(NOW + minutes * MINUTE)
    write(client, code)
    assert (signed_in_as(client) == elin.pk) is is_in


def test_a_code_that_has_become_too_old_is_not_sent(elin, postbox):
    ask("elin@vpc.example")
    assert postbox.send(NOW + 16 * MINUTE) == []
    message = Message.objects.get()
    assert (message.state, message.about) == (State.SKIPPED, {})


def test_an_address_is_not_flooded(elin):
    answers = [ask("elin@vpc.example")[1] for _time in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert "För många försök." in answers[3].content.decode()
    assert Message.objects.count() == 3
    assert ask("ingen@vpc.example")[1].status_code == 302


def test_one_place_cannot_ask_for_every_address(db):
    answers = [ask(f"namn{number}@vpc.example")[1].status_code for number in range(21)]
    assert answers == [302] * 20 + [200]
    assert Message.objects.count() == 20


def test_nothing_is_kept_of_the_code_once_it_is_sent(elin, postbox):
    ask("elin@vpc.example")
    code = code_in(postbox)
    row = Message.objects.filter(state=State.SENT).values().get()
    assert row["about"] == {}
    assert row["letter"] is None
    assert code not in str(row)


def test_the_code_goes_before_everything_else_that_waits(elin):
    ask("elin@vpc.example")
    assert list(Message.objects.due(NOW).values_list("priority", flat=True)) == [0]


def test_another_address_can_be_asked_for(elin):
    client, _answer = ask("ellin@vpc.example")
    assert client.get(ASK).headers["Location"] == WRITE  # the code that was asked for comes first
    answer = client.post("/konto/logout/", {"next": ASK})
    assert answer.headers["Location"] == ASK
    assert client.get(ASK).status_code == 200


def test_who_is_signed_in_needs_no_code(samira, signed_in):
    client = signed_in(samira)
    assert client.get(ASK).status_code == client.get(WRITE).status_code == 302
    assert Message.objects.count() == 0


def test_an_address_that_is_none_is_said_so(db):
    answer = ask("elin")[1]
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()


def test_who_has_no_account_is_told_whom_to_ask(db):
    assert "Centret gör kontona" in Client().get("/konto/nytt/").content.decode()
