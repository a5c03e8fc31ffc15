"""Whoever tries code after code is stopped for some minutes, without anybody's address being kept.

An address is counted under a keyed hash whose key is drawn at random and forgotten after five minutes, and the count
with it: later nobody can tell whose it was, not even by trying all addresses.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from accounts.counting import count, counted

MINUTES = 5
# A school shares one address: a class that mistypes is let in all the same.
MOST_WRONG = 60
_KEY = "survey-guessing-key"


def has_guessed_too_often(request: HttpRequest) -> bool:
    return counted(_counter(request)) >= MOST_WRONG


def count_wrong(request: HttpRequest) -> None:
    """A code that opens nothing was tried."""
    count(_counter(request), MINUTES * 60)


def _counter(request: HttpRequest) -> str:
    key = cache.get_or_set(_KEY, lambda: secrets.token_hex(16), MINUTES * 60)
    place = get_adapter().get_client_ip(request)
    return f"survey-wrong-{hmac.new(str(key).encode(), place.encode(), hashlib.sha256).hexdigest()}"
