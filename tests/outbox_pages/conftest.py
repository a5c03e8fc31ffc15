"""A kind of mail of the tests' own, and mails of it in every state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from accounts.models import User
from outbox import kinds
from outbox.actions import enqueue
from outbox.kinds import Kind
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message, State
from tests.conftest import NOW
from tests.mailing import Postbox

# What only the recipient may have.
ADDRESS_OF_THEIR_OWN = "http://127.0.0.1:8000/lank/hemlig"
MakeMail = Callable[..., Message]


def compose_note(message: Message, now: dt.datetime) -> Letter:
    if "unwanted" in message.about:
        raise NotWanted("Skolan är stängd.")
    if "broken" in message.about:
        raise ValueError("passet finns inte")
    subject = message.about.get("subject", "Nästa vecka: normer")
    table = Section(
        heading="Normer",
        paragraphs=["Stämmer tiderna?"],
        columns=("Grupp", "När"),
        rows=[("2A", "tis 22 sep")],
        button=Link("Se planen", ADDRESS_OF_THEIR_OWN),
        link=Link("Någon tid fungerar inte", ADDRESS_OF_THEIR_OWN),
    )
    return Letter(
        subject=subject,
        preheader="",
        greeting="Hej Elin!",
        sections=[table],
        why="Du är kontaktperson.",
        foot_links=[Link("Det är inte jag", ADDRESS_OF_THEIR_OWN)],
        told={"2A": subject},
    )


@pytest.fixture(autouse=True)
def note(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind "note", which can wait for the week's mail."""
    monkeypatch.setitem(kinds._kinds, "note", Kind("note", "Påminnelse om normer", compose_note, can_wait=True))


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def mail(elin: User) -> MakeMail:
    """``mail(state=State.FAILED, why="552 full")`` writes a mail to Elin and puts it where it should stand."""

    def make(to: User | None = None, *, about: dict[str, Any] | None = None, **fields: Any) -> Message:
        user = to or elin
        message = enqueue(kind="note", address=user.email, user=user, about=about, now=NOW)
        assert message is not None
        if fields.get("state") in (State.FAILED, State.UNCERTAIN, State.SENT, State.SKIPPED):
            fields.setdefault("settled_at", NOW)
        Message.objects.filter(pk=message.pk).update(**fields)
        message.refresh_from_db()
        return message

    return make
