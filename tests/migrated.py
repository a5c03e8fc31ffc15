"""An SQLite database with every migration, made from nothing: ``python -m tests.migrated``.

``make check`` makes it while the types are checked, and each worker of the suite begins with a copy.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILE = ROOT / "test-reports" / "migrated.sqlite3"


def copied_to(path: Path) -> bool:
    """Whether there was one to copy that is as new as the migrations."""
    if not FILE.exists() or any(one.stat().st_mtime > FILE.stat().st_mtime for one in ROOT.glob("*/migrations/*.py")):
        return False
    shutil.copyfile(FILE, path)
    return True


def main() -> int:
    FILE.parent.mkdir(exist_ok=True)
    FILE.unlink(missing_ok=True)
    half = FILE.with_suffix(".half")
    half.unlink(missing_ok=True)
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": f"sqlite:///{half}"}

    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    # All that is written lies in the one file.
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    half.rename(FILE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
