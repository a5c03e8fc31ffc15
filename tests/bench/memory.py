"""Whether one sender needs more memory the more it sends: a hundred thousand mails, to a relay that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outbox.writing import written_out
from tests.bench.mails import send_all, write_reminders
from tests.bench.measuring import keep, memory, table

MANY, LOOKS = 100_000, 10


def run() -> None:
    from django.conf import settings

    settings.MAIL_PER_MINUTE = 0
    keep("memory", flatness())


def flatness() -> list[str]:
    """Megabytes after each tenth of a hundred thousand mails, to a relay that keeps nothing."""
    used = []
    for _look in range(LOOKS):
        write_reminders(MANY // LOOKS)
        send_all(Nothing())
        used.append(memory())
    heads = [f"{(look + 1) * MANY // LOOKS:,}" for look in range(LOOKS)]
    grown = used[-1] - used[0]
    said = f"From {heads[0]} to {heads[-1]} mails, one sender's memory has grown by {grown:.1f} MB."
    return [*table(["mails sent", *heads], [["memory, MB", *(round(one) for one in used)]]), "", said]


class Nothing:
    """A relay that takes every mail, written out, and keeps none."""

    def deliver(self, mail: Any, *, handed_over: Callable[[], None]) -> str:
        handed_over()
        written_out(mail)
        return "250 taken"

    def close(self) -> None:
        pass
