"""Previews of texts: a letter composed with them on something real, shown or sent to oneself; nothing of it is
stored."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from outbox.actions import enqueue
from outbox.kinds import kind_of
from outbox.letters import Letter, Link, NotWanted, Section
from outbox.models import Message
from outbox.texts import Sample, TextSet, trying
from outbox.writing import as_html, as_text

log = logging.getLogger(__name__)
TRIAL = "text-trial"


@dataclass(frozen=True)
class Trial:
    """A letter as it would be, as plain text and as HTML; or why there is none."""

    letter: Letter | None = None
    fault: str = ""

    @property
    def text(self) -> str:
        return as_text(self.letter) if self.letter else ""

    @property
    def html(self) -> str:
        return as_html(self.letter) if self.letter else ""


def samples_of(texts: TextSet, now: dt.datetime) -> list[Sample]:
    """What a kind's texts can be previewed on."""
    with translation.override(settings.LANGUAGE_CODE):
        return list(texts.samples(now))


def written_on(sample: Sample, kind: str, texts: dict[str, str], now: dt.datetime) -> Trial:
    """A sample's letter with the typed texts. Everything written for it is rolled back.

    Its links lead to the portal's start page, since a recipient's own links are only for them.
    """
    with translation.override(settings.LANGUAGE_CODE), trying(kind, texts), transaction.atomic():
        try:
            message = sample.write()
            letter = kind_of(message).compose(message, sample.at or now)
            return Trial(without_links(letter))
        except NotWanted as reason:
            return Trial(fault=str(reason))
        except Exception as fault:  # the page shows any error that the sender would meet
            log.exception("A letter of the kind %s could not be written.", kind)
            return Trial(fault=str(fault) or type(fault).__name__)
        finally:
            transaction.set_rollback(True)


def without_links(letter: Letter) -> Letter:
    """The letter with the start page for every link and without files, so that others may read it."""
    return dataclasses.replace(
        letter,
        sections=[_without_links(section) for section in letter.sections],
        foot_links=[Link(link.text, settings.PORTAL_URL) for link in letter.foot_links],
        attachments=(),
        told={},
        carries=(),
    )


def _without_links(section: Section) -> Section:
    button, link = (part and Link(part.text, settings.PORTAL_URL) for part in (section.button, section.link))
    return dataclasses.replace(section, button=button, link=link)


def send_to_oneself(*, letter: Letter, kind: str, by: User, now: dt.datetime) -> Message | None:
    """Mail a previewed letter to whoever asks for it. Pressed twice while the first waits, it is one mail."""
    about = {"letter": letter.kept()}
    key = f"{TRIAL}:{by.pk}:{kind}"
    return enqueue(kind=TRIAL, address=by.email, user=by, about=about, merge_key=key, priority=1, now=now)


def compose_trial(message: Message, now: dt.datetime) -> Letter:
    """The previewed letter, marked as a test."""
    said = message.about["letter"]
    sections = [
        Section(
            **section
            | {
                "columns": tuple(section["columns"]),
                "rows": [tuple(row) for row in section["rows"]],
                "button": _start(section["button"]),
                "link": _start(section["link"]),
            }
        )
        for section in said["sections"]
    ]
    feet = [Link(link["text"], settings.PORTAL_URL) for link in said["foot_links"]]
    subject = _("Test: %(subject)s") % {"subject": said["subject"]}
    fixed = {"subject": subject, "sections": sections, "foot_links": feet, "attachments": ()}
    return Letter(**said | fixed)


def _start(link: dict[str, str] | None) -> Link | None:
    return Link(link["text"], settings.PORTAL_URL) if link else None
