"""A mail as the bytes that go to the server, written out without the standard library's generator.

A mail of the portal has always the same form: a plain text, the same in HTML, and now and then an attached text. The
general way, which takes any mail apart and folds every header anew, takes ten times as long.
"""

from __future__ import annotations

import binascii
import uuid
from email import message_from_bytes, policy
from email.header import Header
from email.mime.base import MIMEBase
from email.utils import formatdate, parseaddr
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives
from django.core.mail.message import sanitize_address

# RFC 5322, 2.1.1: the longest line of a header that can be folded.
FOLDED_AT = 78
# Bytes in an encoded word: in base64, with what stands around them and a short name of a header, they are a line of at
# most 76 characters (RFC 2047, 2).
ENCODED_AT_ONCE = 39
_CRLF = policy.compat32.clone(linesep="\r\n")


def written_out(mail: EmailMessage) -> bytes:
    """The bytes of any mail, each line ended by CRLF."""
    if isinstance(mail, LetterMail):
        return mail.written
    return mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]


class LetterMail(EmailMultiAlternatives):
    """A mail to one recipient: a text, the same in HTML, and attached parts. Once written out it isn't changed."""

    @cached_property
    def written(self) -> bytes:
        return _headers(self) + _body(self)

    def message(self, **_policy: Any) -> Any:
        """What is sent, taken apart again, with the line ends of this machine."""
        return message_from_bytes(self.written.replace(b"\r\n", b"\n"))


def bare_address(address: str) -> str:
    """What a server is told of an address: without the name, in ASCII."""
    return parseaddr(address if address.isascii() else sanitize_address(address, "utf-8"))[1]


def _headers(mail: LetterMail) -> bytes:
    said = {
        "MIME-Version": "1.0",
        "Subject": mail.subject,
        "From": _in_ascii(mail.from_email),
        "To": _in_ascii(mail.to[0]),
    }
    if mail.reply_to:
        said["Reply-To"] = _in_ascii(mail.reply_to[0])
    said["Date"] = formatdate(localtime=settings.EMAIL_USE_LOCALTIME)
    return "".join(_header(name, value) for name, value in (said | mail.extra_headers).items()).encode("ascii")


@lru_cache(maxsize=100)
def _in_ascii(address: str) -> str:
    """An address as a header has it. The centre's own stand in every mail, and take long when they have a name."""
    return address if address.isascii() else sanitize_address(address, "utf-8")


def _header(name: str, value: str) -> str:
    if "\n" in value or "\r" in value:
        raise BadHeaderError(f"The header {name} has more than one line.")
    if not value.isascii():
        value = _encoded(value)
    elif len(name) + 2 + len(value) > FOLDED_AT and " " in value:
        value = Header(value, "us-ascii", FOLDED_AT, name).encode(linesep="\r\n")
    return f"{name}: {value}\r\n"


def _encoded(value: str) -> str:
    """Words as RFC 2047 has them, one to a line, no character apart."""
    words, word = [], ""
    for letter in value:
        if len((word + letter).encode()) > ENCODED_AT_ONCE:
            words.append(word)
            word = ""
        word += letter
    encoded = (binascii.b2a_base64(one.encode(), newline=False).decode() for one in [*words, word])
    return "\r\n ".join(f"=?utf-8?b?{one}?=" for one in encoded)


def _body(mail: LetterMail) -> bytes:
    """Text and HTML as alternatives of each other; beside them, if there is anything, what is attached."""
    [html] = (str(content) for content, _type in mail.alternatives)
    both = _multipart("alternative", [_text("plain", str(mail.body)), _text("html", html)])
    if not mail.attachments:
        return both
    attached = [part.as_bytes(policy=_CRLF) for part in mail.attachments if isinstance(part, MIMEBase)]
    return _multipart("mixed", [both, *attached])


def _multipart(kind: str, parts: list[bytes]) -> bytes:
    # Neither quoted-printable nor base64 can hold an equals sign before an underscore.
    boundary = f"=_{uuid.uuid4().hex}".encode()
    head = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind.encode(), boundary)
    between = b"--%s\r\n" % boundary
    return head + b"".join(between + part + b"\r\n" for part in parts) + b"--%s--\r\n" % boundary


def _text(kind: str, text: str) -> bytes:
    """UTF-8 in quoted-printable, which passes every server, old ones without 8BITMIME too."""
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return head.encode() + binascii.b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")
