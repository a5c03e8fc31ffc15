"""Settings of the portal that is measured: as it is run in production, with the floors beside it."""

from vpc_portal.settings import *  # noqa: F403

MIDDLEWARE = ["tests.bench.floors.counting_queries", *MIDDLEWARE]  # noqa: F405
ROOT_URLCONF = "tests.bench.floors"
ALLOWED_HOSTS = ["127.0.0.1"]
BELL = False
