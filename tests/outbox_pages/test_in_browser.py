"""The mails' pages and the code to sign in with, in a real browser: what the walk over all pages doesn't open."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from outbox.control import pause
from outbox.models import Bounce, State
from tests.browser.test_every_page import DESK, HEIGHT, PHONE, faults_of
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


def test_a_mail_and_its_deeds(samira, mail, postbox, browser_as: BrowserAs):
    failed = mail(state=State.FAILED, why="552 5.2.2 " + "brevlådan-är-full-" * 8)
    held, waiting = mail(state=State.HELD), mail()
    page = browser_as(samira)
    for address in ["/mejl/", *(f"/mejl/{one.uuid}/" for one in (failed, held, waiting))]:
        assert faults_of(page, address) == []
        opened(page)
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": HEIGHT})
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


def test_a_code_signs_in(elin, postbox, browser_as: BrowserAs):
    page = browser_as(None)
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


def test_texts_are_shown_refused_and_saved_and_the_mail_itself_opens(adam, browser_as: BrowserAs):
    page = browser_as(adam, width=360)
    address = "/mejl/texter/sign-in-code/"
    page.goto(address)
    subject = page.get_by_label("Ämnesrad")
    subject.fill("Din {kodd}")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Menar du {kod}?").first).to_be_visible()
    expect(subject).to_have_value("Din {kodd}")
    subject.fill("Din kod: {kod}")
    page.get_by_role("button", name="Se hur det blir").click()
    expect(page.get_by_text("Din kod: ABCD-1234").first).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Öppna som själva mejlet").click()
    expect(popup.value.get_by_text("ABCD-1234").first).to_be_visible()
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Version 1")).to_be_visible()
    assert faults_of(page, address) == []
    assert not sticks_out(page)


def test_whom_mails_do_not_reach_and_a_pause_stand_where_they_are_seen(centre, mail, browser_as: BrowserAs):
    for _mail in range(3):
        message = mail(state=State.SENT)
        said = {"status": "5.1.1", "answer": "550 5.1.1 okänd-" * 20, "is_permanent": True}
        Bounce.objects.create(message=message, address=message.address, at=timezone.now(), **said)
    pause(by=centre.samira, now=timezone.now())
    page = browser_as(centre.samira)
    person = centre.elin.school_people.get()
    for address in ("/", f"/skolor/{centre.lindang.slug}/personer/{person.pk}/", "/mejl/", f"/mejl/{message.uuid}/"):
        assert faults_of(page, address) == []
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            assert not sticks_out(page), address
    page.goto("/")
    page.get_by_role("button", name="Adressen fungerar").click()
    expect(page.get_by_text("är inte längre markerad.")).to_be_visible()
