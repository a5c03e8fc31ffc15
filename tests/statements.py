"""What a page asked of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def writes(queries: Iterable[Mapping[str, str]]) -> list[str]:
    """Of captured queries those that do not only read; a union of rows is read, too."""
    return [one["sql"] for one in queries if not one["sql"].lstrip("(").startswith("SELECT")]
