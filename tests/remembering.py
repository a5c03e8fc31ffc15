"""Restores what an earlier test has built, row by row, instead of building it again.

Most tests begin with the same small municipality, which takes hundreds of actions to build. The functions that build it
are decorated with ``@remembered``. The first time that a sequence of them runs from an empty database, the rows that
they wrote and the values that they returned are kept. A later test that begins with the same sequence gets the same
rows, and objects of its own. As soon as a test has written anything itself, or its clock shows another minute,
everything is built in the ordinary way. So ``remembered`` changes how long a test takes and nothing else:
``tests/ground/test_remembered.py`` compares the two.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import pickle
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

Result = TypeVar("Result")
Deeds = tuple[Any, ...]
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]
WRITES = re.compile(
    r'\s*(?:INSERT|UPDATE|DELETE|REPLACE|WITH|TRUNCATE)\b(?:\s+OR\s+\w+)?(?:\s+INTO|\s+FROM)?\s+"?(\w+)', re.I
)
SAID_PLAINLY = (str, int, float, bool, type(None), dt.date, dt.time, dt.timedelta)


@dataclass
class State:
    """The state after a deed (a call of a remembered function): its tables' rows, its files, and all values
    returned."""

    rows: Rows
    files: dict[str, bytes]
    kinds: list[type | None]
    values: bytes
    returned: int


@dataclass
class Beginning:
    """What the running test has built so far; ``deeds`` is None once that cannot be remembered.

    A chain of fixtures restores one state after the other. Meanwhile ``waiting`` holds each table's latest rows, which
    are written only when the database is asked for something, and at the latest before the test itself.
    """

    writes: int = 0
    deeds: Deeds | None = None
    values: list[Any] = field(default_factory=list)
    waiting: Rows = field(default_factory=dict)
    may_wait: bool = False


class Writes:
    """Counts the statements that write, and notes their tables."""

    def __init__(self) -> None:
        self.number, self.tables = 0, set[str]()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        _write_what_waits()
        if found := WRITES.match(sql):
            self.number += 1
            self.tables.add(found[1])
        return execute(sql, params, many, context)


_writes = Writes()
_states: dict[Deeds, State | None] = {}
_beginning = Beginning()
_building = False


def begin() -> None:
    """A test begins. The test before should have left the database empty, which is checked before anything is
    restored."""
    global _beginning
    _watch()
    _beginning = Beginning(_writes.number, (), may_wait=True)


def settle() -> None:
    """The fixtures are done: from here on everything is in the database."""
    _write_what_waits()
    _beginning.may_wait = False


def end() -> None:
    """From here on nothing is restored or kept."""
    _beginning.deeds = None


def _watch() -> bool:
    """Watch what this connection writes; gives whether it was watched already. Starting a browser changes
    connection."""
    if _writes in connection.execute_wrappers:
        return True
    connection.execute_wrappers.append(_writes)
    return False


def remembered(build: Callable[..., Result]) -> Callable[..., Result]:
    """Decorates a function that builds something in the database from plain values and what other such functions
    gave."""

    @functools.wraps(build)
    def put_back_or_build(*args: Any, **said: Any) -> Result:
        if _building:
            return build(*args, **said)
        begun = _beginning
        deeds = _deeds_with(begun, build, args, said)
        begun.deeds = None
        if deeds is None:
            return build(*args, **said)
        state = _states.get(deeds)
        result = _build(begun, deeds, build, args, said) if state is None else _put_back(begun, state)
        begun.writes = _writes.number
        begun.deeds = deeds if _states[deeds] else None
        return result

    return put_back_or_build


def _deeds_with(
    begun: Beginning, build: Callable[..., Any], args: tuple[Any, ...], said: dict[str, Any]
) -> Deeds | None:
    """The deeds so far and this one; None if something else has been written in between, or an argument is unknown."""
    if not _watch() or begun.deeds is None or begun.writes != _writes.number:
        return None
    if not begun.deeds and get_user_model().objects.exists():
        return None
    try:
        names = [_name(begun, arg) for arg in args], [(key, _name(begun, said[key])) for key in sorted(said)]
    except LookupError:
        return None
    return (*begun.deeds, (build.__module__, build.__qualname__, *map(tuple, names), _clock()))


def _name(begun: Beginning, arg: Any) -> Any:
    if isinstance(arg, SAID_PLAINLY):
        return arg
    for place, value in enumerate(begun.values):
        if value is arg:
            return "the", place
    raise LookupError


def _clock() -> Any:
    """The minute of a travelling clock, or the day of the real one."""
    if time_machine.escape_hatch.is_travelling():
        return timezone.now().replace(second=0, microsecond=0)
    return timezone.localdate()


def _build(begun: Beginning, deeds: Deeds, build: Callable[..., Any], args: Any, said: Any) -> Any:
    global _building
    _write_what_waits()
    _writes.tables.clear()
    before = _files()
    _building = True
    try:
        result = build(*args, **said)
    finally:
        _building = False
    known = [place for place, value in enumerate(begun.values) if value is result and result is not None]
    if not known:
        begun.values.append(result)
    returned = known[0] if known else len(begun.values) - 1
    files = {name: (Path(settings.MEDIA_ROOT) / name).read_bytes() for name in _files() - before}
    rows = rows_of(_writes.tables)
    _states[deeds] = State(rows, files, *_kept(begun.values), returned)
    return result


def _put_back(begun: Beginning, state: State) -> Any:
    begun.waiting |= state.rows
    # Where each statement is a transaction of its own, others may look at once.
    if not (begun.may_wait and connection.in_atomic_block):
        _write_what_waits()
    for name, content in state.files.items():
        path = Path(settings.MEDIA_ROOT) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    begun.values = _found(state, begun.values)
    return begun.values[state.returned]


def _write_what_waits() -> None:
    """Write the waiting rows, without counting that as something that the test has written."""
    if not _beginning.waiting:
        return
    waiting, _beginning.waiting, number = _beginning.waiting, {}, _writes.number
    write(waiting)
    _writes.number = number


def write(rows: Rows) -> None:
    """Make the tables hold exactly these rows."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _write_at_once(cursor, rows)
        else:
            _write_one_by_one(cursor, rows)
    _writes.tables |= rows.keys()


def _write_at_once(cursor: Any, tables: Rows) -> None:
    """All in one round trip; ``executemany`` would take one for each row."""
    said = [f"DELETE FROM {_quoted(table)}" for table in tables]
    values: list[Any] = []
    for table, (columns, rows) in tables.items():
        if rows:
            said.append(_insert(table, columns, len(rows)))
            values += [value for row in rows for value in row]
    cursor.execute("; ".join(said), values)


def _write_one_by_one(cursor: Any, tables: Rows) -> None:
    for table, (columns, rows) in tables.items():
        cursor.execute(f"DELETE FROM {_quoted(table)}")
        if rows:
            cursor.executemany(_insert(table, columns, 1), rows)


def _insert(table: str, columns: list[str], number: int) -> str:
    row = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {_quoted(table)} ({', '.join(map(_quoted, columns))}) VALUES {', '.join([row] * number)}"


def rows_of(tables: Iterable[str]) -> Rows:
    return {table: _rows_of(table) for table in tables}


def _rows_of(table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    columns = _columns_of(table)
    with connection.cursor() as cursor:
        # With a plus before a column, SQLite's driver gives the stored value without converting it.
        plus = "+" if connection.vendor == "sqlite" else ""
        cursor.execute(f"SELECT {', '.join(plus + _quoted(name) for name in columns)} FROM {_quoted(table)}")
        return columns, cursor.fetchall()


@functools.cache
def _columns_of(table: str) -> list[str]:
    """The names in an empty answer: Django's introspection of a table takes longer than everything else here."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0")
        return [column[0] for column in cursor.description]


def _files() -> set[str]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} if root.exists() else set()


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


class _Keeper(pickle.Pickler):
    """Writes a returned object as its place among them, so that references between them are still to the same
    object."""

    def __init__(self, file: io.BytesIO, values: list[Any]) -> None:
        super().__init__(file)
        self.places = {id(value): place for place, value in enumerate(values) if hasattr(value, "__dict__")}

    def persistent_id(self, one: Any) -> int | None:
        return self.places.get(id(one))


class _Finder(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, values: list[Any]) -> None:
        super().__init__(file)
        self.values = values

    def persistent_load(self, place: int) -> Any:
        return self.values[place]


def _kept(values: list[Any]) -> tuple[list[type | None], bytes]:
    kinds = [type(value) if hasattr(value, "__dict__") else None for value in values]
    file = io.BytesIO()
    _Keeper(file, values).dump([vars(value) if kind else value for kind, value in zip(kinds, values, strict=True)])
    return kinds, file.getvalue()


def _found(state: State, hands: list[Any]) -> list[Any]:
    """The values returned. Objects that the test has already remain the same objects, and get their later state."""
    fresh = [kind and kind.__new__(kind) for kind in state.kinds[len(hands) :]]
    values = [*hands, *fresh]
    contents = _Finder(io.BytesIO(state.values), values).load()
    for place, (kind, content) in enumerate(zip(state.kinds, contents, strict=True)):
        if kind is None:
            values[place] = content
        else:
            vars(values[place]).clear()
            vars(values[place]).update(content)
    return values
