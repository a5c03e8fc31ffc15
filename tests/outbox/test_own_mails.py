"""One's own mails: settings by a mail's link without a password, one press in the mail program, and putting off."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import re
from email.message import EmailMessage
from email.policy import default
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from outbox import kinds
from outbox.actions import enqueue, prefer, send_at_once
from outbox.choices import snooze, turn, wake
from outbox.kinds import all_kinds
from outbox.models import KindChoice, MailPreference, Message, State
from outbox.own_links import HOLDS, own_token, stop_token
from tests.conftest import AUTUMN_DAY, NOW
from tests.mailing import Postbox
from tests.outbox.letters import compose
from tests.statements import writes

pytestmark = pytest.mark.django_db

KIND, CHANGED = "next-year-centre", "plan-changed"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def make(samira: User, monkeypatch):
    """``make()`` writes a reminder to Samira that is always wanted."""
    monkeypatch.setitem(kinds._kinds, KIND, dataclasses.replace(kinds.kind_named(KIND), compose=compose))

    def write(now: dt.datetime = NOW) -> Message:
        message = enqueue(kind=KIND, user=samira, address=samira.email, now=now)
        assert message is not None
        return message

    return write


def one_of(mails: list) -> EmailMessage:
    """The mail as the recipient's program reads it."""
    [mail] = mails
    return email.message_from_bytes(mail.message().as_bytes(), policy=default)


def path_of(header: str) -> str:
    return header.strip(" <>").removeprefix("http://127.0.0.1:8000")


def test_one_press_in_the_mail_program_turns_the_kind_off_without_cookies(make, samira):
    make()
    mail = one_of(Postbox().send(NOW))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client, address = Client(enforce_csrf_checks=True), path_of(mail["List-Unsubscribe"])
    for _time in range(2):
        answer = client.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, answer.cookies.output()) == (200, "")
    assert list(KindChoice.objects.values_list("user", "kind", "is_off")) == [(samira.pk, KIND, True)]
    message = make()
    assert Postbox().send(NOW) == []
    message.refresh_from_db()
    assert (message.state, message.why) == (State.SKIPPED, "Mottagaren har stängt av sådana mejl.")


def test_opening_the_address_or_sending_something_else_there_changes_nothing(samira):
    address = reverse("outbox:stop", args=[stop_token(samira, KIND, AUTUMN_DAY)])
    assert "Stäng av" in Client().get(address).content.decode()
    Client().post(address, {"other": "1"})
    assert not KindChoice.objects.exists()


def test_an_old_mails_way_to_turn_off_gives_no_newer_link_to_the_settings(samira):
    """It goes on turning its kind off, and the settings it leads to are closed when the mail's own link is."""
    for age, status in ((HOLDS, 200), (HOLDS + 1, 410)):
        address = reverse("outbox:stop", args=[stop_token(samira, KIND, AUTUMN_DAY - age * DAY)])
        page = Client().post(address, {"List-Unsubscribe": "One-Click"})
        assert page.status_code == 200 and KindChoice.objects.filter(user=samira, kind=KIND, is_off=True).exists()
        assert Client().get(re.search(r'"(/mejl/dina/[^"]+)"', page.content.decode())[1]).status_code == status


@pytest.mark.parametrize("made", [own_token, lambda user, day: stop_token(user, KIND, day)])
def test_a_link_of_one_kind_opens_no_other(samira, made):
    token = made(samira, AUTUMN_DAY)
    opened = [Client().get(reverse(f"outbox:{page}", args=[token])).status_code for page in ("own-mails", "stop")]
    assert sorted(opened) == [200, 404]


@pytest.mark.parametrize("spoilt", [lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), lambda token: "x"])
def test_a_wrong_signature_is_missing(samira, spoilt):
    said = {"List-Unsubscribe": "One-Click"}
    assert (
        Client().post(reverse("outbox:stop", args=[spoilt(stop_token(samira, KIND, AUTUMN_DAY))]), said).status_code
        == 404
    )
    assert Client().get(reverse("outbox:own-mails", args=[spoilt(own_token(samira, AUTUMN_DAY))])).status_code == 404
    assert not KindChoice.objects.exists()


@pytest.mark.parametrize("kind", ["sign-in-code", CHANGED, "occasion-changed", "no-such-kind"])
def test_codes_and_changes_cannot_be_turned_off(samira, kind):
    address = reverse("outbox:stop", args=[stop_token(samira, kind, AUTUMN_DAY)])
    assert Client().post(address, {"List-Unsubscribe": "One-Click"}).status_code == 404
    turn(user=samira, kind=kind, is_off=True)
    enqueue(kind="sign-in-code", user=samira, address=samira.email, about={"code": "ABC"}, now=NOW)
    [mail] = Postbox().send(NOW)
    assert "List-Unsubscribe" not in mail.extra_headers


def test_what_may_be_turned_off_is_what_only_reminds():
    fixed = {kind.name for kind in all_kinds() if not kind.may_be_off}
    assert fixed == {
        "digest",
        "sign-in-code",
        "text-trial",
        "plan-changed",
        "reply-declined",
        "role-handed-over",
        "occasion-invitation",
        "occasion-changed",
    } | ({"test"} & fixed)


def settings_of(user: User, **more) -> str:
    return reverse("outbox:own-mails", args=[own_token(user, AUTUMN_DAY)])


def test_everything_is_set_by_the_mails_link_without_a_password(samira):
    client, address = Client(), settings_of(samira)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).content.decode()
    assert writes(queries) == []
    assert f'value="{KIND}"' in page
    assert reverse("account_change_password") not in page
    client.post(address, {"mails": "weekly", "on": ["log-missing"]})
    assert MailPreference.objects.get(user=samira).weekly
    off = set(KindChoice.objects.filter(user=samira, is_off=True).values_list("kind", flat=True))
    assert KIND in off
    assert "log-missing" not in off
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("sent", [{}, {"snooze": "no-such-kind"}, {"wake": "sign-in-code"}, {"on": [KIND]}])
def test_what_is_not_the_whole_form_turns_nothing_off(samira, sent: dict):
    page = Client().post(settings_of(samira), sent, follow=True)
    assert "Inget är ändrat." in page.content.decode()
    assert not KindChoice.objects.exists() and not MailPreference.objects.exists()


def test_the_same_is_set_by_who_is_signed_in(samira, signed_in):
    signed_in(samira).post(reverse("outbox:preferences"), {"mails": "each", "on": []})
    assert KindChoice.objects.filter(user=samira, kind=KIND, is_off=True).exists()


def test_the_link_is_too_old_after_half_a_year_and_closed_with_the_account(samira):
    old = own_token(samira, AUTUMN_DAY - (HOLDS + 1) * DAY)
    assert Client().get(reverse("outbox:own-mails", args=[old])).status_code == 410
    User.objects.update(is_active=False)
    assert Client().get(settings_of(samira)).status_code == 410
    assert Client().get(reverse("outbox:stop", args=[stop_token(samira, KIND, AUTUMN_DAY)])).status_code == 410


def test_a_reminder_is_put_off_for_a_week_from_the_mail_and_comes_once(make, samira):
    message = make()
    mail = one_of(Postbox().send(NOW))
    text = mail.get_body(("plain",)).get_content()
    address = path_of(text.partition("Påminn mig igen om en vecka:\n")[2].split()[0])
    assert "Påminn mig" in Client().get(address).content.decode()
    assert Message.objects.count() == 1
    for _press in range(2):
        Client().post(address)
    again = Message.objects.exclude(pk=message.pk).get()
    assert again.not_before == dt.datetime(2026, 9, 24, 5, tzinfo=dt.UTC)
    assert Postbox().send(again.not_before - dt.timedelta(minutes=1)) == []
    assert len(Postbox().send(again.not_before)) == 1


def test_somebody_elses_mail_is_not_put_off(make, elin):
    message = make()
    address = reverse("outbox:own-later", args=[own_token(elin, AUTUMN_DAY), message.uuid])
    assert Client().post(address).status_code == 404


def test_what_comes_while_a_kind_is_put_off_waits_and_comes_when_that_ends(make, samira):
    snooze(user=samira, kind=KIND, now=NOW)
    message = make(NOW + DAY)
    assert Postbox().send(NOW + DAY) == []
    message.refresh_from_db()
    assert message.why == "Mottagaren har skjutit upp sådana mejl till tors\u00a024\u00a0sep."
    assert message.not_before == dt.datetime(2026, 9, 24, 5, tzinfo=dt.UTC)
    assert len(Postbox().send(message.not_before)) == 1


def test_let_come_again_what_waited_goes_at_once(make, samira):
    snooze(user=samira, kind=KIND, now=NOW)
    make()
    assert Postbox().send(NOW) == []
    wake(user=samira, kind=KIND, now=NOW)
    assert len(Postbox().send(NOW)) == 1


def test_in_the_weekly_mail_too_a_kind_waits_or_is_left_out(make, samira):
    prefer(user=samira, weekly=True)
    snooze(user=samira, kind=KIND, now=NOW + 3 * DAY)
    make()
    monday = Message.objects.get(kind="digest").not_before
    assert Postbox().send(monday) == []
    [kept] = Message.objects.filter(kind=KIND)
    assert kept.state == State.GATHERED
    # The next weekly mail after the day takes it along.
    later = Message.objects.filter(kind="digest", state=State.QUEUED).get().not_before
    assert later == monday + 7 * DAY
    assert len(Postbox().send(later)) == 1


def test_a_coordinator_sends_at_once_what_cannot_wait(make, samira):
    night = dt.datetime(2026, 9, 18, 20, tzinfo=dt.UTC)
    message, box = make(night), Postbox()
    assert box.send(night) == []
    message.refresh_from_db()
    send_at_once(message=message, by=samira, now=night)
    assert len(box.send(night)) == 1


def test_a_weekly_mail_waits_out_a_break_and_stays_one(elin, monkeypatch):
    """Elin's school has its break: her weekly mail comes on the Monday after it, at eight, with what came meanwhile."""
    kind = dataclasses.replace(kinds.kind_named("topics-unchosen"), compose=compose)
    monkeypatch.setitem(kinds._kinds, kind.name, kind)
    prefer(user=elin, weekly=True)
    box = Postbox()
    for day, number in [(23, 1), (29, 2)]:
        now = dt.datetime(2026, 10, day, 10, tzinfo=dt.UTC)
        enqueue(kind=kind.name, user=elin, address=elin.email, about={"number": number}, now=now)
        assert box.send(dt.datetime(2026, 10, 26, 7, tzinfo=dt.UTC)) == []
    after_break = dt.datetime(2026, 11, 2, 7, tzinfo=dt.UTC)
    assert box.send(after_break - dt.timedelta(seconds=1)) == []
    assert [mail.subject for mail in box.send(after_break)] == ["Din vecka: 2 saker"]
    assert box.send(after_break + dt.timedelta(hours=1)) == []


def test_the_settings_show_only_what_one_may_get(centre: SimpleNamespace):
    page = Client().get(settings_of(centre.elin)).content.decode()
    assert 'value="session-approaching"' in page
    assert 'value="measure-follow-up"' not in page
    assert 'value="log-missing"' not in page
