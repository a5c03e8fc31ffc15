"""Mails of a kind that needs nothing but its number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.models import User
from outbox import kinds
from outbox.actions import enqueue
from outbox.models import Message
from tests.conftest import account
from tests.outbox.letters import compose

NOON = dt.datetime(2026, 9, 17, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def kind(monkeypatch) -> None:
    monkeypatch.setitem(kinds._kinds, "test", kinds.Kind("test", "Prov", compose, can_wait=True))


@pytest.fixture
def reader(db: None) -> User:
    return account("lisa")


@pytest.fixture
def mail(reader: User) -> Callable[..., Message]:
    """``mail(3)`` writes a mail with a number, to an address of its own."""

    def write(number: int = 0, *, address: str = "", now: dt.datetime = NOON, **more) -> Message:
        about = {"number": number} | more.pop("about", {})
        address = address or f"lisa{number}@vpc.example"
        return enqueue(kind="test", user=reader, address=address, about=about, now=now, **more)

    return write
