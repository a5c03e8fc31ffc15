"""``make bench``: what takes how long, and how it grows. Writes the tables in docs/bench.md.

``python -m tests.bench planning mails`` measures only those. All of it runs on a PostgreSQL of its own, which is made
for it and is gone afterwards; what is compared is compared within one run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module

PARTS = ("planning", "reminders", "mails", "memory", "scale")


def main(asked: list[str]) -> int:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        run = [sys.executable, "-m", "tests.postgres", sys.executable, "-m", "tests.bench", *asked]
        return subprocess.run(run).returncode
    if unknown := set(asked) - set(PARTS):
        print(f"No such part: {', '.join(unknown)}. There are: {', '.join(PARTS)}.")
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0)
    try:
        for part in asked or PARTS:
            import_module(f"tests.bench.{part}").run()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
