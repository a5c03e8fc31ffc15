"""Runs a command with a PostgreSQL of its own: ``python -m tests.postgres pytest …``.

``DATABASE_URL`` is used if it names one; else a throw-away cluster is made from the system's own binaries, in a
directory of its own, on a free port of this machine alone, and gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=127.0.0.1",
    "max_connections=150",
    # To compile a query takes longer than it runs on a test's few rows.
    "jit=off",
]


def main() -> int:
    command = sys.argv[1:]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run(command, check=False).returncode
    binaries = _binaries()
    if binaries is None:
        print("No PostgreSQL was found: its tests are skipped. Install it, or set DATABASE_URL.", flush=True)
        return 1 if os.environ.get("CI") else 0
    # Whoever is told to stop stops the server, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with _cluster(binaries) as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


def _binaries() -> Path | None:
    """The newest PostgreSQL of the system."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def _cluster(binaries: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="vpc-pg-", dir="/tmp"))
    as_postgres = _as_postgres(folder)
    data, log = folder / "data", folder / "log"
    run = [*as_postgres, str(binaries / "initdb"), "-D", str(data), "-U", "vpc", "--auth=trust", "-E", "UTF8"]
    subprocess.run([*run, "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL)
    port = _free_port()
    options = " ".join(["-p", str(port), "-k", str(folder), *(f"-c {setting}" for setting in SETTINGS)])
    control = [*as_postgres, str(binaries / "pg_ctl"), "-D", str(data), "-l", str(log), "-o", options, "-w"]
    subprocess.run([*control, "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgres://vpc@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_postgres(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: there it runs as its own user, in a folder that this user owns."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


if __name__ == "__main__":
    sys.exit(main())
