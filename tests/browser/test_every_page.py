"""Every page at 360 and 1280 pixels: axe finds nothing, nothing sticks out, and the console is silent."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page

from tests.browsing import BrowserAs, what_axe_finds
from tests.conftest import NOW
from tests.town import in_full_work, with_answers
from tests.walk.samples import NO_GET, PUBLIC, SAMPLES, Sample

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK, HEIGHT = 360, 1280, 800
PARTS = 4
FILES = {
    "evaluations:export",
    "health",
    "evaluations:report-csv",
    "evaluations:report-pdf",
    "evaluations:report-workbook",
    "evaluations:workbook",
    "programmes:finding-file",
    "programmes:follow-up-workbook",
    "programmes:item-file",
    "programmes:topic-material",
    "programmes:topic-version",
    "results:table-template",
    "schools:class-import-template",
    "schools:feed",
    "schools:link-material",
    "schools:link-plan-pdf",
    "schools:term-plan-pdf",
    "schools:term-plan-workbook",
    "surveys:count",
    "surveys:export",
    "sessions_log:session-sheet",
}
# A run's page looks again by itself, and would be in the way of where the browser goes next.
AT_REST = {"schools:plan-run": "?stilla"}
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


@pytest.mark.parametrize(
    ("role", "part"), [("anonymous", 0), ("A", 0), ("P", 0), ("L", 0), *(("C", part) for part in range(PARTS))]
)
def test_every_page_is_accessible(role: str, part: int, town: SimpleNamespace, browser_as: BrowserAs):
    page = browser_as(getattr(town, MOST[role]) if role in MOST else None)
    # The coordinators' pages are the most: in parts they are looked at side by side.
    pages = pages_for(role)[part :: PARTS if role == "C" else 1]
    faults = []
    for sample in pages:
        address = reverse(sample.name, args=sample.args(town, town.lindang)) + AT_REST.get(sample.name, "")
        faults += [f"{sample.name}: {fault}" for fault in faults_of(page, address)]
    assert faults == []


@pytest.mark.parametrize("name", ["samira", "jonas", "elin", "maria", "adam", "lena", "nobody"])
def test_every_roles_start_page_is_accessible(name: str, town: SimpleNamespace, browser_as: BrowserAs):
    assert faults_of(browser_as(getattr(town, name)), "/") == []


def test_the_page_where_who_has_none_chooses_a_password_is_accessible(town: SimpleNamespace, browser_as: BrowserAs):
    town.elin.set_unusable_password()
    town.elin.save()
    assert faults_of(browser_as(town.elin), reverse("account_set_password")) == []


def faults_of(page: Page, address: str) -> list[str]:
    """What axe finds and what sticks out, at the side or of a cell, on a phone and on a desk."""
    page.set_viewport_size({"width": PHONE, "height": HEIGHT})
    response = page.goto(address)
    assert response is not None and response.status == 200, f"{address}: {response and response.status}"
    faults = _named(PHONE, page)
    page.set_viewport_size({"width": DESK, "height": HEIGHT})
    return faults + _named(DESK, page)


def _named(width: int, page: Page) -> list[str]:
    faults = [f"{width}: {one['id']} {one['nodes'][0]['target']}" for one in what_axe_finds(page)]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"{width}: sticks out at the side")
    if page.evaluate(
        "[...document.querySelectorAll('td, th')].some((cell) => cell.scrollWidth > cell.clientWidth + 1)"
    ):
        faults.append(f"{width}: a cell's words lie over the next cell")
    return faults
