"""An answer sheet as it is sent: its one-time key, and the answers."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core import signing

from evaluations.surveys.bank import DONT_KNOW, HIGHEST, LOWEST, items_of

# Seconds that a page may stay open before it needs a new key.
OLDEST = 7200
VALUES = {str(value): value for value in range(LOWEST, HIGHEST + 1)}


@dataclass
class Sheet:
    """The answers, and the items whose answer is not one of the scale's."""

    answers: dict[str, int | None] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.answers and not self.outside


def read_sheet(audience: str, written: Mapping[str, str]) -> Sheet:
    """Read the audience's own items, ignoring everything else that was sent."""
    sheet = Sheet()
    for item in items_of(audience):
        text = written.get(item.key, "")
        if text == DONT_KNOW:
            sheet.answers[item.key] = None
        elif text in VALUES:
            sheet.answers[item.key] = VALUES[text]
        elif text:
            sheet.outside.append(item.key)
    return sheet


def new_key(code: str) -> str:
    """A one-time key for one page with the code's sheet. It says nothing about who opened it."""
    return signing.dumps(secrets.token_hex(16), salt=_salt(code))


def mark_of(key: str, code: str) -> str:
    """The hash by which a round recognises a key. Raises ``signing.BadSignature`` if the key was not made here for the
    code, or is too old."""
    token = signing.loads(key, salt=_salt(code), max_age=OLDEST)
    return hashlib.sha256(f"{code}{token}".encode()).hexdigest()[:20]


def _salt(code: str) -> str:
    return f"survey-sheet-{code}"
