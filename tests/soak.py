"""``python -m tests.soak``: the long runs, on SQLite and on PostgreSQL. Prints the table of docs/mail.md."""

from __future__ import annotations

import os
import subprocess
import sys

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/outbox/soak_killed_senders.py"]


def main() -> int:
    print(
        "database | acknowledged after | mails | kills | lost | silent doubles | uncertain | mails a second", flush=True
    )
    on_sqlite = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    codes = [
        subprocess.run(PYTEST, env=on_sqlite, check=False).returncode,
        subprocess.run([sys.executable, "-m", "tests.postgres", *PYTEST], check=False).returncode,
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
