"""A deed is taken back: all of it, while nobody has touched what it changed."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from outbox.models import Message, Told
from programmes.models import SessionTopic
from schools.actions import undoing
from schools.actions.calendar import close_days
from schools.actions.cancelling import cancel_session
from schools.actions.groups import add_group, end_group
from schools.actions.moves import Placing, move_session, move_sessions, swap_sessions
from schools.actions.plans import apply_plan, choose_topics
from schools.actions.undoing import UNDO_DRAFT_FOR, UNDO_FOR, CannotUndo, undo_batch, undoable_until
from schools.history import deeds
from schools.mailing.telling import about
from schools.models import ClosedPeriod, Group, Participation, PlanChange, PlannedSession
from tests.schools.laid_out import BEFORE_TERM, at, lay_out, session_of

D = dt.date
NOW = at(D(2026, 9, 17))
SOON = NOW + dt.timedelta(minutes=2)
LATE = NOW + dt.timedelta(minutes=6)
WEEK = dt.timedelta(days=7)
pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(centre: SimpleNamespace) -> Participation:
    return lay_out(centre, centre.lindang)


def rows_of(plan: Participation) -> list[dict[str, Any]]:
    """All that can be seen of a plan's rows."""
    said = ("pk", "group", "slot_no", *undoing.EMPTY)
    return list(plan.sessions.order_by("pk").values(*said))


def latest(plan: Participation) -> PlanChange:
    return plan.changes.latest("pk")


def move(session: PlannedSession, by, now: dt.datetime = NOW, weeks: int = 1) -> PlannedSession:
    week = session.week_start + weeks * WEEK
    return move_session(session=session, week_start=week, version=session.version, by=by, now=now, reason="Krock")


def test_a_move_is_undone_in_the_row_and_said_in_the_history(plan, centre):
    session, before = session_of(plan, "1A", after=D(2026, 9, 30)), rows_of(plan)
    move(session, centre.jonas)
    batch = latest(plan).batch
    assert undoable_until(batch, SOON) == NOW + UNDO_FOR
    assert undo_batch(batch=batch, by=centre.jonas, now=SOON) == 1
    assert rows_of(plan) == before
    with override("sv"):
        undone, moved, _planned = deeds(session.changes.all())
    assert "flytten ångrades, och passet ligger i v.\xa041 igen" in undone.lines[0]
    assert "flyttat från v.\xa041 till v.\xa042. Krock." in moved.lines[0]


def test_a_day_a_time_and_an_earlier_move_come_back(plan, centre):
    session = move(session_of(plan, "1A", after=D(2026, 9, 30)), centre.samira)
    move_session(
        session=session, week_start=session.week_start, version=session.version, by=centre.samira, now=NOW,
        date=D(2026, 10, 14), start_time=dt.time(9), end_time=dt.time(10),
    )  # fmt: skip
    before = rows_of(plan)
    move(session, centre.jonas)
    undo_batch(batch=latest(plan).batch, by=centre.jonas, now=SOON)
    assert rows_of(plan) == before


def test_a_cancellation_with_a_new_time_is_undone_and_the_new_row_goes_away(plan, centre):
    session, before = session_of(plan, "1A", after=D(2026, 9, 30)), rows_of(plan)
    new = {"reason": "no_room", "note": "Aulan", "new_week": D(2026, 10, 12)}
    cancel_session(session=session, version=session.version, by=centre.jonas, now=NOW, **new)
    batch = latest(plan).batch
    assert undo_batch(batch=batch, by=centre.jonas, now=SOON) == 2
    assert rows_of(plan) == before
    with override("sv"):
        undone, done = deeds(plan.changes.filter(at__gte=NOW))
    assert any("inställandet ångrades" in line for line in undone.lines)
    # What was made and is gone is still told.
    assert any("ny tid v.\xa042" in line for line in done.lines)


def test_a_new_time_that_somebody_was_told_of_is_cancelled_and_stands_in_for_nothing(plan, centre):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    new_week = {"reason": "no_room", "new_week": D(2026, 10, 12)}
    new = cancel_session(session=session, version=session.version, by=centre.jonas, now=NOW, **new_week)
    message = Message.objects.create(
        kind="term-plan", user=centre.elin, address=centre.elin.email, made_at=NOW, not_before=NOW
    )
    Told.objects.create(user=centre.elin, about=about(new), said="-", message=message)
    undo_batch(batch=latest(plan).batch, by=centre.jonas, now=SOON)
    new.refresh_from_db()
    assert (new.cancel_note, new.replaces) == ("Planeringen ångrades.", None)
    # So that the session can be cancelled with a new time once more.
    session.refresh_from_db()
    again = cancel_session(session=session, version=session.version, by=centre.jonas, now=LATE, **new_week)
    assert again.replaces == session


def test_a_whole_draft_is_undone_days_later_as_long_as_nobody_has_been_told(plan, centre):
    close_days(
        year=centre.year, kind=ClosedPeriod.Kind.OTHER, name="Stängt", starts_on=D(2026, 11, 30),
        ends_on=D(2026, 12, 18), by=centre.samira,
    )  # fmt: skip
    add_group(school=centre.lindang, year=centre.year, kind="class", name="3A", grade=3, by=centre.samira)
    before = rows_of(plan)
    batch = apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW)
    assert plan.sessions.count() > len(before)
    days_later = NOW + dt.timedelta(days=3)
    assert undoable_until(batch, days_later) == NOW + UNDO_DRAFT_FOR
    undo_batch(batch=batch, by=centre.samira, now=days_later)
    assert rows_of(plan) == before


def test_topics_that_changed_places_in_a_draft_change_back(plan, centre):
    topics = list(SessionTopic.objects.filter(programme__slug="taget", kind="extra").order_by("number"))[:5]
    before = rows_of(plan)
    # The choice is made without its rows following, as when it was made before they were planned.
    for place, topic in enumerate(reversed(topics), start=1):
        plan.choices.filter(topic=topic).update(position=place + 10)
    for choice in plan.choices.all():
        plan.choices.filter(pk=choice.pk).update(position=choice.position - 10)
    batch = apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW)
    assert PlanChange.objects.filter(batch=batch, what="topic").exists()
    assert rows_of(plan) != before
    undo_batch(batch=batch, by=centre.samira, now=SOON)
    assert rows_of(plan) == before


def test_a_swap_and_several_moves_are_undone_in_one(plan, centre):
    rows = [session_of(plan, "1A", after=day) for day in (D(2026, 9, 30), D(2026, 10, 31))]
    before = rows_of(plan)
    one, other = (Placing(row, row.version, row.week_start) for row in rows)
    undo_batch(batch=swap_sessions(first=one, second=other, by=centre.jonas, now=NOW), by=centre.jonas, now=SOON)
    assert rows_of(plan) == before
    placings = [Placing(row, row.version + 2, row.week_start + WEEK) for row in rows]
    undo_batch(batch=move_sessions(placings=placings, by=centre.jonas, now=NOW), by=centre.jonas, now=SOON)
    assert rows_of(plan) == before


def test_what_cannot_be_undone_says_why_and_changes_nothing(plan, centre):
    session = session_of(plan, "1A", after=D(2026, 9, 30))

    def refused(batch, now: dt.datetime, why: str) -> None:
        before = rows_of(plan)
        assert undoable_until(batch, now) is None
        with pytest.raises(CannotUndo, match=why):
            undo_batch(batch=batch, by=centre.jonas, now=now)
        assert rows_of(plan) == before

    move(session, centre.jonas)
    first = latest(plan).batch
    refused(first, LATE, "Tiden att ångra har gått ut")
    move(session, centre.samira)
    refused(first, SOON, "1A, .* har ändrats sedan dess")
    second = latest(plan).batch
    PlannedSession.objects.filter(pk=session.pk).update(outcome="held")
    refused(second, SOON, "1A, .* har loggats sedan dess")
    PlannedSession.objects.filter(pk=session.pk).update(outcome=None)
    undo_batch(batch=second, by=centre.jonas, now=SOON)
    refused(second, SOON, "redan ångrat")
    refused(latest(plan).batch, SOON, "går inte att ångra")


def test_what_ends_with_its_group_is_not_brought_back_alone(plan, centre):
    group = Group.objects.get(school=centre.lindang, name="1A")
    end_group(group=group, last_day=D(2026, 11, 8), by=centre.samira, now=NOW)
    assert undoable_until(latest(plan).batch, SOON) is None


def test_a_move_from_a_day_by_which_the_group_has_ended_since_is_not_undone(plan, centre):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    thursday = session.week_start + dt.timedelta(days=3)
    for day in (thursday, thursday - dt.timedelta(days=3)):
        week, version = session.week_start, session.version
        move_session(session=session, week_start=week, date=day, version=version, by=centre.jonas, now=NOW)
    batch = latest(plan).batch
    end_group(group=session.group, last_day=thursday - dt.timedelta(days=2), by=centre.samira, now=NOW)
    with pytest.raises(CannotUndo, match="gruppen har upphört före dagen"):
        undo_batch(batch=batch, by=centre.jonas, now=SOON)


def test_a_cancelled_session_whose_place_is_taken_stays_cancelled(plan, centre):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    cancel_session(session=session, reason="other", version=session.version, by=centre.jonas, now=NOW)
    batch = latest(plan).batch
    apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW)
    before = rows_of(plan)
    with pytest.raises(CannotUndo, match="Något annat ligger på platsen"):
        undo_batch(batch=batch, by=centre.jonas, now=SOON)
    assert rows_of(plan) == before


def test_topics_that_a_school_chooses_are_chosen_anew_not_undone_row_by_row(centre):
    plan = lay_out(centre, centre.lindang, chosen=2)
    topics = list(SessionTopic.objects.filter(programme__slug="taget", kind="extra").order_by("number"))
    choose_topics(participation=plan, topics=topics[:5], by=centre.elin, now=NOW)
    assert undoable_until(latest(plan).batch, SOON) is None


def test_undoing_takes_few_statements_however_many_the_rows(plan, centre, django_assert_max_num_queries):
    batch = plan.changes.filter(at=BEFORE_TERM, what="created").first().batch
    with django_assert_max_num_queries(40):
        assert undo_batch(batch=batch, by=centre.samira, now=BEFORE_TERM + dt.timedelta(minutes=3)) == 24
    assert not plan.sessions.exists()
