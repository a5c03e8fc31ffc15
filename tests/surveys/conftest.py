"""A class of 25 and others who are asked, made by the portal's own actions."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.models import SurveyRound, SurveyWave
from evaluations.surveys.actions import count_sheet, end_wave, plan_surveys, start_round
from evaluations.surveys.bank import items_of
from programmes.models import Programme
from schools.actions.groups import add_group
from schools.actions.plans import join, open_programme_year
from schools.models import School
from tests.conftest import NOW
from tests.content import the_reference_content
from tests.remembering import remembered

KEY = re.compile(r'name="nyckel" value="([^"]+)"')


@pytest.fixture
def mvp(centre: SimpleNamespace) -> SimpleNamespace:
    return with_mvp(centre)


@remembered
def with_mvp(centre: SimpleNamespace) -> SimpleNamespace:
    """MVP at Lindängsskolan (6A of 25, 6B of 4, pupil mentors of 12) and at Ekbackaskolan (6C of 22)."""
    the_reference_content()
    rules = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    for school, name, size in ((centre.lindang, "6A", 25), (centre.lindang, "6B", 4), (centre.ekbacka, "6C", 22)):
        said = {"kind": "class", "name": name, "grade": 6, "headcount": size}
        add_group(school=school, year=centre.year, by=centre.samira, **said)
    said = {"kind": "mentors", "name": "Elevmentorer", "grade": 9, "headcount": 12}
    add_group(school=centre.lindang, year=centre.year, by=centre.samira, **said)
    centre.rules = rules
    centre.joined = {
        school.slug: join(school=school, programme_year=rules, by=centre.samira)
        for school in (centre.lindang, centre.ekbacka)
    }
    return centre


def planned(town: SimpleNamespace, school: School, *audiences: str) -> None:
    plan_surveys(participation=town.joined[school.slug], audiences=audiences or ["pupils"], by=town.samira)


def round_of(group: str, *, when: str = "before", audience: str = "pupils") -> SurveyRound:
    return SurveyRound.objects.with_names().get(group__name=group, wave__when=when, wave__audience=audience)


def opened(town: SimpleNamespace, group: str = "6A", *, now: dt.datetime = NOW, **which: str) -> SurveyRound:
    return start_round(one=round_of(group, **which), by=town.samira, now=now)


def address(one: SurveyRound) -> str:
    return reverse("surveys:answer", args=[one.code])


def a_key(client: Client, one: SurveyRound) -> str:
    found = KEY.search(client.get(address(one)).content.decode())
    assert found, "no sheet"
    return found[1]


def a_sheet(value: int = 4, audience: str = "pupils") -> dict[str, int | None]:
    return {item.key: value for item in items_of(audience)}


def answered(town: SimpleNamespace, group: str, values: list[int], **which: str) -> None:
    """Sheets with the same value throughout, one for each."""
    one = opened(town, group, **which)
    for place, value in enumerate(values):
        sheet = a_sheet(value, which.get("audience", "pupils"))
        count_sheet(code=one.code or "", answers=sheet, mark=f"{group}-{place}", now=NOW)
    SurveyRound.objects.filter(pk=one.pk).update(code=None, open_until=None, seen=[])


def ended(town: SimpleNamespace, when: str, audience: str = "pupils") -> None:
    wave = SurveyWave.objects.get(programme_year=town.rules, when=when, audience=audience)
    end_wave(wave=wave, by=town.samira, now=NOW)
