"""The centre's main job, in a real browser: a year is planned, the plan is confirmed, a session is logged and counted.

Read this first: it is the five hops of README as the people who use the portal see them.
"""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Locator, expect

from accounts.models import User
from programmes.models import Programme, SessionTopic
from schools.actions.plans import apply_plan, choose_topics, join, open_programme_year
from schools.models import Participation, PlannedSession
from tests.browsing import BrowserAs
from tests.content import the_reference_content

STOCKHOLM_NOON = 10  # 12.00 in Stockholm in summer, as UTC
PHONE = 360

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.django_db(transaction=True)]


def on(day: dt.date) -> time_machine.travel:
    """The portal's clock stands at noon of a day."""
    return time_machine.travel(dt.datetime.combine(day, dt.time(STOCKHOLM_NOON), tzinfo=dt.UTC), tick=True)


@pytest.fixture
def taget(centre: SimpleNamespace) -> SimpleNamespace:
    """The small municipality, with TÅGET's topics and its settings for the year."""
    the_reference_content()
    centre.taget_year = open_programme_year(
        programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira
    )
    return centre


def with_topics_chosen(centre: SimpleNamespace) -> Participation:
    participation = join(school=centre.lindang, programme_year=centre.taget_year, by=centre.samira)
    extras = SessionTopic.objects.filter(programme__slug="taget", kind="extra")[:5]
    now = dt.datetime(2026, 8, 10, 8, tzinfo=dt.UTC)
    choose_topics(participation=participation, topics=list(extras), by=centre.samira, now=now)
    return participation


def with_plan(centre: SimpleNamespace) -> Participation:
    participation = with_topics_chosen(centre)
    now = dt.datetime(2026, 8, 10, 8, tzinfo=dt.UTC)
    apply_plan(participation=participation, from_day=centre.year.starts_on, by=centre.samira, now=now)
    return participation


def test_a_coordinator_plans_a_schools_year(taget: SimpleNamespace, browser_as: BrowserAs):
    with_topics_chosen(taget)
    with on(dt.date(2026, 8, 17)):
        page = browser_as(taget.samira, width=1280)
        page.goto(reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]))
        # A draft is shown; nothing is planned until it is applied.
        expect(page.get_by_text("Normer och dess konsekvenser").first).to_be_visible()
        assert not PlannedSession.objects.exists()
        page.get_by_role("button", name="Lägg ut planen").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Planen för Lindängsskolan är utlagd")
    # Three groups have eight sessions each.
    assert PlannedSession.objects.live().count() == 24


def test_the_contact_person_confirms_the_term_on_a_phone_in_one_tap(taget: SimpleNamespace, browser_as: BrowserAs):
    participation = with_plan(taget)
    with on(dt.date(2026, 8, 19)):
        page = browser_as(taget.elin, width=PHONE)
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("plan")
        page.get_by_role("button", name="Ja, planen stämmer").locator("visible=true").click()
        expect(page.get_by_text("Elin Test bekräftade").first).to_be_visible()
    assert participation.confirmations.get().by == taget.elin


def test_two_taps_log_a_session_and_the_leaders_dashboard_counts_it(taget: SimpleNamespace, browser_as: BrowserAs):
    participation = with_plan(taget)
    session = participation.sessions.filter(group__kind="class").order_by("week_start", "group__name").first()
    with on(session.week_start + dt.timedelta(days=3)):
        held_before = pace_on_the_dashboard(taget.maria, browser_as)
        log_in_two_taps(taget.samira, session, browser_as)
        assert pace_on_the_dashboard(taget.maria, browser_as) == held_before + 1
        sessions_that_count = the_sessions_behind_the_figure(taget.maria, browser_as)
    assert session.group.name in sessions_that_count


def open_confirmation(card: Locator) -> None:
    """The first tap; the session that is most likely wanted stands open already."""
    if card.locator("details.confirm[open]").count() == 0:
        card.get_by_text("Genomfört som planerat").click()


def log_in_two_taps(who: User, session: PlannedSession, browser_as: BrowserAs) -> None:
    page = browser_as(who, width=PHONE)
    page.goto("/")
    card = page.locator(".session-card", has_text=session.topic_title).filter(has_text=session.group.name).first
    open_confirmation(card)
    card.get_by_role("button", name=re.compile("Spara loggen")).click()
    expect(page.get_by_role("button", name="Ångra")).to_be_visible()


def pace_on_the_dashboard(who: User, browser_as: BrowserAs) -> int:
    """How many held sessions the dashboard says there are."""
    page = browser_as(who, width=1280)
    page.goto("/")
    row = page.locator(".figure-lead .three li").first
    expect(row).to_contain_text("Genomfört")
    return int(re.sub(r"\D", "", row.locator("b").inner_text()))


def the_sessions_behind_the_figure(who: User, browser_as: BrowserAs) -> str:
    page = browser_as(who, width=1280)
    page.goto("/")
    leads_to = page.locator(".figure-lead a.rows")
    address = leads_to.get_attribute("href")
    leads_to.click()
    page.wait_for_url(f"**{address}")
    return page.locator("main").inner_text()
