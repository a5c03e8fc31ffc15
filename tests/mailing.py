"""Mail in tests that are not about SMTP: what the sender hands over lands in a list."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.mail import EmailMessage

from outbox import sender
from outbox.models import Message


@dataclass
class Postbox:
    """A relay that takes every mail, and keeps it with the moment of its arrival."""

    received: list[tuple[dt.datetime, EmailMessage]] = field(default_factory=list)
    now: dt.datetime = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)

    def deliver(self, mail: EmailMessage, *, handed_over: Callable[[], None]) -> str:
        handed_over()
        self.received.append((self.now, mail))
        return "250 ok"

    def close(self) -> None:
        pass

    def send(self, now: dt.datetime) -> list[EmailMessage]:
        """Send what is due at a moment; gives what arrived."""
        self.now, before = now, len(self.received)
        sender.send_waiting(clock=lambda: now, backend=self)
        return [mail for _at, mail in self.received[before:]]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for _at, mail in self.received if address in mail.to[0]]


def links_in(mail: EmailMessage) -> list[str]:
    """The addresses in a mail's plain text, without the portal's own."""
    return [found.removeprefix("http://127.0.0.1:8000") for found in re.findall(r"http\S+", str(mail.body))]


def words_of(mail: EmailMessage) -> str:
    """A mail's plain text without its addresses, whose signatures can hold any letters."""
    return re.sub(r"http\S+", "", str(mail.body))


def waiting() -> list[Message]:
    return list(Message.objects.waiting().order_by("pk"))
