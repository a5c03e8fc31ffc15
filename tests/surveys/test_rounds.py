"""Rounds are planned with the programme, opened by those who work at the school, and ended once for all."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from evaluations.models import SurveyRound, SurveyWave
from evaluations.surveys.actions import CannotNow, close_round, end_wave, plan_surveys, start_round
from evaluations.surveys.gathering import response_of
from evaluations.surveys.rounds import OPEN_FOR
from schools.actions.groups import change_group, end_group
from schools.actions.places import close_school
from tests.conftest import NOW
from tests.schools.laid_out import text_of
from tests.surveys.conftest import answered, ended, opened, planned, round_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(mvp: SimpleNamespace):
    with time_machine.travel(NOW, tick=False):
        yield mvp


def test_a_small_class_is_told_of_before_the_round_is_planned(town: SimpleNamespace, signed_in):
    page = signed_in(town.elin).get(reverse("surveys:school", args=["lindangsskolan"]))

    assert "6B har 4 personer, färre än 10. Svaren räknas i skolans och visas aldrig för sig." in text_of(page)
    assert not SurveyRound.objects.exists()


def test_planning_makes_a_round_before_and_after_for_each_group_and_twice_changes_nothing(town, signed_in):
    address = reverse("surveys:school", args=["lindangsskolan"])
    said = {"deltagande": town.joined["lindangsskolan"].pk, "svarande": ["pupils", "mentors"]}
    pages = [signed_in(town.elin).post(address, said, follow=True) for _twice in range(2)]

    assert "6 omgångar är planerade." in text_of(pages[0]) and "inget nytt att planera" in text_of(pages[1])
    rounds = SurveyRound.objects.values_list("group__name", "wave__audience", "wave__when", "invited")
    assert set(rounds) == {
        (name, audience, when, n)
        for name, audience, n in [("6A", "pupils", 25), ("6B", "pupils", 4), ("Elevmentorer", "mentors", 12)]
        for when in ("before", "after")
    }


@pytest.mark.parametrize("said", [{"svarande": ["pupils"]}, {"deltagande": "1' or 1"}, {"svarande": ["alla"]}, {}])
def test_what_cannot_be_planned_is_refused(town: SimpleNamespace, signed_in, said: dict):
    wrong = said if "deltagande" in said or "alla" not in str(said) else {**said, "deltagande": 0}
    page = signed_in(town.elin).post(reverse("surveys:school", args=["lindangsskolan"]), wrong, follow=True)
    assert "Välj vilka som ska svara." in text_of(page) and not SurveyRound.objects.exists()


def test_parents_are_two_a_pupil_and_a_class_without_its_size_is_left(town: SimpleNamespace):
    town.lindang.groups.filter(name="6B").update(headcount=None)
    made = plan_surveys(participation=town.joined["lindangsskolan"], audiences=["parents"], by=town.samira)
    assert [(one.group.name, one.invited) for one in made] == [("6A", 50), ("6A", 50)]


def test_the_projected_page_has_code_picture_time_and_count(town: SimpleNamespace, signed_in):
    planned(town, town.lindang)
    one, client = round_of("6A"), signed_in(town.elin)
    page = client.post(reverse("surveys:start", args=["lindangsskolan", one.pk]), follow=True)
    one.refresh_from_db()
    text = page.content.decode()

    assert f"{one.code[:3]} {one.code[3:]}" in text and '<svg viewBox="0 0' in text and 'data-seconds="3600"' in text
    count = reverse("surveys:count", args=["lindangsskolan", one.pk])
    assert client.get(count).json() == {"answered": 0, "open": True}
    client.post(reverse("surveys:close", args=["lindangsskolan", one.pk]))
    assert client.get(count).json() == {"answered": 0, "open": False}


def test_a_round_is_started_anew_only_until_everybody_has_answered(town: SimpleNamespace):
    planned(town, town.lindang)
    first = opened(town)
    with pytest.raises(CannotNow):
        start_round(one=round_of("6A"), by=town.samira, now=NOW)
    again = start_round(one=round_of("6A"), by=town.samira, now=NOW + OPEN_FOR)
    assert again.code != first.code
    close_round(one=again, by=town.samira)
    answered(town, "6B", [3, 3, 3, 3])
    with pytest.raises(CannotNow):
        opened(town, "6B")


def test_a_class_that_has_grown_opens_its_survey_again(town: SimpleNamespace, signed_in):
    planned(town, town.lindang)
    answered(town, "6B", [3, 3, 3, 3])
    page = reverse("surveys:round", args=["lindangsskolan", round_of("6B").pk])
    assert not signed_in(town.elin).get(page).context["can_start"]

    change_group(group=round_of("6B").group, by=town.samira, now=NOW, headcount=6)
    assert signed_in(town.elin).get(page).context["can_start"]
    assert opened(town, "6B").invited == 6


def test_a_class_that_merged_before_it_answered_is_asked_with_the_other(town: SimpleNamespace, signed_in):
    planned(town, town.lindang)
    answered(town, "6A", [3] * 25)
    answered(town, "6B", [3] * 4)
    first, second = (round_of(name).group for name in ("6A", "6B"))
    end_group(group=second, last_day=NOW.date(), merged_into=first, by=town.samira, now=NOW)
    change_group(group=first, by=town.samira, now=NOW, headcount=29)
    answered(town, "6A", [3] * 20, when="after")

    after = dict(response_of(town.rules, "pupils", town.lindang))["after"]
    assert (after.answered, after.invited) == (20, 29)
    page = signed_in(town.samira).get(f"{reverse('surveys:index')}?program=mvp")
    waves = [(row["rounds"], row["answered"], row["invited"], row["waiting"]) for row in page.context["waves"]]
    assert waves == [(2, 29, 29, 0), (1, 20, 29, 0)]


def test_a_class_that_ended_after_the_survey_was_still_asked(town: SimpleNamespace):
    planned(town, town.lindang)
    answered(town, "6A", [3] * 25)
    ended(town, "before")
    end_group(group=round_of("6B").group, last_day=NOW.date() + dt.timedelta(days=90), by=town.samira, now=NOW)
    assert response_of(town.rules, "pupils", town.lindang)[0][1].invited == 29


def test_an_ended_survey_takes_no_more_and_is_not_ended_while_somebody_answers(town: SimpleNamespace):
    planned(town, town.lindang)
    wave = SurveyWave.objects.get(when="before")
    with pytest.raises(CannotNow):
        end_wave(wave=wave, by=town.samira, now=NOW)
    answered(town, "6B", [3, 3, 3, 3])
    opened(town)
    with pytest.raises(CannotNow):
        end_wave(wave=wave, by=town.samira, now=NOW)
    close_round(one=round_of("6A"), by=town.samira)
    ended(town, "before")
    with pytest.raises(CannotNow):
        opened(town)
    made = plan_surveys(participation=town.joined["ekbackaskolan"], audiences=["pupils"], by=town.samira)
    assert [one.wave.when for one in made] == ["after"]


def test_someone_elses_round_does_not_exist(town: SimpleNamespace, signed_in):
    planned(town, town.lindang)
    one = round_of("6A")
    for who in (town.maria, town.adam):
        assert signed_in(who).post(reverse("surveys:start", args=["lindangsskolan", one.pk])).status_code == 404
    assert signed_in(town.elin).get(reverse("surveys:round", args=["ekbackaskolan", one.pk])).status_code == 404


def test_the_coordinator_sees_who_has_not_answered_and_ends_the_survey(town: SimpleNamespace, signed_in):
    planned(town, town.lindang)
    answered(town, "6A", [3] * 12)
    client, wave = signed_in(town.samira), SurveyWave.objects.get(when="before")
    index = f"{reverse('surveys:index')}?program=mvp"
    assert "1 grupp har inte svarat. Ingen skola kan samla in fler svar" in text_of(client.get(index))

    page = client.post(reverse("surveys:end", args=[wave.pk]), follow=True)
    assert "Elever, före: avslutad. Resultaten visas." in text_of(page) and "12 av 29 (41 %)" in text_of(page)
    again = client.post(reverse("surveys:end", args=[wave.pk]), follow=True)
    assert "Enkäten kan avslutas när någon har svarat" in text_of(again)
    assert signed_in(town.maria).post(reverse("surveys:end", args=[wave.pk])).status_code == 404


def test_a_centre_with_a_single_school_ends_its_survey_too(town: SimpleNamespace, signed_in):
    planned(town, town.lindang)
    answered(town, "6A", [3] * 12)
    close_school(school=town.ekbacka, last_day=NOW.date(), by=town.samira, now=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        page = signed_in(town.samira).get(reverse("surveys:index"), {"program": "mvp"})
        assert reverse("surveys:end", args=[SurveyWave.objects.get(when="before").pk]) in page.content.decode()
        assert signed_in(town.elin).get(reverse("surveys:index"))["Location"].endswith("/lindangsskolan/")
