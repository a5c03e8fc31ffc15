"""All of a person's roles, whatever app they belong to, read in one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, DateField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts.compiled import CompiledQuery, Slot


class Held(NamedTuple):
    """A role of one kind, and the primary key of the school or partner that it is held at (0 for the centre)."""

    kind: str
    role: str
    place: int


# Given slots for the user and the day, the query for the active roles of one kind.
Reader = Callable[[Any, Any], QuerySet[Any]]
_readers: dict[str, tuple[Reader, str, str]] = {}


def register(kind: str, reader: Reader, *, role: str = "", place: str = "") -> None:
    """Register how roles of a kind are read. Without ``role`` the kind has only one; without ``place`` it is held at
    the centre."""
    _readers[kind] = (reader, role, place)


def held_by(user: Any, kind: str, today: dt.date) -> list[Held]:
    """The roles of a kind that a user holds on a day. All kinds are read at once, and kept on the user object for that
    day."""
    if not user.is_authenticated or not user.is_active:
        return []
    known: dict[dt.date, Sequence[Held]] = user.__dict__.setdefault("_held", {})
    if today not in known:
        known[today] = _read(user, today)
    return [one for one in known[today] if one.kind == kind]


def _read(user: Any, today: dt.date) -> list[Held]:
    return [Held(*row) for row in _question().rows(user=user.pk, today=today)]


@cache
def _question() -> CompiledQuery[tuple[Any, ...]]:
    """What is asked about each person on each page."""
    user, today = Slot("user", BigIntegerField()), Slot("today", DateField())

    def of_every_kind() -> QuerySet[Any, tuple[Any, ...]]:
        first, *rest = (_of_kind(kind, *_readers[kind], user, today) for kind in _readers)
        return first.union(*rest, all=True)

    return CompiledQuery(of_every_kind)


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
