"""Extra topics are chosen with the centre's recommendation and last year's choice beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.urls import reverse

from programmes.models import SessionTopic
from schools.actions.calendar import make_school_year
from schools.actions.plans import choose_topics, join, open_programme_year
from schools.actions.recommending import recommend_topics
from schools.mailing.links import Scope, make_link
from schools.models import SchoolMembership, TopicRecommendation
from tests.schools.laid_out import lay_out, on, words_of

TODAY = dt.date(2026, 8, 12)
RECOMMEND = "/lasar/2026-27/planering/amnen/"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with on(TODAY):
        yield


@pytest.fixture
def rules(centre: SimpleNamespace):
    """Last year Lindängsskolan chose the fifth topic first; for this year the centre advises the second, and why."""
    rules = lay_out(centre, centre.lindang, chosen=0).programme_year
    last = make_school_year(
        starts_on=dt.date(2025, 8, 18),
        autumn_ends_on=dt.date(2025, 12, 19),
        spring_starts_on=dt.date(2026, 1, 12),
        ends_on=dt.date(2026, 6, 12),
        by=centre.samira,
    )
    before = open_programme_year(programme=rules.programme, year=last, by=centre.samira)
    taking_part = join(school=centre.lindang, programme_year=before, by=centre.samira)
    now = dt.datetime(2025, 8, 20, 8, tzinfo=dt.UTC)
    choose_topics(participation=taking_part, topics=[extra(5), extra(1)], by=centre.samira, now=now)
    recommend_topics(rules=rules, advice={1: (extra(2), "Många skolor frågar efter det.")}, by=centre.samira)
    return rules


def extra(number: int) -> SessionTopic:
    return SessionTopic.objects.get(programme__slug="taget", kind="extra", number=number)


def choice_url() -> str:
    return reverse("schools:topic-choice", args=["lindangsskolan", "2026-27"])


def test_both_stand_beside_each_place(rules, centre, signed_in):
    text = words_of(signed_in(centre.jonas).get(choice_url()).content.decode())
    advised = f"Centret rekommenderar {extra(2)}: Många skolor frågar efter det. Förra året: {extra(5)}."
    assert advised in text
    assert f"Förra året: {extra(1)}." in text


@pytest.mark.parametrize(("whose", "filled"), [("centre", [2]), ("last-year", [5, 1]), ("nobody", [])])
def test_either_can_be_filled_in_and_nothing_is_saved_by_that(rules, centre, signed_in, whose, filled):
    page = signed_in(centre.samira).get(f"{choice_url()}?forslag={whose}")
    values = [page.context["form"][name].value() for name in page.context["form"].fields]
    assert values == [*(str(extra(number).pk) for number in filled), *[""] * (5 - len(filled))]
    assert not rules.participations.get(school=centre.lindang).choices.exists()


def test_the_contact_person_sees_the_same_by_the_mails_link(rules, centre, client):
    membership = SchoolMembership.objects.get(person__user=centre.elin)
    address = reverse("schools:link-topics", args=[make_link(membership, Scope, TODAY)])
    assert f"Centret rekommenderar {extra(2)}" in words_of(client.get(address).content.decode())
    client.post(address, {"topic_01": str(extra(2).pk)})
    assert [one.topic for one in rules.participations.get(school=centre.lindang).choices.all()] == [extra(2)]


def test_the_coordinator_changes_the_recommendation(rules, centre, signed_in):
    client = signed_in(centre.samira)
    page = client.get(RECOMMEND)
    assert "Många skolor frågar efter det." in page.content.decode()
    said = {"topic_02": str(extra(3).pk), "why_topic_02": "Följer på förra årets.", "seen": page.context["seen"]}
    client.post(RECOMMEND, said)
    one = TopicRecommendation.objects.get()
    assert (one.position, one.topic, one.why) == (2, extra(3), "Följer på förra årets.")


def test_of_two_who_recommend_at_once_the_second_is_shown_what_stands(rules, centre, signed_in):
    client = signed_in(centre.samira)
    seen = client.get(RECOMMEND).context["seen"]
    recommend_topics(rules=rules, advice={1: (extra(2), "Det är nytt.")}, by=centre.adam)
    late = client.post(RECOMMEND, {"topic_02": str(extra(3).pk), "seen": seen})
    assert late.status_code == 409
    assert f"1. {extra(2)}: Det är nytt. {centre.adam}" in words_of(late.content.decode())
    assert late.context["form"]["topic_02"].value() == str(extra(3).pk)
    assert [one.why for one in TopicRecommendation.objects.all()] == ["Det är nytt."]
    client.post(RECOMMEND, {"topic_02": str(extra(3).pk), "seen": late.context["seen"]})
    assert [one.topic for one in TopicRecommendation.objects.all()] == [extra(3)]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"topic_01": 3, "topic_02": 3}, "är redan valt. Välj ett annat ämne."),
        ({"why_topic_01": "För att."}, "Välj ämnet som orden nedanför handlar om."),
        ({"topic_01": 3, "why_topic_01": "Elev 20120304-1234"}, "Ta bort personnumret"),
        ({"topic_01": 99}, "Välj ett giltigt alternativ."),
    ],
)
def test_what_cannot_be_recommended_is_said_at_the_field(rules, centre, signed_in, said, answer):
    topics = {topic.number: str(topic.pk) for topic in SessionTopic.objects.of(rules.programme).extra()}
    sent = {name: topics.get(value, "0") if isinstance(value, int) else value for name, value in said.items()}
    text = words_of(signed_in(centre.samira).post(RECOMMEND, sent).content.decode())
    assert answer in text
    assert TopicRecommendation.objects.get().topic == extra(2)


@pytest.mark.parametrize(("who", "answer"), [("maria", 403), ("adam", 403), ("jonas", 403), ("elin", 403)])
def test_only_the_centres_coordinators_recommend(rules, centre, signed_in, who, answer):
    assert signed_in(getattr(centre, who)).get(RECOMMEND).status_code == answer
    assert signed_in(getattr(centre, who)).post(RECOMMEND, {}).status_code == answer
