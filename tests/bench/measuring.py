"""Seconds, queries and memory of what is measured, and where the tables are kept."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TABLES = Path("docs/bench.md")


def timed(work: Callable[[], Any]) -> tuple[Any, float, int]:
    """What it gives, the seconds that it took, and its queries, of which no text is kept."""
    from django.db import connection

    queries = 0

    def count(execute: Any, *call: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*call)

    started = time.perf_counter()
    with connection.execute_wrapper(count):
        given = work()
    return given, time.perf_counter() - started, queries


def processor_time() -> float:
    """Seconds that this process has used, and PostgreSQL on its behalf where that runs on the same machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_server_addr() <<= '127.0.0.0/8'")
        backend, is_here = cursor.fetchone()
    stat = Path(f"/proc/{backend}/stat")
    if not (is_here and stat.exists()):
        return time.process_time()
    # After the name, which is in parentheses: user and system time are the 14th and 15th field of the whole.
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def memory() -> float:
    """Megabytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def process_on_a_port(command: Callable[[int], list[str]]) -> Iterator[int]:
    """A server of its own process, started with the command for a free port of this machine, once it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    # What it says belongs to whoever watches: our own output may be read by a program.
    process = subprocess.Popen([sys.executable, "-m", *command(port)], stdout=sys.stderr)
    try:
        for _try in range(150):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    heads = list(heads)
    return [_line(heads), "|" + "---:|" * len(heads), *(_line(row) for row in rows)]


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def keep(part: str, lines: list[str]) -> None:
    """Print what was measured, and put it in the docs between the part's own marks, with its date and machine."""
    print("\n".join(lines), flush=True)
    said = "\n".join([f"<!-- {part} -->", "", where(), "", *lines, "", f"<!-- end of {part} -->"])
    text = TABLES.read_text()
    marks = re.compile(rf"<!-- {part} -->.*?<!-- end of {part} -->", re.DOTALL)
    assert marks.search(text), f"docs/bench.md has no place for {part}"
    TABLES.write_text(marks.sub(lambda _found: said, text))


def where() -> str:
    """The day and the kind of machine; no names."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = str(cursor.fetchone()[0]).split()[0]
    cores = len(os.sched_getaffinity(0))
    python = ".".join(map(str, sys.version_info[:2]))
    return f"Measured {time.strftime('%Y-%m-%d')}: {cores} cores, Python {python}, PostgreSQL {postgres}."
