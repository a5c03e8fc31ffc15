"""What a sender writes about the mail that it holds, most often of all that is written: statements without the detour
by the models' queries, which takes longer than the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.db import connection

from outbox.models import Message, State, Told

# So many rows of what was told in one statement.
MOST_ROWS = 200


def mark(message: Message, was: State, becomes: Mapping[str, Any], *, held_at: dt.datetime | None = None) -> bool:
    """Change the row's columns if it is still as it was and this sender's, its lease not run out at a moment; gives
    whether it was."""
    values = [_stored(name, value) for name, value in becomes.items()]
    where, known = "id = %s AND state = %s", [message.pk, str(was)]
    if message.claimed_by is None:
        where += " AND claimed_by IS NULL"
    else:
        where, known = f"{where} AND claimed_by = %s", [*known, _stored("claimed_by", message.claimed_by)]
    if held_at is not None:
        where, known = f"{where} AND leased_until > %s", [*known, _stored("leased_until", held_at)]
    columns = ", ".join(f"{name} = %s" for name in becomes)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Message._meta.db_table} SET {columns} WHERE {where}", [*values, *known])
        return bool(cursor.rowcount == 1)


def _stored(name: str, value: Any) -> Any:
    return Message._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]


def keep_told(message: Message, told: Mapping[str, str]) -> None:
    """What the mail tells its recipient."""
    rows = iter(told.items())
    while several := list(islice(rows, MOST_ROWS)):
        places = ", ".join(["(%s, %s, %s, %s)"] * len(several))
        values = [value for about, said in several for value in (message.pk, message.user_id, about, said)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {Told._meta.db_table} (message_id, user_id, about, said) VALUES {places}", values
            )
