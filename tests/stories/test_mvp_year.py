"""MVP that begins late at a school, in a real browser: mentors matched, a way out chosen, the plan laid out."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from programmes.models import Programme
from schools.actions.groups import add_group
from schools.actions.plans import open_programme_year
from schools.models import Departure, Group, Occasion, PlannedSession
from tests.browsing import BrowserAs
from tests.content import the_reference_content

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.django_db(transaction=True)]
JANUARY = dt.datetime(2027, 1, 25, 10, tzinfo=dt.UTC)


@pytest.fixture
def school(centre: SimpleNamespace) -> SimpleNamespace:
    """Lindängsskolan with a class of year 6 and pupil mentors, not matched yet."""
    the_reference_content()
    open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
    add_group(kind="mentors", name="Elevmentorer", grade=9, headcount=13, **said)
    add_group(kind="class", name="6A", grade=6, headcount=26, **said)
    return centre


def test_a_series_that_begins_in_january_is_matched_made_room_for_and_laid_out(
    school: SimpleNamespace, browser_as: BrowserAs
):
    place = ["lindangsskolan", "2026-27"]
    with time_machine.travel(JANUARY, tick=True):
        page = browser_as(school.samira, width=1280)
        page.goto(reverse("schools:mentor-matching", args=place))
        expect(page.get_by_text("6A har inga elevmentorer.")).to_be_visible()
        page.get_by_label("6A, 26 elever").select_option(label="Elevmentorer, 13 elevmentorer")
        page.get_by_role("button", name="Spara").click()
        expect(page.get_by_text("Ungefär 2 elever på varje elevmentor.")).to_be_visible()
        page.get_by_role("link", name="Se utkastet").click()
        # Nine of eleven have room; every week for a while makes room for all.
        expect(page.get_by_text("9 av 11 pass får plats").first).to_be_visible()
        page.get_by_label("Varje vecka från").check()
        page.get_by_role("button", name="Visa i utkastet").click()
        expect(page.get_by_text("Utkastet följer utvägen för 6A.")).to_be_visible()
        assert not PlannedSession.objects.exists()
        page.get_by_role("button", name="Lägg ut planen").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Planen för Lindängsskolan")
    assert PlannedSession.objects.live().count() == 11
    assert Departure.objects.get().group == Group.objects.get(name="6A")
    assert set(Occasion.objects.values_list("kind", flat=True)) >= {"mentors_training", "key_persons", "supervision"}
