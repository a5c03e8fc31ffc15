"""Logging in the corridor: a day with six sessions, and what happens when there is no network."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from programmes.models import Programme, Scenario, SessionTopic
from schools.actions.groups import add_group
from schools.actions.people import add_person
from schools.actions.plans import join, open_programme_year
from schools.models import PlannedSession, School
from sessions_log.actions import change_log, log_as_planned
from sessions_log.entries import entry_of
from sessions_log.models import SessionLog
from sessions_log.session_links import session_link
from tests.browsing import CHROMIUM, PATIENCE, QUIET, BrowserAs
from tests.content import the_reference_content
from tests.processes.fixtures import wait_until
from tests.sessions_log.conftest import NOON, THIS_WEEK, TODAY, key, norms, plan, session  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = 360
BAR = "#kept-bar"


@pytest.fixture(autouse=True)
def thursday_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def two(plan) -> list[PlannedSession]:  # noqa: F811
    return [plan("1A", THIS_WEEK), plan("2A", THIS_WEEK)]


def card(page: Page, group: str):
    return page.locator(".session-card", has_text=re.compile(f"(Elev|Personal)pass för {group}"))


def tap_as_planned(page: Page, group: str) -> None:
    """The two taps of a card; the likeliest stands open already."""
    summary = card(page, group).locator("details.confirm > summary")
    if card(page, group).locator("details.confirm[open]").count() == 0:
        summary.click()
    page.get_by_role("button", name=f"Spara loggen för {group}").click()


def test_a_day_with_six_sessions_is_two_taps_and_what_was_different(plan, norms, jonas, browser_as: BrowserAs):  # noqa: F811
    """Five were held as planned and one was not: seven taps and no field that has to be filled in."""
    topics = [norms, *(_topic(norms, number) for number in range(2, 4))]
    for number, topic in enumerate(topics):
        for group in ("1A", "2A"):
            start = dt.time(8 + number, 0 if group == "1A" else 40)
            plan(group, THIS_WEEK, topic=topic, slot_no=number + 1, date=TODAY, start_time=start)
    page, taps = browser_as(jonas, width=PHONE), 0
    page.goto("/start/")
    several = page.locator("#idag details.at-once")

    def tap(target) -> None:
        nonlocal taps
        target.click()
        taps += 1

    tap(several.locator("summary"))
    tap(several.get_by_label(re.compile("2A, Ämne 3")))
    tap(several.get_by_role("button", name="Spara loggarna"))
    expect(page.get_by_text("5 loggar är sparade.")).to_be_visible()
    tap(page.get_by_role("link", name=re.compile("Något blev annorlunda.*2A")).first)
    tap(page.get_by_text("Nej", exact=True).first)
    tap(page.get_by_text("Ingen lokal", exact=True))
    tap(page.get_by_role("button", name="Spara loggen"))
    expect(page).to_have_url(re.compile("^[^?]*/start/"))
    assert taps == 7
    assert sorted(SessionLog.objects.values_list("held", flat=True)) == [False, *[True] * 5]


def _topic(norms: SessionTopic, number: int) -> SessionTopic:  # noqa: F811
    return SessionTopic.objects.create(
        programme=norms.programme, slug=f"amne-{number}", kind="extra", number=number, title=f"Ämne {number}"
    )


def test_without_network_logs_stay_on_the_phone_until_they_are_sent(two, jonas, browser_as: BrowserAs):
    page = browser_as(jonas, width=PHONE)
    page.goto("/start/")
    page.context.set_offline(True)
    tap_as_planned(page, "1A")
    expect(page.locator(BAR)).to_contain_text("Ingen täckning. En logg är inte skickad. Den ligger kvar i telefonen.")
    tap_as_planned(page, "2A")
    expect(page.locator(BAR)).to_contain_text("2 loggar är inte skickade.")
    expect(card(page, "2A")).to_contain_text("Ligger i telefonen sedan 12.0")
    page.get_by_role("link", name="Se och skicka").click()  # still no network: the page stays
    expect(page.locator(BAR)).to_be_focused()
    assert SessionLog.objects.count() == 0

    page.context.set_offline(False)
    page.get_by_role("link", name="Se och skicka").click()
    expect(page.get_by_role("listitem").filter(has_text="1A, Normer")).to_be_visible()
    page.get_by_role("button", name="Skicka 2 loggar").click()
    expect(page.get_by_role("heading", name="2 loggar är skickade")).to_be_visible()
    assert SessionLog.objects.count() == 2
    page.goto("/start/")
    expect(page.locator(BAR)).to_be_hidden()


def test_the_full_form_survives_a_lost_network_a_closed_page_and_a_second_tab(two, jonas, browser_as: BrowserAs):
    page = browser_as(jonas, width=PHONE)
    page.goto(f"/logga/{two[0].uuid}/")
    page.get_by_label("Elever", exact=True).fill("19")
    page.get_by_label(re.compile("^Anteckning")).fill("Vi hann inte avsluta.")
    expect(page.locator("#form-kept")).to_contain_text("Utkastet är sparat i telefonen 12.0")
    page.close()

    first, second = page.context.new_page(), page.context.new_page()
    first.goto(f"/logga/{two[0].uuid}/")
    expect(first.locator("#form-kept")).to_contain_text("är ifyllt")
    expect(first.get_by_label("Elever", exact=True)).to_have_value("19")
    first.context.set_offline(True)
    first.get_by_role("button", name="Spara loggen").click()
    expect(first.locator(BAR)).to_contain_text("En logg är inte skickad.")
    first.context.set_offline(False)
    for tab in (first, second):
        tab.goto("/ej-skickade/")
    for tab in (first, second):
        tab.get_by_role("button", name="Skicka loggen").click()
        expect(tab.get_by_role("heading", name="Loggen är skickad")).to_be_visible()
    log = SessionLog.objects.get()
    assert (log.present, log.note) == (19, "Vi hann inte avsluta.")


def test_a_lost_answer_an_expired_session_and_a_stale_token_lose_nothing(
    plan,  # noqa: F811
    two,
    jonas,
    browser_as: BrowserAs,
    provoked: list[str],
):
    plan("Personal F–3", THIS_WEEK)
    provoked.append("403 (Forbidden)")
    page = browser_as(jonas, width=PHONE)
    page.goto("/start/")

    def answer_gets_lost(route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    page.route("**/som-planerat/", answer_gets_lost)
    tap_as_planned(page, "1A")
    expect(page.locator(BAR)).to_contain_text("En logg är inte skickad.")
    assert SessionLog.objects.count() == 1
    page.unroute("**/som-planerat/")

    # A token that has gone stale is refused; the page that sends fetches a fresh one.
    page.context.add_cookies([{"name": "csrftoken", "value": "x" * 32, "url": page.evaluate("location.origin")}])
    tap_as_planned(page, "2A")
    expect(page.locator(BAR)).to_contain_text("2 loggar är inte skickade.")
    assert SessionLog.objects.count() == 1
    Session.objects.all().delete()
    tap_as_planned(page, "Personal F–3")
    expect(page.locator(BAR)).to_contain_text("Du kan ha blivit utloggad. 3 loggar är inte skickade.")
    _sign_in(page, jonas)
    page.goto("/ej-skickade/")
    page.get_by_role("button", name="Skicka 3 loggar").click()
    expect(page.get_by_role("heading", name="3 loggar är skickade")).to_be_visible()
    assert SessionLog.objects.count() == 3


def _sign_in(page: Page, user) -> None:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    # The site's root: a cookie set for a page holds below that page alone.
    root = page.evaluate("location.origin")
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": root}])


def test_signing_out_asks_before_it_removes_what_is_not_sent(two, jonas, browser_as: BrowserAs):
    page = browser_as(jonas)
    page.goto("/start/")
    page.context.set_offline(True)
    tap_as_planned(page, "1A")
    expect(page.locator(BAR)).to_be_visible()
    page.context.set_offline(False)
    page.locator(".who").get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("dialog")).to_contain_text("En logg är inte skickad")
    page.get_by_role("button", name="Stanna kvar").click()
    assert page.evaluate("Object.keys(localStorage).length") == 1
    page.locator(".who").get_by_role("button", name="Logga ut").click()
    page.get_by_role("button", name="Ta bort dem och logga ut").click()
    expect(page).to_have_url(re.compile("/konto/login/"))
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_full_phone_says_so_and_a_wrong_clock_does_not_matter(two, jonas, browser_as: BrowserAs):
    page = browser_as(jonas, width=PHONE)
    page.clock.set_fixed_time(NOON - dt.timedelta(days=1, hours=3))
    page.goto("/start/")
    page.context.set_offline(True)
    tap_as_planned(page, "1A")
    expect(card(page, "1A")).to_contain_text("Ligger i telefonen sedan 12.0")
    page.evaluate(
        """() => { let size = 1 << 20; while (size > 0) {
            try { localStorage.setItem("filler" + size + Math.random(), "x".repeat(size)); }
            catch { size = Math.floor(size / 2); } } }"""
    )
    tap_as_planned(page, "2A")
    expect(page.locator(BAR)).to_contain_text("Telefonen är full")
    page.context.set_offline(False)
    tap_as_planned(page, "2A")
    expect(page.locator(".undo-bar")).to_contain_text("Loggen för 2A är sparad.")
    assert SessionLog.objects.get().held_on == TODAY


def test_the_sender_sees_both_and_chooses(two, samira, jonas, browser_as: BrowserAs):
    page = browser_as(jonas, width=PHONE)
    page.goto(f"/logga/{two[0].uuid}/")
    page.context.set_offline(True)
    page.get_by_label("Elever", exact=True).fill("18")
    page.get_by_role("button", name="Spara loggen").click()
    expect(page.locator(BAR)).to_be_visible()
    log_as_planned(session=PlannedSession.objects.with_names().get(pk=two[0].pk), key=uuid.uuid4(), by=samira, now=NOON)
    page.context.set_offline(False)
    page.goto("/ej-skickade/")
    page.get_by_role("button", name="Skicka loggen").click()
    expect(page.get_by_text("Det du skrev")).to_be_visible()
    expect(page.get_by_text("Loggat av Samira Test")).to_be_visible()
    assert SessionLog.objects.get().present == 24
    page.get_by_role("button", name="Spara min i stället").click()
    expect(page.get_by_role("heading", name="Loggen är skickad")).to_be_visible()
    assert SessionLog.objects.get().present == 18
    page.goto("/start/")
    expect(page.locator(BAR)).to_be_hidden()


def _is_logged_by(user, session: PlannedSession) -> SessionLog:  # noqa: F811
    named = PlannedSession.objects.with_names().get(pk=session.pk)
    return log_as_planned(session=named, key=uuid.uuid4(), by=user, now=NOON)


def _opened(page: Page, session: PlannedSession) -> Page:  # noqa: F811
    page.goto(f"/logga/{session.uuid}/")
    return page


def _pupils(page: Page):
    return page.get_by_label("Elever", exact=True)


def _keep_without_network(page: Page, pupils: str) -> None:
    page.context.set_offline(True)
    _pupils(page).fill(pupils)
    page.get_by_role("button", name="Spara loggen").click()
    expect(page.locator(BAR)).to_contain_text("En logg är inte skickad.")
    page.context.set_offline(False)


def _expect_drafts(page: Page, count: int) -> None:
    """Waits: the page's own script clears what is no longer needed a moment after the page is shown."""
    drafts = "Object.keys(localStorage).filter((name) => name.startsWith('vpc-form:'))"
    page.wait_for_function(f"{drafts}.length === {count}")


def test_a_log_that_is_sent_at_last_leaves_no_draft_that_undoes_a_correction(two, samira, jonas, browser_as: BrowserAs):
    page = _opened(browser_as(jonas, width=PHONE), two[0])
    _keep_without_network(page, "18")
    page.goto("/ej-skickade/")
    page.get_by_role("button", name="Skicka loggen").click()
    expect(page.get_by_role("heading", name="Loggen är skickad")).to_be_visible()
    _expect_drafts(page, 0)
    log = SessionLog.objects.get()
    change_log(log=log, entry=replace(entry_of(log), present=20), by=samira, now=NOON, reason="Två kom sent.")
    expect(_pupils(_opened(page, two[0]))).to_have_value("20")


def test_who_keeps_what_stands_lets_the_draft_go_as_well(two, samira, jonas, browser_as: BrowserAs):
    page = _opened(browser_as(jonas, width=PHONE), two[0])
    _keep_without_network(page, "18")
    _is_logged_by(samira, two[0])
    page.goto("/ej-skickade/")
    page.get_by_role("button", name="Skicka loggen").click()
    page.get_by_role("button", name="Behåll det som står och släng min").click()
    expect(page.get_by_text("Din egen logg är slängd")).to_be_visible()
    _expect_drafts(page, 0)


def test_what_is_logged_as_planned_needs_no_draft(two, jonas, browser_as: BrowserAs):
    page = _opened(browser_as(jonas, width=PHONE), two[0])
    _pupils(page).fill("18")
    _expect_drafts(page, 1)
    page.goto("/start/")
    tap_as_planned(page, "1A")
    expect(page.locator(".undo-bar")).to_contain_text("Loggen för 1A är sparad.")
    _expect_drafts(page, 0)


def test_a_draft_of_what_the_log_said_before_is_dropped(two, samira, jonas, browser_as: BrowserAs):
    page = _opened(browser_as(jonas, width=PHONE), two[0])
    _pupils(page).fill("18")
    _expect_drafts(page, 1)
    _is_logged_by(samira, two[0])
    expect(_pupils(_opened(page, two[0]))).to_have_value("24")
    expect(page.locator("#form-kept")).to_be_hidden()
    _expect_drafts(page, 0)


def test_what_is_not_sent_is_not_saved_over_another_log_unseen(two, samira, jonas, browser_as: BrowserAs):
    """Only who has seen both, and has to mend their own, finds it in the form."""
    page = _opened(browser_as(jonas, width=PHONE), two[0])
    _keep_without_network(page, "199")
    _is_logged_by(samira, two[0])
    expect(_pupils(_opened(page, two[0]))).to_have_value("24")
    expect(page.locator(BAR)).to_contain_text("En logg är inte skickad.")
    page.goto("/ej-skickade/")
    page.get_by_role("button", name="Skicka loggen").click()
    page.get_by_role("button", name="Spara min i stället").click()
    page.get_by_role("link", name="Öppna formuläret och rätta").click()
    expect(_pupils(page)).to_have_value("199")


def test_of_an_unsent_log_and_a_draft_the_later_is_filled_in(two, jonas, browser_as: BrowserAs):
    page = _opened(browser_as(jonas, width=PHONE), two[0])
    _keep_without_network(page, "18")
    expect(_pupils(_opened(page, two[0]))).to_have_value("18")
    _pupils(page).fill("19")
    expect(_pupils(_opened(page, two[0]))).to_have_value("19")
    expect(page.locator("#form-kept")).to_contain_text(re.compile(r"tors 17 sep\.? 12\.0"))
    page.get_by_role("button", name="Spara loggen").click()
    expect(page).to_have_url(re.compile("^[^?]*/start/"))
    expect(page.locator(BAR)).to_be_hidden()
    assert SessionLog.objects.get().present == 19


@pytest.mark.parametrize("way_out", ["/start/", "/konto/logout/"])
def test_signing_out_clears_the_drafts(two, jonas, browser_as: BrowserAs, way_out: str):
    page = _opened(browser_as(jonas), two[0])
    _pupils(page).fill("18")
    _expect_drafts(page, 1)
    page.goto(way_out)
    page.locator("main" if "logout" in way_out else ".who").get_by_role("button", name="Logga ut").click()
    expect(page).to_have_url(re.compile("/konto/login/"))
    _expect_drafts(page, 0)


def test_several_at_once_without_network_are_kept_one_by_one(two, jonas, browser_as: BrowserAs):
    page = browser_as(jonas, width=PHONE)
    page.goto("/start/")
    several = page.locator("details.at-once").first
    several.locator("summary").click()
    page.context.set_offline(True)
    several.get_by_role("button", name="Spara loggarna").click()
    expect(page.locator(BAR)).to_contain_text("2 loggar är inte skickade.")
    for group in ("1A", "2A"):
        expect(card(page, group)).to_contain_text("Ligger i telefonen sedan 12.0")
    page.context.set_offline(False)
    page.get_by_role("link", name="Se och skicka").click()
    page.get_by_role("button", name="Skicka 2 loggar").click()
    expect(page.get_by_role("heading", name="2 loggar är skickade")).to_be_visible()
    assert SessionLog.objects.count() == 2


def test_by_a_mails_link_what_cannot_be_sent_is_kept_too(plan, samira, centre, browser_as: BrowserAs):  # noqa: F811
    """Lo has no account; the link keeps what it could not send, and sends it."""
    School.objects.filter(pk=centre.lindang.pk).update(logs_by_link=True)
    lo = add_person(school=centre.lindang, name="Lo Lärare", email="lo@skola.example", by=samira)
    held_by_lo = PlannedSession.objects.with_names().get(pk=plan("1A", THIS_WEEK, leader=lo).pk)
    page = browser_as(None, width=PHONE)
    page.goto("/" + session_link(held_by_lo).split("/", 3)[3])
    page.get_by_role("link", name=re.compile("Något blev annorlunda")).click()
    page.get_by_label("Elever", exact=True).fill("17")
    page.context.set_offline(True)
    page.get_by_role("button", name="Spara loggen").click()
    expect(page.locator(BAR)).to_contain_text("En logg är inte skickad.")
    assert "passlank" not in page.evaluate("JSON.stringify(localStorage)")
    page.context.set_offline(False)
    page.get_by_role("link", name="Se och skicka").click()
    page.get_by_role("button", name="Skicka loggen").click()
    expect(page.get_by_role("heading", name="Loggen är skickad")).to_be_visible()
    assert SessionLog.objects.get().present == 17
    page.get_by_role("link", name="Tillbaka").last.click()
    expect(page.get_by_text("Loggat av Lo Lärare")).to_be_visible()


def test_an_mvp_session_asks_for_mentors_and_the_scenario(mvp_session, jonas, browser_as: BrowserAs):
    page = browser_as(jonas, width=PHONE)
    page.goto(f"/logga/{mvp_session.uuid}/")
    page.get_by_label(re.compile("^Elevmentorer")).fill("3")
    page.get_by_label(re.compile("^Använt scenario|^Scenario")).select_option(label="I korridoren")
    page.get_by_role("button", name="Spara loggen").click()
    expect(page).to_have_url(re.compile("^[^?]*/start/"))
    log = SessionLog.objects.get()
    assert (log.mentors_present, str(log.scenario)) == (3, "I korridoren")


@pytest.fixture
def mvp_session(centre) -> PlannedSession:
    """The first of MVP's eleven for 6A, this week."""
    the_reference_content()
    rules = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    Scenario.objects.create(programme=rules.programme, slug="i-korridoren", title="I korridoren", text="Någon tvekar.")
    group = add_group(
        kind="class", name="6A", grade=6, headcount=26, school=centre.lindang, year=centre.year, by=centre.samira
    )
    return PlannedSession.objects.create(
        participation=join(school=centre.lindang, programme_year=rules, by=centre.samira),
        group=group,
        topic=SessionTopic.objects.mvp().earliest("number"),
        slot_no=1,
        week_start=THIS_WEEK,
    )


def test_a_browser_that_is_killed_still_has_the_log(two, jonas, chromium: Browser, live_server, tmp_path: Path):
    """The phone's battery ends: the log is there when the browser is started anew."""
    playwright_type, folder = chromium.browser_type, tmp_path / "profile"
    options = {"executable_path": CHROMIUM, "args": QUIET, "base_url": live_server.url, "locale": "sv-SE"}
    options["timeout"] = PATIENCE
    context = playwright_type.launch_persistent_context(str(folder), **options)
    page = context.new_page()
    page.goto("/konto/login/")
    _sign_in(page, jonas)
    page.goto("/start/")
    context.set_offline(True)
    tap_as_planned(page, "1A")
    expect(page.locator(BAR)).to_contain_text("En logg är inte skickad.")
    _wait_for_disk(folder)
    _kill(folder)
    context = playwright_type.launch_persistent_context(str(folder), **options)
    page = context.new_page()
    page.goto("/konto/login/")
    _sign_in(page, jonas)
    page.goto("/start/")
    expect(page.locator(BAR)).to_contain_text("En logg är inte skickad.")
    context.close()


def _wait_for_disk(folder: Path) -> None:
    """Until the browser has written its storage; it gathers what it writes for some seconds."""
    storage = folder / "Default" / "Local Storage" / "leveldb"
    written = lambda: any(b"som-planerat" in file.read_bytes() for file in storage.glob("*.log"))  # noqa: E731
    wait_until(written, "that the browser has written the log to disk")


def _kill(folder: Path) -> None:
    """End the browser that this test started, and it alone: it is the one that names the test's own folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            said = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if f"--user-data-dir={folder}" in said and "--type=" not in said:
            os.kill(int(entry.name), signal.SIGKILL)
