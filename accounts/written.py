"""Questions of one shape that are asked all the time: Django writes the statement once, and each asking fills it in.

To write a statement that joins eight tables takes Django three times as long as to ask it and to make the rows of what
comes back. A ``Slot`` stands in the question where a value will, and is filled when it is asked.
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
    """A place for a value of a field's kind. The value is never NULL, which is compared in other words."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", (self,)


class _Statement(NamedTuple):
    rows: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    values: tuple[Any, ...]


class Written(Generic[Row]):
    """A question with slots. ``question`` makes it, once: what it depends on besides the slots stays as it was then."""

    def __init__(self, question: Callable[[], QuerySet[Any, Row]]) -> None:
        self._question = question

    def rows(self, **filling: Any) -> list[Row]:
        """The rows that answer the question with these values in its slots, and what it reads along with them."""
        asked, compiler, sql, values = self._statement
        connection = connections[asked.db]
        filled = tuple(
            value.output_field.get_db_prep_value(filling[value.name], connection) if isinstance(value, Slot) else value
            for value in values
        )
        own: Any = copy(compiler)
        own.connection, own.as_sql = connection, lambda: (sql, filled)
        rows: Any = asked.all()
        rows.query.get_compiler = lambda *_using, **_options: own
        return list(rows)

    @cached_property
    def _statement(self) -> _Statement:
        rows = self._question()
        compiler = rows.query.get_compiler(rows.db)
        sql, values = compiler.as_sql()
        return _Statement(rows, compiler, sql, tuple(values))
