"""Sessions by the hundred, as a school's pages read them: what the rows have in common is made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.db.models.query import ModelIterable


class SharingIterable(ModelIterable):
    """Makes the rows of a query as usual, but for what ``select_related`` adds: rows of the same group get the same
    object for it, and so on. To make all of it anew for each row takes most of the time of a long list.

    Nobody may change such an object for one row alone.
    """

    def __iter__(self) -> Iterator[Any]:
        queryset: Any = self.queryset
        compiler = queryset.query.get_compiler(using=queryset.db)
        results = compiler.execute_sql(chunked_fetch=self.chunked_fetch, chunk_size=self.chunk_size)
        part = _Part.of(compiler.klass_info, compiler.select)
        known: dict[tuple[_Part, Any], Model] = {}
        for row in compiler.results_iter(results):
            yield part.made(row, known, queryset.db)


@dataclass(frozen=True, eq=False)
class _Part:
    """A model of the query: where its columns stand in a row, and what its objects lead to."""

    model: type[Model]
    first: int
    names: tuple[str, ...]
    key: int
    inner: tuple[tuple[Callable[[Model, Model | None], None], _Part], ...]

    @classmethod
    def of(cls, info: Mapping[str, Any], select: Sequence[Any]) -> _Part:
        first, names = info["select_fields"][0], [select[place][0].target.attname for place in info["select_fields"]]
        inner = ((one["local_setter"], cls.of(one, select)) for one in info.get("related_klass_infos", ()))
        key = first + names.index(info["model"]._meta.pk.attname)
        return cls(info["model"], first, tuple(names), key, tuple(inner))

    def made(self, row: Sequence[Any], known: dict[tuple[_Part, Any], Model], db: str) -> Model | None:
        """The object in a row: the one that is known by its key already, or a new one; None where there is none."""
        key = (self, row[self.key])
        if row[self.key] is None or key in known:
            return known.get(key)
        one = known[key] = self.model.from_db(db, self.names, row[self.first : self.first + len(self.names)])
        for set_on, part in self.inner:
            set_on(one, part.made(row, known, db))
        return one
