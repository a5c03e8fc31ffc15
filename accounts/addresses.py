"""Addresses of rows: many on a page, and alike but for the row's UUID."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

_NOBODYS = UUID(int=0)


def address_of(url_name: str, row: UUID) -> str:
    """What ``reverse`` gives for an address whose only argument is a row's UUID."""
    before, after = _around(url_name, get_script_prefix(), get_urlconf())
    return f"{before}{row}{after}"


@lru_cache(maxsize=200)
def _around(url_name: str, _prefix: str, urlconf: str | None) -> tuple[str, str]:
    """What stands before the UUID, and after it."""
    before, _uuid, after = reverse(url_name, urlconf=urlconf, args=[_NOBODYS]).partition(str(_NOBODYS))
    return before, after
