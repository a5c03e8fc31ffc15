"""Quiet hours, in which no mail should arrive: evenings, nights and days off. A mail waits for the next morning.

Pure: a moment and calendars in, a moment out. ``outbox.going.register_calendars`` says which days are off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.utils import timezone

from outbox.letters import local_time

DAY_BEGINS, DAY_ENDS = dt.time(7), dt.time(18)
# How many days ahead are searched. A calendar without an open day among them is ignored.
AHEAD = 401
IsOpen = Callable[[dt.date], bool]


def is_quiet(now: dt.datetime, is_open: IsOpen) -> bool:
    """From 18.00 to 07.00 in Stockholm, and on every day that is not open."""
    local = now.astimezone(timezone.get_default_timezone())
    return not (DAY_BEGINS <= local.time() < DAY_ENDS and is_open(local.date()))


def next_morning(now: dt.datetime, is_open: IsOpen, at: dt.time = DAY_BEGINS) -> dt.datetime | None:
    """The first open day's morning that is not past; None if there is none in sight."""
    today = now.astimezone(timezone.get_default_timezone()).date()
    for ahead in range(AHEAD):
        day = today + dt.timedelta(days=ahead)
        if local_time(day, at) >= now and is_open(day):
            return local_time(day, at)
    return None


def when_to_go(
    now: dt.datetime, calendars: Sequence[IsOpen], *, too_late: dt.datetime | None = None, at: dt.time = DAY_BEGINS
) -> dt.datetime:
    """``now`` if it is not quiet, otherwise the morning that the mail waits for.

    ``calendars`` come with the strictest first. A mail that would be too late by one follows the next, and is sent at
    once if it would be too late by all.
    """
    for is_open in calendars:
        if not is_quiet(now, is_open):
            return now
        morning = next_morning(now, is_open, at)
        if morning and (too_late is None or morning < too_late):
            return morning
    return now
