"""A sender in a process of its own, to be killed: ``python -m tests.outbox.sending_process PORT GUARD SHIFT``.

GUARD is ``on`` for the portal's own sender. ``marks first`` and ``no mark`` take the guard off, to show that the tests
see what it prevents: mails that are lost, and mails that come twice.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.utils import timezone

from outbox import kinds, sender
from outbox.backend import HandoverBackend
from outbox.models import Message, State
from tests.outbox.letters import compose


def take_the_guard_off(guard: str) -> None:
    """``marks first``: sent as soon as it is claimed. ``no mark``: nothing is marked between 354 and the body, and a
    claim that has run out is sent again."""
    if guard == "marks first":
        claim = sender._claim_next

        def claim_and_mark(me, clock):
            message = claim(me, clock)
            if message:
                Message.objects.filter(pk=message.pk).update(state=State.SENT)
            return message

        sender._claim_next = claim_and_mark
        sender._hand_over = lambda message, letter, now: None
    elif guard == "no mark":
        sender._hand_over = lambda message, letter, now: None
        finish = sender._finish
        sender._finish = lambda message, was, becomes, why, now, not_before=None: finish(
            message, State.CLAIMED, becomes, why, now, not_before
        )


def main() -> None:
    port, guard, shift = int(sys.argv[1]), sys.argv[2], dt.timedelta(minutes=int(sys.argv[3]))
    kinds.register(kinds.Kind("test", "Prov", compose))
    take_the_guard_off(guard)
    relay = HandoverBackend(host="127.0.0.1", port=port)
    while True:
        sender.send_waiting(clock=lambda: timezone.now() + shift, backend=relay)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
