"""What all imports have in common: errors by row, and a digest that shows whether what is applied is what was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RowError:
    """Why a row cannot be read; ``row`` is its number in the file, from 1."""

    row: int
    reason: str


@dataclass
class ReadRow:
    """A row's values by name, those that can be read, and an error for each of the others."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)


def read_row(number: int, **readers: Callable[[], Any]) -> ReadRow:
    """What each reader gives, under its name. One that raises ``ValueError`` gives an error, and the others go on."""
    read = ReadRow(number)
    for name, value_of in readers.items():
        try:
            read.values[name] = value_of()
        except ValueError as reason:
            read.errors.append(RowError(number, str(reason)))
    return read


class ImportRefused(Exception):  # noqa: N818 - reads as what happened
    """Nothing was imported: the source has errors, or would no longer do what was shown. A new dry run tells."""


def digest_of(told: Iterable[object]) -> str:
    """A digest of what a dry run shows: the same for the same changes."""
    return hashlib.sha256(repr(list(told)).encode()).hexdigest()
