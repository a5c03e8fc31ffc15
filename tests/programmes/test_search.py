"""The search: Swedish letters, misspellings, what one may not see, and too much text."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from programmes import search
from programmes.models import Concept, ContentItem, ContentSection
from schools.actions.occasions import plan_occasion
from tests.conftest import NOW
from tests.content import the_reference_content
from tests.partners import with_partners


@pytest.fixture
def content(centre: SimpleNamespace) -> SimpleNamespace:
    the_reference_content()
    Concept.objects.create(slug="askadare", term="åskådare", meaning="Den som ser något hända.")
    return centre


def titles(client, user, query: str) -> str:
    client.force_login(user)
    answer = client.get(reverse("programmes:search"), {"q": query})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("Könsnormen", "Könsnormen"),
        ("konsnormen", "Könsnormen"),
        ("könsnrmen", "Könsnormen"),
        ("MOBBING", "Mobbning"),
        ("våld hemmet", "Våld i hemmet"),
        ("sprakbruk", "Språkbruk och svordomar"),
        ("åskåd", "åskådare"),
        ("askadre", "åskådare"),
        ("lindäng", "Lindängsskolan"),
        ("elin", "Elin"),
        ("Kvinnofrid", "Kvinnofridslinjen"),
        ("botkyrkabyggen", "AB Botkyrkabyggen"),
    ],
)
def test_it_is_found_by(query: str, title: str, content: SimpleNamespace, client):
    assert f">{title}" in titles(client, content.samira, query)


def test_the_exact_one_comes_first(content: SimpleNamespace):
    found = search.search("våld i hemmet", user=content.samira, today=content.year.starts_on)
    assert found[0].entries[0].title == "Våld i hemmet"


def test_what_fits_alike_comes_in_the_order_of_its_numbers(content: SimpleNamespace):
    found = search.search("mvp-pass", user=content.samira, today=content.year.starts_on)
    [titles] = [[entry.title for entry in kind.entries] for kind in found if kind.kind == "Passämnen"]
    assert titles == [f"MVP-pass {n}" for n in range(1, 12)]


def test_the_co_operation_and_the_occasions_are_found_by_those_who_may_see_them(content: SimpleNamespace, client):
    with time_machine.travel(NOW, tick=False):
        with_partners(content)
        said = {"kind": "abc", "school": content.ekbacka, "date": NOW.date(), "title": "Kvällsträff"}
        plan_occasion(key=uuid.uuid4(), **said, by=content.samira, now=NOW)
        assert ">Trygghetsronder" in titles(client, content.elin, "trygghetsronderna")
        assert ">Mörka gångvägar" in titles(client, content.elin, "morka gangvagar")
        assert ">Trygga hela vägen hem" in titles(client, content.elin, "tryga vägen")
        assert ">Kim Kontakt, AB Botkyrkabyggen" in titles(client, content.elin, "kim botkyrkabyggen")
        assert ">Kvällsträff, " in titles(client, content.samira, "kvalstraff")
        assert "Inget har" in titles(client, content.elin, "kvalstraff")
    homes = f'href="{content.homes.get_absolute_url()}">AB Botkyrkabyggen'
    assert homes in titles(client, content.elin, "botkyrkabyggen")


def test_another_school_and_its_people_are_not_found(content: SimpleNamespace, client):
    assert "Ekbackaskolan" in titles(client, content.samira, "ekbacka")
    assert "Inget har" in titles(client, content.elin, "ekbackaskolan")


def test_nothing_found_says_so_and_what_to_try(content: SimpleNamespace, client):
    assert "Inget har ”xyzzyq”" in titles(client, content.elin, "xyzzyq")


def test_a_megabyte_of_text_gets_a_clear_answer(content: SimpleNamespace, client):
    assert "högst 100 tecken" in titles(client, content.elin, "våld " * 200_000)


def test_script_is_shown_as_text(content: SimpleNamespace, client):
    assert "<script>alert" not in titles(client, content.elin, "<script>alert(1)</script>")


@given(st.text(max_size=200))
def test_any_text_can_be_searched_for(query: str):
    known = {"våld", "hemmet", "mobbning"}
    for word in search._words(query):
        assert all(0 < likeness <= 100 for likeness in search._alike(word, known).values())


def test_a_long_text_without_a_heading_is_cut_between_words(content, samira, client):
    section = ContentSection.objects.first()
    text = "Skydda barn mot våld från vuxna i deras närhet och professionella som möter dem"
    ContentItem.objects.create(section=section, slug="skydda", position=99, text=text)
    assert "Skydda barn mot våld från vuxna i deras närhet och …</a>" in titles(client, samira, "skydda professionella")
