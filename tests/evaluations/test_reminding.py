"""Whether reminders work: logs before and after each step, and mails that lead to an answer."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.urls import reverse

from evaluations.reminding import Effect, answered_of, effect_from, effect_of, percent
from evaluations.selection import Selection, selected
from evaluations.views import lists
from outbox.models import Message, State
from schools.models import PlanChange, PlanConfirmation, PlannedSession, SchoolMembership
from sessions_log.actions import log_as_planned
from sessions_log.models import ReminderItem
from tests.evaluations.conftest import TODAY, remind
from tests.schools.laid_out import at, lay_out, on, text_of

pytestmark = pytest.mark.django_db
Kind = ReminderItem.Kind


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


@pytest.fixture
def four(centre: SimpleNamespace) -> list[PlannedSession]:
    """Four sessions of Lindängsskolan, and no other, have passed."""
    plan = lay_out(centre, centre.lindang)
    rows = list(plan.sessions.awaiting_log(TODAY).with_names().order_by("pk")[:4])
    plan.sessions.exclude(pk__in=[row.pk for row in rows]).delete()
    return rows


def log(session: PlannedSession, by, day: dt.date) -> None:
    log_as_planned(session=session, key=uuid.uuid4(), by=by, now=at(day))


def selection(**asked: str) -> Selection:
    found = selected(asked, TODAY)
    assert found
    return found


def test_logs_are_counted_after_the_step_that_came_before_them(four, centre):
    at_once, after_first, after_second, never = four
    days = [TODAY - dt.timedelta(days=days) for days in (9, 8, 3, 1)]
    log(at_once, centre.samira, days[0])
    for session in (after_first, after_second, never):
        remind(session, centre.jonas, days[0], 1)
    log(after_first, centre.samira, days[1])
    for session in (after_second, never):
        remind(session, centre.jonas, days[2], 7)
    log(after_second, centre.samira, days[3])

    effect, [(school, counts)] = effect_of(selection())
    assert (school, effect_from(counts)) == (centre.lindang, effect)
    assert (effect.sessions, effect.unprompted, effect.missing) == (4, 1, 1)
    told = [(step.lead, step.reminded, step.before, step.after) for step in effect.steps]
    assert told == [(1, 3, 1, 2), (7, 2, 2, 3)]
    assert (effect.logged_after, effect.reminded, effect.percent) == (2, 3, 67)
    # As of the day after the first step, nothing of the second is known.
    earlier, _rows = effect_of(selection(datum=days[0].isoformat()))
    assert [(step.lead, step.after) for step in earlier.steps] == [(1, 1)]


def test_schools_come_least_logged_first_page_by_page(centre, plans, signed_in, monkeypatch):
    """At Ekbackaskolan nothing is logged, at Lindängsskolan all that was due."""
    effect, schools = effect_of(selection())
    told = [(school, effect_from(counts)) for school, counts in schools]
    assert [school for school, _own in told] == [centre.ekbacka, centre.lindang]
    for name in ("sessions", "unprompted", "missing", "reminded", "logged_after"):
        assert getattr(effect, name) == sum(getattr(own, name) for _school, own in told)

    monkeypatch.setattr(lists, "PAGE", 1)
    client = signed_in(centre.maria)
    pages = [text_of(client.get(reverse("evaluations:reminding"), {"sida": number})) for number in (1, 2)]
    assert ["Ekbackaskolan" in page for page in pages] == [True, False]
    assert ["Lindängsskolan" in page for page in pages] == [False, True]
    assert all(f"Räknat på {effect.sessions} pass" in page for page in pages)


def test_a_mail_that_was_never_sent_reminds_nobody(four, centre):
    remind(four[0], centre.jonas, TODAY - dt.timedelta(days=2), 1, state=State.SKIPPED, handed_over_at=None)
    effect, _rows = effect_of(selection())
    assert (effect.reminded, effect.percent) == (0, None)


def test_two_who_are_reminded_of_one_session_count_it_once(four, centre):
    for user in (centre.jonas, centre.samira):
        remind(four[0], user, TODAY - dt.timedelta(days=2), 1)
    log(four[0], centre.jonas, TODAY)
    effect, _rows = effect_of(selection())
    assert (effect.reminded, effect.logged_after) == (1, 1)
    [answered] = answered_of(selection())
    assert (answered.sent, answered.answered) == (2, 2)


def test_an_answer_counts_within_a_week(four, centre):
    remind(four[0], centre.jonas, TODAY - dt.timedelta(days=8), 1)
    log(four[0], centre.jonas, TODAY)
    [answered] = answered_of(selection())
    assert (answered.sent, answered.answered, answered.percent) == (1, 0, 0)


def test_a_terms_plan_is_answered_by_confirming_it(four, centre):
    term = centre.year.terms.first()
    membership = SchoolMembership.objects.get(person__user=centre.elin)
    day = TODAY - dt.timedelta(days=3)
    about = {"membership": membership.pk, "term": term.pk}
    said = {"kind": Kind.TERM_PLAN, "user": centre.elin, "address": centre.elin.email, "about": about}
    Message.objects.create(**said, made_at=at(day), not_before=at(day), handed_over_at=at(day), state=State.SENT)
    [before] = answered_of(selection())
    PlanConfirmation.objects.create(
        participation=four[0].participation, term=term, plan_digest="seen", by=centre.elin, at=at(TODAY)
    )
    [after] = answered_of(selection())
    assert ((before.sent, before.answered), (after.sent, after.answered)) == ((1, 0), (1, 1))


def test_logs_missing_for_long_are_a_step_of_their_own(four, centre):
    for session in four[:2]:
        remind(session, centre.jonas, TODAY - dt.timedelta(days=5), 7)
    remind(four[0], centre.samira, TODAY - dt.timedelta(days=2), 21, kind=Kind.LOG_ESCALATED)
    log(four[0], centre.jonas, TODAY)
    effect, _rows = effect_of(selection())
    assert [(step.lead, step.reminded, step.logged) for step in effect.steps] == [(7, 2, 0), (21, 1, 1)]


def test_topics_are_answered_by_choosing_one(four, centre):
    part, day = four[0].participation, TODAY - dt.timedelta(days=3)
    said = {"kind": Kind.TOPICS_UNCHOSEN, "user": centre.elin, "address": centre.elin.email}
    said |= {"made_at": at(day), "not_before": at(day), "handed_over_at": at(day), "state": State.SENT}
    Message.objects.create(about={"participation": part.pk}, **said)
    [before] = answered_of(selection())
    PlanChange.objects.create(participation=part, what="topic", by=centre.elin, at=at(TODAY))
    [after] = answered_of(selection())
    assert ((before.sent, before.answered), (after.sent, after.answered)) == ((1, 0), (1, 1))


@pytest.mark.parametrize(("part", "whole", "shown"), [(1, 3, 33), (2, 3, 67), (1, 200, 1), (0, 5, 0), (0, 0, None)])
def test_shares_are_whole_per_cents(part, whole, shown):
    assert percent(part, whole) == shown


def test_the_page_says_it_in_a_sentence_and_names_no_person(four, centre, maria, signed_in):
    remind(four[0], centre.jonas, TODAY - dt.timedelta(days=3), 1)
    log(four[0], centre.jonas, TODAY - dt.timedelta(days=1))
    page = text_of(signed_in(maria).get(reverse("evaluations:reminding")))
    assert "1 av 1 påminda pass har loggats sedan dess (100 %)." in page
    assert "Jonas" not in page


@pytest.mark.parametrize("asked", ["?datum=2099-01-01", "?datum=x", "?distrikt=finns-inte", "?lasar=1999-00", ""])
def test_a_strange_address_is_mended(asked, four, maria, signed_in):
    assert signed_in(maria).get(reverse("evaluations:reminding") + asked).status_code == 200


def test_nothing_of_nothing():
    assert Effect(0, 0, (), 0).percent is None
