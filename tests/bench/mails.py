"""How fast one sender is beside plain smtplib.

The mails are reminders of base sessions, as a municipality gets them. The sender writes each, marks it and sends it;
smtplib is given the very same messages ready-made, over one connection, to the same server in the same run. The servers
are processes of their own. Sender and smtplib take turns, so that what else the machine does meets both.
"""

from __future__ import annotations

import datetime as dt
import smtplib
from contextlib import AbstractContextManager
from statistics import median
from typing import Any

from tests.bench.measuring import keep, process_on_a_port, table, timed

MAILS, TURNS = 500, 3
# A relay in production answers when it has written the mail to its disk; the others answer at once.
SERVERS = ("a relay that takes 5 ms", "aiosmtpd", "one that only reads")
NOON = dt.datetime(2026, 9, 17, 10, tzinfo=dt.UTC)


def run() -> None:
    from django.conf import settings

    settings.MAIL_PER_MINUTE = 0
    keep("mails", speed())


def speed() -> list[str]:
    """The sender's and smtplib's mails a second, turn by turn."""
    from outbox.backend import HandoverBackend

    heads = ["server", "mails", "smtplib, mails a second", "sender, mails a second", "share", "statements a mail"]
    rows = []
    for name in SERVERS:
        with server(name) as port:
            turns = []
            for _turn in range(TURNS):
                write_reminders(MAILS)
                ready = ready_made()
                plain = MAILS / timed(lambda ready=ready, port=port: push(ready, port))[1]
                relay = HandoverBackend(host="127.0.0.1", port=port)
                _none, seconds, statements = timed(lambda relay=relay: send_all(relay))
                turns.append((plain, MAILS / seconds, statements / MAILS))
        plain, ours, statements = (median(column) for column in zip(*turns, strict=True))
        rows.append([name, MAILS * TURNS, round(plain), round(ours), ours / plain, statements])
    return table(heads, rows)


def send_all(relay: Any) -> None:
    """One sender, until nothing is due."""
    from outbox.models import Message, State
    from outbox.sender import send_waiting

    send_waiting(clock=lambda: NOON, backend=relay, seconds=3600)
    assert not Message.objects.exclude(state=State.SENT).exists()


def write_reminders(count: int) -> None:
    """So many waiting reminders of base sessions, each to a contact person of one of a hundred schools."""
    from outbox.models import Message
    from tests.bench import municipality

    Message.objects.all().delete()
    readers = municipality.readers()
    Message.objects.bulk_create(
        (
            Message(
                kind="session-approaching",
                user_id=reader.user,
                address=reader.address,
                about={"membership": reader.membership, "sessions": reader.sessions, "lead": 3},
                not_before=NOON,
                made_at=NOON,
            )
            for reader in (readers[number % len(readers)] for number in range(count))
        ),
        batch_size=1000,
    )


def ready_made() -> list[tuple[str, str, bytes]]:
    """What the sender is going to send, written out before the clock starts."""
    from django.conf import settings
    from django.utils import translation

    from outbox.going import letter_for
    from outbox.models import Message
    from outbox.together import written_together
    from outbox.writing import mail_of, written_out

    ready, messages = [], list(Message.objects.select_related("user"))
    with translation.override(settings.LANGUAGE_CODE), written_together(messages):
        for message in messages:
            mail = mail_of(message, letter_for(message, NOON), NOON)
            ready.append((settings.DEFAULT_FROM_EMAIL, message.address, written_out(mail)))
    return ready


def push(ready: list[tuple[str, str, bytes]], port: int) -> None:
    connection = smtplib.SMTP("127.0.0.1", port)
    for sender, recipient, body in ready:
        connection.sendmail(sender, [recipient], body)
    connection.close()


def server(name: str) -> AbstractContextManager[int]:
    """A mail server of its own process; gives its port."""
    return process_on_a_port(lambda port: ["tests.bench.servers", name, str(port)])
