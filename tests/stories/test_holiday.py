"""Elin is on holiday when her mail is made, and has left the role when the school wakes up again."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from outbox.models import Message
from programmes.models import Programme
from schools.actions.handover import hand_over
from schools.actions.moves import move_session
from schools.actions.plans import apply_plan, join, open_programme_year
from schools.models import SchoolMembership, SchoolPerson
from sessions_log.reminders import due
from tests.content import the_reference_content
from tests.mailing import Postbox, words_of
from tests.town import AUGUST

pytestmark = pytest.mark.django_db

PLAN_SENT = dt.datetime(2026, 8, 12, 6, tzinfo=dt.UTC)
# The Friday before the autumn break, after working hours, and the Monday after it at 07.00, in winter time.
FRIDAY = dt.datetime(2026, 10, 23, 17, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def town(centre: SimpleNamespace) -> SimpleNamespace:
    the_reference_content()
    rules = open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira)
    centre.participation = join(school=centre.lindang, programme_year=rules, by=centre.samira)
    apply_plan(participation=centre.participation, from_day=centre.year.starts_on, by=centre.samira, now=AUGUST)
    centre.box = Postbox()
    for now in (PLAN_SENT, FRIDAY - dt.timedelta(hours=6)):
        due(now)
        centre.box.send(now)
    centre.box.received.clear()
    return centre


def given_a_session_is_moved_on_friday_evening(town: SimpleNamespace) -> str:
    session = town.participation.sessions.filter(week_start__gt=dt.date(2026, 11, 16)).earliest("week_start", "pk")
    said = {"version": session.version, "by": town.samira, "now": FRIDAY, "reason": "Krock"}
    move_session(session=session, week_start=session.week_start + dt.timedelta(weeks=1), **said)
    return session.topic_title


def then_the_mail_waits_and_samira_sees_until_when(town: SimpleNamespace, signed_in) -> None:
    assert town.box.send(FRIDAY + 6 * MINUTE) == []
    with time_machine.travel(FRIDAY + 7 * MINUTE, tick=False):
        page = signed_in(town.samira).get(reverse("outbox:message-list") + "?lage=ko").content.decode()
    assert "väntar till mån\u00a02\u00a0nov 07.00" in page


def when_jonas_takes_over_in_the_break(town: SimpleNamespace) -> None:
    hand_over(
        membership=SchoolMembership.objects.get(person__user=town.elin),
        to=SchoolPerson.objects.get(user=town.jonas),
        from_day=dt.date(2026, 10, 28),
        by=town.samira,
        now=FRIDAY + dt.timedelta(days=4),
        with_welcome=False,
    )


def test_the_mail_waits_for_the_school_and_follows_the_role(town: SimpleNamespace, signed_in):
    topic = given_a_session_is_moved_on_friday_evening(town)
    then_the_mail_waits_and_samira_sees_until_when(town, signed_in)
    when_jonas_takes_over_in_the_break(town)
    assert town.box.send(MONDAY - MINUTE) == []
    [mail] = town.box.send(MONDAY)
    assert mail.to == ["Jonas Test <jonas@vpc.example>"]
    assert mail.body.startswith("Hej Jonas!")
    assert topic in words_of(mail)
    assert town.box.to("elin@vpc.example") == []
    assert town.box.send(MONDAY + MINUTE) == []
    assert not Message.objects.waiting().filter(user=town.elin).exists()
