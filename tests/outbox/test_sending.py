"""The rules of the outbox, one by one, with a relay that takes every mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from outbox import digests, sender
from outbox.actions import enqueue, hold, prefer, release, resend
from outbox.backend import NotHandedOver
from outbox.digests import last_digest, next_digest
from outbox.models import Message, State, last_told
from tests.mailing import Postbox
from tests.outbox.conftest import NOON

pytestmark = pytest.mark.django_db

Write = Callable[..., Message]
MINUTE = dt.timedelta(minutes=1)


def after(minutes: float) -> dt.datetime:
    return NOON + minutes * MINUTE


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_a_second_mail_with_a_merge_key_puts_the_first_off(mail: Write):
    mail(1, merge_key="x", not_before=after(5))
    mail(2, merge_key="x", not_before=after(8))
    [message] = Message.objects.all()
    assert (message.not_before, message.about["number"]) == (after(8), 2)


def test_a_name_of_two_lines_writes_no_header_of_its_own(elin: User):
    elin.full_name = "Elin\r\nBcc: pia@vpc.example"
    elin.save()
    enqueue(kind="sign-in-code", user=elin, address=elin.email, about={"code": "KOD"}, now=NOON)
    [mail] = Postbox().send(NOON)
    assert (mail.message()["To"], mail.message()["Bcc"]) == ('"Elin Bcc: pia@vpc.example" <elin@vpc.example>', None)


def test_a_mail_of_a_once_key_is_made_once_even_after_it_was_sent(mail: Write):
    mail(1, once_key="x")
    Postbox().send(NOON)
    assert mail(2, once_key="x") is None
    assert states() == [State.SENT]


def test_what_is_held_back_waits_until_it_is_released(mail: Write, reader: User):
    message = mail(1)
    hold(message=message, by=reader)
    assert Postbox().send(after(60)) == []
    release(message=message, by=reader, now=NOON)
    assert len(Postbox().send(after(60))) == 1
    with pytest.raises(ValidationError):
        hold(message=message, by=reader)


def test_sent_again_it_is_a_mail_of_its_own_and_two_presses_make_one(mail: Write, reader: User):
    message = mail(1)
    Postbox().send(NOON)
    message.refresh_from_db()
    first, second = (resend(message=message, by=reader, now=NOON) for _press in range(2))
    assert first == second
    assert first.message_id != message.message_id
    assert len(Postbox().send(NOON)) == 1


def test_what_is_not_wanted_is_skipped_and_what_cannot_be_written_fails_alone(mail: Write):
    mail(1, about={"unwanted": True})
    mail(2, about={"broken": True})
    mail(3)
    assert len(Postbox().send(NOON)) == 1
    assert states() == [State.SKIPPED, State.FAILED, State.SENT]
    assert Message.objects.first() is not None
    assert Message.objects.get(state=State.SKIPPED).why == "Den behövs inte."


def test_a_claim_that_has_run_out_goes_back_and_the_old_holder_may_not_send(mail: Write):
    message = mail(1)
    box = Postbox()

    class Slow(Postbox):
        def deliver(self, mail, *, handed_over):
            # While this sender asks, its lease runs out, and another one sends the mail.
            box.send(after(5))
            return super().deliver(mail, handed_over=handed_over)

    slow = Slow()
    slow.send(NOON)
    assert (len(box.received), len(slow.received)) == (1, 0)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.SENT, 2)


class Killed(BaseException):
    """The sender is gone."""


class Dying(Postbox):
    """A relay under which the sender is killed once the mail is handed over."""

    def deliver(self, mail, *, handed_over):
        handed_over()
        raise Killed


def die(now: dt.datetime) -> None:
    with pytest.raises(Killed):
        Dying().send(now)


def test_what_was_handed_over_and_left_is_uncertain_and_goes_once_more_only(mail: Write):
    message = mail(1)
    die(NOON)
    assert Postbox().send(after(10)) == []
    assert states() == [State.HANDED_OVER]
    assert Postbox().send(after(12)) == []
    assert states() == [State.UNCERTAIN]
    with pytest.raises(Killed):
        Dying().send(after(16))
    for minutes in (30, 60, 60 * 24 * 7):
        assert Postbox().send(after(minutes)) == []
    message.refresh_from_db()
    assert (message.state, message.repeats) == (State.UNCERTAIN, 1)


def test_the_second_time_has_the_same_message_id(mail: Write):
    message = mail(1)
    die(NOON)
    Postbox().send(after(12))
    [again] = Postbox().send(after(16))
    assert again.extra_headers["Message-ID"] == message.message_id
    assert states() == [State.SENT]


def test_a_relay_that_is_away_for_long_makes_it_fail_at_last(mail: Write):
    class Away(Postbox):
        def deliver(self, mail, *, handed_over):
            raise NotHandedOver("borta", temporary=True)

    message, now = mail(1), NOON
    for _attempt in range(len(sender.BACKOFF) + 1):
        Away().send(now)
        message.refresh_from_db()
        now = message.not_before
    assert (message.state, message.attempts) == (State.FAILED, len(sender.BACKOFF) + 1)
    # More than two days: a relay that is down for a day loses nothing.
    assert now - NOON > dt.timedelta(days=2)


def test_only_what_may_have_arrived_counts_as_told(mail: Write, reader: User):
    mail(1)
    mail(2, about={"unwanted": True})
    Postbox().send(NOON)
    assert {one: said for one, (said, _when) in last_told(reader, ["thing:1", "thing:2"]).items()} == {
        "thing:1": "said"
    }
    Message.objects.filter(about__number=1).update(state=State.FAILED)
    assert last_told(reader, ["thing:1"]) == {}


def test_a_code_is_gone_once_it_is_sent_and_nothing_of_it_is_kept(reader: User):
    enqueue(kind="sign-in-code", user=reader, address=reader.email, about={"code": "HEMLIG"}, now=NOON)
    [mail] = Postbox().send(NOON)
    assert "HEMLIG" in mail.body
    message = Message.objects.get()
    assert (message.about, message.letter) == ({}, None)


def test_one_mail_a_week_gathers_what_can_wait(mail: Write, reader: User):
    prefer(user=reader, weekly=True)
    for number in (1, 2):
        mail(number)
    assert Postbox().send(after(60)) == []
    monday = next_digest(NOON)
    [digest] = Postbox().send(monday)
    assert digest.subject == "Din vecka: 2 saker"
    assert set(states()) == {State.SENT}


def test_a_digest_that_is_refused_for_now_lets_go_of_what_it_carried(mail: Write, reader: User):
    class Full(Postbox):
        def deliver(self, mail, *, handed_over):
            raise NotHandedOver("450 full", temporary=True)

    prefer(user=reader, weekly=True)
    mail(1)
    monday = next_digest(NOON)
    Full().send(monday)
    assert sorted(states()) == [State.GATHERED, State.QUEUED]
    [digest] = Postbox().send(monday + dt.timedelta(hours=2))
    assert "Prov." in digest.body


def test_one_that_cannot_be_written_fails_alone_in_the_weekly_mail_too(mail: Write, reader: User):
    prefer(user=reader, weekly=True)
    broken = mail(1, about={"broken": True})
    mail(2)
    [digest] = Postbox().send(next_digest(NOON))
    assert digest.subject == "Din vecka: 1 sak" and "Prov." in digest.body
    broken.refresh_from_db()
    assert (broken.state, broken.digest, broken.why) == (State.FAILED, None, "Kunde inte skrivas: ZeroDivisionError")
    assert sorted(states()) == [State.FAILED, State.SENT, State.SENT]


def test_a_weekly_mail_of_nothing_but_broken_ones_is_not_sent(mail: Write, reader: User):
    prefer(user=reader, weekly=True)
    mail(1, about={"broken": True})
    assert Postbox().send(next_digest(NOON)) == []
    assert sorted(states()) == [State.FAILED, State.SKIPPED]


class Unknown(Postbox):
    """A relay that knows no such recipient."""

    def deliver(self, mail, *, handed_over):
        raise NotHandedOver("550 5.1.1 unknown", temporary=False, of_recipient=True)


def the_digest(reader: User) -> Message:
    return Message.objects.filter(kind="digest", user=reader).earliest("pk")


def test_what_a_weekly_mail_was_to_carry_fails_with_it_and_goes_when_it_is_sent_again(mail: Write, reader: User):
    prefer(user=reader, weekly=True)
    carried = mail(1)
    monday = next_digest(NOON)
    Unknown().send(monday)
    carried.refresh_from_db()
    assert (carried.state, carried.digest, carried.why) == (State.FAILED, the_digest(reader), "550 5.1.1 unknown")
    again = resend(message=the_digest(reader), by=reader, now=monday)
    [sent] = Postbox().send(again.not_before)
    assert sent.subject == "Din vecka: 1 sak" and "Prov." in sent.body


def test_what_waits_for_a_later_weekly_mail_does_not_fail_with_one(mail: Write, reader: User):
    prefer(user=reader, weekly=True)
    mail(1)
    monday = next_digest(NOON)
    Unknown().send(monday)
    mail(2, now=monday + MINUTE)
    resend(message=the_digest(reader), by=reader, now=monday + 2 * MINUTE)
    Unknown().send(monday + 2 * MINUTE)
    assert Message.objects.get(about__number=2).state == State.GATHERED
    [next_weeks] = Postbox().send(monday + dt.timedelta(days=7))
    assert next_weeks.subject == "Din vecka: 1 sak"


def test_nothing_is_left_behind_by_a_weekly_mail_that_cannot_be_written(mail: Write, reader: User, monkeypatch):
    def broken(letters: object) -> None:
        raise ZeroDivisionError

    prefer(user=reader, weekly=True)
    mail(1)
    monkeypatch.setattr(digests, "_together", broken)
    Postbox().send(next_digest(NOON))
    assert set(states()) == {State.FAILED}


@given(st.integers(min_value=0, max_value=2 * 365 * 24 * 60))
def test_the_digest_comes_on_a_monday_at_eight_whatever_the_clocks_do(minutes: int):
    moment = after(minutes)
    when = next_digest(moment)
    here = when.astimezone(ZoneInfo("Europe/Stockholm"))
    assert (here.weekday(), here.hour, here.minute) == (0, 8, 0)
    assert moment <= when < moment + dt.timedelta(days=7, hours=2)
    before = last_digest(moment)
    assert before <= moment and (before == when or next_digest(before + MINUTE) == when)
