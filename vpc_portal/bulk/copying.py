"""Inserts rows with PostgreSQL's COPY, millions in minutes. Values are formatted here."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

NULL = r"\N"
AT_ONCE = 100_000


def copy_rows(model: type[models.Model], names: tuple[str, ...], rows: Iterable[tuple], **same: Any) -> None:
    """Insert rows of a model: ``names`` are the columns that differ from row to row, ``same`` the values common to all.

    Other columns have their field's default. Nothing is checked: the caller is responsible for the rows.
    """
    line = _line(model, names, same)
    columns = ", ".join(f'"{field.column}"' for field in model._meta.local_concrete_fields)
    command = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    rows = iter(rows)
    while portion := list(islice(rows, AT_ONCE)):
        with transaction.atomic(), connection.cursor() as cursor:
            # The foreign keys are right by construction; checking each would take longer than inserting.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.copy_expert(command, io.StringIO("".join(line % row for row in portion)))


def _line(model: type[models.Model], names: tuple[str, ...], same: dict[str, Any]) -> str:
    """The format of a row: columns in the table's order, with a placeholder for each name, in the order of the
    names."""
    columns = [field.attname for field in model._meta.local_concrete_fields]
    assert [name for name in columns if name in names] == list(names), "name the columns in the model's order"
    blank = {field.attname: _default(field) for field in model._meta.local_concrete_fields}
    values = blank | {name: as_text(value) for name, value in same.items()} | dict.fromkeys(names, "%s")
    return "\t".join(values[name] for name in columns) + "\n"


def _default(field: models.Field) -> str:
    value = field.get_default() if field.has_default() else None
    return "" if value is None and not field.null else as_text(value)


def as_text(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)


def reset_sequences(*several: type[models.Model]) -> None:
    """Let the next keys come after those that were inserted."""
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for command in connection.ops.sequence_reset_sql(no_style(), list(several)):
            cursor.execute(command)
