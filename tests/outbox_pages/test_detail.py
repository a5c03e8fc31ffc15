"""A mail's page: where it stands and why, what it says, and that looking changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbox.actions import enqueue, prefer, resend
from outbox.models import Message, State
from tests.conftest import NOW
from tests.outbox_pages.conftest import ADDRESS_OF_THEIR_OWN

DAY = dt.timedelta(days=1)
AS_IF_NOW = "Så ser mejlet ut om det skickas nu"


@pytest.fixture
def show(samira, signed_in):
    client = signed_in(samira)

    def get(message: Message) -> str:
        response = client.get(f"/mejl/{message.uuid}/")
        assert response.status_code == 200
        return response.content.decode().replace("\u00a0", " ")

    return get


def test_a_mail_that_waits_is_shown_as_it_would_be_sent_now(mail, show):
    text = show(mail(not_before=NOW + 5 * DAY))
    assert AS_IF_NOW in text
    assert "Det skickas tis 22 sep 14.00." in text
    assert "Hej Elin!" in text
    assert "Stämmer tiderna?" in text
    assert "<td>2A</td><td><b>tis 22 sep</b></td>" in text
    assert "Knapp: Se planen" in text
    assert "Länk: Någon tid fungerar inte" in text


@pytest.mark.parametrize("is_sent", [True, False])
def test_the_recipients_own_links_are_not_in_the_page(mail, show, postbox, is_sent):
    message = mail()
    if is_sent:
        [sent] = postbox.send(NOW)
        assert ADDRESS_OF_THEIR_OWN in str(sent.body)
    text = show(message)
    assert "Länk: Det är inte jag" in text
    assert ADDRESS_OF_THEIR_OWN not in text


def test_a_mail_that_was_sent_is_shown_as_it_was_then(mail, show, postbox):
    message = mail(about={"subject": "Som det var"})
    postbox.send(NOW)
    Message.objects.filter(pk=message.pk).update(about={"subject": "Som det är"})
    text = show(message)
    assert "Som det var" in text
    assert "Som det är" not in text
    assert AS_IF_NOW not in text
    assert "250 ok" in text
    assert "Överlämnat" in text


def test_what_would_be_skipped_says_so_and_why(mail, show):
    text = show(mail(about={"unwanted": 1}))
    assert "Det skulle hoppas över." in text
    assert "Skolan är stängd." in text


def test_what_cannot_be_written_says_what_is_wrong(mail, show):
    text = show(mail(about={"broken": 1}))
    assert "Det går inte att skriva." in text
    assert "passet finns inte" in text


@pytest.mark.parametrize("state", list(State))
def test_a_code_is_nobodys_to_read_but_the_recipients(elin, show, state):
    code = enqueue(kind="sign-in-code", address=elin.email, user=elin, about={"code": "BCDF-GHJK"}, now=NOW)
    Message.objects.filter(pk=code.pk).update(state=state, handed_over_at=NOW)
    text = show(code)
    assert "BCDF" not in text
    assert "Innehållet är bara mottagarens." in text
    assert "Skicka igen" not in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Det skickas så snart det går."),
        ({"state": State.CLAIMED}, "Det skickas just nu."),
        ({"state": State.HANDED_OVER}, "har inte svarat än"),
        ({"state": State.SENT}, "Mejlservern har tagit emot det."),
        ({"state": State.FAILED}, "Rätta adressen om den är fel"),
        ({"state": State.SKIPPED}, "Det skickas inte."),
        ({"state": State.HELD}, "tills någon släpper det"),
        ({"state": State.GATHERED}, "Det går i veckans mejl mån 21 sep 08.00."),
        ({"state": State.UNCERTAIN, "handed_over_at": NOW}, "Det skickas en gång till tors 17 sep 14.15."),
        ({"state": State.UNCERTAIN, "handed_over_at": NOW, "repeats": 1}, "fråga mottagaren"),
    ],
)
def test_what_comes_next_is_said(mail, show, fields, said):
    assert said in show(mail(**fields))


@pytest.mark.parametrize(
    ("state", "deeds"),
    [
        (State.QUEUED, {"hall-kvar"}),
        (State.GATHERED, {"hall-kvar"}),
        (State.HELD, {"slapp"}),
        (State.CLAIMED, set()),
        (State.HANDED_OVER, set()),
        (State.SENT, {"skicka-igen"}),
        (State.FAILED, {"skicka-igen"}),
        (State.UNCERTAIN, {"skicka-igen"}),
        (State.SKIPPED, {"skicka-igen"}),
    ],
)
def test_only_what_can_be_done_is_offered(mail, show, state, deeds):
    text = show(mail(state=state))
    assert {deed for deed in ("hall-kvar", "slapp", "skicka-igen") if f"/{deed}/" in text} == deeds


def test_a_digest_and_what_it_carries_point_at_each_other(elin, mail, show, postbox):
    prefer(user=elin, weekly=True)
    carried = mail()
    digest = Message.objects.get(kind="digest")
    assert len(postbox.send(digest.not_before)) == 1
    assert f"/mejl/{carried.uuid}/" in show(digest)
    assert f"/mejl/{digest.uuid}/" in show(carried)


def test_a_mail_that_was_sent_again_and_the_first_point_at_each_other(mail, show, samira):
    first = mail(state=State.FAILED)
    again = resend(message=first, by=samira, now=NOW)
    assert f"/mejl/{first.uuid}/" in show(again)
    assert f"/mejl/{again.uuid}/" in show(first)


@pytest.mark.parametrize("said", ["Det skulle hoppas över.", "Stämmer tiderna?"])
def test_looking_at_a_digest_leaves_what_it_would_skip(elin, mail, show, said):
    prefer(user=elin, weekly=True)
    mail(about={"unwanted": 1})
    if said == "Stämmer tiderna?":
        mail()
    digest = Message.objects.get(kind="digest")
    before = list(Message.objects.order_by("pk").values())
    assert said in show(digest)
    assert list(Message.objects.order_by("pk").values()) == before


def test_looking_at_a_mail_asks_the_database_to_write_nothing(mail, show):
    message = mail()
    with CaptureQueriesContext(connection) as queries:
        show(message)
    assert len(queries) > 0
    assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_a_mail_that_is_not_there_is_missing(samira, signed_in, db):
    assert signed_in(samira).get("/mejl/00000000-0000-0000-0000-000000000001/").status_code == 404


def test_a_kind_that_is_no_longer_made_is_still_shown(mail, show):
    text = show(mail(kind="gammal-sort", state=State.SENT, letter=None))
    assert "gammal-sort" in text
    assert "Det skrevs aldrig." in text
