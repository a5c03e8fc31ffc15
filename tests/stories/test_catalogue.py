"""A coordinator writes about a session, a teacher finds it and prints three scenarios."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
import time_machine
from playwright.sync_api import expect

from programmes.models import Programme, Scenario
from tests.browsing import BrowserAs
from tests.conftest import NOW
from tests.town import in_full_work

pytestmark = [pytest.mark.browser, pytest.mark.story, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(centre: SimpleNamespace, settings, tmp_path) -> Iterator[SimpleNamespace]:
    settings.MEDIA_ROOT = tmp_path / "files"
    with time_machine.travel(NOW, tick=True):
        town = in_full_work(centre)
        mvp = Programme.objects.get(slug="mvp")
        for place, title in enumerate(("I korridoren", "På bussen", "På planen", "I chatten"), 1):
            Scenario.objects.create(slug=f"s-{place}", programme=mvp, title=title, text="Någon tvekar.", position=place)
        yield town


def test_a_coordinator_writes_about_a_session_and_a_teacher_finds_it(
    town: SimpleNamespace, browser_as: BrowserAs, tmp_path: Path
):
    # Samira opens the topic from the programme's page, writes its aim and gives it a new file.
    page = browser_as(town.samira)
    page.goto("/program/taget/")
    page.get_by_role("link", name="Grupptryck").click()
    page.get_by_role("link", name="Skriv om passet").click()
    page.get_by_label("Syfte").fill("Eleverna vet vad **grupptryck** är.")
    page.get_by_label("Passets delar").fill("Inledning\nBerättelsen\nAvslutning")
    sheet = tmp_path / "underlag.pdf"
    sheet.write_bytes(b"%PDF-1.4\n%%EOF\n")
    page.get_by_label("Ny fil").set_input_files(sheet)
    page.get_by_label("Vad som är nytt i filen").fill("Ny berättelse")
    page.get_by_role("button", name="Spara").click()
    page.get_by_text("”Grupptryck” är sparad.").wait_for()

    # Elin, on her phone, looks for it, misspells it, and finds it all the same.
    phone = browser_as(town.elin, width=360)
    phone.goto("/sok/")
    phone.get_by_label("Vad letar du efter?").fill("gruptryk")
    phone.keyboard.press("Enter")
    phone.get_by_role("link", name="Grupptryck", exact=True).click()
    expect(phone.locator("strong", has_text="grupptryck")).to_be_visible()
    expect(phone.get_by_text("Berättelsen")).to_be_visible()
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Ladda ner materialet").click()
    assert download.value.suggested_filename == "grupptryck.pdf"
    # Pastes too much, and is told so.
    phone.goto("/sok/")
    phone.get_by_label("Vad letar du efter?").focus()
    phone.keyboard.insert_text("våld " * 200_000)
    phone.keyboard.press("Enter")
    phone.get_by_text("Sök med högst 100 tecken").wait_for()
    phone.goto("/amnen/grupptryck/")
    # She reads and does not write.
    expect(phone.get_by_role("link", name="Ändra passets innehåll")).to_have_count(0)


def test_a_teacher_prints_three_scenarios(town: SimpleNamespace, browser_as: BrowserAs):
    page = browser_as(town.elin)
    page.goto("/program/mvp/")
    page.get_by_role("link", name="MVP-handboken").click()
    for title in ("I korridoren", "På bussen", "I chatten"):
        page.get_by_label(title).check()
    page.get_by_role("button", name="Visa för utskrift").click()
    expect(page.locator("article.sheet h1")).to_have_text(["I korridoren", "På bussen", "I chatten"])
    printed = pypdf.PdfReader(io.BytesIO(page.pdf()))
    assert len(printed.pages) == 3
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta som PDF").click()
    made = pypdf.PdfReader(download.value.path())
    assert [sheet.extract_text().splitlines()[0] for sheet in made.pages] == ["I korridoren", "På bussen", "I chatten"]
