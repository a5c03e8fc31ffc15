"""The pages for drafts, topics and single sessions, as those who use them see them. Today is 17 September 2026."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from programmes.models import SessionTopic
from schools.actions.cancelling import cancel_session
from schools.actions.groups import add_group, end_group
from schools.actions.moves import move_session
from schools.actions.places import add_school
from schools.models import District, Group, Participation, PlannedSession, ProgrammeYear
from tests.content import the_reference_content
from tests.schools.laid_out import at, lay_out, on, session_of, with_rules

D = dt.date
NOW = at(D(2026, 9, 17))


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with on(D(2026, 9, 17)):
        yield


@pytest.fixture
def rules(centre: SimpleNamespace) -> ProgrammeYear:
    return with_rules(centre)


@pytest.fixture
def plan(centre: SimpleNamespace) -> Participation:
    return lay_out(centre, centre.lindang)


@pytest.fixture
def session(plan: Participation) -> PlannedSession:
    """1A's session in October, v. 41."""
    return session_of(plan, "1A", after=D(2026, 9, 30))


def draft_url(slug: str = "lindangsskolan", year: str = "2026-27") -> str:
    return reverse("schools:plan-draft", args=[slug, year])


def topics_url(slug: str = "lindangsskolan") -> str:
    return reverse("schools:topic-choice", args=[slug, "2026-27"])


def text_of(response) -> str:
    """What stands on the page, without markup."""
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\xa0", " ").split())


def digest_of(response) -> str:
    found = re.search(r'name="digest" value="(\w+)"', response.content.decode())
    assert found
    return found[1]


# The draft of one school


def test_a_coordinator_sees_the_draft_and_then_lays_out_the_plan(rules, centre, signed_in):
    client = signed_in(centre.samira)
    page = client.get(draft_url())
    text = text_of(page)
    assert "24 pass läggs ut 8 personalpass och 16 elevpass" in text
    assert "Normer och dess konsekvenser" in text
    assert not Participation.objects.exists()
    done = client.post(draft_url(), {"digest": digest_of(page)}, follow=True)
    assert "Planen för Lindängsskolan är utlagd" in text_of(done)
    assert PlannedSession.objects.count() == 24


def test_a_draft_that_is_no_longer_true_is_shown_anew_and_nothing_is_laid_out(rules, centre, signed_in):
    client = signed_in(centre.samira)
    seen = digest_of(client.get(draft_url()))
    add_group(school=centre.lindang, year=centre.year, kind="class", name="3A", grade=3, by=centre.samira)
    page = client.post(draft_url(), {"digest": seen}, follow=True)
    assert "Planen har ändrats sedan du såg den." in text_of(page)
    assert "32 pass läggs ut" in text_of(page)
    assert not PlannedSession.objects.exists()


@pytest.mark.parametrize("digest", ["", "x" * 65, "\0"])
def test_a_form_with_what_is_no_digest_lays_out_nothing(digest, rules, centre, signed_in):
    signed_in(centre.samira).post(draft_url(), {"digest": digest} if digest else {})
    assert not PlannedSession.objects.exists()


def test_a_plan_that_is_laid_out_has_nothing_to_change(plan, centre, signed_in):
    text = text_of(signed_in(centre.samira).get(draft_url()))
    assert "inget behöver ändras" in text
    assert "Lägg ut planen" not in text


def test_a_draft_says_what_lacks_a_topic_and_leads_to_choosing_it(centre, signed_in):
    lay_out(centre, centre.lindang, chosen=3)
    page = signed_in(centre.samira).get(draft_url())
    assert "2 tilläggspass saknar ämne" in text_of(page)
    assert topics_url() in page.content.decode()


def test_a_draft_says_what_is_to_be_done_first(centre, signed_in):
    the_reference_content()
    client = signed_in(centre.samira)
    page = client.get(draft_url())
    assert "TÅGET har inga inställningar för 2026/27" in text_of(page)
    assert reverse("schools:plan-settings", args=["2026-27"]) in page.content.decode()


def test_a_school_without_classes_is_led_to_adding_them(rules, centre, signed_in):
    place = District.objects.get(name="Norra")
    empty = add_school(name="Nya skolan", district=place, by=centre.samira)
    page = signed_in(centre.samira).get(draft_url(empty.slug))
    assert "Skolan har inga klasser att planera för" in text_of(page)
    assert reverse("schools:group-list", args=[empty.slug, "2026-27"]) in page.content.decode()


def test_a_year_that_is_over_is_not_planned_again(plan, centre, signed_in):
    with on(D(2027, 7, 1)):
        client = signed_in(centre.samira)
        assert "Läsåret 2026/27 är slut" in text_of(client.get(draft_url()))
        assert "Läsåret 2026/27 är slut" in text_of(client.post(draft_url(), {"digest": "x"}))
        assert "Läsåret 2026/27 är slut" in text_of(client.get(topics_url()))


@pytest.mark.parametrize(
    ("who", "school", "answer"),
    [
        ("samira", "lindangsskolan", 200),
        ("maria", "lindangsskolan", 403),
        ("adam", "lindangsskolan", 403),
        ("jonas", "lindangsskolan", 403),
        ("elin", "lindangsskolan", 403),
        ("elin", "ekbackaskolan", 404),
        ("jonas", "ekbackaskolan", 404),
        ("samira", "finns-inte", 404),
    ],
)
def test_only_the_centres_coordinators_make_plans(rules, centre, signed_in, who: str, school: str, answer: int):
    client = signed_in(getattr(centre, who))
    assert client.get(draft_url(school)).status_code == answer
    posted = client.post(draft_url(school), {"digest": ""})
    assert posted.status_code == (302 if answer == 200 else answer)


@pytest.mark.parametrize("address", ["2031-32", "2026-28", "abc", "2026"])
def test_a_year_that_does_not_exist_is_not_found(rules, centre, signed_in, address: str):
    assert signed_in(centre.samira).get(draft_url(year=address)).status_code == 404
    assert signed_in(centre.samira).get(reverse("schools:plan-all", args=[address])).status_code == 404


# The drafts of all schools


def all_url() -> str:
    return reverse("schools:plan-all", args=["2026-27"])


def drafts_on(page) -> list[str]:
    return re.findall(r'name="draft" value="([^"]+)"', page.content.decode())


def test_all_plans_are_laid_out_at_once(rules, centre, signed_in):
    add_school(name="Nya skolan", district=District.objects.get(name="Norra"), by=centre.samira)
    client = signed_in(centre.samira)
    page = client.get(all_url())
    assert "2 skolor har utkast att lägga ut." in text_of(page)
    assert "Utan klasser det här läsåret Nya skolan" in text_of(page)
    done = client.post(all_url(), {"draft": drafts_on(page)}, follow=True)
    assert "Planerna för 2 skolor är utlagda" in text_of(done)
    assert "Alla planer är utlagda" in text_of(client.get(all_url()))
    assert PlannedSession.objects.count() == 48


def test_only_the_schools_that_are_ticked_are_laid_out(rules, centre, signed_in):
    client = signed_in(centre.samira)
    ticked = [draft for draft in drafts_on(client.get(all_url())) if draft.startswith("ekbackaskolan:")]
    done = client.post(all_url(), {"draft": ticked}, follow=True)
    assert "Planen för Ekbackaskolan är utlagd" in text_of(done)
    assert {row.participation.school for row in PlannedSession.objects.all()} == {centre.ekbacka}
    assert "Kryssa i minst en skola." in text_of(client.post(all_url(), {}, follow=True))


def test_a_plan_that_has_changed_waits_and_the_others_are_laid_out(rules, centre, signed_in):
    client = signed_in(centre.samira)
    seen = drafts_on(client.get(all_url()))
    add_group(school=centre.lindang, year=centre.year, kind="class", name="3A", grade=3, by=centre.samira)
    page = client.post(all_url(), {"draft": seen}, follow=True)
    assert "1 plan hade ändrats sedan du såg den" in text_of(page)
    assert draft_url() in page.content.decode()
    assert {row.participation.school for row in PlannedSession.objects.all()} == {centre.ekbacka}


def test_the_number_of_queries_does_not_grow_with_the_schools(rules, centre, signed_in, django_assert_max_num_queries):
    client = signed_in(centre.samira)
    with django_assert_max_num_queries(18):
        client.get(all_url())
    for number in range(4):
        school = add_school(name=f"Skola {number}", district=District.objects.get(name="Norra"), by=centre.samira)
        add_group(school=school, year=centre.year, kind="class", name="1A", grade=1, by=centre.samira)
    with django_assert_max_num_queries(18):
        client.get(all_url())


@pytest.mark.parametrize(
    ("who", "get", "post"),
    [("samira", 200, 302), ("maria", 200, 403), ("adam", 200, 403), ("jonas", 403, 403), ("elin", 403, 403)],
)
def test_the_centre_sees_all_drafts_and_its_coordinators_lay_them_out(
    rules, centre, signed_in, who: str, get: int, post: int
):
    client = signed_in(getattr(centre, who))
    page = client.get(all_url())
    assert page.status_code == get
    assert ("Lägg ut de ikryssade planerna" in page.content.decode()) == (who == "samira")
    assert client.post(all_url(), {}).status_code == post


def test_nonsense_about_schools_lays_out_nothing(rules, centre, signed_in):
    done = signed_in(centre.samira).post(all_url(), {"draft": ["finns-inte:abc", "", "lindangsskolan"]}, follow=True)
    assert done.status_code == 200
    assert not PlannedSession.objects.exists()


# Settings


def settings_url() -> str:
    return reverse("schools:plan-settings", args=["2026-27"])


def test_the_settings_say_how_many_sessions_and_for_whom(centre, signed_in):
    the_reference_content()
    client = signed_in(centre.samira)
    said = {"required_extra": "4", "lowest_grade": "1", "highest_grade": "6", "staff_lead_weeks": "2"}
    page = client.post(settings_url(), said, follow=True)
    assert "Inställningarna för 2026/27 är sparade." in text_of(page)
    kept = ProgrammeYear.objects.get()
    assert (kept.required_sessions, kept.lowest_grade, kept.highest_grade, kept.staff_lead_weeks) == (7, 1, 6, 2)


def test_settings_that_make_no_sense_are_refused_and_stay_in_the_form(rules, centre, signed_in):
    said = {"required_extra": "-1", "lowest_grade": "5", "highest_grade": "1", "staff_lead_weeks": "x"}
    page = signed_in(centre.samira).post(settings_url(), said)
    assert page.status_code == 200
    text = text_of(page)
    assert "Det här är inte sparat" in text
    assert "Den högsta årskursen är lägre än den lägsta." in text
    assert 'value="-1"' in page.content.decode()
    assert ProgrammeYear.objects.get().required_extra == 5


@pytest.mark.parametrize("who", ["maria", "adam", "jonas", "elin"])
def test_only_the_centres_coordinators_change_the_settings(rules, centre, signed_in, who: str):
    client = signed_in(getattr(centre, who))
    assert client.get(settings_url()).status_code == client.post(settings_url(), {}).status_code == 403


# Topics


def choice(*topics: SessionTopic | None) -> dict[str, str]:
    return {f"topic_{place:02d}": str(topic.pk) if topic else "" for place, topic in enumerate(topics, start=1)}


def extra_topics() -> list[SessionTopic]:
    return list(SessionTopic.objects.filter(programme__slug="taget", kind="extra").order_by("number"))


def test_a_contact_person_chooses_topics_and_they_stand_in_the_plan(centre, signed_in):
    plan = lay_out(centre, centre.lindang, chosen=0)
    page = signed_in(centre.elin).post(topics_url(), choice(*extra_topics()[:5]), follow=True)
    assert "Ämnena är sparade och står i planen." in text_of(page)
    assert not plan.sessions.filter(topic=None).exists()


def test_each_place_says_its_month(rules, centre, signed_in):
    text = text_of(signed_in(centre.elin).get(topics_url()))
    for label in ["1. Oktober", "2. November", "3. Februari", "4. Mars", "5. Maj"]:
        assert label in text


def test_some_topics_can_be_chosen_now_and_the_rest_later(rules, centre, signed_in):
    first, second = extra_topics()[:2]
    signed_in(centre.elin).post(topics_url(), choice(first, second, None, None, None))
    assert [kept.topic for kept in Participation.objects.get().choices.all()] == [first, second]


def test_a_topic_chosen_twice_and_a_gap_are_refused_beside_their_fields(rules, centre, signed_in):
    first, second = extra_topics()[:2]
    page = signed_in(centre.elin).post(topics_url(), choice(first, first, None, second, None))
    text = text_of(page)
    assert f"{first} är redan valt. Välj ett annat ämne." in text
    assert "Välj ett ämne här också." in text
    assert not Participation.objects.filter(choices__isnull=False).exists()


def test_of_two_who_choose_at_once_the_second_is_shown_what_stands_and_loses_nothing(rules, centre, signed_in):
    first, second, third = extra_topics()[:3]
    seen = signed_in(centre.elin).get(topics_url()).context["seen"]
    for _twice in range(2):
        # The same form sent twice counts once, and is no conflict.
        sent = choice(first, None, None, None, None) | {"seen": seen}
        assert signed_in(centre.jonas).post(topics_url(), sent).status_code == 302
    late = signed_in(centre.elin).post(topics_url(), choice(third, second, None, None, None) | {"seen": seen})
    assert late.status_code == 409
    text = text_of(late)
    assert "Någon annan har valt ämnen under tiden" in text
    assert f"1. {first} {centre.jonas}" in text
    assert [kept.topic for kept in Participation.objects.get().choices.all()] == [first]
    assert [late.context["form"][f"topic_0{place}"].value() for place in (1, 2)] == [str(third.pk), str(second.pk)]
    again = choice(third, second, None, None, None) | {"seen": late.context["seen"]}
    assert signed_in(centre.elin).post(topics_url(), again).status_code == 302
    assert [kept.topic for kept in Participation.objects.get().choices.all()] == [third, second]


def test_a_topic_of_another_kind_is_no_choice(rules, centre, signed_in):
    base = SessionTopic.objects.get(slug="vald-i-hemmet")
    page = signed_in(centre.elin).post(topics_url(), choice(base, None, None, None, None))
    assert page.status_code == 200
    assert "Det här är inte sparat" in text_of(page)


def test_a_topic_that_has_been_held_cannot_be_changed(plan, centre, signed_in):
    plan.sessions.filter(slot_no=2, group__name="1A").update(outcome="held")
    topics = extra_topics()
    page = signed_in(centre.elin).get(topics_url())
    assert "Har hållits och ligger kvar." in text_of(page)
    # The field is locked: whatever a form says, the topic stays.
    sent = choice(topics[9], *topics[2:5], topics[1]) | {"seen": page.context["seen"]}
    signed_in(centre.elin).post(topics_url(), sent)
    assert [kept.topic for kept in plan.choices.all()] == [topics[0], *topics[2:5], topics[1]]


@pytest.mark.parametrize(
    ("who", "school", "answer"),
    [
        ("samira", "lindangsskolan", 200),
        ("jonas", "lindangsskolan", 200),
        ("elin", "lindangsskolan", 200),
        ("maria", "lindangsskolan", 403),
        ("adam", "lindangsskolan", 403),
        ("elin", "ekbackaskolan", 404),
    ],
)
def test_topics_are_chosen_by_the_school_and_the_coordinators(rules, centre, signed_in, who, school, answer):
    client = signed_in(getattr(centre, who))
    assert client.get(topics_url(school)).status_code == answer
    assert client.post(topics_url(school), {}).status_code == (302 if answer == 200 else answer)


# One session


def move_url(session: PlannedSession) -> str:
    return reverse("schools:session-move", args=[session.uuid])


def cancel_url(session: PlannedSession) -> str:
    return reverse("schools:session-cancel", args=[session.uuid])


def test_a_session_says_what_when_for_whom_and_what_has_happened(session, centre, signed_in):
    move_session(
        session=session,
        week_start=D(2026, 10, 12),
        version=session.version,
        by=centre.jonas,
        now=NOW,
        reason="Friluftsdag",
    )
    text = text_of(signed_in(centre.elin).get(session.get_absolute_url()))
    for words in [
        "1A: Könsnormen",
        "Flyttat",
        "v. 42, 12–16 okt",
        "låg i v. 41",
        "24 elever",
        "Friluftsdag.",
        "Jonas Test",
    ]:
        assert words in text


def test_the_deeds_on_the_page_are_those_that_one_may_do(session, centre, signed_in):
    def deeds_for(who: str) -> list[str]:
        page = signed_in(getattr(centre, who)).get(session.get_absolute_url())
        return re.findall(r'class="btn[^>]*>([^<]+)<', page.content.decode().split("<main", 1)[1])

    assert deeds_for("elin") == []
    assert deeds_for("maria") == []
    planned = ["Flytta", "Byt plats", "Ställ in passet"]
    assert deeds_for("jonas") == planned
    with on(D(2026, 10, 6)):
        assert deeds_for("jonas") == [f"Spara loggen för {session.group}", "Något blev annorlunda", *planned]


def test_a_school_coordinator_moves_a_session_to_the_next_free_week(session, centre, signed_in):
    client = signed_in(centre.jonas)
    text = text_of(client.get(move_url(session)))
    assert "v. 42, 12–16 okt v. 43, 19–23 okt v. 46, 9–13 nov" in text
    said = {
        "week": "2026-10-12",
        "weekday": "2",
        "start_time": "09:10",
        "end_time": "10:00",
        "version": session.version,
    }
    page = client.post(move_url(session), said, follow=True)
    assert "Passet för 1A ligger nu i v. 42." in text_of(page)
    assert "ons 14 okt, v. 42, 09.10–10.00" in text_of(page)


def test_a_new_time_is_offered_from_this_week_on_and_a_session_can_be_moved_to_where_it_was_held(
    session, centre, signed_in
):
    client = signed_in(centre.jonas)
    with on(D(2026, 9, 30)):
        cancelling = client.get(cancel_url(session)).content.decode()
        moving = client.get(move_url(session)).content.decode()
    weeks = set(re.findall(r'<option value="(2026-[0-9-]+)"', cancelling))
    assert weeks and min(weeks) >= "2026-09-28"
    assert '<option value="2026-09-21"' in moving


def test_a_day_can_be_chosen_in_the_week_where_it_is(session, centre, signed_in):
    said = {"week": "stay", "weekday": "1", "version": session.version}
    signed_in(centre.jonas).post(move_url(session), said)
    session.refresh_from_db()
    assert (session.date, session.week_start, session.moved_from) == (D(2026, 10, 6), D(2026, 10, 5), None)


def test_a_day_after_the_groups_last_is_refused_beside_the_day(session, centre, signed_in):
    end_group(group=session.group, last_day=D(2026, 10, 6), by=centre.samira, now=NOW)
    said = {"week": "stay", "weekday": "3", "version": session.version}
    page = signed_in(centre.jonas).post(move_url(session), said)
    assert page.context["form"].errors["weekday"] == ["Gruppen har upphört före den dagen. Välj en tidigare dag."]


def test_a_week_with_another_session_can_be_chosen_and_is_said(session, centre, signed_in):
    client = signed_in(centre.jonas)
    assert "v. 45, 2–6 nov, har redan ett pass" in text_of(client.get(move_url(session)))
    said = {"week": "other", "other_week": "2026-11-02", "version": session.version}
    page = client.post(move_url(session), said, follow=True)
    assert "1A har 2 pass v.\u00a045." in warnings_on(page)


def weeks_in(choices: list[Any]) -> list[str]:
    """The weeks of a field in the order in which they stand, and the heading of those under one."""
    return [
        one for value, said in choices if value for one in ([value, *dict(said)] if isinstance(said, list) else [value])
    ]


def test_the_weeks_to_come_stand_before_those_that_have_passed(session, centre, signed_in):
    client = signed_in(centre.jonas)
    moved = client.get(move_url(session)).context["form"].fields["other_week"]
    several = client.get(reverse("schools:sessions-move", args=["lindangsskolan", "2026-27", "ht"]))
    for field in (moved, several.context["form"].fields["week"]):
        weeks = weeks_in(field.choices)
        heading = weeks.index("Veckor som har varit")
        assert weeks[0] == "2026-09-14"
        assert weeks[:heading] == sorted(weeks[:heading])
        assert weeks[heading + 1 :] == ["2026-08-17", "2026-08-24", "2026-08-31", "2026-09-07"]
    said = {"week": "other", "other_week": "2026-09-07", "version": session.version}
    client.post(move_url(session), said)
    session.refresh_from_db()
    assert session.week_start == D(2026, 9, 7)


def warnings_on(page: Any) -> list[str]:
    return [str(one) for one in page.context["messages"] if one.level_tag == "warning"]


def test_a_move_and_a_swap_that_leave_the_plans_order_are_done_and_said(plan, centre, signed_in):
    client = signed_in(centre.jonas)
    staff = plan.sessions.filter(group__kind="staff", week_start__gt=D(2026, 9, 20)).order_by("week_start")
    first, second = staff[:2]
    said = {"week": "other", "other_week": "2026-11-30", "version": first.version}
    page = client.post(move_url(first), said, follow=True)
    assert any(f"{first.topic} i v.\u00a049 ligger inte före alla klassers pass" in one for one in warnings_on(page))
    client.post(reverse("schools:undo", args=[first.changes.latest("pk").batch]))
    first.refresh_from_db()
    swap = {"other": f"{second.uuid}:{second.version}", "version": first.version}
    page = client.post(reverse("schools:session-swap", args=[first.uuid]), swap, follow=True)
    assert any(f"{first.topic} i " in one and "före alla klassers pass" in one for one in warnings_on(page))
    # What was so already is not said again.
    first.refresh_from_db()
    page = client.post(move_url(first), {"week": "stay", "weekday": "1", "version": first.version}, follow=True)
    assert warnings_on(page) == []


def test_a_week_before_the_groups_first_day_is_refused_and_not_offered(session, centre, signed_in):
    Group.objects.filter(pk=session.group_id).update(starts_on=D(2026, 10, 21))
    client = signed_in(centre.jonas)
    assert client.get(move_url(session)).context["form"].offered[0] == D(2026, 10, 19)
    for week, weekday, field in [("2026-10-12", "", "other_week"), ("2026-10-19", "0", "weekday")]:
        said = {"week": "other", "other_week": week, "weekday": weekday, "version": session.version}
        page = client.post(move_url(session), said)
        assert "Gruppen börjar först efter" in page.context["form"].errors[field][0]
    client.post(move_url(session), {"week": "2026-10-19", "weekday": "2", "version": session.version})
    session.refresh_from_db()
    assert session.date == D(2026, 10, 21)


def test_two_people_move_the_same_session_and_the_second_sees_what_the_first_did(session, centre, signed_in):
    move_session(
        session=PlannedSession.objects.get(pk=session.pk),
        week_start=D(2026, 10, 12),
        version=session.version,
        by=centre.samira,
        now=NOW,
    )
    client = signed_in(centre.jonas)
    said = {"week": "2026-10-19", "reason": "Friluftsdag", "version": session.version}
    page = client.post(move_url(session), said)
    assert page.status_code == 409
    text = text_of(page)
    assert "Någon annan har ändrat passet" in text
    assert "flyttat från v. 41 till v. 42. Samira Test" in text
    html = page.content.decode()
    assert 'value="Friluftsdag"' in html
    assert re.search(r'value="2026-10-19"[^>]*checked', html)
    # Sent again, as the page now stands, it is done.
    again = re.search(r'name="version" value="(\d+)"', html)
    assert again
    client.post(move_url(session), said | {"version": again[1]})
    session.refresh_from_db()
    assert session.week_start == D(2026, 10, 19)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"week": ""}, "Välj en vecka."),
        ({"week": "other"}, "Välj en vecka."),
        ({"week": "other", "other_week": "2027-07-05"}, "Det här är inte sparat"),
        ({"week": "2026-10-26"}, "Det här är inte sparat"),
        ({"week": "stay", "start_time": "09:10"}, "Välj också dag."),
        ({"week": "stay", "weekday": "1", "start_time": "kvart i"}, "Skriv tiden som 09:10."),
        ({"week": "stay", "weekday": "1", "start_time": "10:00", "end_time": "09:00"}, "innan det börjar"),
        ({"week": "stay", "weekday": "9"}, "Det här är inte sparat"),
        ({"week": "stay", "reason": "Gäller 20150817-2381"}, "Ta bort personnumret"),
        ({"week": "stay", "version": "ett"}, "Det här är inte sparat"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(session, centre, signed_in, said: dict[str, str], why: str):
    page = signed_in(centre.jonas).post(move_url(session), {"version": session.version, **said})
    assert page.status_code == 200
    assert "Det här är inte sparat" in text_of(page)
    assert why in text_of(page)
    session.refresh_from_db()
    assert (session.week_start, session.date, session.pinned) == (D(2026, 10, 5), None, False)


def test_a_session_is_cancelled_with_a_reason_and_a_new_time(session, centre, signed_in):
    said = {"reason": "no_room", "note": "Aulan är stängd", "week": "2026-10-12", "version": session.version}
    page = signed_in(centre.jonas).post(cancel_url(session), said, follow=True)
    text = text_of(page)
    assert "Passet är inställt. 1A har en ny tid i v. 42." in text
    assert "Ingen lokal. Aulan är stängd" in text
    assert PlannedSession.objects.get(replaces=session).week_start == D(2026, 10, 12)


def test_a_session_is_cancelled_without_a_new_time(session, centre, signed_in):
    said = {"reason": "other", "week": "", "version": session.version}
    page = signed_in(centre.jonas).post(cancel_url(session), said, follow=True)
    assert "Passet är inställt. Det har ingen ny tid än." in text_of(page)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"week": ""}, "Välj varför passet ställs in."),
        ({"reason": "group_ended", "week": ""}, "Det här är inte sparat"),
        ({"reason": "other", "week": "other", "other_week": "2026-11-02"}, "Det här är inte sparat"),
        ({"reason": "other", "week": "", "note": "Gäller 20150817-2381"}, "Ta bort personnumret"),
    ],
)
def test_a_cancellation_that_cannot_be_is_refused_in_words(session, centre, signed_in, said: dict[str, str], why: str):
    page = signed_in(centre.jonas).post(cancel_url(session), {"version": session.version, **said})
    assert page.status_code == 200
    assert why in text_of(page)
    session.refresh_from_db()
    assert session.cancelled_at is None


def test_a_session_that_is_cancelled_meanwhile_is_not_moved(session, centre, signed_in):
    client = signed_in(centre.jonas)
    seen = session.version
    cancel_session(session=session, reason="other", version=session.version, by=centre.samira, now=NOW)
    page = client.post(move_url(session), {"week": "2026-10-12", "version": seen}, follow=True)
    assert "Passet är redan inställt och kan inte ändras." in text_of(page)
    assert "Inställt" in text_of(page)


@pytest.mark.parametrize(
    ("who", "answer"), [("samira", 200), ("jonas", 200), ("elin", 403), ("maria", 403), ("adam", 403)]
)
def test_sessions_are_moved_by_coordinators_only(session, centre, signed_in, who: str, answer: int):
    client = signed_in(getattr(centre, who))
    assert client.get(session.get_absolute_url()).status_code == 200
    for url in (move_url(session), cancel_url(session)):
        assert client.get(url).status_code == answer
        assert client.post(url, {}).status_code == answer


def test_another_schools_session_is_not_found_exactly_as_one_that_does_not_exist(centre, signed_in):
    other = lay_out(centre, centre.ekbacka).sessions.first()
    assert other
    client: Client = signed_in(centre.jonas)
    for uuid in (other.uuid, uuid4()):
        for name in ("session-detail", "session-move", "session-cancel"):
            url = reverse(f"schools:{name}", args=[uuid])
            assert client.get(url).status_code == 404
            if name != "session-detail":
                assert client.post(url, {"week": "2026-10-12", "version": 1}).status_code == 404
    other.refresh_from_db()
    assert (other.cancelled_at, other.pinned) == (None, False)
