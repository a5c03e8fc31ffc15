"""On a computer that several use, nobody reads the pages of the one before; and the portal speaks Swedish on all."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse


def test_a_page_of_somebodys_is_asked_for_anew_and_goes_with_them(samira, signed_in):
    client = signed_in(samira)
    assert client.get("/skolor/")["Cache-Control"] == "private, no-cache"
    answer = client.post(reverse("account_logout"))
    assert answer.status_code == 302
    assert answer["Clear-Site-Data"] == '"cache"'  # logs that wait on a phone stay


def test_reading_takes_nothing_along(db):
    assert "Clear-Site-Data" not in Client().get(reverse("account_login"))


@pytest.mark.parametrize("wanted", ["en-US,en;q=0.9,sv;q=0.5", "pl,en"])
def test_whatever_a_browser_asks_for_the_portal_speaks_swedish(wanted, samira, signed_in):
    page = signed_in(samira).get("/skolor/", headers={"accept-language": wanted}).content.decode()
    assert '<html lang="sv">' in page
    assert "Logga ut" in page
