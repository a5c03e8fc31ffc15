"""Quick addresses for rows of long lists: they differ only in the row's UUID or slug, so ``reverse`` is asked once."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

NOBODYS = {UUID: UUID(int=0), str: "nobodys-0-0-0"}


def address_of(url_name: str, row: UUID | str) -> str:
    """What ``reverse`` gives for a URL whose only argument is a row's UUID or slug."""
    kind = UUID if isinstance(row, UUID) else str
    before, after = _around(url_name, kind, get_script_prefix(), get_urlconf())
    return f"{before}{row}{after}"


@lru_cache(maxsize=200)
def _around(url_name: str, kind: type, _prefix: str, urlconf: str | None) -> tuple[str, str]:
    """The parts of the address before and after the row's name."""
    nobodys = NOBODYS[kind]
    before, _name, after = reverse(url_name, urlconf=urlconf, args=[nobodys]).partition(str(nobodys))
    return before, after
