"""Paused, limited, and after a restored backup: what goes then, and what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from accounts.actions import give_role
from accounts.models import User
from outbox import control, kinds
from outbox.actions import enqueue, release, release_all
from outbox.control import current
from outbox.kinds import Kind
from outbox.models import Control, Message, State
from outbox.own_texts import code_samples
from programmes import reminders as follow_ups
from sessions_log import reminders as sessions_reminders
from tests.mailing import Postbox
from tests.outbox.conftest import NOON
from tests.outbox.killing import counting_server
from tests.outbox.letters import compose
from tests.outbox.nursery import Nursery
from tests.processes.fixtures import wait_until

pytestmark = pytest.mark.django_db

Write = Callable[..., Message]
MINUTE = dt.timedelta(minutes=1)


def a_code(user: User, now: dt.datetime = NOON) -> None:
    enqueue(kind="sign-in-code", user=user, address=user.email, about={"code": "KOD"}, now=now)


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_paused_nothing_goes_but_codes_and_what_is_written_later_waits_too(mail: Write, reader: User):
    mail(1)
    control.pause(by=reader, now=NOON)
    mail(2)
    a_code(reader)
    assert [sent.subject for sent in Postbox().send(NOON)] == ["KOD är din kod för att logga in"]
    assert states() == [State.QUEUED, State.QUEUED, State.SENT]
    control.resume(by=reader, now=NOON)
    assert len(Postbox().send(NOON)) == 2


def test_the_relay_gets_so_many_a_minute_and_codes_are_not_stopped(mail: Write, reader: User, settings):
    settings.MAIL_PER_MINUTE = 3
    for number in range(8):
        mail(number)
    counts = [len(Postbox().send(NOON + minute * MINUTE)) for minute in (0, 0.5, 1, 2, 3)]
    assert counts == [3, 0, 3, 2, 0]
    for number in range(4):
        mail(number, now=NOON + 4 * MINUTE)
    box = Postbox()
    assert len(box.send(NOON + 4 * MINUTE)) == 3
    a_code(reader, NOON + 4 * MINUTE)
    assert len(box.send(NOON + 4 * MINUTE)) == 1


def test_a_clock_that_is_behind_starts_no_new_minute(settings):
    settings.MAIL_PER_MINUTE = 1
    current()
    assert control.take_turn(NOON)
    assert not control.take_turn(NOON - MINUTE)
    assert not control.take_turn(NOON)


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
@pytest.mark.django_db(transaction=True)
def test_several_senders_share_the_minute(reader: User, nest: Nursery, mail: Write):
    for number in range(20):
        mail(number)
    with counting_server(0.01) as server:
        senders = [nest.start("send", port=server.port, guard="on", minutes=0, a_minute=5) for _one in range(3)]
        try:
            wait_until(lambda: server.taken.total() >= 5, "that the minute's mails are sent")
            wait_until(lambda: not Message.objects.filter(state__in=["claimed", "handed_over"]).exists(), "the answers")
        finally:
            for sender in senders:
                nest.kill(sender)
    # The minute may have turned meanwhile: then some of the next one's five went, too.
    assert 5 <= server.taken.total() <= 10


# A backup, restored.


@pytest.fixture
def marked(settings, tmp_path: Path) -> Path:
    settings.MAIL_MARK = tmp_path / "mail-mark"
    return settings.MAIL_MARK


def go_back_to(row: Control) -> None:
    """The control's row as it was in the backup."""
    row.save()


def test_mails_of_a_restored_backup_wait_until_an_administrator_lets_them_go(
    mail: Write, reader: User, adam: User, marked: Path
):
    mail(1, not_before=NOON + 2 * MINUTE)
    Postbox().send(NOON)
    backup = current()
    Postbox().send(NOON + 5 * MINUTE)
    assert states() == [State.SENT]
    # The backup knows nothing of that, and is restored at ten past.
    Message.objects.update(state=State.QUEUED)
    go_back_to(backup)
    later = NOON + 10 * MINUTE
    mail(2, now=later)
    a_code(reader, later)
    assert [sent.subject for sent in Postbox().send(later)] == ["KOD är din kod för att logga in"]
    assert states() == [State.HELD, State.QUEUED, State.SENT]
    with pytest.raises(ValidationError):
        control.resume(by=reader, now=later)
    with pytest.raises(ValidationError):
        release(message=Message.objects.first(), by=reader, now=later)
    assert release_all(by=reader, now=later) == 0
    assert len(Postbox().send(later + MINUTE)) == 0
    control.resume(by=adam, now=later)
    assert len(Postbox().send(later + MINUTE)) == 1
    assert states()[0] == State.HELD
    assert release_all(by=adam, now=later) == 1
    assert len(Postbox().send(later + 2 * MINUTE)) == 1


def test_reminders_made_anew_since_a_backup_was_restored_wait_too(
    mail: Write, reader: User, adam: User, marked: Path, monkeypatch
):
    reminder = Kind("reminder", "Påminnelse", compose, can_wait=True, may_be_off=True)
    monkeypatch.setitem(kinds._kinds, "reminder", reminder)
    said = {"kind": "reminder", "user": reader, "address": reader.email, "about": {"number": 7}}
    Postbox().send(NOON)
    backup = current()
    enqueue(now=NOON, **said)
    assert len(Postbox().send(NOON + MINUTE)) == 1
    # The backup knows nothing of the reminder: when it has been restored, the same is found to be due.
    Message.objects.all().delete()
    go_back_to(backup)
    later = NOON + 10 * MINUTE
    assert Postbox().send(later) == []
    enqueue(now=later, **said)
    mail(1, now=later)
    control.resume(by=adam, now=later)
    assert [sent.to for sent in Postbox().send(later)] == [["Lisa Test <lisa1@vpc.example>"]]
    assert states() == [State.HELD, State.SENT]
    assert release_all(by=reader, now=later) == 0
    assert release_all(by=adam, now=later) == 1
    enqueue(now=later, **said)
    control.pause(by=adam, now=later)
    control.resume(by=reader, now=later)
    assert states()[2] == State.QUEUED


def test_reminders_wait_even_if_the_sending_is_started_before_a_worker_has_made_them_anew(
    mail: Write, reader: User, adam: User, monkeypatch
):
    """Whoever has said that a backup is restored starts at once; the worker finds the reminders to be due later."""

    def make(now: dt.datetime) -> None:
        said = {"kind": "reminder", "user": reader, "address": reader.email, "about": {"number": 7}}
        enqueue(now=now, once_key="reminder", **said)

    reminder = Kind("reminder", "Påminnelse", compose, can_wait=True, may_be_off=True)
    monkeypatch.setitem(kinds._kinds, "reminder", reminder)
    monkeypatch.setattr(control, "reminder_makers", [make])
    control.backup_was_restored(now=NOON)
    control.resume(by=adam, now=NOON)
    make(NOON + MINUTE)
    assert Postbox().send(NOON + MINUTE) == []
    assert states() == [State.HELD]
    control.pause(by=adam, now=NOON)
    control.resume(by=adam, now=NOON)
    assert len(states()) == 1, "a pause makes none"


def test_all_that_makes_reminders_is_known_to_the_sending():
    assert {sessions_reminders.due, follow_ups.due} == set(control.reminder_makers)


def after_midnight(mail: Write, newcomer: User) -> dict[str, Callable[[], object]]:
    """What only an administrator does, done half an hour into the day in Stockholm, when UTC has the day before."""
    kept = mail(1)
    Message.objects.filter(pk=kept.pk).update(state=State.HELD, is_from_backup=True)
    Control.objects.filter(pk=current().pk).update(is_restored=True, paused_at=NOON)
    kept.refresh_from_db()
    said = {"by": newcomer, "now": dt.datetime(2026, 9, 17, 22, 30, tzinfo=dt.UTC)}
    return {
        "one": lambda: release(message=kept, **said),
        "all": lambda: release_all(**said),
        "start": lambda: control.resume(**said),
    }


@pytest.mark.parametrize("deed", ["one", "all", "start"])
@pytest.mark.parametrize("is_todays", [True, False])
def test_an_administrator_is_one_on_stockholms_days(mail: Write, adam: User, reader: User, deed: str, is_todays: bool):
    yesterday = dt.date(2026, 9, 17)
    first, last = (yesterday + dt.timedelta(days=1), None) if is_todays else (dt.date(2026, 1, 1), yesterday)
    give_role(user=reader, role="administrator", starts_on=first, ends_on=last, by=adam)
    do = after_midnight(mail, reader)[deed]
    with nullcontext() if is_todays or deed == "all" else pytest.raises(ValidationError):
        do()
    went = not Message.objects.filter(is_from_backup=True).exists() or not current().is_restored
    assert went is is_todays


def test_a_made_up_code_goes_to_somebody_at_the_centre_on_stockholms_days(adam: User, reader: User):
    give_role(user=reader, role="coordinator", starts_on=dt.date(2026, 9, 18), by=adam)
    samples = code_samples(dt.datetime(2026, 9, 17, 22, 30, tzinfo=dt.UTC))
    assert str(reader.pk) in [sample.key for sample in samples]


def test_what_was_on_its_way_in_a_backup_goes_no_second_time_by_itself(mail: Write, adam: User, marked: Path):
    message = mail(1)
    Postbox().send(NOON)
    backup = current()
    Postbox().send(NOON + MINUTE)
    went = {"state": State.HANDED_OVER, "handed_over_at": NOON, "leased_until": NOON + 11 * MINUTE}
    Message.objects.filter(pk=message.pk).update(**went)
    go_back_to(backup)
    Postbox().send(NOON + 2 * MINUTE)
    control.resume(by=adam, now=NOON)
    assert Postbox().send(NOON + 60 * MINUTE) == []
    assert states() == [State.UNCERTAIN]


def test_a_new_database_beside_an_old_mark_is_not_a_restored_one(mail: Write, marked: Path):
    for minute in range(3):
        Postbox().send(NOON + minute * MINUTE)
    Control.objects.all().delete()
    mail(1)
    assert len(Postbox().send(NOON)) == 1


def test_a_mark_that_cannot_be_written_or_read_stops_nothing(mail: Write, settings, tmp_path: Path):
    settings.MAIL_MARK = tmp_path / "borta" / "mail-mark"
    mail(1)
    assert len(Postbox().send(NOON)) == 1
    settings.MAIL_MARK = tmp_path / "mail-mark"
    settings.MAIL_MARK.write_text("skräp\n")
    mail(2)
    assert len(Postbox().send(NOON)) == 1


def test_who_restores_on_another_machine_says_so(mail: Write, capsys):
    mail(1)
    call_command("after_restore")
    assert "pausade" in capsys.readouterr().out
    assert Postbox().send(NOON) == []
    assert (states(), current().is_restored) == ([State.HELD], True)


def test_the_page_pauses_and_starts_and_tells_everybody_who_answers_for_it(centre, mail: Write, signed_in):
    coordinator = signed_in(centre.samira)
    coordinator.post(reverse("outbox:pause"))
    words = coordinator.get(reverse("sessions_log:start")).content.decode()
    assert "Utskicken är pausade sedan" in words
    assert "Pausat av" in words
    Control.objects.update(is_restored=True)
    answer = coordinator.post(reverse("outbox:resume"), follow=True).content.decode()
    assert "Bara en administratör startar utskicken igen." in answer
    signed_in(centre.adam).post(reverse("outbox:resume"))
    assert current().paused_at is None
