"""The letter of a kind of mail that needs nothing but its number."""

from __future__ import annotations

import datetime as dt

from outbox.letters import Letter, NotWanted, Section
from outbox.models import Message


def compose(message: Message, now: dt.datetime) -> Letter:
    """A letter that tells of its number; ``about`` can say that it is not wanted, or cannot be written."""
    if message.about.get("unwanted"):
        raise NotWanted("Den behövs inte.")
    if message.about.get("broken"):
        raise ZeroDivisionError
    number = str(message.about.get("number", 0))
    return Letter(
        subject=f"Mejl {number}",
        preheader="",
        greeting="Hej!",
        sections=[Section(paragraphs=["Prov."])],
        told={f"thing:{number}": "said"},
    )
