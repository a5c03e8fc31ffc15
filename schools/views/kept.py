"""What was read travels in the form between a dry run and the change, signed: what is applied is what was shown."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from django.core import signing

OLDEST = 3600  # seconds


class NotKept(Exception):  # noqa: N818 - reads as what happened
    """What the form brings was not made here for this, or is too old."""


def keep(content: bytes, *, of: str) -> str:
    """Pack what was read, for one kind of import and its year."""
    return signing.dumps(base64.b85encode(zlib.compress(content)).decode(), salt=of)


def kept(text: str, *, of: str) -> bytes:
    """What was packed for the same. Raises ``NotKept``."""
    try:
        return zlib.decompress(base64.b85decode(signing.loads(text, salt=of, max_age=OLDEST)))
    except (signing.BadSignature, binascii.Error, ValueError, zlib.error) as wrong:
        raise NotKept from wrong


def keep_rows(rows: list[dict[str, Any]], *, of: str) -> str:
    return keep(json.dumps(rows).encode(), of=of)


def kept_rows(text: str, *, of: str) -> list[dict[str, Any]]:
    """Rows that were packed for the same. Raises ``NotKept``."""
    rows: list[dict[str, Any]] = json.loads(kept(text, of=of))
    return rows
