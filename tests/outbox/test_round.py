"""What a sender does while the server thinks: it writes down how the mail before ended, and writes the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from outbox import sender
from outbox.backend import HandoverBackend
from outbox.letters import Letter
from outbox.models import Message, State
from tests.mailing import Postbox
from tests.outbox.conftest import NOON
from tests.outbox.relays import Script, drop, relay

pytestmark = pytest.mark.django_db

Write = Callable[..., Message]


@pytest.fixture
def seen(monkeypatch) -> list[str]:
    """What happens, in its order: each mail written, handed over, answered, and written down as sent."""
    events: list[str] = []

    def noted(where: object, name: str, word: str, number: Callable[..., object]) -> None:
        real = getattr(where, name)

        def note(*args, **more):
            events.append(f"{word} {number(*args)}")
            return real(*args, **more)

        monkeypatch.setattr(where, name, note)

    mail_number = lambda message, *rest: message.about["number"]  # noqa: E731
    noted(sender, "_composed", "compose", mail_number)
    noted(sender, "_written", "write", lambda composed, *rest: mail_number(composed.message))
    noted(sender, "_hand_over", "hand over", mail_number)
    noted(sender, "_finish", "note", mail_number)
    noted(HandoverBackend, "_answer", "hear", lambda *args: "")
    monkeypatch.setattr(sender, "paced", lambda sent, seconds: 3)
    return events


def send(script: Script) -> list[str]:
    with relay(script) as server:
        sender.send_waiting(clock=lambda: NOON, backend=HandoverBackend(host="127.0.0.1", port=server.port))
    return [name for name, _id in server.taken]


def test_the_next_is_written_before_the_answer_and_the_last_is_noted_before_the_next_goes(mail: Write, seen):
    for number in range(4):
        mail(number)
    assert len(send(Script())) == 4
    alone = ["compose 0", "write 0", "hand over 0", "hear ", "note 0"]
    first = ["compose 1", "write 1", "compose 2", "write 2", "hand over 1", "hear ", "note 1"]
    second = ["compose 3", "hand over 2", "write 3", "hear ", "note 2"]
    assert seen == [*alone, *first, *second, "hand over 3", "hear ", "note 3"]


def test_one_mail_at_most_is_handed_over_and_not_noted(mail: Write, monkeypatch):
    open_rows: list[int] = []
    hand_over = sender._hand_over

    def count(message, letter, now):
        hand_over(message, letter, now)
        open_rows.append(Message.objects.filter(state=State.HANDED_OVER).count())

    monkeypatch.setattr(sender, "_hand_over", count)
    for number in range(6):
        mail(number)
    send(Script())
    assert open_rows == [1] * 6


@pytest.mark.parametrize("script", [Script(mail="451 later"), Script(greeting="421 busy"), Script(data=drop)])
def test_what_was_sent_is_noted_though_the_next_is_not_handed_over(script: Script, mail: Write, monkeypatch):
    """The server takes a mail and is of another mind about the one after it."""
    monkeypatch.setattr(sender, "paced", lambda sent, seconds: 3)
    for number in range(3):
        mail(number)
    with relay(Script()) as server:
        changing = HandoverBackend(host="127.0.0.1", port=server.port)
        answer = changing._answer

        def change(connection):
            said = answer(connection)
            server.script = script
            if script.greeting != Script().greeting:
                changing._break_off()
            return said

        monkeypatch.setattr(changing, "_answer", change)
        sender.send_waiting(clock=lambda: NOON, backend=changing)
    assert [one.state for one in Message.objects.order_by("pk")] == [State.SENT, State.QUEUED, State.QUEUED]


class Killed(BaseException):
    """The sender is gone."""


def test_killed_while_it_writes_the_next_the_one_before_is_uncertain_and_the_next_is_sent(mail: Write, monkeypatch):
    def write(message: Message, letter: Letter, now: dt.datetime, write=sender.mail_of):
        if message.about["number"] == 2 and now == NOON:
            raise Killed
        return write(message, letter, now)

    monkeypatch.setattr(sender, "mail_of", write)
    monkeypatch.setattr(sender, "take", lambda me, most, now, take=sender.take: take(me, 3, now))
    _before, first, second = mail(0), mail(1), mail(2)
    with pytest.raises(Killed):
        send(Script())
    assert [one.state for one in Message.objects.order_by("pk")] == [State.SENT, State.HANDED_OVER, State.CLAIMED]
    box = Postbox()
    for minutes in (4, 12, 16, 60):
        box.send(NOON + dt.timedelta(minutes=minutes))
    sent = [mail.extra_headers["Message-ID"] for _at, mail in box.received]
    assert sent == [second.message_id, first.message_id]
    assert Message.objects.get(pk=first.pk).repeats == 1


def test_a_mail_that_is_skipped_while_the_server_thinks_ends_beside_those_that_are_sent(mail: Write, monkeypatch):
    monkeypatch.setattr(sender, "paced", lambda sent, seconds: 4)
    for number in range(5):
        mail(number, about={"unwanted": number in (2, 4)})
    with relay(Script()) as server:
        ended = sender.send_waiting(clock=lambda: NOON, backend=HandoverBackend(host="127.0.0.1", port=server.port))
    assert ended == {State.SENT: 3, State.SKIPPED: 2}
