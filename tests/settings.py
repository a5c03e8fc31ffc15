"""The portal's settings for tests: quick password hashes, a database file of its own, and no cache table."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="vpc-test-"))

from vpc_portal.settings import *  # noqa: F403
from vpc_portal.settings import CACHES, DATABASES, MIDDLEWARE, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {**CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DEMO = False
# The tests' server hands out static files itself.
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, because the browser's requests come from other threads than the test.
    # Who waits for fifty others on a busy machine gets his turn, if late.
    DATABASES["default"]["OPTIONS"]["timeout"] = 120
    DATABASES["default"]["TEST"] = {"NAME": str(Path(VAR_DIR) / "test.sqlite3")}
ALLOWED_HOSTS = ["*"]
# The tests that need a worker start one, and ring for it.
BELL = False
# Hundreds of mails at once; the limit has tests of its own.
MAIL_PER_MINUTE = 0
MAIL_QUIET_HOURS = True
# A database of every test's own is no restored one.
MAIL_MARK = None
