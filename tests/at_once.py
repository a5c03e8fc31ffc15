"""Deeds at the same moment, each with its own connection to a real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

from django.db import connection, connections

Deed = Callable[[], Any]


@contextmanager
def reached_by_threads(folder: Path) -> Iterator[None]:
    """Lets other threads reach the rows that the test has made.

    SQLite's database in memory has no locks to wait for, so it is copied to a file, which each thread opens as the
    portal does.
    """
    if connection.vendor != "sqlite":
        yield
        return
    kept = connection.settings_dict["NAME"]
    file = folder / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")  # once, before two open it at the same moment
    connections.settings["default"]["NAME"] = str(file)
    yield
    connections.settings["default"]["NAME"] = kept


def each_in_a_thread(*deeds: Deed) -> list[Any]:
    """What each deed gave or raised; all begin at the same moment."""
    start, results = Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, deed: Deed) -> None:
        try:
            start.wait()
            results[place] = deed()
        except Exception as raised:
            results[place] = raised
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
