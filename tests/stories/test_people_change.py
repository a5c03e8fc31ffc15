"""People change, in a real browser: the contact person leaves in the autumn, and in June the classes move up."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from schools.mailing.links import Scope, make_link
from schools.models import SchoolMembership
from sessions_log.reminders import due
from tests.browsing import BrowserAs
from tests.conftest import NOW
from tests.mailing import Postbox, links_in
from tests.schools.laid_out import lay_out, on

AUTUMN, JUNE = dt.date(2026, 9, 17), dt.date(2027, 6, 14)
PHONE = 360

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_contact_person_hands_over_and_the_classes_move_up(centre: SimpleNamespace, browser_as: BrowserAs):
    lay_out(centre, centre.lindang)
    with on(AUTUMN):
        old_link = link_of_the_contact(centre)
        the_coordinator_hands_the_role_over(browser_as(centre.samira, width=1280))
        the_old_link_opens_nothing(old_link, browser_as)
        the_new_one_opens_the_plan_from_the_mail(browser_as)
    with on(JUNE):
        page = browser_as(centre.samira, width=1280)
        the_next_school_year_is_added(page)
        the_classes_move_up(page)
    groups = centre.lindang.groups.filter(year__starts_on__year=2027).in_school_order()
    assert [(group.name, group.continues and group.continues.name) for group in groups] == [
        ("Personal F–3", "Personal F–3"),
        ("FA", None),
        ("2A", "1A"),
    ]


def link_of_the_contact(centre: SimpleNamespace) -> str:
    membership = SchoolMembership.objects.get(person__user=centre.elin)
    return f"/lank/{make_link(membership, Scope, AUTUMN)}/"


def the_coordinator_hands_the_role_over(page: Page) -> None:
    page.goto("/skolor/lindangsskolan/")
    page.get_by_role("link", name=re.compile("Lämna över.*Elin Test")).click()
    expect(page.get_by_label("Namn")).to_be_hidden()
    page.get_by_text("Någon ny").click()
    page.get_by_label("Namn").fill("Nora Ny")
    page.get_by_role("button", name="Lämna över rollen").click()
    # The address was forgotten: it's said beside the field, and the name is still there.
    expect(page.get_by_text("Skriv e-postadressen.").first).to_be_visible()
    expect(page.get_by_label("Namn")).to_have_value("Nora Ny")
    page.get_by_label("E-postadress").fill("nora@vpc.example")
    page.get_by_role("button", name="Lämna över rollen").click()
    expect(page.get_by_text("Nora Ny är kontaktperson från tors 17 sep")).to_be_visible()


def the_old_link_opens_nothing(link: str, browser_as: BrowserAs) -> None:
    page = browser_as(None, width=PHONE)
    # The browser says so too when an answer is 410; that is what it should be.
    answer = page.request.get(link)
    assert answer.status == 410
    assert "Länken gäller inte längre" in answer.text()


def the_new_one_opens_the_plan_from_the_mail(browser_as: BrowserAs) -> None:
    due(NOW)
    [welcome] = [mail for mail in Postbox().send(NOW) if "Du är nu kontaktperson" in mail.subject]
    assert welcome.to == ["Nora Ny <nora@vpc.example>"]
    page = browser_as(None, width=PHONE)
    page.goto(next(link for link in links_in(welcome) if link.startswith("/lank/")))
    expect(page.get_by_role("button", name="Ja, planen stämmer").first).to_be_visible()


def the_next_school_year_is_added(page: Page) -> None:
    page.goto("/lasar/nytt/")
    days = {"starts_on": "2027-08-17", "autumn_ends_on": "2027-12-17"}
    days |= {"spring_starts_on": "2028-01-10", "ends_on": "2028-06-09"}
    for name, day in days.items():
        page.locator(f"[name={name}]").fill(day)
    # What will be saved is shown first.
    page.locator("button[value=show]").click()
    page.locator("button[value=save]").click()
    page.wait_for_url("**/lasar/2027-28/**")
    page.get_by_role("link", name="Flytta upp från 2026/27").click()


def the_classes_move_up(page: Page) -> None:
    expect(page.get_by_text("1A → 2A").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Se och ändra.*Lindängsskolan")).click()
    # Grade 2 is the school's highest: 2A is not ticked, and its fields are out of the way.
    expect(page.get_by_label("2A går vidare")).not_to_be_checked()
    new = page.get_by_role("group", name="Ny klass 1")
    new.get_by_label("Namn").fill("FA")
    new.get_by_label("Årskurs").select_option("F")
    new.get_by_label("Antal").fill("22")
    page.get_by_role("button", name="Spara grupperna för 2027/28").click()
    expect(page.get_by_text("Grupperna för 2027/28 är sparade.")).to_be_visible()
