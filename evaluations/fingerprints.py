"""Fingerprints: short texts that change when what they are made of does. The database makes those of many rows, at a
few microseconds a row."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, TextField
from django.db.models.sql.compiler import SQLCompiler


class Fingerprint(Aggregate):
    """An aggregate whose value stays the same while the given columns of the rows do, in whatever order the rows come.

    In PostgreSQL it is the sum of the rows' 64-bit hashes; in SQLite the rows themselves as text.
    """

    arity = None
    output_field = TextField()
    template = "SUM(HASH_RECORD_EXTENDED(ROW(%(expressions)s), 0))::text"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(JSON_ARRAY(%(expressions)s))", **context)


def digest_of(content: object) -> str:
    """A fingerprint (SHA-256) of anything that JSON can hold; days and the like are written as text."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
