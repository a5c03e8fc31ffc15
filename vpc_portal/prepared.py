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

from psycopg2 import Error, extensions

# The type that a value has in a question where it is written out; a text takes that of what it stands beside.
TYPES: dict[type, str] = {
    int: "bigint",
    bool: "boolean",
    str: "unknown",
    type(None): "unknown",
    UUID: "uuid",
    dt.date: "date",
    dt.datetime: "timestamptz",
    dt.time: "time",
}
# Asked so often on a connection, a question is prepared; so many are kept, and so many are waited for.
OFTEN, MOST, MOST_COUNTED = 3, 150, 2_000

Question = tuple[str, tuple[type, ...]]


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
        name = self._name_of(query, vars) if vars and self.name is None else None
        if name is None:
            super().execute(query, vars)
        else:
            super().execute(f"EXECUTE {name} ({', '.join(['%s'] * len(vars))})", vars)

    def _name_of(self, query: str, values: Sequence[Any]) -> str | None:
        """What the question is called in the database; nothing if it is written out."""
        if not (" JOIN " in query and query.startswith(("SELECT ", "(SELECT "))):
            return None
        question = (query, tuple(map(type, values)))
        names = self.connection.names
        if question in names:
            names.move_to_end(question)
        elif not self.connection.is_asked_often(question):
            return None
        else:
            names[question] = self._prepared(*question)
            if len(names) > MOST:
                self._forget(names.popitem(last=False)[1])
        return names[question]

    def _prepared(self, query: str, types: Sequence[type]) -> str | None:
        """Have the question prepared. One that can't be leaves the transaction as it was."""
        kinds = [next((TYPES[base] for base in kind.__mro__ if base in TYPES), "") for kind in types]
        if not all(kinds):
            return None
        name = f"asked_often_{next(self.connection.numbers)}"
        places = tuple(f"${number}" for number in range(1, len(types) + 1))
        statement = f"PREPARE {name} ({', '.join(kinds)}) AS {query % places}"
        in_transaction = self.connection.info.transaction_status != extensions.TRANSACTION_STATUS_IDLE
        try:
            if in_transaction:
                super().execute("SAVEPOINT preparing")
            super().execute(statement)
        except Error:
            if in_transaction:
                super().execute("ROLLBACK TO SAVEPOINT preparing")
            return None
        if in_transaction:
            super().execute("RELEASE SAVEPOINT preparing")
        return name

    def _forget(self, name: str | None) -> None:
        if name:
            super().execute(f"DEALLOCATE {name}")
