"""The main menu. Each app adds its entries in ``AppConfig.ready()``, so that no app has to know those above it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

Shown = Callable[[Any, dt.date], bool]


@dataclass(frozen=True)
class Entry:
    """A place in the menu: its order, title, the URL's name, and for whom it is shown on a day."""

    order: int
    title: str | Promise
    url_name: str
    shown: Shown
    # Addresses that begin so count as being at this entry; empty means the entry's own address.
    prefixes: tuple[str, ...] = ()


_entries: list[Entry] = []


def add_entry(entry: Entry) -> None:
    _entries.append(entry)


def menu_for(request: HttpRequest, today: dt.date) -> list[dict[str, Any]]:
    """The menu's entries for who asks, with the one marked where the page belongs."""
    shown = [entry for entry in sorted(_entries, key=lambda entry: entry.order) if entry.shown(request.user, today)]
    return [
        {"title": entry.title, "url": reverse(entry.url_name), "current": _is_current(entry, request.path)}
        for entry in shown
    ]


def _is_current(entry: Entry, path: str) -> bool:
    own = reverse(entry.url_name)
    return path == own or any(path.startswith(prefix) for prefix in entry.prefixes)
