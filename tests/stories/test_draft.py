"""A coordinator drafts a year, adjusts it by keyboard alone, lays it out and regrets it, in a real browser."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from programmes.models import Programme
from schools.actions.plans import open_programme_year
from schools.models import PlannedSession
from tests.browsing import BrowserAs
from tests.content import the_reference_content
from tests.stories.test_main_job import on

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.django_db(transaction=True)]
TOPIC = "Aktiva åskådare och förändring"


def test_a_draft_is_adjusted_by_keyboard_laid_out_and_undone(centre: SimpleNamespace, browser_as: BrowserAs):
    the_reference_content()
    open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira)
    with on(dt.date(2026, 8, 12)):
        page = browser_as(centre.samira, width=1280)
        page.goto(reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]))
        week = open_adjusting(page, "1A")
        page.keyboard.press("Tab")
        tab_to(page, "Senare vecka")
        page.keyboard.press("Enter")
        # The page comes back with the line open and the focus on the same button.
        expect(page.get_by_text("Justerat").first).to_be_visible()
        expect(page.locator(":focus")).to_have_text("Senare vecka")
        assert not PlannedSession.objects.exists()
        lay_out = page.get_by_role("button", name="Lägg ut planen").first
        lay_out.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Planen för Lindängsskolan är utlagd")
        moved = PlannedSession.objects.get(pinned=True)
        assert (moved.week_start - week).days == 7
        assert PlannedSession.objects.count() == 24
        undo = page.get_by_role("button", name="Ångra")
        undo.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Utläggningen är ångrad")
    assert not PlannedSession.objects.exists()


def open_adjusting(page: Page, group: str) -> dt.date:
    """Open the line of a class's session by the keyboard; gives the week in which it stands."""
    entry = page.locator(".plan-entry", has_text=TOPIC).filter(has_text="Elevpass").filter(has_text=group)
    summary = entry.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(entry.get_by_role("button", name="Senare vecka")).to_be_visible()
    number = int(entry.locator("xpath=ancestor::li[contains(@class, 'week')]").locator(".no b").inner_text().split()[1])
    return dt.date.fromisocalendar(2026, number, 1)


def tab_to(page: Page, name: str) -> None:
    """Go forward with the keyboard to the button."""
    for _step in range(10):
        if page.locator(":focus").inner_text().strip() == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached with the keyboard.")
