"""A fault of the portal's is noted, without what opens anything; a page that is not there is no fault."""

from __future__ import annotations

import io
import logging

import pytest
from django.test import Client

from schools.models import School


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the process writes to its log."""
    [handler] = [one for one in logging.getLogger().handlers if one.name == "stderr"]
    stream = io.StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    return stream


def test_a_fault_is_noted_in_production_as_well(noted, samira, signed_in, monkeypatch, settings):
    settings.DEBUG = False
    client: Client = signed_in(samira)
    client.raise_request_exception = False
    monkeypatch.setattr(School.objects, "filter", lambda **_asked: 1 / 0)
    monkeypatch.setattr(School.objects, "visible_to", lambda *_asked: 1 / 0)

    answer = client.get("/skolor/")

    assert answer.status_code == 500
    assert "Internal Server Error: /skolor/" in noted.getvalue()
    assert "ZeroDivisionError" in noted.getvalue()


def test_an_address_that_leads_nowhere_is_not(noted, samira, signed_in):
    assert signed_in(samira).get("/finns-inte/").status_code == 404
    assert noted.getvalue() == ""
