"""What all imports have in common: errors by row, and a digest that shows whether what is applied is what was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class RowError:
    """Why a row cannot be read; ``row`` is its number in the file, from 1."""

    row: int
    reason: str


class ImportRefused(Exception):  # noqa: N818 - reads as what happened
    """Nothing was imported: the source has errors, or would no longer do what was shown. A new dry run tells."""


def digest_of(told: Iterable[object]) -> str:
    """A digest of what a dry run shows: the same for the same changes."""
    return hashlib.sha256(repr(list(told)).encode()).hexdigest()
