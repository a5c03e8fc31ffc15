"""Lets mails of a batch share queries: a hundred mails composed one after the other ask once, not a hundred times.

Code that composes a mail asks through this module. While a sender works on a batch, the first mail's query is asked for
all of them; a mail by itself asks for itself. Answers are kept for the batch, which is as many mails as are sent in a
second.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from outbox.models import Message

T = TypeVar("T")


class Batch:
    """The mails composed together, and the answers so far."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        self.keys = {message.pk for message in messages}
        self.answers: dict[Hashable, object] = {}

    def of_kind(self, kind: str) -> list[Message]:
        return [message for message in self.messages if message.kind == kind]


_batch: ContextVar[Batch | None] = ContextVar("batch", default=None)


@contextmanager
def written_together(messages: Sequence[Message]) -> Iterator[None]:
    """Within this context, queries are asked for all of these mails."""
    token = _batch.set(Batch(messages))
    try:
        yield
    finally:
        _batch.reset(token)


def asked_once(question: Hashable, ask: Callable[[], T]) -> T:
    """For what is the same for every mail, such as a text."""
    batch = _batch.get()
    if batch is None:
        return ask()
    if question not in batch.answers:
        batch.answers[question] = ask()
    return batch.answers[question]  # type: ignore[return-value]


def asked_for_all(
    message: Message, question: Hashable, ask: Callable[[Sequence[Message]], Mapping[int, T]]
) -> T | None:
    """A mail's own part of what is asked for all; ``ask`` gives the parts by the mails' keys."""
    batch = _batch.get()
    if batch is None or message.pk not in batch.keys:
        return ask([message]).get(message.pk)
    return asked_once((question, message.kind), lambda: ask(batch.of_kind(message.kind))).get(message.pk)
