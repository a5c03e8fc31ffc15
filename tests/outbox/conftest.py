"""Mails of a kind that needs nothing but its number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from accounts.models import User
from outbox import kinds
from outbox.actions import enqueue
from outbox.models import Message
from tests.conftest import account
from tests.outbox.letters import compose
from tests.outbox.nursery import Nursery, nursery
from tests.processes.fixtures import database_url

NOON = dt.datetime(2026, 9, 17, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def kind(monkeypatch) -> None:
    monkeypatch.setitem(kinds._kinds, "test", kinds.Kind("test", "Prov", compose, can_wait=True))


@pytest.fixture
def reader(db: None) -> User:
    return account("lisa")


@pytest.fixture(scope="session")
def nest(django_db_setup: None) -> Iterator[Nursery]:
    """Where senders come from at once, on the test's own database."""
    with nursery(DATABASE_URL=database_url(), VAR_DIR=str(settings.VAR_DIR)) as one:
        yield one


@pytest.fixture
def mail(reader: User) -> Callable[..., Message]:
    """``mail(3)`` writes a mail with a number, to an address of its own."""

    def write(number: int = 0, *, address: str = "", now: dt.datetime = NOON, **more) -> Message:
        about = {"number": number} | more.pop("about", {})
        address = address or f"lisa{number}@vpc.example"
        return enqueue(kind="test", user=reader, address=address, about=about, now=now, **more)

    return write
