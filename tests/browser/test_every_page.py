"""Every page at 360 and 1280 pixels: axe finds nothing, nothing sticks out, and the console is silent."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from tests.browsing import BrowserAs
from tests.conftest import NOW
from tests.town import in_full_work, with_answers
from tests.walk.samples import NO_GET, PUBLIC, SAMPLES, Sample

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = (360, 1280)
FILES = {
    "evaluations:export",
    "health",
    "programmes:finding-file",
    "programmes:follow-up-workbook",
    "programmes:item-file",
    "programmes:topic-material",
    "programmes:topic-version",
    "schools:class-import-template",
    "schools:link-material",
}
# The role that sees most of each page.
MOST = {"C": "samira", "A": "adam", "P": "elin", "L": "maria"}


@pytest.fixture
def town(centre: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with time_machine.travel(NOW, tick=True):
        yield with_answers(in_full_work(centre))


def pages_for(role: str) -> list[Sample]:
    """The pages of which this role sees most."""
    pages = [sample for sample in SAMPLES if sample.get != NO_GET and sample.name not in FILES]
    if role == "anonymous":
        return [sample for sample in pages if sample.get == PUBLIC]
    seen_most = {sample.name: next((one for one in "CAPL" if one in sample.get), "C") for sample in pages}
    return [sample for sample in pages if sample.get != PUBLIC and seen_most[sample.name] == role]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ["anonymous", "C", "A", "P"])
def test_every_page_is_accessible(role: str, width: int, town: SimpleNamespace, browser_as: BrowserAs):
    page = browser_as(getattr(town, MOST[role]) if role in MOST else None, width=width)
    faults = []
    for sample in pages_for(role):
        address = reverse(sample.name, args=sample.args(town, town.lindang))
        faults += [f"{sample.name}: {fault}" for fault in faults_of(page, address)]
    assert faults == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["samira", "jonas", "elin", "maria", "adam", "lena", "nobody"])
def test_every_roles_start_page_is_accessible(name: str, width: int, town: SimpleNamespace, browser_as: BrowserAs):
    assert faults_of(browser_as(getattr(town, name), width=width), "/") == []


def faults_of(page: Page, address: str) -> list[str]:
    """What axe finds, what sticks out at the side, and what is still English."""
    response = page.goto(address)
    assert response is not None and response.status == 200, f"{address}: {response and response.status}"
    faults = [f"{found['id']} {found['nodes'][0]['target']}" for found in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append("sticks out at the side")
    return faults
