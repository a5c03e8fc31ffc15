"""Bounces reported by a mail service's signed call, for services that do not mail them.

The body is signed with HMAC-SHA256 over the time (seconds, in ``X-Timestamp``), a full stop, and the body; the
signature is hexadecimal in ``X-Signature``. A call is valid for five minutes. Repeating it adds nothing, since a mail
bounces once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

from outbox.dsn import Recipient, Report, in_one_line, read_report

GOOD_FOR = dt.timedelta(minutes=5)
LARGEST = 256_000


class Unsigned(Exception):  # noqa: N818 - reads as what happened
    """The signature is wrong, or the call is too old or from the future."""


class Unreadable(Exception):  # noqa: N818
    """Signed, but no report; the message says what is missing."""


def sign(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def check(*, secret: str, moment: str, signature: str, body: bytes, now: dt.datetime) -> None:
    """Raise ``Unsigned`` unless the caller knows the secret and called just now."""
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= 12):
        raise Unsigned
    wanted = sign(secret, moment, body)
    if not hmac.compare_digest(wanted.encode(), signature.removeprefix("sha256=").lower().encode()):
        raise Unsigned
    if abs(now.timestamp() - int(moment)) > GOOD_FOR.total_seconds():
        raise Unsigned


def report_in(body: bytes, content_type: str) -> Report:
    """The report in a JSON body, or in a delivery report as it is mailed (``message/rfc822``). Raises
    ``Unreadable``."""
    if content_type == "message/rfc822":
        report = read_report(body)
        if report is None:
            raise Unreadable("no delivery report")
        return report
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable("no JSON") from wrong
    if not isinstance(said, dict):
        raise Unreadable("no JSON object")
    names = ("message_id", "recipient", "action", "status")
    missing = [name for name in names if not isinstance(said.get(name), str) or not said[name].strip()]
    if missing:
        raise Unreadable(f"missing: {', '.join(missing)}")
    address = said["recipient"].strip().lower()[:254]
    status, answer = in_one_line(said["status"])[:12], in_one_line(str(said.get("diagnostic") or ""))[:400]
    one = Recipient(address, address, said["action"].strip().lower(), status, answer)
    return Report(said["message_id"].strip()[:200], "", (one,))
