"""A partner's representative keeps the measures; a school answers an invitation on the phone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from playwright.sync_api import expect

from schools.actions.occasions import invite, plan_occasion
from schools.models import OccasionInvitation
from tests.browsing import BrowserAs
from tests.conftest import NOW
from tests.mailing import Postbox, links_in
from tests.town import TODAY, in_full_work, with_answers

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(centre: SimpleNamespace, settings, tmp_path) -> Iterator[SimpleNamespace]:
    settings.MEDIA_ROOT = tmp_path / "files"
    with time_machine.travel(NOW, tick=True):
        yield with_answers(in_full_work(centre))


def test_a_partner_keeps_its_measures(town: SimpleNamespace, browser_as: BrowserAs):
    # Lena signs in, lands on her partner's page and sees that a follow-up is late.
    page = browser_as(town.lena)
    page.goto("/")
    expect(page.get_by_role("heading", name="AB Botkyrkabyggen")).to_be_visible()
    expect(page.get_by_text("Uppföljningen är sen")).to_be_visible()
    page.get_by_role("link", name="Följ upp Trygghetsronder").click()

    # She says what she sees, and forgets that a next day has to come after today.
    page.get_by_label("Vad såg du?").fill("Ljusare vid två gångvägar.")
    page.get_by_label("Nästa uppföljning").fill("2026-09-17")
    page.get_by_role("button", name="Spara uppföljningen").click()
    page.get_by_role("alert").get_by_text("Nästa uppföljning måste ligga efter den här.").wait_for()
    expect(page.get_by_label("Vad såg du?")).to_have_value("Ljusare vid två gångvägar.")
    page.get_by_label("Nästa uppföljning").fill("2026-12-15")
    page.get_by_role("button", name="Spara uppföljningen").click()
    page.get_by_text("Uppföljningen är sparad.").wait_for()
    expect(page.get_by_text("Uppföljningen är sen")).to_have_count(0)

    # She adds a measure that answers a finding; her own partner is chosen already.
    page.goto("/samverkan/atgarder/ny/")
    page.get_by_label("Rubrik").fill("Belysning längs skolvägen")
    expect(page.get_by_label("AB Botkyrkabyggen")).to_be_checked()
    page.get_by_label("Iakttagelse som den svarar på").select_option(label="Mörka gångvägar")
    page.get_by_label("Våldsförebyggande insatser").check()
    page.get_by_role("button", name="Spara åtgärden").click()
    page.get_by_role("heading", name="Belysning längs skolvägen").wait_for()
    page.get_by_role("link", name="Mörka gångvägar").click()
    expect(page.get_by_role("link", name="Belysning längs skolvägen")).to_be_visible()

    # Another partner's measure she reads, and does not change.
    page.goto(town.others.get_absolute_url())
    expect(page.get_by_role("link", name="Ändra", exact=True)).to_have_count(0)


def test_a_school_answers_an_invitation_on_the_phone(town: SimpleNamespace, browser_as: BrowserAs):
    said = {"kind": "further", "school": None, "date": TODAY.replace(day=30), "title": "Erfarenhetsutbyte"}
    occasion = plan_occasion(key=uuid.uuid4(), **said, by=town.samira, now=NOW)
    elin = town.lindang.people.get(user=town.elin)
    invite(occasion=occasion, people=[elin], guests=[], by=town.samira, now=NOW)
    mails = Postbox().send(NOW)
    [link] = [found for mail in mails for found in links_in(mail) if "/tillfalle/" in found]

    phone = browser_as(None, width=360)
    phone.goto(link)
    phone.get_by_label("Ja").check()
    phone.get_by_label("Hur många blir ni?").fill("2")
    phone.get_by_role("button", name="Skicka svaret").click()
    phone.get_by_text("Tack, ditt svar är sparat.").wait_for()
    answered = OccasionInvitation.objects.get(occasion=occasion)
    assert (answered.answer, answered.coming) == (True, 2)

    page = browser_as(town.samira)
    page.goto(occasion.get_absolute_url())
    expect(page.get_by_text("Kommer, 2 personer.")).to_be_visible()
