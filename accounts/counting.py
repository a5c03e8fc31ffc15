"""Counts for limits on tries, kept for a while in the cache that all processes share."""

import datetime as dt

from django.core.cache import cache, caches
from django.db import connection


def counted(key: str) -> int:
    """How many times the key has been counted."""
    return int(cache.get(key, 0))


def count(key: str, seconds: int) -> int:
    """Count the key once more, and give its new count. It is forgotten after so many seconds without another.

    The cache does not count atomically: of two counts at the same moment one may be lost, and a key that the cache had
    no room for starts again. Either way a limit is reached a little later, never earlier.
    """
    times = counted(key) + 1
    cache.set(key, times, seconds)
    return times


def forget_counts(now: dt.datetime) -> None:
    """Remove expired counts from the cache's table, since they hold the addresses that tries came from.

    The database cache deletes them by itself only when they are asked for, or when it is full.
    """
    table = connection.ops.quote_name(caches.settings["default"]["LOCATION"])
    with connection.cursor() as cursor:
        passed = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [passed])
