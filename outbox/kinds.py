"""The kinds of mail. The apps above register theirs in ``AppConfig.ready()``; the outbox knows none by itself but the
weekly digest and the code to sign in with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from outbox.letters import Letter
from outbox.models import Message

# Makes the mail's letter at a moment, or raises NotWanted: the recipient's right to it is checked here, too.
Compose = Callable[[Message, dt.datetime], Letter]


@dataclass(frozen=True)
class Kind:
    """A kind of mail: its name, its title for the pages, how its letter is made, and whether it can wait a week."""

    name: str
    title: str | Promise
    compose: Compose
    can_wait: bool = False
    # Its content is nobody's to read but the recipient's: no preview, nothing kept, never sent again.
    is_secret: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_of(message: Message) -> Kind:
    """Raises ``KeyError`` for a kind that no app has registered."""
    return _kinds[message.kind]


def title_of(message: Message) -> str:
    """The kind in words, for kinds that are no longer made too."""
    kind = _kinds.get(message.kind)
    return str(kind.title) if kind else message.kind


def is_secret(message: Message) -> bool:
    kind = _kinds.get(message.kind)
    return kind is not None and kind.is_secret


def all_kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: str(kind.title))


def kind_named(name: str) -> Kind:
    return _kinds[name]
