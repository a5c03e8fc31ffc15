"""Counting that is forgotten after a while, in the cache that all processes share: for limits on tries."""

import datetime as dt

from django.core.cache import cache, caches
from django.db import connection


def counted(key: str) -> int:
    """How many times it has been counted with the key."""
    return int(cache.get(key, 0))


def count(key: str, seconds: int) -> int:
    """Count once more, to be forgotten when nothing has been counted for so many seconds; gives how many times that is.

    Of two at the same moment one may be lost, and a count that the cache has had no room for begins anew: a limit is
    then reached a little later.
    """
    times = counted(key) + 1
    cache.set(key, times, seconds)
    return times


def forget_counts(now: dt.datetime) -> None:
    """Remove what has passed from the cache's table, which by itself forgets it only when it is asked for or full: the
    addresses that tries came from are among it."""
    table = connection.ops.quote_name(caches.settings["default"]["LOCATION"])
    with connection.cursor() as cursor:
        passed = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [passed])
