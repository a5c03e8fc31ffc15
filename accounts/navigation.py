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
    """A menu entry: its order, title and URL name, and whom it is shown to on a day."""

    order: int
    title: str | Promise
    url_name: str
    shown: Shown
    # Pages whose path begins so belong to this entry; if empty, those that begin with the entry's own path do.
    prefixes: tuple[str, ...] = ()


_entries: list[Entry] = []


def add_entry(entry: Entry) -> None:
    _entries.append(entry)


def menu_for(request: HttpRequest, today: dt.date) -> list[dict[str, Any]]:
    """The menu entries for a user, with the one that the current page belongs to marked."""
    shown = [entry for entry in sorted(_entries, key=lambda entry: entry.order) if entry.shown(request.user, today)]
    return [
        {"title": entry.title, "url": reverse(entry.url_name), "current": _is_current(entry, request.path)}
        for entry in shown
    ]


def _is_current(entry: Entry, path: str) -> bool:
    own = reverse(entry.url_name)
    return path == own or any(path.startswith(prefix) for prefix in entry.prefixes)
