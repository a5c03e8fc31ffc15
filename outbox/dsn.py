"""Reads mail servers' delivery reports (RFC 3464). Whatever comes in, it gives a report or None.

The parser is Python's own. Anything can arrive in a mailbox, so size, depth and number of recipients are limited, and a
mail that cannot be read is no report.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Part
from typing import Any

# How many bytes are read. A report's own parts come before the returned mail, which may be large.
LARGEST = 256_000
DEEPEST = 8
MOST_RECIPIENTS = 50

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_HEADERS = {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}


@dataclass(frozen=True)
class Recipient:
    """What became of the mail to one address, as the report says."""

    address: str
    original_address: str
    action: str
    status: str
    answer: str

    @property
    def has_failed(self) -> bool:
        """Whether the mail will not arrive; delayed, relayed, expanded and delivered are no failures."""
        return self.action == "failed"

    @property
    def is_permanent(self) -> bool:
        """Whether trying again is useless (5.x.x). A server that gave up after days of 4.x.x says nothing about the
        address."""
        return self.has_failed and self.status.startswith("5.")


@dataclass(frozen=True)
class Report:
    """A report about one mail, known by its Message-ID or by the envelope id that it was sent with."""

    message_id: str
    envelope_id: str
    recipients: tuple[Recipient, ...]


def read_report(raw: bytes) -> Report | None:
    """The delivery report in a mail; None for anything else. Never raises."""
    try:
        mail = email.message_from_bytes(raw[:LARGEST], policy=email.policy.compat32)
        return _report(mail) if _is_report(mail) else None
    except Exception:  # broken and hostile mails fail in any of the parser's ways, too deep ones by recursion
        return None


def _is_report(mail: Part) -> bool:
    kind = str(mail.get_param("report-type") or "").lower()
    return mail.get_content_type() == "multipart/report" and kind == "delivery-status" and mail.is_multipart()


def _report(mail: Part) -> Report | None:
    message_id, blocks = "", list[Part]()
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status") and not blocks:
            blocks = _blocks(part)
        elif not message_id and (kind in _HEADERS or kind in ("message/rfc822", "message/global")):
            message_id = _message_id_in(part, kind)
    recipients = tuple(_recipient(block) for block in blocks[1 : MOST_RECIPIENTS + 1] if block["Action"])
    if not recipients:
        return None
    return Report(message_id, _text(blocks[0]["Original-Envelope-Id"])[:100], recipients)


def _parts(mail: Part) -> Iterator[Part]:
    """The report's own parts; what lies deeper is the mail that is sent back."""
    payload: Any = mail.get_payload()
    yield from payload[:DEEPEST] if isinstance(payload, list) else []


def _blocks(part: Part) -> list[Part]:
    """The fields about the whole mail, then those about each recipient."""
    payload: Any = part.get_payload()
    if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
        return payload
    inner: Any = payload[0].as_string() if isinstance(payload, list) and payload else payload
    return [email.message_from_string(block) for block in re.split(r"\r?\n[ \t]*\r?\n", str(inner)) if block.strip()]


def _message_id_in(part: Part, kind: str) -> str:
    payload: Any = part.get_payload()
    if isinstance(payload, list):
        return _text(payload[0]["Message-ID"]) if payload else ""
    decoded: Any = part.get_payload(decode=True)
    return _text(email.message_from_bytes(decoded or b"")["Message-ID"]) if kind in _HEADERS else ""


def _recipient(block: Part) -> Recipient:
    answer = in_one_line(_text(block["Diagnostic-Code"]))
    status = _STATUS.search(_text(block["Status"])) or _STATUS.search(answer)
    return Recipient(
        address=_address(block["Final-Recipient"]),
        original_address=_address(block["Original-Recipient"]),
        action=_text(block["Action"]).split(" ")[0].strip().lower(),
        status=status[0] if status else "",
        answer=answer.partition(";")[2].strip()[:400] or answer[:400],
    )


def _address(field: Any) -> str:
    """``rfc822;elin@skola.example`` without its type."""
    kind, separator, address = _text(field).partition(";")
    return (address if separator else kind).strip().strip("<>").lower()[:254]


def _text(field: Any) -> str:
    return str(field or "").strip()


def in_one_line(said: str) -> str:
    """What a server says, as it can be kept: without signs that no text has. No database takes all of those."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())


def status_in(answer: str) -> str:
    """The enhanced status in a server's answer; 5.0.0, refused without saying why, when it has none."""
    found = _STATUS.search(answer)
    return found[0] if found else "5.0.0"
