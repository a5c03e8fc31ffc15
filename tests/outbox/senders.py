"""What a process of the nursery does: sends by itself, works for Celery, or is beat.

``guard`` is ``on`` for the portal's own sender. The others take a guard off, to show that the tests see what it
prevents: mails that are lost, and mails that come twice.
"""

from __future__ import annotations

import datetime as dt
import time

import time_machine
from django.conf import settings
from django.utils import timezone

from outbox import claims, kinds, sender
from outbox.backend import HandoverBackend
from outbox.models import Message, State
from tests.outbox.letters import compose
from vpc_portal.celery import app

QUIETLY = ["--loglevel", "warning"]
ALONE = ["--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]


def send(*, port: int, guard: str, minutes: int, a_minute: int = 0) -> None:
    """Send what is due, again and again, to a server on this machine; the clock is some minutes ahead."""
    _get_ready(guard, minutes)
    settings.MAIL_PER_MINUTE = a_minute
    relay = HandoverBackend(host="127.0.0.1", port=port)
    while True:
        sender.send_waiting(backend=relay, clock=timezone.now)
        time.sleep(0.05)


def work(*, broker: str, port: int, guard: str, minutes: int) -> None:
    """A Celery worker that mails to the server."""
    _get_ready(guard, minutes)
    settings.EMAIL_PORT = port
    app.conf.broker_url = broker
    app.start(["worker", *QUIETLY, *ALONE])


def beat(*, broker: str, schedule: str, minutes: int) -> None:
    """Celery's beat, with a file of its own for what it has rung."""
    _get_ready("on", minutes)
    app.conf.broker_url = broker
    app.start(["beat", *QUIETLY, "--pidfile", "", "--schedule", schedule])


def _get_ready(guard: str, minutes: int) -> None:
    kinds.register(kinds.Kind("test", "Prov", compose))
    if minutes:
        time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes), tick=True).start()
    if guard != "on":
        GUARDS[guard]()


def _marks_first() -> None:
    """A mail is marked as sent as soon as it is claimed."""
    take = sender.take

    def take_and_mark(me, most, now):
        batch = take(me, most, now)
        Message.objects.filter(pk__in=[message.pk for message in batch]).update(state=State.SENT)
        return batch

    sender.take = take_and_mark
    sender._hand_over = lambda message, letter, now: None


def _no_mark() -> None:
    """Nothing is marked between 354 and the body, and a claim that has run out is sent again."""
    sender._hand_over = lambda message, letter, now: None
    _finishes_from(State.CLAIMED)


def _no_claim() -> None:
    """Who finds a mail sends it, whoever else has found it."""
    claims._claim = lambda found, me, now: list(Message.objects.filter(pk__in=found).select_related("user"))
    sender._hand_over = lambda message, letter, now: None
    _finishes_from(State.QUEUED)


def _finishes_from(state: State) -> None:
    finish = sender._finish
    sender._finish = lambda message, was, becomes, why, now, not_before=None: finish(
        message, state, becomes, why, now, not_before
    )


GUARDS = {"marks first": _marks_first, "no mark": _no_mark, "no claim": _no_claim}
