"""``python -m tests.soak``: ten thousand years planned, then the long runs of mail on SQLite and on PostgreSQL, with
the table of docs/mail.md.

``--quick`` does the same with a tenth of the mails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
RUNS = ["tests/outbox/soak_killed_senders.py", "tests/outbox/test_outages.py"]
PROPERTIES = ["tests/schools/test_plan_properties.py", "tests/schools/test_series_properties.py"]
YEARS = {"PLAN_EXAMPLES": "10000", "SERIES_EXAMPLES": "10000"}
LONG = {"SOAK_MAILS": "10000", "OUTAGE_MAILS": "2000", "OUTAGES": "12"}
QUICK = {"SOAK_MAILS": "1000", "OUTAGE_MAILS": "400", "OUTAGES": "4"}


def main() -> int:
    began = time.monotonic()
    print(
        "database | who sends | answers after | mails | kills | lost | silent doubles | uncertain | a second",
        flush=True,
    )
    env = (QUICK if "--quick" in sys.argv[1:] else LONG) | dict(os.environ)
    on_sqlite = {name: value for name, value in env.items() if name != "DATABASE_URL"}
    codes = [
        subprocess.run([*PYTEST, *PROPERTIES], env=YEARS | on_sqlite, check=False).returncode,
        subprocess.run([*PYTEST, *RUNS], env=on_sqlite, check=False).returncode,
        subprocess.run([sys.executable, "-m", "tests.postgres", *PYTEST, *RUNS], env=env, check=False).returncode,
    ]
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
