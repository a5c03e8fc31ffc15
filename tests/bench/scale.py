"""Pages at three sizes, made in bulk: a municipality, a county, the nation. Each in a database of its own.

A page's time is what a visitor on the same machine waits, request by request, beside two floors in the same run under
the same gunicorn. Medians, in milliseconds; what is kept of figures is warm, as it is after the morning's first look.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

from tests.bench.measuring import keep, table

SIZES = os.environ.get("BENCH_SIZES", "municipality county nation").split()
# A page at a municipality's size beside the second floor, and at the nation's beside the municipality's.
MOST_BESIDE_FLOOR, MOST_GROWTH, MOST_QUERIES_TO_SAVE = 3, 1.3, 15


def run() -> None:
    keep("scale", report({size: measure(size) for size in SIZES}))


def measure(size: str) -> dict:
    """What one size took, in a process of its own on a database of its own."""
    from django.db import connection

    name = f"bench_{size}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.served", "DEMO": "", "DEBUG": ""}
    try:
        found = subprocess.run(
            [sys.executable, "-m", "tests.bench.scale_size", size],
            env=env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return json.loads(found.stdout)


def report(found: dict[str, dict]) -> list[str]:
    first, last = found[SIZES[0]], found[SIZES[-1]]
    heads = ["page", *(f"{size}, {what}" for size in found for what in ("ms", "queries")), "× floor", "growth"]
    rows = []
    for page in first["pages"]:
        cells: list[object] = [page]
        for one in found.values():
            cells += [one["pages"][page]["ms"], one["pages"][page]["queries"]]
        rows.append([*cells, beside_floor(first, page), last["pages"][page]["ms"] / first["pages"][page]["ms"]])
    sizes = [
        [size, *(f"{one[what]:,}" for what in ("schools", "sessions", "logs")), one["made_s"], one["figures_s"]]
        for size, one in found.items()
    ]
    return [
        *table(["size", "schools", "planned sessions", "logs", "made, s", "figures from nothing, s"], sizes),
        "",
        *table(heads, rows),
        "",
        *judged(first, last),
    ]


def beside_floor(first: dict, page: str) -> float:
    return first["pages"][page]["ms"] / first["pages"]["second floor"]["ms"]


def judged(first: dict, last: dict) -> list[str]:
    """Which aims are met, and which are not."""
    pages = [page for page in first["pages"] if "floor" not in page]
    slow = [page for page in pages if beside_floor(first, page) > MOST_BESIDE_FLOOR]
    growing = [page for page in pages if last["pages"][page]["ms"] > MOST_GROWTH * first["pages"][page]["ms"]]
    limit = MOST_BESIDE_FLOOR * MOST_GROWTH
    far = [page for page in pages if last["pages"][page]["ms"] > limit * first["pages"]["second floor"]["ms"]]
    queries = max(one["pages"]["saving a log"]["queries"] for one in (first, last))
    return [
        f"At most {MOST_BESIDE_FLOOR} times the second floor at the smallest size: "
        + (f"not {', '.join(slow)}." if slow else "every page."),
        f"At most {MOST_GROWTH} times its own time there at the largest: "
        + (f"not {', '.join(growing)}." if growing else "every page."),
        f"At most {limit:.1f} times the floor ({MOST_BESIDE_FLOOR} × {MOST_GROWTH}) at the largest: "
        + (f"not {', '.join(far)}." if far else "every page."),
        f"A log is saved in {queries} queries; the aim is at most {MOST_QUERIES_TO_SAVE}.",
    ]
