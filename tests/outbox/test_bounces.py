"""Mails that come back: what counts, whom it is told to, and how it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from outbox.backend import NotHandedOver
from outbox.bounce_mailbox import read_mailbox
from outbox.bounces import clear, flags, record_report
from outbox.dsn import LARGEST, read_report
from outbox.models import Bounce, Message, State
from outbox.piles import BOUNCED, mails_in
from outbox.tasks import read_bounces
from outbox.webhook import sign
from schools.actions.people import add_person, change_person
from schools.models import SchoolPerson
from tests.mailing import Postbox
from tests.outbox.conftest import NOON
from tests.outbox.imap import imap_server
from tests.outbox.reports import FAILED, GAVE_UP, NOT_FAILED, report

pytestmark = pytest.mark.django_db

Write = Callable[..., Message]
SECRET = "en-hemlighet-som-bara-tjansten-har-0001"
ELSA = "elsa@skola.example"


@pytest.fixture
def sent(mail: Write) -> Callable[..., Message]:
    """A mail that the relay has taken."""

    def send(address: str = ELSA) -> Message:
        message = mail(Message.objects.count() + 1, address=address)
        Postbox().send(NOON)
        return message

    return send


def told(message: Message, name: str = "postfix_unknown_user") -> bool:
    raw = report(name, message_id=message.message_id, address=message.address, envelope_id=str(message.uuid))
    found = read_report(raw)
    assert found is not None
    return record_report(found, NOON)


@pytest.mark.parametrize("name", FAILED)
def test_a_server_that_says_for_good_is_understood(name: str, sent):
    message = sent()
    assert told(message, name)
    bounce = Bounce.objects.get()
    assert (bounce.message, bounce.address, bounce.is_permanent) == (message, ELSA, True)
    assert bounce.status == FAILED[name]
    assert list(mails_in(BOUNCED, NOON)) == [message]


@pytest.mark.parametrize("name", GAVE_UP)
def test_a_server_that_has_given_up_is_shown_and_flags_no_address(name: str, sent):
    for _mail in range(4):
        told(sent(), name)
    assert [bounce.is_permanent for bounce in Bounce.objects.all()] == [False] * 4
    assert mails_in(BOUNCED, NOON).count() == 4
    assert flags() == {}


@pytest.mark.parametrize("name", NOT_FAILED)
def test_delayed_relayed_expanded_and_delivered_count_for_nothing(name: str, sent):
    assert told(sent(), name)
    assert not Bounce.objects.exists()


def test_three_mails_flag_an_address_and_the_same_one_three_times_does_not(sent):
    message = sent()
    for _time in range(3):
        told(message)
    assert flags() == {}
    for _mail in range(2):
        told(sent())
    [flag] = flags().values()
    assert (flag.address, flag.times) == (ELSA, 3)
    assert "User unknown" in flag.answer
    assert len(Postbox().send(NOON)) == 0
    sent()  # mails go on meanwhile
    assert Message.objects.filter(state="sent").count() == 4


def test_that_it_works_clears_the_flag_and_an_old_report_does_not_bring_it_back(sent):
    messages = [sent() for _mail in range(3)]
    for message in messages:
        told(message)
    clear(address=ELSA.upper(), now=NOON)
    assert flags() == {}
    for message in messages:
        told(message)
    assert flags() == {}
    assert mails_in(BOUNCED, NOON).count() == 0


def test_a_report_about_no_mail_of_ours_is_nothing(sent):
    sent()
    for message_id in ("<x@vpc.example>", "<00000000-0000-4000-8000-000000000000@vpc.example>", ""):
        raw = report("postfix_unknown_user", message_id=message_id, address=ELSA)
        found = read_report(raw)
        assert found is not None
        assert not record_report(found, NOON)
    assert not Bounce.objects.exists()


def test_a_report_about_another_recipient_of_a_list_flags_nobody(sent):
    message = sent()
    raw = report("postfix_unknown_user", message_id=message.message_id, address="annan@skola.example")
    twice = raw.replace(
        b"Final-Recipient:",
        b"Final-Recipient: rfc822; tredje@skola.example\r\nAction: failed\r\n\r\nFinal-Recipient:",
        1,
    )
    found = read_report(twice)
    assert found is not None
    assert len(found.recipients) == 2
    record_report(found, NOON)
    assert not Bounce.objects.exists()


def test_a_recipient_that_the_relay_refuses_at_once_counts_too(mail: Write):
    class Refusing(Postbox):
        def deliver(self, mail, *, handed_over):
            raise NotHandedOver("550 5.1.1 no such user", temporary=False, of_recipient=True)

    for number in range(3):
        mail(number, address=ELSA)
    Refusing().send(NOON)
    assert flags()[ELSA].times == 3
    assert Bounce.objects.first().status == "5.1.1"


def nested(depth: int) -> bytes:
    head = b'Content-Type: multipart/report; report-type=delivery-status; boundary="b%d"\r\n\r\n--b%d\r\n'
    return b"".join(head % (number, number) for number in range(depth))


HOSTILE = [
    b"",
    b"\x00\xff" * 1000,
    b"Subject: Semester\r\n\r\nJag ar ledig.",
    nested(3),
    nested(900),
    b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nutan grans",
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: message/delivery-status\r\n\r\n\r\n--b--",
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 5000 + b"--b--",
    b'Content-Type: multipart/report; report-type="delivery-status"; boundary*0="b"; boundary*=x\r\n\r\n--b\r\n',
    b"A" * 3_000_000,
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n" + b"X: y\r\n" * 200_000,
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_mails_are_no_reports_and_stop_nothing(raw: bytes):
    found = read_report(raw)
    assert found is None or (len(found.recipients) <= 50 and not record_report(found, NOON))


@given(raw=st.binary(max_size=400), cut=st.integers(0, 3000))
def test_whatever_a_report_is_cut_or_mixed_with_it_is_read_or_left(raw: bytes, cut: int):
    whole = report("postfix_unknown_user", message_id="<a@b>", address=ELSA)
    read_report(whole[:cut] + raw + whole[cut:])
    read_report(raw)


def test_a_sign_that_no_database_takes_stops_no_reading(sent, tmp_path):
    message = sent()
    raw = report("postfix_unknown_user", message_id=message.message_id, address=ELSA)
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(raw.replace(b"Diagnostic-Code: smtp; 550", b"Diagnostic-Code: smtp; \x00550"))
    assert read_mailbox(f"maildir://{tmp_path}", NOON) == {"reports": 1}
    assert Bounce.objects.get().answer.startswith("550 5.1.1")


def test_a_report_with_a_huge_mail_behind_it_is_read(sent):
    message = sent()
    raw = report("postfix_unknown_user", message_id=message.message_id, address=ELSA)
    found = read_report(raw.replace(b"Hej!", b"x" * LARGEST * 3))
    assert found is not None
    assert record_report(found, NOON)


# The mailbox.


def test_a_maildir_is_read_once_and_what_is_no_report_is_flagged_for_a_person(tmp_path: Path, sent):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    message = sent()
    raw = report("exchange_unknown_user", message_id=message.message_id, address=ELSA)
    (tmp_path / "new" / "1").write_bytes(raw)
    (tmp_path / "new" / "2").write_bytes(b"Subject: Fraga\r\n\r\nHej")
    (tmp_path / "new" / "3").symlink_to("/etc/hostname")
    assert read_mailbox(f"maildir://{tmp_path}", NOON) == {"reports": 1, "others": 1}
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1:2,S", "2:2,FS"]
    assert read_mailbox(f"maildir://{tmp_path}", NOON) == {}
    assert Bounce.objects.count() == 1


def test_a_mailbox_is_read_by_imap(sent):
    message = sent()
    raw = report("postfix_unknown_user", message_id=message.message_id, address=ELSA)
    with imap_server([raw, b"Subject: Fraga\r\n\r\nHej"], user="vpc", password="p@ss") as server:
        url = f"imap://vpc:p%40ss@127.0.0.1:{server.port}/Studsar"
        assert read_mailbox(url, NOON) == {"reports": 1, "others": 1}
        assert server.flags == {1: r"(\Seen)", 2: r"(\Seen \Flagged)"}
        assert server.selected == "Studsar"
        assert read_mailbox(url, NOON) == {}
    assert Bounce.objects.count() == 1


def test_a_mailbox_that_cannot_be_read_is_told_to_those_who_answer_for_the_mails(centre, settings, signed_in, tmp_path):
    settings.BOUNCE_MAILBOX = f"maildir://{tmp_path}"
    with pytest.raises(OSError, match="new"):
        read_bounces()
    coordinator, start = signed_in(centre.samira), reverse("sessions_log:start")
    assert "har aldrig lästs" in coordinator.get(start).content.decode()
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    read_bounces()
    assert "har aldrig lästs" not in coordinator.get(start).content.decode()


# The mail service's own call.


def call(client: Client, body: bytes, *, moment: int, secret: str = SECRET, **headers: str):
    signed = {"X-Timestamp": str(moment), "X-Signature": sign(secret, str(moment), body)} | headers
    return client.post(reverse("outbox:bounce-hook"), body, content_type="application/json", headers=signed)


def said_of(message: Message, **more: str) -> bytes:
    said = {"message_id": message.message_id, "recipient": message.address, "action": "failed", "status": "5.1.1"}
    return json.dumps(said | more).encode()


@pytest.fixture
def hook(settings, client: Client, time_machine_at_noon) -> Client:
    settings.BOUNCE_WEBHOOK_SECRET = SECRET
    return client


@pytest.fixture
def time_machine_at_noon():
    import time_machine

    with time_machine.travel(NOON, tick=False):
        yield


def test_a_signed_call_counts_and_made_again_adds_nothing(hook: Client, sent):
    message, now = sent(), int(NOON.timestamp())
    for _time in range(2):
        answer = call(hook, said_of(message), moment=now)
        assert (answer.status_code, answer.json()) == (200, {"known": True})
    assert Bounce.objects.count() == 1
    clear(address=ELSA, now=NOON)
    call(hook, said_of(message), moment=now)
    assert Bounce.objects.filter(cleared_at=None).count() == 0


@pytest.mark.parametrize("sign_of_none", ["\x00", "\ud800"])
def test_a_signed_call_is_kept_without_signs_that_no_database_takes(hook: Client, sent, sign_of_none: str):
    body = said_of(sent(), diagnostic=f"550{sign_of_none}no such user", status=f"5.1.1{sign_of_none}")
    assert call(hook, body, moment=int(NOON.timestamp())).status_code == 200
    bounce = Bounce.objects.get()
    assert (bounce.status, bounce.answer) == ("5.1.1", "550 no such user")


def test_a_call_with_a_wrong_signature_or_too_old_does_nothing(hook: Client, sent):
    body, now = said_of(sent()), int(NOON.timestamp())
    assert call(hook, body, moment=now, secret="fel").status_code == 403
    assert call(hook, body, moment=now - 301).status_code == 403
    assert call(hook, body, moment=now + 301).status_code == 403
    assert call(hook, body, moment=now, **{"X-Timestamp": str(now - 1)}).status_code == 403
    assert call(hook, body, moment=now, **{"X-Timestamp": "åtta"}).status_code == 403
    assert call(hook, body, moment=now, **{"X-Signature": ""}).status_code == 403
    assert not Bounce.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"[" * 100_000, b'{"message_id": 1}', b"\xff"])
def test_a_signed_call_that_says_nothing_is_told_so(hook: Client, body: bytes):
    assert call(hook, body, moment=int(NOON.timestamp())).status_code == 400


def test_without_a_secret_there_is_no_such_address(client: Client, sent):
    assert call(client, said_of(sent()), moment=int(NOON.timestamp())).status_code == 404


# Whom it is told to.


@pytest.fixture
def elsa(centre, sent) -> SchoolPerson:
    """A person at a school from whose address three mails have come back."""
    person = add_person(
        school=centre.lindang, name="Elsa Ek", email=ELSA, phone="070-174 06 11", with_account=True, by=centre.samira
    )
    for _mail in range(3):
        told(sent())
    return person


def test_the_coordinator_sees_whom_to_ring_on_the_start_page_and_on_the_persons(centre, elsa, signed_in):
    coordinator = signed_in(centre.samira)
    page = reverse("schools:person-change", args=[centre.lindang.slug, elsa.pk])
    for address in (reverse("sessions_log:start"), page):
        words = coordinator.get(address).content.decode()
        assert "tel:070-1740611" in words, address
        assert ELSA in words
    assert ELSA not in signed_in(centre.jonas).get(reverse("sessions_log:start")).content.decode()


def test_a_corrected_address_clears_the_flag_and_what_waits_goes_there(centre, elsa, mail: Write, signed_in):
    user = User.objects.get(email=ELSA)
    message = mail(9, address=ELSA)
    Message.objects.filter(pk=message.pk).update(user=user)
    coordinator = signed_in(centre.samira)
    page = reverse("schools:person-change", args=[centre.lindang.slug, elsa.pk])
    coordinator.post(page, {"name": elsa.name, "email": "elsa.ek@skola.example", "phone": elsa.phone})
    assert flags() == {}
    user.refresh_from_db()
    message.refresh_from_db()
    assert user.email == message.address == "elsa.ek@skola.example"
    assert "tel:070-1740611" not in coordinator.get(reverse("sessions_log:start")).content.decode()


def test_an_administrator_who_corrects_an_accounts_address_does_the_same(centre, elsa, mail: Write, signed_in):
    user = User.objects.get(email=ELSA)
    waits, on_its_way = mail(9, address=ELSA), mail(10, address=ELSA)
    Message.objects.filter(pk__in=[waits.pk, on_its_way.pk]).update(user=user)
    Message.objects.filter(pk=on_its_way.pk).update(state=State.SENT)
    page, name = reverse("accounts:account-change", args=[user.pk]), {"full_name": "Elsa Ek", "phone": ""}
    administrator = signed_in(centre.adam)
    administrator.post(page, {**name, "email": ELSA})
    assert flags() != {}, "nothing has been corrected"
    administrator.post(page, {**name, "email": "Elsa.Ek@skola.example"})
    assert flags() == {}
    for row in (user, waits, on_its_way):
        row.refresh_from_db()
    assert user.email == waits.address == "elsa.ek@skola.example"
    assert on_its_way.address == ELSA, "that is where it went"


def test_an_address_that_another_account_has_is_refused(centre, elsa):
    elsa.email = centre.elin.email
    with pytest.raises(ValidationError):
        change_person(person=elsa, by=centre.samira)
    assert flags() != {}


def test_the_word_that_it_works_leads_back_and_never_elsewhere(centre, elsa, signed_in):
    coordinator, address = signed_in(centre.samira), reverse("outbox:address-works")
    away = coordinator.post(address, {"address": ELSA, "next": "https://ond.example/"})
    assert away.headers["Location"] == reverse("outbox:message-list")
    assert flags() == {}
    back = coordinator.post(address, {"address": ELSA, "next": "/"})
    assert back.headers["Location"] == "/"
