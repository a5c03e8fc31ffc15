"""Moved and cancelled sessions: who is told, after the minutes of regret, and only of what differs."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest

from outbox import sender
from outbox.backend import HandoverBackend
from outbox.models import Message, State
from schools.actions.cancelling import cancel_session
from schools.actions.moves import move_session
from schools.models import PlannedSession
from sessions_log.actions import LogEntry, change_log, log_session, planned_entry, remove_log
from sessions_log.reminders import due
from tests.mailing import Postbox, words_of
from tests.processes.fixtures import Mailbox

pytestmark = pytest.mark.django_db

# The autumn's plan has been sent: everybody has been told of the term.
PLAN_SENT = dt.datetime(2026, 8, 12, 6, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 8, 20, 7, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def told(taget: SimpleNamespace, postbox: Postbox) -> SimpleNamespace:
    due(PLAN_SENT)
    assert [mail.subject for mail in postbox.send(PLAN_SENT)] == ["Höstens plan för Lindängsskolan: stämmer den?"]
    postbox.received.clear()
    return taget


def some_session(centre: SimpleNamespace, group: str = "1A") -> PlannedSession:
    rows = centre.participation.sessions.filter(group__name=group, week_start__gt=dt.date(2026, 11, 1))
    return rows.order_by("week_start").first()


def move(session: PlannedSession, weeks: int, by, now: dt.datetime) -> PlannedSession:
    session.refresh_from_db()
    new = session.week_start + weeks * WEEK
    return move_session(session=session, week_start=new, version=session.version, by=by, now=now, reason="Krock")


def later(minutes: int) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes)


def test_a_move_is_told_after_five_minutes_with_before_now_and_why(told: SimpleNamespace, postbox: Postbox):
    session = some_session(told)
    old = session.week_start.isocalendar().week
    move(session, 1, told.samira, MORNING)
    assert postbox.send(later(4)) == []
    [mail] = postbox.send(later(6))
    assert mail.to == ["Elin Test <elin@vpc.example>"]
    assert f"v.\u00a0{old} → v.\u00a0{old + 1}" in mail.body
    assert "Varför: Krock." in mail.body
    assert "1A" in words_of(mail)
    assert "2A" not in words_of(mail)


def test_moved_there_and_back_within_five_minutes_tells_nothing(told: SimpleNamespace, postbox: Postbox):
    session = some_session(told)
    move(session, 1, told.samira, MORNING)
    move(session, -1, told.samira, later(2))
    assert postbox.send(later(30)) == []
    [mail] = Message.objects.filter(kind="plan-changed")
    assert mail.state == State.SKIPPED
    assert mail.why == "Allt står som mottagaren senast fick veta."


def test_moved_there_told_and_moved_back_tells_both(told: SimpleNamespace, postbox: Postbox):
    session = some_session(told)
    week = session.week_start.isocalendar().week
    move(session, 1, told.samira, MORNING)
    postbox.send(later(10))
    move(session, -1, told.samira, later(20))
    [mail] = postbox.send(later(30))
    assert f"v.\u00a0{week + 1} → v.\u00a0{week}" in mail.body


def test_groups_of_one_topic_share_a_mail(told: SimpleNamespace, postbox: Postbox):
    first = some_session(told)
    second = told.participation.sessions.get(group__name="2A", slot_no=first.slot_no)
    move(first, 1, told.samira, MORNING)
    move(second, 1, told.samira, later(3))
    # The second move puts the mail off, so that both can be regretted.
    assert postbox.send(later(6)) == []
    [mail] = postbox.send(later(9))
    assert "1A" in words_of(mail)
    assert "2A" in mail.body


def test_a_cancellation_says_so_and_the_new_time_follows(told: SimpleNamespace, postbox: Postbox):
    session = some_session(told)
    cancel_session(session=session, reason="no_room", version=session.version, by=told.samira, now=MORNING)
    [mail] = postbox.send(later(6))
    assert mail.subject.startswith("Inställt: ")
    assert "inställt, ingen ny tid än" in mail.body
    assert "Ingen lokal." in mail.body


def test_a_cancellation_with_a_new_time_is_one_mail(told: SimpleNamespace, postbox: Postbox):
    session = some_session(told)
    week, new = session.week_start.isocalendar().week, session.week_start + WEEK
    cancel_session(
        session=session, reason="no_room", version=session.version, by=told.samira, now=MORNING, new_week=new
    )
    [mail] = postbox.send(later(6))
    assert mail.subject.startswith("Ny tid: ")
    assert f"v.\u00a0{week} → v.\u00a0{week + 1}" in mail.body
    assert postbox.send(later(60)) == []


def test_what_nobody_has_been_told_of_is_not_mailed_about(told: SimpleNamespace, postbox: Postbox):
    spring = told.participation.sessions.filter(week_start__gt=dt.date(2027, 2, 1)).order_by("week_start").first()
    move(spring, 1, told.samira, MORNING)
    assert not Message.objects.filter(kind="plan-changed").exists()


def test_who_moved_it_is_not_told(told: SimpleNamespace, postbox: Postbox):
    move(some_session(told), 1, told.elin, MORNING)
    assert postbox.send(later(10)) == []


@pytest.mark.parametrize(("weeks", "now"), [(-2, 0), (1, 3)])
def test_who_moved_it_is_told_of_the_next_change_by_what_they_made_of_it(
    told: SimpleNamespace, postbox: Postbox, weeks: int, now: int
):
    session = some_session(told)
    week = session.week_start.isocalendar().week
    move(session, 2, told.elin, MORNING)
    move(session, weeks, told.samira, later(60))
    [mail] = postbox.send(later(70))
    assert f"v.\u00a0{week + 2} → v.\u00a0{week + now}" in mail.body
    # What the mail told is what is known from then on.
    move(session, 2 - now, told.samira, later(80))
    [mail] = postbox.send(later(90))
    assert f"v.\u00a0{week + now} → v.\u00a0{week + 2}" in mail.body


def test_who_has_moved_it_on_is_not_told_of_what_was_before(told: SimpleNamespace, postbox: Postbox):
    session = some_session(told)
    move(session, 1, told.samira, MORNING)
    move(session, 1, told.elin, later(2))
    assert postbox.send(later(30)) == []


def test_a_move_just_told_stands_for_the_reminder(told: SimpleNamespace, postbox: Postbox):
    session = told.participation.sessions.filter(topic__month=12, group__kind="staff").order_by("-week_start").first()
    day = dt.datetime.combine(session.week_start - 3 * WEEK, dt.time(8), tzinfo=dt.UTC)
    due(day - WEEK)
    postbox.send(day - WEEK)
    postbox.received.clear()
    due(day)
    postbox.send(day)
    for one in told.participation.sessions.filter(slot_no=session.slot_no):
        move(one, 1, told.samira, day)
    assert len(postbox.send(day + dt.timedelta(minutes=6))) == 1
    # The new week's first reminder would say the same again.
    due(day + dt.timedelta(days=1))
    assert [one for one in postbox.send(day + dt.timedelta(days=1)) if session.topic_title in one.subject] == []


def topics_of(centre: SimpleNamespace, count: int) -> list[PlannedSession]:
    """Class 1A's sessions of some topics of the autumn."""
    rows = centre.participation.sessions.filter(group__name="1A", week_start__gt=dt.date(2026, 9, 14))
    return list(rows.order_by("week_start")[:count])


def test_three_topics_moved_within_five_minutes_are_one_mail_by_topic(told: SimpleNamespace, postbox: Postbox):
    sessions = topics_of(told, 3)
    for minute, session in enumerate(sessions):
        move(session, 1, told.samira, later(minute))
    assert postbox.send(later(6)) == []
    [mail] = postbox.send(later(8))
    assert mail.subject == "Ändringar i planen på Lindängsskolan: 3 ämnen"
    headings = [line for line in mail.body.splitlines() if line.startswith("Ny tid: ")]
    assert headings == [f"Ny tid: {session.topic_title}" for session in sessions]
    # One way to the plan, however many topics.
    assert mail.body.count("Se planen:") == 1
    assert postbox.send(later(60)) == []


def test_of_three_topics_the_one_that_was_moved_back_is_left_out(told: SimpleNamespace, postbox: Postbox):
    first, second = topics_of(told, 2)
    move(first, 1, told.samira, MORNING)
    move(second, 1, told.samira, later(1))
    move(first, -1, told.samira, later(2))
    [mail] = postbox.send(later(10))
    assert mail.subject == f"Ny tid: {second.topic_title}, Lindängsskolan"
    assert first.topic_title not in mail.body


def test_what_is_moved_in_the_evening_waits_for_the_morning_with_what_comes_after(
    told: SimpleNamespace, postbox: Postbox
):
    first, second = topics_of(told, 2)
    friday, saturday = (dt.datetime(2026, 8, day, 17, 30, tzinfo=dt.UTC) for day in (21, 22))
    move(first, 1, told.samira, friday)
    assert postbox.send(friday + dt.timedelta(hours=1)) == []
    move(second, 1, told.samira, saturday)
    assert postbox.send(saturday + dt.timedelta(hours=1)) == []
    [mail] = postbox.send(dt.datetime(2026, 8, 24, 5, tzinfo=dt.UTC))
    assert "2 ämnen" in mail.subject


def test_a_session_that_is_tomorrow_at_dawn_is_told_of_in_the_evening(told: SimpleNamespace, postbox: Postbox):
    session = some_session(told)
    evening = dt.datetime(2026, 11, 18, 19, tzinfo=dt.UTC)
    said = {"version": session.version, "by": told.samira, "now": evening, "reason": "Krock"}
    day, dawn = dt.date(2026, 11, 19), dt.time(6, 45)
    move_session(session=session, week_start=day - 3 * dt.timedelta(days=1), date=day, start_time=dawn, **said)
    assert len(postbox.send(evening + dt.timedelta(minutes=6))) == 1


def test_as_it_arrives_at_a_server_the_mail_has_each_topic_with_its_groups(told: SimpleNamespace, smtp_server: Mailbox):
    sessions = topics_of(told, 3)
    weeks = [session.week_start.isocalendar().week for session in sessions]
    for session in sessions:
        move(session, 1, told.samira, MORNING)
    sender.send_waiting(clock=lambda: later(6), backend=HandoverBackend(host="127.0.0.1", port=smtp_server.port))
    [mail] = smtp_server.received
    assert mail["Subject"].strip() == "Ändringar i planen på Lindängsskolan: 3 ämnen"
    # A change is told whatever one has chosen.
    assert mail["List-Unsubscribe"] is None
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    parts = text.split("Ny tid: ")[1:]
    assert len(parts) == 3
    for session, week, part in zip(sessions, weeks, parts, strict=True):
        assert part.startswith(session.topic_title)
        assert f"1A: v.\u00a0{week} → v.\u00a0{week + 1}" in part
        assert f">Ny tid: {session.topic_title}</h2>" in html


@pytest.fixture
def not_held(told: SimpleNamespace, postbox: Postbox) -> SimpleNamespace:
    """A session of September was not held and got a new time, which the school has been told of."""
    [session] = topics_of(told, 1)
    at = dt.datetime.combine(session.week_start + dt.timedelta(days=2), dt.time(9), tzinfo=dt.UTC)
    entry = LogEntry(held=False, reason="no_room", new_week=session.week_start + WEEK)
    log = log_session(session=session, entry=entry, key=uuid.uuid4(), by=told.samira, now=at)
    [mail] = postbox.send(at + dt.timedelta(minutes=6))
    assert mail.subject == f"Ny tid: {session.topic_title}, Lindängsskolan"
    new = PlannedSession.objects.get(replaces=session)
    return SimpleNamespace(session=session, log=log, new=new, at=at + dt.timedelta(hours=1))


def weeks(session: PlannedSession) -> str:
    return f"v.\u00a0{session.week_start.isocalendar().week}"


def test_a_new_time_that_was_told_is_cancelled_and_told_when_the_session_was_held_after_all(
    told: SimpleNamespace, postbox: Postbox, not_held: SimpleNamespace
):
    session, new = not_held.session, not_held.new
    held = planned_entry(session, by=told.samira, today=not_held.at.date())
    log = change_log(log=not_held.log, entry=held, by=told.samira, now=not_held.at, reason="Fel pass.")
    [mail] = postbox.send(not_held.at + dt.timedelta(minutes=6))
    assert mail.subject == f"Den nya tiden utgår: {session.topic_title}, Lindängsskolan"
    assert f"{weeks(new)} → genomfört i {weeks(session)}" in mail.body
    new.refresh_from_db()
    assert (new.is_live, new.replaces, list(new.changes.values_list("what", flat=True))) == (
        False, None, ["cancelled", "created"],
    )  # fmt: skip
    # Not held once more, it gets a new time as before.
    entry = LogEntry(held=False, reason="no_room", new_week=new.week_start)
    change_log(log=log, entry=entry, by=told.samira, now=not_held.at, reason="Rätt pass.")
    [mail] = postbox.send(not_held.at + dt.timedelta(minutes=20))
    assert mail.subject == f"Ny tid: {session.topic_title}, Lindängsskolan"


def test_a_new_time_that_was_told_is_cancelled_and_told_when_its_log_is_removed(
    told: SimpleNamespace, postbox: Postbox, not_held: SimpleNamespace
):
    remove_log(log=not_held.log, reason="Fel pass.", by=told.samira, now=not_held.at)
    [mail] = postbox.send(not_held.at + dt.timedelta(minutes=6))
    assert f"{weeks(not_held.new)} → {weeks(not_held.session)}" in mail.body
    not_held.new.refresh_from_db()
    assert not not_held.new.is_live
