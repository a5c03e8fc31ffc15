"""How PostgreSQL's tables become empty after a test whose writes others saw.

TRUNCATE gives each of ninety tables and its indexes new files, half a second in all; to delete the few rows that there
are takes hundredths. As before it is waited for whoever still writes, and the keys go on counting.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations

_truncate = DatabaseOperations.sql_flush


def _delete(
    self: DatabaseOperations,
    style: Any,
    tables: list[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    if reset_sequences or not tables:
        return _truncate(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
    names = [self.quote_name(table) for table in tables]
    # Keys to other tables are looked at when all is deleted.
    return [f"LOCK TABLE {', '.join(names)}", *(f"DELETE FROM {name}" for name in names)]


def by_deleting() -> None:
    DatabaseOperations.sql_flush = _delete
