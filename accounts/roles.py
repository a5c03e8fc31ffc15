"""What a person holds, of every kind: read in one query, whichever app asks first.

Each app that has roles of its own registers how they are read in ``AppConfig.ready()``, so that no app has to know
those above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, DateField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts.written import Slot, Written


class Held(NamedTuple):
    """A role of a kind, and the key of what it is held at; 0 is the centre itself."""

    kind: str
    role: str
    place: int


# The active roles of somebody on a day, as a query in which both are slots.
Reader = Callable[[Any, Any], QuerySet[Any]]
_readers: dict[str, tuple[Reader, str, str]] = {}


def register(kind: str, reader: Reader, *, role: str = "", place: str = "") -> None:
    """Say how roles of a kind are read; without ``role`` there is one of the kind, without ``place`` one centre."""
    _readers[kind] = (reader, role, place)


def held_by(user: Any, kind: str, today: dt.date) -> list[Held]:
    """The roles of a kind that a signed-in user holds on a day; all kinds are read once per user object and day."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: dict[dt.date, Sequence[Held]] = user.__dict__.setdefault("_held", {})
    if today not in known:
        known[today] = _read(user, today)
    return [one for one in known[today] if one.kind == kind]


def _read(user: Any, today: dt.date) -> list[Held]:
    return [Held(*row) for row in _question().rows(user=user.pk, today=today)]


@cache
def _question() -> Written[tuple[Any, ...]]:
    """What is asked about each person on each page."""
    user, today = Slot("user", BigIntegerField()), Slot("today", DateField())

    def of_every_kind() -> QuerySet[Any, tuple[Any, ...]]:
        first, *rest = (_of_kind(kind, *_readers[kind], user, today) for kind in _readers)
        return first.union(*rest, all=True)

    return Written(of_every_kind)


def _of_kind(kind: str, reader: Reader, role: str, place: str, user: Any, today: Any) -> QuerySet[Any, Any]:
    return (
        reader(user, today)
        .order_by()
        .values_list(
            Value(kind, TextField()),
            Cast(role or Value(""), TextField()),
            Cast(place, BigIntegerField()) if place else Value(0, BigIntegerField()),
        )
    )
