"""What a mail says, apart from its looks: the same parts become plain text, HTML and a preview."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _


class NotWanted(Exception):  # noqa: N818 - reads as what happened
    """The mail is not to be sent any more; the message says why, in the users' language."""


class LeftTheRole(NotWanted):
    """The recipient no longer has the role that the mail is for. Somebody else may have it now."""


def why_not_written(fault: Exception) -> str:
    """The reason, for the row of a mail whose letter could not be composed."""
    return _("Could not be written: %s") % (str(fault) or type(fault).__name__)


@dataclass(frozen=True)
class Link:
    """A link with its words. Its address is made when the mail is sent, and stored nowhere."""

    text: str
    url: str = field(default="", repr=False)

    def kept(self) -> dict[str, str]:
        return {"text": self.text}


@dataclass(frozen=True)
class Section:
    """A part of a mail: sentences, a table of what and when, and links."""

    heading: str = ""
    paragraphs: Sequence[str] = ()
    columns: tuple[str, str] = ("", "")
    rows: Sequence[tuple[str, str]] = ()
    button: Link | None = None
    link: Link | None = None
    after: Sequence[str] = ()

    def kept(self) -> dict[str, Any]:
        """As it is stored: without the links' addresses."""
        return {
            "heading": self.heading,
            "paragraphs": list(self.paragraphs),
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "button": self.button.kept() if self.button else None,
            "link": self.link.kept() if self.link else None,
            "after": list(self.after),
        }


@dataclass(frozen=True)
class Attachment:
    """A file attached to a mail: its name, its type such as ``text/calendar``, that type's parameters, and its text.

    It is made when the mail is sent, and only its name is stored.
    """

    name: str
    mime_type: str
    text: str = field(repr=False)
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Letter:
    """A mail's content. ``why`` says why it came and ``coming`` what comes next; ``told`` is stored when it has been
    sent."""

    subject: str
    preheader: str
    greeting: str
    sections: Sequence[Section]
    signature: Sequence[str] = ()
    why: str = ""
    coming: str = ""
    foot_links: Sequence[Link] = ()
    reply_to: str = ""
    attachments: Sequence[Attachment] = ()
    told: dict[str, str] = field(default_factory=dict)
    # Mails that are sent within this one.
    carries: Sequence[int] = ()

    def kept(self) -> dict[str, Any]:
        """The letter as it is stored and shown: without its links' addresses."""
        return {
            "subject": self.subject,
            "preheader": self.preheader,
            "greeting": self.greeting,
            "sections": [section.kept() for section in self.sections],
            "signature": list(self.signature),
            "why": self.why,
            "coming": self.coming,
            "foot_links": [link.kept() for link in self.foot_links],
            "reply_to": self.reply_to,
            "attachments": [attached.name for attached in self.attachments],
        }


# Composes a letter for a user at a moment, or raises NotWanted.
Compose = Callable[[Any, dt.datetime], Letter]


def local_time(day: dt.date, time: dt.time) -> dt.datetime:
    """A time of day in Stockholm as a moment.

    In the hour that occurs twice, the first; a time that the change of the clock skips becomes the moment that it would
    have been.
    """
    return dt.datetime.combine(day, time, tzinfo=timezone.get_default_timezone()).astimezone(dt.UTC)
