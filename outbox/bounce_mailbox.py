"""Reads the mailbox that bounces come to: a Maildir folder, or a mailbox over IMAP.

A report about one of the portal's mails is marked as read. Everything else is flagged for a person to look at. Nothing
is removed.
"""

from __future__ import annotations

import datetime as dt
import imaplib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from outbox.bounces import record_report
from outbox.dsn import LARGEST, read_report

log = logging.getLogger(__name__)

# The most mails that one run reads; the next run goes on.
AT_ONCE = 200
SECONDS = 20

Take = Callable[[bytes], bool]


def read_mailbox(url: str, now: dt.datetime) -> Counter[str]:
    """Read what is new; gives how many were ``reports`` and how many ``others``.

    Raises ``OSError`` or ``imaplib.IMAP4.error`` when the mailbox cannot be reached; unread mails are read the next
    time.
    """

    def take(raw: bytes) -> bool:
        report = read_report(raw)
        return report is not None and record_report(report, now)

    parts = urlsplit(url)
    return _read_maildir(Path(unquote(parts.path)), take) if parts.scheme == "maildir" else _read_imap(url, take)


def _read_maildir(folder: Path, take: Take) -> Counter[str]:
    """Move what is in ``new`` to ``cur`` once it has been read, as Maildir requires of readers."""
    seen = Counter[str]()
    for path in sorted((folder / "new").iterdir())[:AT_ONCE]:
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            is_ours = take(file.read(LARGEST))
        path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,{'S' if is_ours else 'FS'}")
        seen["reports" if is_ours else "others"] += 1
    return seen


def _read_imap(url: str, take: Take) -> Counter[str]:
    seen = Counter[str]()
    with _signed_in(url) as box:
        found = _ok(box.uid("SEARCH", "UNSEEN"))[0] or b""
        for number in found.split()[:AT_ONCE]:
            uid = number.decode("ascii")
            answer = _ok(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)"))
            raw = next((one[1] for one in answer if isinstance(one, tuple)), b"")
            is_ours = take(raw)
            _ok(box.uid("STORE", uid, "+FLAGS", r"(\Seen)" if is_ours else r"(\Seen \Flagged)"))
            seen["reports" if is_ours else "others"] += 1
    return seen


@contextmanager
def _signed_in(url: str) -> Iterator[imaplib.IMAP4]:
    """The mailbox in ``BOUNCE_MAILBOX``, which has been checked; signed out at the end."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "imaps"
    box: imaplib.IMAP4 = (
        imaplib.IMAP4_SSL(host, parts.port or 993, timeout=SECONDS)
        if is_tls
        else imaplib.IMAP4(host, parts.port or 143, timeout=SECONDS)
    )
    with box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        _ok(box.select(f'"{unquote(parts.path.strip("/")) or "INBOX"}"'))
        yield box


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the mail server answered {status}")
    return data
