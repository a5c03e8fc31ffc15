"""MVP's handbook: concepts that lead to their meaning, scenarios that can be printed, texts that do no harm."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import pypdf
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from programmes.concepts import link_concepts
from programmes.markdown import to_html
from programmes.models import Concept, ContentItem, ContentSection, Programme, Scenario, SessionTopic
from tests.conftest import AUTUMN_DAY, NOW

NORM = Concept(slug="norm", term="norm", forms="normer, normen", meaning="En oskriven regel.")


@pytest.fixture
def mvp(db) -> Programme:
    programme = Programme.objects.create(slug="mvp", name="MVP")
    for place, title in enumerate(("I korridoren", "På bussen", "På planen", "I chatten"), 1):
        Scenario.objects.create(
            slug=f"s-{place}",
            programme=programme,
            title=title,
            text="Någon bryter en norm.",
            questions="Vad gör du?",
            position=place,
        )
    return programme


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "[klicka](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "![bild](https://example.com/x.png)",
        '<a href="https://example.com" onclick="alert(1)">länk</a>',
        "<style>body{display:none}</style>",
    ],
)
def test_a_text_does_no_harm(written: str):
    html = to_html(written)
    assert "<script" not in html and "<img" not in html and "<style" not in html
    assert 'href="javascript' not in html
    assert not re.search(r"<[^>]* on\w+=", html)


@given(st.text())
def test_no_text_makes_other_elements_than_those_of_texts(written: str):
    html = to_html(written)
    assert "<script" not in html.lower()
    assert link_concepts(html, []) == html


def test_a_text_has_bold_lists_and_links():
    html = to_html("# Rubrik\n\n**Fet** och [länk](https://example.com)\n\n- ett\n- två")
    assert "<h2>Rubrik</h2>" in html and "<strong>Fet</strong>" in html and "<li>två</li>" in html
    assert 'href="https://example.com"' in html


def test_a_concept_is_linked_where_it_first_occurs():
    html = link_concepts(to_html("# Norm\n\nNormer och normen. Enorm. [norm](https://example.com)"), [NORM])
    assert html.count(reverse("programmes:concept-detail", args=["norm"])) == 1
    assert '">Normer</a> och normen. Enorm.' in html


@pytest.mark.sheets
def test_three_chosen_scenarios_become_a_pdf_of_three_sheets(mvp, elin, signed_in):
    answer = signed_in(elin).get(reverse("programmes:scenario-sheets"), {"val": ["s-1", "s-2", "s-4"], "format": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert [page.extract_text().splitlines()[0] for page in pages] == ["I korridoren", "På bussen", "I chatten"]
    assert round(float(pages[0].mediabox.width)) == 595


def test_where_no_pdf_can_be_made_the_page_says_so_and_can_be_printed(mvp, elin, signed_in, monkeypatch):
    from programmes import pdf

    def lacks(*args, **kwargs):
        raise pdf.NoPdf

    monkeypatch.setattr(pdf, "make_pdf", lacks)
    answer = signed_in(elin).get(reverse("programmes:scenario-sheets"), {"format": "pdf"})
    page = answer.content.decode()
    assert "Pango" in page and "På planen" in page


def test_the_list_of_concepts_is_searched(mvp, elin, signed_in):
    Concept.objects.create(slug="norm", term="norm", forms="normer", meaning="En oskriven regel.")
    Concept.objects.create(slug="askadare", term="åskådare", meaning="Den som ser på.")
    page = signed_in(elin).get(reverse("programmes:concept-list"), {"q": "Åskå"}).content.decode()
    assert "Den som ser på." in page and "oskriven" not in page


def test_the_same_concept_twice_is_refused_beside_the_field(mvp, samira, signed_in):
    client = signed_in(samira)
    for _twice in range(2):
        said = {"term": "Norm", "meaning": "En regel.", "key": uuid.uuid4()}
        answer = client.post(reverse("programmes:concept-add"), said)
    assert answer.status_code == 200
    assert "Listan har redan begreppet" in answer.content.decode()
    assert Concept.objects.count() == 1


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(("days", "warns"), [(0, False), (183, False), (184, True), (None, True)])
def test_the_centre_is_warned_when_a_number_has_not_been_checked_for_half_a_year(
    db, samira, signed_in, days: int | None, warns: bool
):
    section = ContentSection.objects.create(slug="stodlista", title="Stödlista")
    checked = AUTUMN_DAY - dt.timedelta(days=days) if days is not None else None
    ContentItem.objects.create(section=section, slug="bris", heading="Bris", detail="116 111", checked_on=checked)
    client = signed_in(samira)
    page = client.get(section.get_absolute_url()).content.decode()
    assert ("1 nummer har inte kontrollerats på ett halvår" in page) is warns
    assert ("Jag har kontrollerat det i dag" in page) is warns
    # Everybody else is told that the number is old, and not what the centre has to do.
    read = Client().get(section.get_absolute_url()).content.decode()
    assert ("För mer än ett halvår sedan" in read) is (days == 184)
    assert "Jag har kontrollerat" not in read
    # Said to be checked, it is in order.
    client.post(reverse("programmes:item-checked", args=["stodlista", "bris"]))
    assert "har inte kontrollerats" not in client.get(section.get_absolute_url()).content.decode()


def test_concepts_are_linked_where_they_occur_for_those_who_can_open_them(mvp, elin, signed_in):
    Concept.objects.create(slug="askadare", term="åskådare", meaning="Den som ser något hända.")
    topic = SessionTopic.objects.create(
        programme=mvp, slug="mvp-pass-1", kind="mvp", number=1, title="MVP-pass 1", aim="Att bli en **åskådare**."
    )
    section = ContentSection.objects.create(slug="om-mvp", title="Om MVP", programme=mvp)
    item = ContentItem.objects.create(section=section, slug="a", text="En åskådare kan agera.", body="Åskådare ser.")
    link = f'href="{reverse("programmes:concept-detail", args=["askadare"])}"'
    for page in (topic, section, item):
        assert link in signed_in(elin).get(page.get_absolute_url()).content.decode(), page
    for page in (section, item):
        assert link not in Client().get(page.get_absolute_url()).content.decode(), page
