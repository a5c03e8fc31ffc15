"""A plan meets the year: a coordinator moves several sessions, regrets, lets two change places, pushes the rest on."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from schools.models import Participation, PlannedSession
from tests.browsing import BrowserAs
from tests.schools.laid_out import lay_out, session_of
from tests.stories.test_main_job import on

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.django_db(transaction=True)]

TODAY = dt.date(2026, 9, 17)


def next_of(plan: Participation, group: str) -> PlannedSession:
    return session_of(plan, group, after=dt.date(2026, 9, 30))


def week_of(row: PlannedSession) -> int:
    return PlannedSession.objects.get(pk=row.pk).week_start.isocalendar().week


def test_moved_undone_swapped_and_bumped(centre: SimpleNamespace, browser_as: BrowserAs):
    plan = lay_out(centre, centre.lindang)
    one, other = next_of(plan, "1A"), next_of(plan, "2A")
    assert (week_of(one), week_of(other)) == (41, 42)
    with on(TODAY):
        page = browser_as(centre.jonas, width=360)
        # Both classes' next session moves two weeks on, past the autumn break; then he regrets.
        page.goto(reverse("schools:term-plan-of", args=["lindangsskolan", "2026-27", "ht"]))
        page.get_by_role("link", name="Flytta flera pass").click()
        for row in (one, other):
            page.locator(f"#p{row.pk}").check()
        page.get_by_label("Antal veckor", exact=True).fill("2")
        page.get_by_role("button", name="Se vad det leder till").click()
        expect(page.get_by_role("heading", name="Flytta 2 pass?")).to_be_visible()
        assert (week_of(one), week_of(other)) == (41, 42)
        page.get_by_role("button", name="Flytta 2 pass").click()
        expect(page.get_by_role("status").get_by_text("Du kan ångra till")).to_be_visible()
        assert (week_of(one), week_of(other)) == (43, 45)
        page.get_by_role("button", name="Ångra").click()
        expect(page.get_by_text("Ångrat. 2 pass är som de var.")).to_be_visible()
        assert (week_of(one), week_of(other)) == (41, 42)
        swap(page, one, other)
        push_on(page, plan, one)


def swap(page: Page, one: PlannedSession, other: PlannedSession) -> None:
    page.goto(one.get_absolute_url())
    page.get_by_role("link", name="Byt plats").click()
    page.get_by_label("Byt plats med").select_option(label=f"2A, v.\xa042: {other.topic_title}")
    page.get_by_role("button", name="Byt plats").click()
    expect(page.get_by_text("bytte plats, från v.\xa041 till v.\xa042").first).to_be_visible()
    assert (week_of(one), week_of(other)) == (42, 41)


def push_on(page: Page, plan: Participation, first: PlannedSession) -> None:
    """This and all that follow, by the keyboard alone."""
    number = plan.sessions.without_outcome().filter(group=first.group, week_start__gte=dt.date(2026, 10, 12)).count()
    page.goto(reverse("schools:session-move", args=[first.uuid]))
    page.get_by_role("link", name="Flytta det här och allt som följer för 1A").press("Enter")
    expect(page.locator(f"#p{first.pk}")).to_be_checked()
    expect(page.get_by_label("Allt som följer för samma grupper flyttar med")).to_be_checked()
    page.get_by_role("button", name="Se vad det leder till").press("Enter")
    page.get_by_role("button", name=f"Flytta {number} pass").press("Enter")
    expect(page.locator(".undo-bar")).to_contain_text(f"{number} pass flyttades.")
    assert week_of(first) == 43
