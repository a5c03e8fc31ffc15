"""What is printed from the browser fits the sheets that are meant for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace

import pypdf
import pytest
import time_machine
from django.urls import reverse

from tests.browsing import BrowserAs
from tests.conftest import NOW
from tests.town import in_full_work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(centre: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with time_machine.travel(NOW, tick=True):
        yield in_full_work(centre)


def test_the_overview_is_two_sheets(town: SimpleNamespace, browser_as: BrowserAs):
    page = browser_as(town.maria)
    page.goto(reverse("evaluations:overview"))
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert len(sheets) <= 2
    assert "Lindängsskolan" in sheets[0].extract_text()
