"""The two updates of a mail's row while it is being sent, in SQL: building them from models takes longer than the
database does (ADR 26)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from outbox.models import Message, State, Told

MAILS, TOLD = Message._meta.db_table, Told._meta.db_table


def mark(message: Message, was: State, becomes: Mapping[str, Any], *, held_at: dt.datetime | None = None) -> bool:
    """Update the row if this sender still holds it unchanged and its lease has not expired; gives whether it did."""
    return _run(*_marking(message, was, becomes, held_at)) == 1


def mark_and_tell(
    message: Message, was: State, becomes: Mapping[str, Any], told: Mapping[str, str], *, held_at: dt.datetime
) -> bool:
    """The same, and keep what the mail tells its recipient: both or neither."""
    marking, known = _marking(message, was, becomes, held_at)
    rows = ", ".join(["(%s, %s)"] * len(told))
    said = [part for one in told.items() for part in one]
    telling = f"INSERT INTO {TOLD} (message_id, user_id, about, said) SELECT %s, %s, column1, column2 FROM"
    values = f"(VALUES {rows}) AS told"
    whose = [message.pk, message.user_id]
    if connection.vendor == "postgresql":
        # In one statement, since the server waits for the body meanwhile.
        both = f"WITH marked AS ({marking} RETURNING 1) {telling} marked, {values}"
        return _run(both, [*known, *whose, *said]) == len(told)
    with transaction.atomic():
        return _run(marking, known) == 1 and _run(f"{telling} {values}", [*whose, *said]) == len(told)


def _marking(
    message: Message, was: State, becomes: Mapping[str, Any], held_at: dt.datetime | None
) -> tuple[str, list[Any]]:
    columns = ", ".join(f"{name} = %s" for name in becomes)
    statement = f"UPDATE {MAILS} SET {columns} WHERE id = %s AND state = %s"
    known = [*(_stored(name, value) for name, value in becomes.items()), message.pk, str(was)]
    if message.claimed_by is None:
        statement += " AND claimed_by IS NULL"
    else:
        statement, known = f"{statement} AND claimed_by = %s", [*known, _stored("claimed_by", message.claimed_by)]
    if held_at is not None:
        statement, known = f"{statement} AND leased_until > %s", [*known, _stored("leased_until", held_at)]
    return statement, known


def _stored(name: str, value: Any) -> Any:
    return Message._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]


def _run(statement: str, values: list[Any]) -> int:
    """How many rows were changed or inserted."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
