"""Counts for limits on tries, kept for a while in the cache that all processes share."""

import datetime as dt

from django.core.cache import cache, caches
from django.db import connection, transaction


def counted(key: str) -> int:
    """How many times the key has been counted."""
    return int(cache.get(key, 0))


@transaction.atomic
def count(key: str, seconds: int) -> int:
    """Count the key once more, and give its new count. It is forgotten after so many seconds without another.

    A key that the cache had no room for starts again: then a limit is reached later, never earlier.
    """
    _wait_for_others(key)
    times = counted(key) + 1
    cache.set(key, times, seconds)
    return times


def _wait_for_others(key: str) -> None:
    """Wait until nobody else counts the key, to the end of the transaction; SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])


def forget_counts(now: dt.datetime) -> None:
    """Remove expired counts from the cache's table, since they hold the addresses that tries came from.

    The database cache deletes them by itself only when they are asked for, or when it is full.
    """
    table = connection.ops.quote_name(caches.settings["default"]["LOCATION"])
    with connection.cursor() as cursor:
        passed = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [passed])
