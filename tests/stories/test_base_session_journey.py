"""The life of a base session with everything real: plan, beat, broker, worker and SMTP, a phone, the log, the figure.

Time is moved, not waited for: the processes' clocks and the portal's own stand at the same moment.
"""

from __future__ import annotations

import datetime as dt
import re
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from programmes.models import Programme
from schools.actions.plans import open_programme_year
from schools.models import PlannedSession
from tests.browsing import BrowserAs
from tests.content import the_reference_content
from tests.processes.fixtures import Celery, Mailbox, wait_until
from tests.stories.test_main_job import (
    PHONE,
    log_in_two_taps,
    on,
    pace_on_the_dashboard,
    the_sessions_behind_the_figure,
    with_topics_chosen,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.story,
    pytest.mark.processes,
    pytest.mark.xdist_group("processes"),
    pytest.mark.django_db(transaction=True),
]

AUGUST = dt.date(2026, 8, 17)


def test_planned_reminded_confirmed_logged_and_counted(
    centre: SimpleNamespace, browser_as: BrowserAs, celery: Celery, smtp_server: Mailbox, live_server
):
    celery.env["PORTAL_URL"] = live_server.url
    the_reference_content()
    taget = Programme.objects.get(slug="taget")
    centre.taget_year = open_programme_year(programme=taget, year=centre.year, by=centre.samira)

    the_coordinator_lays_out_the_plan(centre, browser_as)
    session = a_base_session_of_november()
    mail = the_contact_person_is_reminded(session, celery, smtp_server)
    the_plan_is_confirmed_from_the_mail(mail, session, centre, browser_as)
    the_session_is_logged_and_counted(session, centre, browser_as)


def the_coordinator_lays_out_the_plan(centre: SimpleNamespace, browser_as: BrowserAs) -> None:
    with_topics_chosen(centre)
    with on(AUGUST):
        page = browser_as(centre.samira)
        page.goto(reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]))
        page.get_by_role("button", name="Lägg ut planen").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Planen för Lindängsskolan är utlagd")


def a_base_session_of_november() -> PlannedSession:
    """The first group of the autumn's second base topic: its week is the one that the topic is reminded of."""
    rows = PlannedSession.objects.filter(topic__kind="base", week_start__gt=dt.date(2026, 11, 1))
    return rows.select_related("topic", "group").order_by("week_start").first()


def the_contact_person_is_reminded(session: PlannedSession, celery: Celery, smtp_server: Mailbox) -> EmailMessage:
    """Three weeks before: beat rings, the worker makes the mail and sends it, the SMTP server has received it."""
    monday = session.week_start - dt.timedelta(weeks=3)
    nine = dt.datetime.combine(monday, dt.time(9), tzinfo=dt.UTC)
    shift = nine - dt.datetime.now(dt.UTC)
    processes = [celery.worker(shift), celery.beat(shift)]

    def reminders() -> list[EmailMessage]:
        return [mail for mail in smtp_server.to("elin@vpc.example") if "Om tre veckor" in mail["Subject"]]

    wait_until(reminders, f"the reminder\n{celery.logs()}")
    for process in processes:
        celery.stop(process)
    [mail] = reminders()
    return mail


def the_plan_is_confirmed_from_the_mail(
    mail: EmailMessage, session: PlannedSession, centre: SimpleNamespace, browser_as: BrowserAs
) -> None:
    """What the mail says, and its link on a phone, without a password."""
    assert session.topic.title in mail["Subject"]
    text = mail.get_body(("plain",)).get_content()
    assert session.group.name in text
    html = mail.get_body(("html",)).get_content()
    link = re.search(r"Se planen:\s+(\S+)", text)
    assert link is not None
    assert link[1] in html
    with on(session.week_start - dt.timedelta(weeks=3)):
        page = browser_as(None, width=PHONE)
        page.goto(link[1])
        expect(page.get_by_text(session.topic.title).first).to_be_visible()
        page.get_by_role("button", name="Ja, planen stämmer").locator("visible=true").click()
        expect(page.get_by_text("Elin Test bekräftade").first).to_be_visible()
    confirmation = session.participation.confirmations.get()
    assert confirmation.by == centre.elin


def the_session_is_logged_and_counted(session: PlannedSession, centre: SimpleNamespace, browser_as: BrowserAs) -> None:
    with on(session.week_start + dt.timedelta(days=3)):
        held_before = pace_on_the_dashboard(centre.maria, browser_as)
        log_in_two_taps(centre.samira, session, browser_as)
        assert pace_on_the_dashboard(centre.maria, browser_as) == held_before + 1
        assert session.group.name in the_sessions_behind_the_figure(centre.maria, browser_as)
