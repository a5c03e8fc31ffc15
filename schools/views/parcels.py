"""What was read travels in the form from a dry run to the change, signed, so that what is applied is what was shown.

``of`` names the kind of import and its year: a parcel opens only for the one that it was packed for.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

from django.core import signing

OLDEST = 3600  # seconds


class BrokenParcel(Exception):  # noqa: N818 - said of the parcel
    """It was not packed here for this import, or is more than an hour old."""


def pack(content: bytes, *, of: str) -> str:
    """A file."""
    return signing.dumps(base64.b85encode(zlib.compress(content)).decode(), salt=of)


def unpack(parcel: str, *, of: str) -> bytes:
    """The file that was packed. Raises ``BrokenParcel``."""
    packed: str = _opened(parcel, of)
    return zlib.decompress(base64.b85decode(packed))


def pack_rows(rows: list[dict[str, Any]], *, of: str) -> str:
    """Rows of what JSON can hold."""
    return signing.dumps(rows, salt=of, compress=True)


def unpack_rows(parcel: str, *, of: str) -> list[dict[str, Any]]:
    """The rows that were packed. Raises ``BrokenParcel``."""
    rows: list[dict[str, Any]] = _opened(parcel, of)
    return rows


def _opened(parcel: str, of: str) -> Any:
    try:
        return signing.loads(parcel, salt=of, max_age=OLDEST)
    except signing.BadSignature as wrong:
        raise BrokenParcel from wrong
