"""No address that opens something by itself stands in a log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import PathConverter, StringConverter

from vpc_portal.logs import UNSEEN, without_secrets

SECRET = "WzEyLDM0XQ:1vOaBc:q0-r_3x9lS7dEf"
# Free words of an address that open nothing: a file's ending, and the number of an account as it stands in a link.
OPEN = {"kind", "uidb64"}
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


def addresses_with_secrets(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Every address that a free text is part of, with something secret there; but not the administration site's."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from addresses_with_secrets(pattern.url_patterns, route)
        elif secrets := _free_words(pattern):
            yield PLACE.sub(lambda place, secrets=secrets: SECRET if place[1] in secrets else "1", route)


def _free_words(pattern: URLPattern) -> set[str]:
    converters = pattern.pattern.converters.items()
    return {name for name, one in converters if type(one) in (StringConverter, PathConverter)} - OPEN


ADDRESSES = sorted(set(addresses_with_secrets(get_resolver().url_patterns)))


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_is_logged_with_what_opens_it(address: str):
    line = f'192.0.2.7 "GET {address}?x=1 HTTP/1.1" 200 "https://portal.example.se{address}"'
    assert UNSEEN.search(line) or SECRET not in without_secrets(line)


def test_addresses_with_secrets_are_found():
    found = " ".join(ADDRESSES)
    for part in ("/kalender/", "/lank/", "/passlank/", "/inbjudan/", "/mejl/dina/", "/mejl/sluta/", "/enkat/"):
        assert f"{part}{SECRET}" in found
    assert f"/konto/valj-losenord/1/{SECRET}/" in found
