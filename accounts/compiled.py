"""Queries that are compiled once and then run many times with different values.

Compiling a statement that joins eight tables takes Django three times as long as running it and making its rows. So a
query that is asked on nearly every request is written as a queryset with a ``Slot`` for each value that changes. Its
SQL is kept, and each call fills in the slots. See ADR 31.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Slot(Expression):
    """A placeholder for a value of a field's type. The value must not be None, which SQL compares in another way."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", (self,)


class _Compiled(NamedTuple):
    rows: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    values: tuple[Any, ...]


class CompiledQuery(Generic[Row]):
    """A query with slots.

    ``question`` is called once, at first use; anything in it besides the slots keeps the value that it had then.
    """

    def __init__(self, question: Callable[[], QuerySet[Any, Row]]) -> None:
        self._question = question

    def rows(self, **filling: Any) -> list[Row]:
        """The rows for these slot values, with what the queryset selects along (``select_related``,
        ``prefetch_related``)."""
        asked, compiler, sql, values = self._compiled
        connection = connections[asked.db]
        filled = tuple(
            value.output_field.get_db_prep_value(filling[value.name], connection) if isinstance(value, Slot) else value
            for value in values
        )
        # A queryset asks its query for a compiler, and that for the SQL: this one has it already.
        own: Any = copy(compiler)
        own.connection, own.as_sql = connection, lambda: (sql, filled)
        rows: Any = asked.all()
        rows.query.get_compiler = lambda *_using, **_options: own
        return list(rows)

    @cached_property
    def _compiled(self) -> _Compiled:
        rows = self._question()
        compiler = rows.query.get_compiler(rows.db)
        sql, values = compiler.as_sql()
        return _Compiled(rows, compiler, sql, tuple(values))
