"""The portal's Celery, with the clock that the test has set: time is moved, not waited for."""

import os

import time_machine

from vpc_portal.celery import app

__all__ = ["app"]

# Seconds between the real clock and the test's.
SHIFT = float(os.environ.get("TEST_CLOCK_SHIFT", "0"))
if SHIFT:
    import datetime as dt

    time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=SHIFT), tick=True).start()
