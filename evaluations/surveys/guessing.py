"""Limits tries at survey codes without keeping anybody's address.

An address is counted under a keyed hash. The key is random and is forgotten after five minutes together with the count,
so that afterwards nobody can tell whose address it was, not even by hashing all addresses.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from accounts.counting import count, counted
from evaluations.surveys.codes import as_code

MINUTES = 5
# Many, since a whole school shares one address: a class that mistypes is still let in.
MOST_WRONG = 60
_KEY = "survey-guessing-key"


def has_guessed_too_often(request: HttpRequest) -> bool:
    return counted(_counter(request)) >= MOST_WRONG


def count_wrong(request: HttpRequest, written: str) -> None:
    """Count a try at a code that opened nothing.

    The same code again is no other guess: a class that reloads the page of a closed round shuts nobody out.
    """
    if cache.add(_counter(request, as_code(written) or written), True, MINUTES * 60):
        count(_counter(request), MINUTES * 60)


def _counter(request: HttpRequest, code: str = "") -> str:
    key = cache.get_or_set(_KEY, lambda: secrets.token_hex(16), MINUTES * 60)
    told = f"{get_adapter().get_client_ip(request)} {code}"
    return f"survey-wrong-{hmac.new(str(key).encode(), told.encode(), hashlib.sha256).hexdigest()}"
