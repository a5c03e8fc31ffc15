"""Prepares queries that are asked often, so that PostgreSQL plans each of them once a connection (ADR 31).

Planning a query that joins eight tables takes PostgreSQL ten times as long as answering it for one school. A connection
that has been asked the same query a few times prepares it, and executes it by name from then on. Queries that cannot be
prepared are asked as before, and so are those that join no tables, which would gain nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from psycopg2 import Error, errors, extensions

# The type that PostgreSQL gives a literal of this Python type; a text takes that of what it is compared with.
TYPES: dict[type, str] = {
    bool: "boolean",
    str: "unknown",
    type(None): "unknown",
    UUID: "uuid",
    dt.date: "date",
    dt.datetime: "timestamptz",
    dt.time: "time",
}
# A query with more values than this has a list in it, whose length differs each time.
MOST_VALUES = 200
# A query is prepared once a connection has been asked it this often; so many prepared queries are kept, and so many
# candidates counted.
OFTEN, MOST, MOST_COUNTED = 3, 150, 2_000

Question = tuple[str, tuple[str, ...]]


class PreparingConnection(extensions.connection):
    """A connection that knows which queries it has prepared, the last used at the end."""

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
    """A cursor that executes prepared queries by name."""

    connection: PreparingConnection
    asked: tuple[Any, Any] = ("", None)

    @property
    def query(self) -> bytes | None:
        """The last query, written out: for logs and error reports."""
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
            # A column of the answer has changed its type since. Next time it is prepared again.
            del self.connection.names[question]
            if self._is_in_transaction():
                raise
            self._forget(name)
            super().execute(query, vars)

    def _name_of(self, question: Question) -> str | None:
        """The query's name in the database; empty if it is not to be prepared."""
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
        """Prepare the query. One that cannot be prepared leaves the transaction as it was."""
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
        """Also true before a transaction's first statement, which begins it."""
        return not (self.connection.autocommit and self._status() == extensions.TRANSACTION_STATUS_IDLE)

    def _status(self) -> int:
        return self.connection.info.transaction_status

    def _forget(self, name: str | None) -> None:
        if name:
            super().execute(f"DEALLOCATE {name}")


def _question(query: Any, values: Any) -> Question | None:
    """The query with its values' types; None if preparing it gains nothing or is impossible."""
    if not isinstance(query, str) or not isinstance(values, list | tuple) or not 0 < len(values) <= MOST_VALUES:
        return None
    if not (" JOIN " in query and query.startswith(("SELECT ", "(SELECT "))):
        return None
    types = tuple(map(_type_of, values))
    return (query, types) if all(types) else None


def _type_of(value: object) -> str:
    """The type that PostgreSQL gives the value when it is written out; empty for values that are not prepared."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "integer" if abs(value) < 2**31 else "bigint" if abs(value) < 2**63 else ""
    return next((TYPES[base] for base in type(value).__mro__ if base in TYPES), "")
