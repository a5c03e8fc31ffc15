"""What a person holds, of every kind: read in one query, whichever app asks first.

Each app that has roles of its own registers how they are read in ``AppConfig.ready()``, so that no app has to know
those above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import BigIntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast


class Held(NamedTuple):
    """A role of a kind, and the key of what it is held at; 0 is the centre itself."""

    kind: str
    role: str
    place: int


# The active roles of somebody on a day, as a query, with the names of the fields for the role and for the place.
Reader = Callable[[Any, dt.date], QuerySet[Any]]
_readers: dict[str, tuple[Reader, str, str]] = {}
# Whom and when the question is written out for; who asks puts the person and the day in their places.
NOBODY, NO_DAY = -1, dt.date.min


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
    sql, values = _question()
    day = connection.ops.adapt_datefield_value
    own = {NOBODY: user.pk, day(NO_DAY): day(today)}
    with connection.cursor() as cursor:
        cursor.execute(sql, [own.get(value, value) for value in values])
        return [Held(*row) for row in cursor.fetchall()]


@cache
def _question() -> tuple[str, Sequence[Any]]:
    """What is asked about each person on each page, as SQL: written out once, for nobody on no day."""
    nobody = get_user_model()(pk=NOBODY)
    first, *rest = (_of_kind(kind, *_readers[kind], nobody, NO_DAY) for kind in _readers)
    return first.union(*rest, all=True).query.sql_with_params()


def _of_kind(kind: str, reader: Reader, role: str, place: str, user: Any, today: dt.date) -> QuerySet[Any]:
    return (
        reader(user, today)
        .order_by()
        .values_list(
            Value(kind, TextField()),
            Cast(role or Value(""), TextField()),
            Cast(place, BigIntegerField()) if place else Value(0, BigIntegerField()),
        )
    )
