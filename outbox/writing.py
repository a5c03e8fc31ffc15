"""A letter as a mail: its headers, its words twice, as plain text and as HTML, and what is attached."""

from __future__ import annotations

import datetime as dt
from email.mime.text import MIMEText
from email.utils import formataddr

from django.conf import settings
from django.utils import timezone

from outbox.kinds import kind_of
from outbox.letters import Attachment, Letter
from outbox.looks import as_html, as_text
from outbox.mime import LetterMail
from outbox.models import Message
from outbox.own_links import stop_url


def mail_of(message: Message, letter: Letter, now: dt.datetime) -> LetterMail:
    """The mail that goes to the server now."""
    headers = {
        "Message-ID": message.message_id,
        # No holiday answers, please (RFC 3834).
        "Auto-Submitted": "auto-generated",
    } | _ways_to_stop(message, timezone.localdate(now))
    mail = LetterMail(
        subject=" ".join(letter.subject.split()),
        body=as_text(letter),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((str(message.user), message.address)) if message.user else message.address],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
    )
    mail.attach_alternative(as_html(letter), "text/html")
    for attachment in letter.attachments:
        mail.attach(_part(attachment))
    return mail


def _ways_to_stop(message: Message, today: dt.date) -> dict[str, str]:
    """The mail program's own button to turn the kind off (RFC 2369, RFC 8058), for kinds that may be turned off."""
    if message.user is None or not kind_of(message).may_be_off:
        return {}
    url = stop_url(message.user, message.kind, today)
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _part(attachment: Attachment) -> MIMEText:
    """A text that is attached; its type's parameters, such as a calendar's method, stand in the part's head."""
    main, _slash, subtype = attachment.mime_type.partition("/")
    assert main == "text", attachment.mime_type
    part = MIMEText(attachment.text, subtype, "utf-8")
    for name, value in attachment.parameters.items():
        part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part
