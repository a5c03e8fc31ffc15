"""Maria, of the leadership, has a meeting in ten minutes: every figure she needs is at most three clicks away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect

from evaluations.actions import set_targets
from tests.browsing import BrowserAs
from tests.conftest import NOW
from tests.town import in_full_work

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(centre: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with time_machine.travel(NOW, tick=True):
        town = in_full_work(centre)
        set_targets(programme_year=town.taget_year, percents={"pace": 80}, by=town.maria, now=NOW)
        yield town


def click(page: Page, *names: str) -> None:
    """From the start page, one click for each name."""
    page.goto("/")
    assert len(names) <= 3
    for name in names:
        page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def test_a_leader_before_a_meeting(town: SimpleNamespace, browser_as: BrowserAs):
    page = browser_as(town.maria)
    heading = page.get_by_role("heading", level=1)

    # The start page is the overview: the answer, the key figures with the target, the schools that need help first.
    page.goto("/")
    expect(heading).to_have_text("Läget den 17 september 2026")
    expect(page.get_by_text("Mål 80 %", exact=True)).to_be_visible()

    # Why is a school behind? School, class, session.
    click(page, "Lindängsskolan", "1A", "Normer och dess konsekvenser")
    expect(heading).to_contain_text("Normer och dess konsekvenser")

    # What is behind a figure? Its sessions, and one of them.
    click(page, "Saknar logg")
    expect(heading).to_have_text("Takt")
    expect(page.locator(".lead")).to_have_text(re.compile(r"^\d+ pass: Saknar logg$"))

    # What has she been asked about: terms, trainings, the partners, the district.
    for name in ("Terminer över tid", "MVP och utbildningar", "Parter"):
        click(page, name)
        expect(heading).to_be_visible()
    click(page, "Distrikt", "Norra", "Lindängsskolan")
    expect(heading).to_have_text("Lindängsskolan")

    # Another day holds on the way down, on the way back, and by the way at the top of the page.
    page.goto(reverse("evaluations:overview"))
    page.get_by_text("Byt datum, läsår eller distrikt").click()
    page.get_by_label("Per datum").fill("2026-09-10")
    page.get_by_role("button", name="Visa", exact=True).click()
    for name in ("Lindängsskolan", "1A"):
        page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_text("Läget den 10 september 2026")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(heading).to_have_text("Läget den 10 september 2026")
    page.go_forward()
    page.get_by_role("navigation", name="Här är du").get_by_role("link", name="Översikt, TÅGET 2026/27").click()
    expect(heading).to_have_text("Läget den 10 september 2026")
