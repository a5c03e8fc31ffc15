"""A pupil answers on a phone, by keyboard alone too, and in a language that is written from the right."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
import yaml
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from evaluations.models import SurveyAnswer, SurveyRound
from evaluations.surveys.bank import items_of
from evaluations.surveys.languages import OWN, LanguageFault, check, read, swedish
from tests.browser.test_every_page import faults_of
from tests.browsing import BrowserAs, what_axe_finds
from tests.conftest import NOW
from tests.surveys.conftest import address, answered, ended, opened, planned, round_of

in_browser = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = 360


@pytest.fixture
def town(mvp: SimpleNamespace):
    cache.clear()
    with time_machine.travel(NOW, tick=True):
        planned(mvp, mvp.lindang)
        yield mvp


@pytest.fixture
def pseudo(tmp_path: Path, settings) -> str:
    """A made-up language that is written from the right: the Swedish words backwards, in Hebrew letters' place."""
    said = yaml.safe_load((OWN / "sv.yaml").read_text(encoding="utf-8"))
    for part in ("page", "answers", "scales", "items"):
        said[part] = {key: _turned(text) for key, text in said[part].items()}
    said |= {"code": "ar-XB", "name": _turned("Påhittat"), "direction": "rtl"}
    (tmp_path / "ar-XB.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    settings.SURVEY_LANGUAGES = tmp_path
    return "ar-XB"


def _turned(text: str) -> str:
    return "".join(chr(0x05D0 + ord(sign) % 26) if sign.isalpha() else sign for sign in text)


def test_a_language_that_lacks_a_word_is_refused(pseudo: str, settings):
    file = settings.SURVEY_LANGUAGES / f"{pseudo}.yaml"
    check(read(file), swedish())
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    del said["items"]["elev-trygghet-1"]
    file.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LanguageFault, match="elev-trygghet-1"):
        check(read(file), swedish())


def test_swedish_says_every_question_and_every_scale_once():
    asked = {item.key for audience in ("pupils", "staff", "parents") for item in items_of(audience)}
    assert set(swedish().items) == asked
    assert len(set(swedish().items.values())) == len(asked)


def choose_all(page: Page, value: int) -> None:
    for item in items_of("pupils"):
        page.locator(f'label[for="{item.key}-{value}-val"]').click()


class TestOnAPhone:
    pytestmark = in_browser

    def test_a_class_answers_and_the_board_counts(self, town: SimpleNamespace, browser_as: BrowserAs):
        board = browser_as(town.elin)
        board.goto(f"/enkater/lindangsskolan/{round_of('6A').pk}/")
        board.get_by_role("button", name="Starta enkäten").click()
        expect(board.get_by_text("av 25 har svarat")).to_be_visible()
        assert what_axe_finds(board) == []

        pupil = browser_as(None, width=PHONE)
        pupil.goto("/enkat/")
        pupil.get_by_label("Kod").fill(board.locator(".code [aria-hidden]").inner_text().lower())
        pupil.get_by_role("button", name="Öppna enkäten").click()
        expect(pupil.get_by_role("heading", name="Enkät för elever")).to_be_visible()
        assert what_axe_finds(pupil) == []
        choose_all(pupil, 4)
        pupil.get_by_role("button", name="Skicka svaren").click()
        expect(pupil.get_by_role("heading", name="Tack för dina svar")).to_be_visible()
        assert what_axe_finds(pupil) == [] and pupil.context.cookies() == []
        pupil.reload()  # sends the same sheet again
        expect(pupil.get_by_role("heading", name="Tack för dina svar")).to_be_visible()
        expect(board.locator("#survey-answered")).to_have_text("1")
        assert SurveyAnswer.objects.count() == 1
        # The code, one tap a question, and two more: who takes ten seconds for each is done within four minutes.
        assert (1 + len(items_of("pupils")) + 2) * 10 <= 240

    def test_twenty_five_answer_at_once(self, town: SimpleNamespace, browser_as: BrowserAs):
        where = address(opened(town, now=timezone.now()))
        pupils = [browser_as(None, width=PHONE) for _pupil in range(25)]
        for pupil in pupils:
            pupil.goto(where)
            pupil.evaluate("document.querySelectorAll('input[value=\"4\"]').forEach(one => { one.checked = true })")
        for pupil in pupils:
            # Nobody waits for anybody's answer.
            pupil.evaluate("setTimeout(() => document.querySelector('main form').requestSubmit(), 100)")
        for pupil in pupils:
            expect(pupil.get_by_role("heading", name="Tack för dina svar")).to_be_visible()
        assert SurveyAnswer.objects.count() == 25

    def test_the_pages_that_say_no_are_accessible(
        self, town: SimpleNamespace, browser_as: BrowserAs, provoked: list[str]
    ):
        provoked.append("status of 404")
        page = browser_as(None, width=PHONE)
        page.goto("/enkat/KKKKKKK/")
        expect(page.get_by_role("heading", name="Den koden går inte att öppna nu")).to_be_visible()
        assert what_axe_finds(page) == []
        page.goto(address(opened(town, now=timezone.now())))
        page.get_by_role("button", name="Skicka svaren").click()
        expect(page.get_by_role("alert")).to_contain_text("Svara på minst en fråga")
        assert what_axe_finds(page) == []

    def test_results_are_accessible(self, town: SimpleNamespace, browser_as: BrowserAs):
        answered(town, "6A", [2, 4, 5] * 8)
        answered(town, "6A", [3, 4, 4] * 4, when="after")
        for when in ("before", "after"):
            ended(town, when)
        for who in (town.maria, town.elin):
            page = browser_as(who)
            assert faults_of(page, "/enkater/resultat/?program=mvp&lasar=2026-27") == []
            expect(page.get_by_role("heading", name="Påståenden")).to_be_visible()

    def test_by_keyboard_alone(self, town: SimpleNamespace, browser_as: BrowserAs):
        page = browser_as(None, width=PHONE)
        page.goto(address(opened(town, now=timezone.now())))
        for _item in items_of("pupils"):
            page.keyboard.press("Tab")
            while page.evaluate("document.activeElement.type") != "radio":
                page.keyboard.press("Tab")
            page.keyboard.press("Space")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Skicka svaren")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Tack för dina svar")).to_be_visible()
        assert set(SurveyAnswer.objects.get().answers) == {item.key for item in items_of("pupils")}

    def test_a_language_from_the_right_is_laid_out_from_the_right(
        self, town: SimpleNamespace, browser_as: BrowserAs, pseudo: str
    ):
        one: SurveyRound = opened(town, now=timezone.now())
        page = browser_as(None, width=PHONE)
        page.goto(f"{address(one)}?sprak={pseudo}")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        box = page.locator('label[for="elev-askadare-1-1-val"]')
        mark, words = box.locator("input").bounding_box(), box.locator("span").bounding_box()
        assert mark and words and mark["x"] > words["x"]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert what_axe_finds(page) == []
        choose_all(page, 2)
        page.locator(".survey-send button").click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.locator('a[href="tel:116111"]')).to_be_visible()
        assert SurveyAnswer.objects.get().answers["elev-askadare-1"] == 2
