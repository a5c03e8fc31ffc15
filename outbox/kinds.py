"""The kinds of mail. Apps above register theirs in ``AppConfig.ready()``; the outbox's own are the weekly digest and
the code to sign in with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.models import User
from outbox.letters import Letter
from outbox.models import Message
from outbox.quiet import DAY_BEGINS

# Composes the mail's letter at a moment, or raises NotWanted; it also checks the recipient's right to the content.
Compose = Callable[[Message, dt.datetime], Letter]
# The moment from which a mail of the kind is useless, as seen at a moment; None if there is none ahead.
TooLate = Callable[[Message, dt.datetime], dt.datetime | None]


def never(message: Message, now: dt.datetime) -> dt.datetime | None:
    return None


def alone(message: Message) -> bool:
    return False


ForWhom = Callable[[User, dt.date], bool]


def everyone(user: User, today: dt.date) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """A kind of mail: its name, its title on pages, how it is composed, and whether it can wait for a week.

    For the other fields see ``docs/mail.md``, "The right person, at the right time".
    """

    name: str
    title: str | Promise
    compose: Compose
    can_wait: bool = False
    # Only the recipient may read its content: no preview, nothing stored, never sent again.
    is_secret: bool = False
    # It waits through quiet hours until this time on the next open day, unless that would be too late.
    keeps_quiet: bool = False
    morning: dt.time = DAY_BEGINS
    too_late: TooLate = never
    # Its recipient may turn it off, and it waits while its school is paused. True of reminders, not of codes and
    # changes.
    may_be_off: bool = False
    # Who may get it, and so sees it among their settings.
    for_whom: ForWhom = everyone
    # If its recipient has left the role, it goes to whoever has it now.
    goes_to_heir: bool = False
    # Merges a mail that is put off into another that waits, and says whether it did.
    join: Callable[[Message], bool] = alone


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_of(message: Message) -> Kind:
    """Raises ``KeyError`` for a kind that no app has registered."""
    return _kinds[message.kind]


def title_of(message: Message) -> str:
    """The kind in words, also of kinds that are no longer made."""
    kind = _kinds.get(message.kind)
    return str(kind.title) if kind else message.kind


def is_secret(message: Message) -> bool:
    kind = _kinds.get(message.kind)
    return kind is not None and kind.is_secret


def all_kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: str(kind.title))


def kind_named(name: str) -> Kind:
    return _kinds[name]
