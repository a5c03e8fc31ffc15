"""Counting that is forgotten after a while, in the cache that all processes share: for limits on tries."""

from django.core.cache import cache


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
