"""Whatever a relay does, each mail ends as the table in docs/mail.md says, and the others are sent."""

from __future__ import annotations

import datetime as dt
import smtplib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from outbox import backend, sender
from outbox.backend import HandoverBackend
from outbox.models import Message, State
from tests.outbox.conftest import NOON
from tests.outbox.relays import Relay, Script, drop, relay

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).parents[2] / "docs" / "mail.md"
LATER = NOON + dt.timedelta(hours=1)
ONE = "lisa0@vpc.example"


@dataclass(frozen=True)
class Case:
    """What the relay does to one recipient, as the document says it, and what becomes of that mail."""

    name: str
    script: Callable[[Relay], Script]
    state: State
    why: str
    tried_again: bool


def only_one(answer: str) -> Callable[[str], str]:
    """An answer for one recipient; the others are welcome."""
    return lambda address: answer if address == ONE else "250 ok"


CASES = [
    Case("takes the mail", lambda r: Script(), State.SENT, "250 taken", False),
    Case("greets with 554", lambda r: Script(greeting="554 no"), State.QUEUED, "554 no", True),
    Case("greets with 421", lambda r: Script(greeting="421 busy"), State.QUEUED, "421 busy", True),
    Case("says nothing at all", lambda r: Script(greeting=r.hang), State.QUEUED, "timed out", True),
    Case("answers MAIL with 4xx", lambda r: Script(mail="451 later"), State.QUEUED, "451 later", True),
    Case("answers MAIL with 5xx", lambda r: Script(mail="550 no"), State.FAILED, "550 no", False),
    Case("answers one RCPT with 4xx", lambda r: Script(rcpt=only_one("450 full")), State.QUEUED, "450 full", True),
    Case("answers one RCPT with 5xx", lambda r: Script(rcpt=only_one("550 nobody")), State.FAILED, "550 nobody", False),
    Case("answers DATA with 4xx", lambda r: Script(data="452 later"), State.QUEUED, "452 later", True),
    Case("answers DATA with 5xx", lambda r: Script(data="554 no"), State.FAILED, "554 no", False),
    Case("hangs before 354", lambda r: Script(data=r.hang), State.QUEUED, "timed out", True),
    Case("drops the connection before 354", lambda r: Script(data=drop), State.QUEUED, "closed", True),
    Case("drops the connection after 354", lambda r: Script(body=drop), State.UNCERTAIN, "", True),
    Case("answers the final dot with 4xx", lambda r: Script(end="451 later"), State.QUEUED, "451 later", True),
    Case("answers the final dot with 5xx", lambda r: Script(end="554 spam"), State.FAILED, "554 spam", False),
    Case("hangs after the final dot", lambda r: Script(end=r.hang), State.UNCERTAIN, "timed out", True),
    Case("drops the connection after the final dot", lambda r: Script(end=drop), State.UNCERTAIN, "closed", True),
    Case(
        "answers the final dot with nonsense", lambda r: Script(end="hello"), State.UNCERTAIN, "could not be read", True
    ),
]


# Seconds; only he who waits in vain is impatient, as whoever answers may be slow on a machine that is busy.
PATIENT, IMPATIENT = 60, 0.5
WAITS_IN_VAIN = ("says nothing at all", "hangs before 354")


def send(port: int, now: dt.datetime = NOON, timeout: float = PATIENT) -> None:
    sender.send_waiting(clock=lambda: now, backend=HandoverBackend(host="127.0.0.1", port=port, timeout=timeout))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_becomes_of_the_mail(case: Case, mail: Callable[..., Message], monkeypatch):
    message = mail(0)
    if case.name == "hangs after the final dot":
        monkeypatch.setattr(backend, "AFTER_FINAL_DOT", IMPATIENT)
    with relay(Script()) as server:
        server.script = case.script(server)
        send(server.port, timeout=IMPATIENT if case.name in WAITS_IN_VAIN else PATIENT)
    message.refresh_from_db()
    assert (message.state, case.why in message.why) == (case.state, True), message.why
    assert message.attempts == 1
    assert (message.handed_over_at is not None) == (case.state in (State.SENT, State.UNCERTAIN) or "dot" in case.name)
    with relay(Script()) as server:
        send(server.port, LATER)
    message.refresh_from_db()
    assert (message.attempts == 2) == case.tried_again
    if case.tried_again:
        assert message.state == State.SENT
        assert server.taken == [(ONE, message.message_id)]


@pytest.mark.parametrize("answer", ["450 full", "550 nobody"])
def test_the_others_are_sent(answer: str, mail: Callable[..., Message]):
    for number in range(4):
        mail(number)
    with relay(Script(rcpt=only_one(answer))) as server:
        send(server.port)
    assert sorted(recipient for recipient, _id in server.taken) == [f"lisa{n}@vpc.example" for n in (1, 2, 3)]


def test_a_refused_connection_leaves_all_in_the_queue(mail: Callable[..., Message]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for number in range(3):
        mail(number)
    send(port)
    assert {(one.state, one.attempts) for one in Message.objects.all()} == {(State.QUEUED, 1)}


def test_an_idle_connection_that_the_server_has_closed_is_opened_anew(mail: Callable[..., Message]):
    for number in range(3):
        mail(number)
    with relay(Script(after=drop)) as server:
        send(server.port)
    assert [one.state for one in Message.objects.all()] == [State.SENT] * 3
    assert len(server.taken) == 3
    # Each was asked for once: nothing was counted as a failed attempt.
    assert {one.attempts for one in Message.objects.all()} == {1}


def test_one_connection_serves_many_mails(mail: Callable[..., Message]):
    greetings = []

    def greet(client: socket.socket) -> bool:
        greetings.append(1)
        client.sendall(b"220 relay\r\n")
        return True

    for number in range(5):
        mail(number)
    with relay(Script(greeting=greet)) as server:
        send(server.port)
    assert (len(greetings), len(server.taken)) == (1, 5)


def test_it_waits_ten_seconds_for_each_answer_and_ten_minutes_for_the_last(mail: Callable[..., Message], monkeypatch):
    waits, read = [], smtplib.SMTP.getreply

    def note_and_read(connection: smtplib.SMTP):
        assert connection.sock is not None
        waits.append(connection.sock.gettimeout())
        return read(connection)

    monkeypatch.setattr(smtplib.SMTP, "getreply", note_and_read)
    for number in range(2):
        mail(number)
    with relay(Script()) as server:
        sender.send_waiting(clock=lambda: NOON, backend=HandoverBackend(host="127.0.0.1", port=server.port))
    one_mail = [10, 10, 10, 600]  # MAIL, RCPT, DATA, the final dot
    greeting, goodbye = [10, 10], [10]
    assert waits == [*greeting, *one_mail, *one_mail, *goodbye]


def test_the_document_has_the_same_table():
    rows = [line for line in TABLE.read_text().splitlines() if line.startswith("| the server ")]
    said = [
        f"| the server {case.name} | {case.state.value} | {'yes' if case.tried_again else 'no'} |" for case in CASES
    ]
    assert rows == said
