"""Holding back, letting go and sending again, one by one and all at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from outbox.actions import enqueue, hold_all, prefer, release_all, resend
from outbox.models import Message, State
from tests.conftest import NOW

DAY = dt.timedelta(days=1)


@pytest.fixture
def do(samira, signed_in):
    client = signed_in(samira)

    def post(message: Message, deed: str):
        response = client.post(f"/mejl/{message.uuid}/{deed}/", follow=True)
        assert response.status_code == 200
        message.refresh_from_db()
        return response

    return post


def test_a_mail_that_is_held_back_is_not_sent_until_it_is_let_go(mail, do, postbox):
    message = mail()
    said = do(message, "hall-kvar").content.decode()
    assert "Mejlet hålls kvar." in said
    assert (message.state, message.why) == (State.HELD, "Hålls kvar av Samira Test.")
    assert postbox.send(NOW) == []
    assert "Mejlet är släppt." in do(message, "slapp").content.decode()
    assert len(postbox.send(NOW)) == 1


@pytest.mark.parametrize(
    ("deed", "state", "said"),
    [
        ("hall-kvar", State.SENT, "Mejlet väntar inte längre"),
        ("slapp", State.QUEUED, "Mejlet hålls inte kvar"),
        ("skicka-igen", State.QUEUED, "Mejlet är redan på väg"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(mail, do, deed, state, said):
    message = mail(state=state)
    before = list(Message.objects.values())
    response = do(message, deed)
    assert said in response.content.decode()
    assert "notice-error" in response.content.decode()
    assert list(Message.objects.values()) == before


def test_sending_again_makes_a_mail_of_its_own_about_the_same_as_it_is_now(mail, do, postbox):
    message = mail(state=State.FAILED, about={"subject": "Nytt ämne"})
    response = do(message, "skicka-igen")
    again = Message.objects.get(again=message)
    assert response.redirect_chain[-1][0] == f"/mejl/{again.uuid}/"
    assert "Mejlet skickas igen till elin@vpc.example." in response.content.decode()
    [sent] = postbox.send(NOW)
    assert sent.subject == "Nytt ämne"
    assert message.state == State.FAILED


def test_sending_again_takes_the_address_of_today(mail, do, elin, postbox):
    message = mail(state=State.FAILED)
    elin.email = "ny@vpc.example"
    elin.save()
    do(message, "skicka-igen")
    assert [sent.to for sent in postbox.send(NOW)] == [["Elin Test <ny@vpc.example>"]]


def test_the_button_pressed_twice_sends_one_mail(mail, do, postbox):
    message = mail(state=State.SENT)
    for _time in range(2):
        do(message, "skicka-igen")
    assert len(postbox.send(NOW)) == 1


def test_a_code_is_not_sent_again(elin, do):
    code = enqueue(kind="sign-in-code", address=elin.email, user=elin, about={"code": ""}, now=NOW)
    Message.objects.update(state=State.SENT)
    assert "inloggningssidan" in do(code, "skicka-igen").content.decode()
    assert Message.objects.count() == 1


@pytest.mark.parametrize("deed", ["hall-kvar", "slapp", "skicka-igen"])
def test_others_and_other_verbs_change_nothing(centre, signed_in, mail, deed):
    address = f"/mejl/{mail().uuid}/{deed}/"
    before = list(Message.objects.values())
    assert signed_in(centre.maria).post(address).status_code == 403
    assert signed_in(centre.samira).get(address).status_code == 405
    assert Client().post(address).status_code == 302
    assert list(Message.objects.values()) == before


def test_a_deed_needs_the_forms_own_token(samira, mail):
    client = Client(enforce_csrf_checks=True)
    client.force_login(samira)
    assert client.post(f"/mejl/{mail().uuid}/hall-kvar/").status_code == 403


def test_everything_is_held_back_and_let_go_after_a_restore(samira, signed_in, mail, postbox):
    client = signed_in(samira)
    waiting = [mail(), mail(not_before=NOW + DAY)]
    done = mail(state=State.SENT)
    code = enqueue(kind="sign-in-code", address="x@vpc.example", about={"code": ""}, now=NOW)
    page = client.get("/mejl/").content.decode()
    assert "Håll kvar 3 mejl" in page
    held = client.post("/mejl/hall-kvar-alla/", follow=True)
    assert "2 mejl hålls kvar." in held.content.decode()
    assert held.redirect_chain[-1][0] == "/mejl/?lage=pausade"
    states = dict(Message.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in waiting] == [State.HELD, State.HELD]
    assert (states[done.pk], states[code.pk]) == (State.SENT, State.QUEUED)
    assert postbox.send(NOW + 2 * DAY) == []
    assert "Släpp 2 mejl" in held.content.decode()
    assert "2 mejl är släppta." in client.post("/mejl/slapp-alla/", follow=True).content.decode()
    assert len(postbox.send(NOW + 2 * DAY)) == 2


@pytest.mark.parametrize("address", ["/mejl/hall-kvar-alla/", "/mejl/slapp-alla/"])
def test_only_those_who_answer_for_the_mails_stop_and_start_them(centre, signed_in, mail, address):
    mail()
    before = list(Message.objects.values())
    assert signed_in(centre.elin).post(address).status_code == 403
    assert signed_in(centre.samira).get(address).status_code == 405
    assert list(Message.objects.values()) == before


def test_what_was_gathered_goes_in_the_weekly_mail_when_it_is_let_go(elin, samira, mail, postbox):
    prefer(user=elin, weekly=True)
    mail(about={"subject": "Ett"})
    mail(about={"subject": "Två"})
    digest = Message.objects.get(kind="digest")
    assert hold_all(by=samira) == 3
    assert postbox.send(digest.not_before) == []
    assert release_all(by=samira, now=NOW) == 3
    [sent] = postbox.send(digest.not_before)
    assert sent.subject == "Din vecka: 2 saker"


def test_a_gathered_mail_whose_weekly_mail_has_gone_goes_by_itself(elin, samira, mail, postbox):
    prefer(user=elin, weekly=True)
    mail(about={"subject": "Ett"})
    late = mail(about={"subject": "Två"}, state=State.HELD)
    digest = Message.objects.get(kind="digest")
    postbox.send(digest.not_before)
    release_all(by=samira, now=digest.not_before)
    assert [sent.subject for sent in postbox.send(digest.not_before)] == ["Två"]
    late.refresh_from_db()
    assert late.state == State.SENT


def test_a_weekly_mail_that_is_sent_again_says_what_the_first_one_carried(elin, samira, mail, postbox):
    prefer(user=elin, weekly=True)
    carried = mail(about={"subject": "Ett"})
    digest = Message.objects.get(kind="digest")
    postbox.send(digest.not_before)
    for _time in range(2):
        digest.refresh_from_db()
        digest = resend(message=digest, by=samira, now=NOW)
        [sent] = postbox.send(digest.not_before)
        assert "Stämmer tiderna?" in str(sent.body)
    carried.refresh_from_db()
    assert carried.state == State.SENT
