"""Fingerprints of many rows, made in the database: the same while the rows are, at a few microseconds a row."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, TextField
from django.db.models.sql.compiler import SQLCompiler


class Fingerprint(Aggregate):
    """A text that is the same while the rows have the same in some of their columns, in whatever order.

    In PostgreSQL the sum of 64-bit hashes; in SQLite the rows themselves.
    """

    arity = None
    output_field = TextField()
    template = "SUM(HASH_RECORD_EXTENDED(ROW(%(expressions)s), 0))::text"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(JSON_ARRAY(%(expressions)s))", **context)


def digest_of(content: object) -> str:
    """A fingerprint of what JSON can say; days and such as texts."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
