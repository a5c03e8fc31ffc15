"""Questions that are asked again and again, prepared: PostgreSQL then works out once how to answer them.

Working out how to answer a question that joins eight tables takes PostgreSQL ten times as long as answering it for one
school. A connection that has been asked the same question a few times has it prepared, and names it from then on. What
can't be prepared is asked as before, and so is what names no tables to join: there is nothing to gain.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from psycopg2 import Error, errors, extensions

# The type that a value has in a question where it is written out; a text takes that of what it stands beside.
TYPES: dict[type, str] = {
    bool: "boolean",
    str: "unknown",
    type(None): "unknown",
    UUID: "uuid",
    dt.date: "date",
    dt.datetime: "timestamptz",
    dt.time: "time",
}
# A question with more values than this is a list, which is another each time.
MOST_VALUES = 200
# Asked so often on a connection, a question is prepared; so many are kept, and so many are waited for.
OFTEN, MOST, MOST_COUNTED = 3, 150, 2_000

Question = tuple[str, tuple[str, ...]]


class PreparingConnection(extensions.connection):
    """A connection that knows which questions it has prepared, the one used last at the end."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.names: OrderedDict[Question, str | None] = OrderedDict()
        self.asked: dict[Question, int] = {}
        self.numbers = count(1)

    def is_asked_often(self, question: Question) -> bool:
        if len(self.asked) >= MOST_COUNTED:
            self.asked.clear()
        self.asked[question] = self.asked.get(question, 0) + 1
        return self.asked[question] >= OFTEN


class PreparingCursor(extensions.cursor):
    """A cursor that asks by name what its connection has prepared."""

    connection: PreparingConnection
    asked: tuple[Any, Any] = ("", None)

    @property
    def query(self) -> bytes | None:
        """What was asked last, written out: for logs and error reports."""
        return self.mogrify(*self.asked)

    def execute(self, query: Any, vars: Any = None) -> None:
        self.asked = query, vars
        question = _question(query, vars) if self.name is None else None
        name = self._name_of(question) if question else None
        if question is None or name is None:
            super().execute(query, vars)
            return
        try:
            super().execute(f"EXECUTE {name} ({', '.join(['%s'] * len(vars))})", vars)
        except errors.FeatureNotSupported:
            # A column that it answers with is of another type now. The next time it is prepared anew.
            del self.connection.names[question]
            if self._is_in_transaction():
                raise
            self._forget(name)
            super().execute(query, vars)

    def _name_of(self, question: Question) -> str | None:
        """What the question is called in the database; nothing if it is written out."""
        names = self.connection.names
        if question in names:
            names.move_to_end(question)
        elif (
            not self.connection.is_asked_often(question)
            or self.connection.info.transaction_status == extensions.TRANSACTION_STATUS_INERROR
        ):
            return None
        else:
            names[question] = self._prepared(*question)
            if len(names) > MOST:
                self._forget(names.popitem(last=False)[1])
        return names[question]

    def _prepared(self, query: str, types: Sequence[str]) -> str | None:
        """Have the question prepared. One that can't be leaves the transaction as it was."""
        name = f"asked_often_{next(self.connection.numbers)}"
        places = tuple(f"${number}" for number in range(1, len(types) + 1))
        in_transaction = self._is_in_transaction()
        try:
            if in_transaction:
                super().execute("SAVEPOINT preparing")
            super().execute(f"PREPARE {name} ({', '.join(types)}) AS {query % places}")
        except Error:
            if in_transaction:
                super().execute("ROLLBACK TO SAVEPOINT preparing")
            return None
        if in_transaction:
            super().execute("RELEASE SAVEPOINT preparing")
        return name

    def _is_in_transaction(self) -> bool:
        """Also before its first statement, with which it is begun."""
        return not (self.connection.autocommit and self._status() == extensions.TRANSACTION_STATUS_IDLE)

    def _status(self) -> int:
        return self.connection.info.transaction_status

    def _forget(self, name: str | None) -> None:
        if name:
            super().execute(f"DEALLOCATE {name}")


def _question(query: Any, values: Any) -> Question | None:
    """The question with its values' types; nothing if there is nothing to gain from preparing it, or it can't be."""
    if not isinstance(query, str) or not isinstance(values, list | tuple) or not 0 < len(values) <= MOST_VALUES:
        return None
    if not (" JOIN " in query and query.startswith(("SELECT ", "(SELECT "))):
        return None
    types = tuple(map(_type_of, values))
    return (query, types) if all(types) else None


def _type_of(value: object) -> str:
    """What PostgreSQL takes a value for where it is written out; an empty text for what is not prepared."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "integer" if abs(value) < 2**31 else "bigint" if abs(value) < 2**63 else ""
    return next((TYPES[base] for base in type(value).__mro__ if base in TYPES), "")
