"""A letter as a mail: the same words as plain text and as HTML that works in Outlook and on a phone."""

from __future__ import annotations

import binascii
import datetime as dt
from email.charset import QP, Charset
from email.mime.text import MIMEText
from email.utils import formataddr
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from outbox.kinds import kind_of
from outbox.letters import Attachment, Letter
from outbox.models import Message
from outbox.own_links import stop_url


class QuotedPrintable(Charset):
    """UTF-8 as quoted-printable, which passes every server, even old ones without 8BITMIME.

    Encoded by ``binascii``: the standard library's own encoder is written in Python, and takes as long as everything
    else together.
    """

    def __init__(self) -> None:
        super().__init__("utf-8")
        self.body_encoding = QP

    def body_encode(self, string: Any) -> Any:
        text = string if isinstance(string, bytes) else string.encode("utf-8")
        return binascii.b2a_qp(text, istext=True).decode("ascii")


UTF8 = QuotedPrintable()


class LetterMail(EmailMultiAlternatives):
    """A mail that is written out once, when there is time for it, and not changed after that."""

    @cached_property
    def written(self) -> bytes:
        return _bytes_of(self)


def written_out(mail: EmailMessage) -> bytes:
    """A mail's bytes, with lines ended by CRLF."""
    return mail.written if isinstance(mail, LetterMail) else _bytes_of(mail)


def _bytes_of(mail: EmailMessage) -> bytes:
    return mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]


def mail_of(message: Message, letter: Letter, now: dt.datetime) -> LetterMail:
    """The mail that is handed to the server."""
    headers = {
        "Message-ID": message.message_id,
        # Ask for no automatic replies (RFC 3834).
        "Auto-Submitted": "auto-generated",
    } | _ways_to_stop(message, timezone.localdate(now))
    mail = LetterMail(
        subject=_on_one_line(letter.subject),
        body=as_text(letter),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((_on_one_line(str(message.user)), message.address)) if message.user else message.address],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
    )
    mail.encoding = UTF8
    mail.attach_alternative(as_html(letter), "text/html")
    for attachment in letter.attachments:
        mail.attach(_part(attachment))
    return mail


def _on_one_line(text: str) -> str:
    """A header's text, which may have no line breaks."""
    return " ".join(text.split())


def _ways_to_stop(message: Message, today: dt.date) -> dict[str, str]:
    """The headers for the mail program's own button to turn the kind off (RFC 2369, RFC 8058), for kinds that may
    be."""
    if message.user is None or not kind_of(message).may_be_off:
        return {}
    url = stop_url(message.user, message.kind, today)
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _part(attachment: Attachment) -> MIMEText:
    """An attached text, with its type's parameters, such as a calendar's method, in the part's header."""
    main, _slash, subtype = attachment.mime_type.partition("/")
    assert main == "text", attachment.mime_type
    part = MIMEText(attachment.text, subtype, "utf-8")
    for name, value in attachment.parameters.items():
        part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part


def as_text(letter: Letter) -> str:
    return render_to_string("outbox/letter.txt", _context(letter)).strip() + "\n"


def as_html(letter: Letter) -> str:
    return render_to_string("outbox/letter.html", _context(letter))


def _context(letter: Letter) -> dict[str, Any]:
    return {"letter": letter, "DEMO": settings.DEMO, "CENTRE": settings.CENTRE_NAME}
