"""What every page's walk cannot open: links that do not hold, and the mails themselves, on a phone and a desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from playwright.sync_api import Page, expect

from schools.actions.cancelling import cancel_session
from schools.actions.moves import move_session
from schools.mailing.links import HOLDS, Scope, make_link
from schools.models import SchoolMembership
from sessions_log.reminders import due
from tests.browser.test_every_page import DESK, PHONE, faults_of
from tests.browsing import BrowserAs, what_axe_finds
from tests.conftest import NOW
from tests.mailing import Postbox
from tests.town import TODAY, in_full_work

PLAN_IS_SENT = dt.datetime(2026, 8, 12, 6, tzinfo=dt.UTC)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(centre: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with time_machine.travel(NOW, tick=True):
        yield in_full_work(centre)


def as_if_found(page: Page, address: str) -> None:
    """Chromium's console complains of an answer that is not 200, whatever the page says."""
    page.route(f"**{address}", lambda route: route.fulfill(response=route.fetch(), status=200))


def test_a_link_that_does_not_hold_says_so_and_what_to_do(town: SimpleNamespace, browser_as: BrowserAs):
    membership = SchoolMembership.objects.get(person__user=town.elin)
    made = TODAY - dt.timedelta(days=HOLDS[Scope.READ] + 1)
    expired, whole = (make_link(membership, [Scope.READ], day) for day in (made, TODAY))
    # The third is what a mail program has broken in the middle of a line.
    says = {
        f"/lank/{expired}/": "Länken gäller inte längre",
        f"/lank/{whole[:-2]}/": "Länken gäller inte längre",
        f"/lank/{whole}{whole}/x": "Sidan finns inte här",
    }
    page = browser_as(None)
    for address, heading in says.items():
        as_if_found(page, address)
        assert faults_of(page, address) == []
        expect(page.get_by_role("heading", name=heading)).to_be_visible()


@pytest.fixture
def mails(town: SimpleNamespace) -> list[EmailMultiAlternatives]:
    """The term's plan, reminders, what was moved and cancelled, and missing logs, as they are received."""
    box, sessions = Postbox(), town.plans["lindangsskolan"].sessions
    for now in (PLAN_IS_SENT, NOW):
        due(now)
        box.send(now)
    [moved, cancelled] = sessions.upcoming(TODAY + dt.timedelta(days=21)).order_by("slot_no", "week_start")[:6:5]
    said = {"by": town.samira, "now": NOW}
    move_session(
        session=moved,
        week_start=moved.week_start + dt.timedelta(weeks=1),
        version=moved.version,
        reason="Krock",
        **said,
    )
    cancel_session(session=cancelled, reason="no_room", version=cancelled.version, **said)
    for later in (dt.timedelta(minutes=6), dt.timedelta(days=4), dt.timedelta(days=11)):
        due(NOW + later)
        box.send(NOW + later)
    return [mail for _at, mail in box.received]


def test_mails_are_read_on_a_phone_and_a_desk(mails, browser_as: BrowserAs):
    page = browser_as(None)
    one_of_each = {mail.subject.partition(":")[0]: mail for mail in mails}
    assert len(one_of_each) > 4, list(one_of_each)
    for subject, mail in one_of_each.items():
        page.set_content(str(mail.alternatives[0][0]))
        for width in (320, PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 800})
            found = [fault["id"] for fault in what_axe_finds(page)]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append("sticks out at the side")
            assert found == [], (subject, width)
