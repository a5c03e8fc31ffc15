"""How many rows of a list each school has, from its kept counts: added up in Python, or in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, F, Func, IntegerField, Value
from django.db.models.sql.compiler import SQLCompiler

from evaluations.counting import Counts

# The path to a number among counts: ("held",), ("topics", "normer", "held").
Path = tuple[str, ...]


@dataclass(frozen=True)
class Size:
    """The sum of some of a school's counts, less some others. A missing count is 0."""

    plus: Sequence[Path]
    minus: Sequence[Path] = ()

    def of(self, counts: Counts) -> int:
        return sum(_at(counts, path) for path in self.plus) - sum(_at(counts, path) for path in self.minus)

    @property
    def expression(self) -> Any:
        """The same as a database expression on ``ParticipationFigures``."""
        more: list[Any] = [CountAt(path) for path in self.plus]
        less: list[Any] = [Value(-1) * CountAt(path) for path in self.minus]
        return reduce(add, [*more, *less], Value(0, output_field=IntegerField()))


def size(*plus: str, minus: Sequence[str] = ()) -> Size:
    """The size of top-level counts."""
    return Size([(name,) for name in plus], [(name,) for name in minus])


def in_term(size: Size, term: str) -> Size:
    """The size of what was due in a term; without a term, of the whole year."""
    if not term:
        return size
    return Size(*([("terms", term, *path) for path in paths] for paths in (size.plus, size.minus)))


def _at(counts: Any, path: Path) -> int:
    for name in path:
        counts = counts.get(name, {})
    return counts or 0


class CountAt(Func):
    """A number in a row's ``counts``. Unlike Django's own transforms it reads "7" as a key, not as an index."""

    output_field = IntegerField()

    def __init__(self, path: Path) -> None:
        super().__init__(F("counts"))
        self.path = path

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any) -> Any:
        sql, params = compiler.compile(self._counts)
        return f"COALESCE(({sql} #>> %s)::int, 0)", [*params, list(self.path)]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any) -> Any:
        sql, params = compiler.compile(self._counts)
        place = "".join(f".{json.dumps(name)}" for name in self.path)
        return f"COALESCE(JSON_EXTRACT({sql}, %s), 0)", [*params, f"${place}"]

    @property
    def _counts(self) -> Expression:
        counts: Expression = self.get_source_expressions()[0]
        return counts
