"""For a chosen session: which mails go to whom, when, and why each."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from outbox.actions import hold, prefer
from outbox.models import Message
from schools.actions.moves import move_session
from schools.actions.replies import decline, propose_time
from schools.models import PlannedSession
from sessions_log.actions import log_as_planned
from sessions_log.forecast import Forecast, mails_of
from sessions_log.reminders import due
from tests.mailing import Postbox

pytestmark = pytest.mark.django_db

AUGUST_10 = dt.datetime(2026, 8, 10, 10, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def spring(taget: SimpleNamespace) -> PlannedSession:
    """The base session that class 1A has in spring, in the first week after Easter: the reminder of the week before
    would wait for its own Monday, and gives way to that Monday's."""
    return chosen(taget.participation.sessions.filter(group__name="1A", topic__kind="base").latest("week_start"))


def chosen(session: PlannedSession) -> PlannedSession:
    rows = PlannedSession.objects.with_names().select_related("participation__programme_year__year")
    return rows.get(pk=session.pk)


def said(mails: list[Forecast]) -> list[tuple[str, str, dt.date]]:
    return [(one.kind, one.user.get_short_name(), one.at.date()) for one in mails]


def monday(session: PlannedSession, weeks: int = 0) -> dt.date:
    return session.week_start + weeks * WEEK


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def test_what_comes_is_foretold_to_the_last_mail(taget: SimpleNamespace, spring: PlannedSession):
    foretold = mails_of(spring, AUGUST_10)
    term = taget.year.terms.get(season="spring")
    assert said(foretold) == [
        ("term-plan", "Elin", term.starts_on - WEEK),
        ("session-approaching", "Elin", monday(spring, -3)),
        ("session-approaching", "Elin", monday(spring)),
        ("log-missing", "Jonas", monday(spring, 1)),
        ("log-missing", "Jonas", monday(spring, 2)),
        ("log-escalated", "Jonas", monday(spring, 3)),
        ("log-escalated", "Samira", monday(spring, 4)),
    ]
    assert all(one.is_ahead and one.mail is None for one in foretold)
    assert [one.why for one in foretold][:2] == [
        "Terminens plan, innan den börjar.",
        "3 veckor före, för att det är ett baspass.",
    ]


def test_what_was_foretold_is_what_is_sent(taget: SimpleNamespace, spring: PlannedSession, postbox: Postbox):
    """The page is no wish: each mail that it promised arrives on its day, and none else about the session."""
    foretold = mails_of(spring, AUGUST_10)
    promised = said(foretold)
    mondays = [monday(spring, weeks) for weeks in range(-8, 5)]
    for day in sorted({taget.year.terms.get(season="spring").starts_on - WEEK, *mondays}):
        due(noon(day))
        postbox.send(noon(day))
    done = [one for one in mails_of(spring, noon(mondays[-1])) if one.mail and one.mail.state == "sent"]
    # The first reminder of the topic takes all its groups along: it comes with the staff's, a few weeks earlier.
    early = [one for one in said(done) if one not in promised]
    assert [(kind, name) for kind, name, _day in early] == [("session-approaching", "Elin")]
    assert [one for one in promised if one not in said(done)] == [("session-approaching", "Elin", monday(spring, -3))]
    assert {one.why for one in done} == {one.why for one in foretold}


def test_what_waits_and_what_happened_is_there_with_its_cause(taget: SimpleNamespace, postbox: Postbox, signed_in):
    session = chosen(taget.participation.sessions.filter(week_start__gt=dt.date(2026, 11, 1)).earliest("week_start"))
    now = dt.datetime(2026, 8, 12, 6, tzinfo=dt.UTC)
    due(now)
    plan = Message.objects.get(kind="term-plan")
    # Held back, it tells of the session all the same.
    hold(message=plan, by=taget.samira)
    assert [(one.kind, one.mail) for one in mails_of(session, now) if one.mail] == [("term-plan", plan)]
    Message.objects.update(state="queued")
    postbox.send(now)
    reply = propose_time(
        sessions=[session], reason="no_room", proposed_week=None, key=uuid.uuid4(), by=taget.elin, now=now
    )
    decline(reply=reply, by=taget.samira, now=now)
    to = session.week_start + WEEK
    move_session(session=session, week_start=to, version=session.version, by=taget.samira, now=now)
    causes = {one.kind: one.why for one in mails_of(chosen(session), now) if one.mail}
    assert causes == {
        "term-plan": "Terminens plan, innan den börjar.",
        "plan-changed": "Passet flyttades eller ställdes in, och mottagaren hade fått veta det.",
        "reply-declined": "Skolan hade föreslagit en annan tid.",
    }
    with time_machine.travel(now, tick=False):
        page = signed_in(taget.samira).get(reverse("sessions_log:session-mails", args=[session.uuid])).content.decode()
    assert all(cause in page for cause in causes.values())
    # The server's words are for the mail's own page.
    assert "250 ok" not in page


def test_in_the_weekly_mail_it_comes_on_a_monday_at_eight(taget: SimpleNamespace, spring: PlannedSession):
    prefer(user=taget.elin, weekly=True)
    to_elin = [one for one in mails_of(spring, AUGUST_10) if one.user == taget.elin]
    assert {(one.at.weekday(), one.at.astimezone(dt.UTC).minute) for one in to_elin} == {(0, 0)}
    assert {one.at.date() for one in to_elin} >= {monday(spring, -3), monday(spring)}


def test_nothing_comes_of_what_has_been_logged(taget: SimpleNamespace, spring: PlannedSession):
    now = noon(monday(spring) + dt.timedelta(days=3))
    log_as_planned(session=spring, key=uuid.uuid4(), by=taget.jonas, now=now)
    assert [one for one in mails_of(chosen(spring), now) if one.is_ahead] == []
