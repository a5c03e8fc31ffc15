"""The mails' pages and the code to sign in with, in a real browser: what the walk over all pages doesn't open."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from outbox.models import State
from tests.browser.test_every_page import WIDTHS, faults_of
from tests.browsing import BrowserAs
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=True):
        yield
    cache.clear()


def opened(page: Page) -> None:
    for summary in page.locator("details.confirm > summary").all():
        summary.click()


def sticks_out(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_mail_and_its_deeds(width: int, samira, mail, postbox, browser_as: BrowserAs):
    failed = mail(state=State.FAILED, why="552 5.2.2 " + "brevlådan-är-full-" * 8)
    held, waiting = mail(state=State.HELD), mail()
    page = browser_as(samira, width=width)
    for address in ["/mejl/", *(f"/mejl/{one.uuid}/" for one in (failed, held, waiting))]:
        assert faults_of(page, address) == []
        opened(page)
        assert not sticks_out(page)


def test_sending_again_asks_first(samira, mail, browser_as: BrowserAs):
    failed = mail(state=State.FAILED)
    page = browser_as(samira, width=360)
    page.goto(f"/mejl/{failed.uuid}/")
    button = page.get_by_role("button", name="Skicka igen till elin@vpc.example")
    expect(button).to_be_hidden()
    page.locator("summary", has_text="Skicka igen").click()
    button.click()
    expect(page.get_by_text("Mejlet skickas igen till elin@vpc.example.")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_code_signs_in(width: int, elin, postbox, browser_as: BrowserAs):
    page = browser_as(None, width=width)
    page.goto("/konto/login/?next=/program/")
    page.get_by_role("link", name="Få en kod i mejlen").click()
    page.get_by_label("E-postadress").fill(elin.email)
    page.get_by_role("button", name="Skicka en kod").click()
    expect(page.get_by_role("heading", name="Skriv koden")).to_be_visible()
    assert faults_of(page, page.url) == []
    [sent] = postbox.send(timezone.now())
    code = re.search(r"[B-Z]{4}-[B-Z]{4}", str(sent.body))
    assert code
    page.get_by_label("Koden i mejlet").fill("fel")
    page.get_by_role("button", name="Logga in").click()
    expect(page.get_by_text("Det är inte koden.")).to_be_visible()
    page.get_by_label("Koden i mejlet").fill(code.group())
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url("**/program/")
