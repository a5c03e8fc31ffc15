"""What a school that knows its plan is told when somebody regrets."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from schools.actions.calendar import close_days
from schools.actions.moves import move_session
from schools.actions.plans import apply_plan
from schools.actions.undoing import CannotUndo, undo_batch, undoable_until
from schools.models import ClosedPeriod, Participation, PlanChange, PlannedSession
from sessions_log.reminders import due
from tests.mailing import Postbox
from tests.schools.laid_out import at, session_of

pytestmark = pytest.mark.django_db

D = dt.date
SENT = dt.datetime(2026, 8, 12, 6, tzinfo=dt.UTC)
NOW = at(D(2026, 9, 17))
SOON = NOW + dt.timedelta(minutes=2)
LATE = NOW + dt.timedelta(minutes=6)


@pytest.fixture
def told(taget: SimpleNamespace, postbox: Postbox) -> SimpleNamespace:
    due(SENT)
    postbox.send(SENT)
    postbox.received.clear()
    return taget


def latest(plan: Participation) -> PlanChange:
    return plan.changes.latest("pk")


def move(session: PlannedSession, by) -> None:
    week = session.week_start + dt.timedelta(days=7)
    move_session(session=session, week_start=week, version=session.version, by=by, now=NOW, reason="Krock")


def test_undone_within_five_minutes_nothing_is_mailed(told, postbox):
    session = session_of(told.participation, "1A", after=D(2026, 11, 1))
    move(session, told.samira)
    undo_batch(batch=latest(told.participation).batch, by=told.samira, now=SOON)
    assert postbox.send(NOW + dt.timedelta(hours=1)) == []


def test_without_the_undo_it_is_mailed(told, postbox):
    move(session_of(told.participation, "1A", after=D(2026, 11, 1)), told.samira)
    assert len(postbox.send(LATE)) == 1


def test_a_draft_that_schools_were_told_of_stands(told, postbox):
    plan = told.participation
    close_days(
        year=told.year, kind=ClosedPeriod.Kind.OTHER, name="Stängt", starts_on=D(2026, 11, 30),
        ends_on=D(2026, 12, 18), by=told.samira,
    )  # fmt: skip
    batch = apply_plan(participation=plan, from_day=D(2026, 9, 17), by=told.samira, now=NOW)
    assert undoable_until(batch, LATE)
    assert postbox.send(LATE)
    with pytest.raises(CannotUndo, match="Skolorna har fått veta"):
        undo_batch(batch=batch, by=told.samira, now=LATE + dt.timedelta(minutes=1))


def test_a_made_session_that_somebody_knows_of_is_cancelled_and_said(told, postbox):
    """The plan was mailed in the very minutes in which it could be regretted."""
    batch = told.participation.changes.filter(what="created").first().batch
    PlanChange.objects.filter(batch=batch).update(at=SENT - dt.timedelta(minutes=1))
    undo_batch(batch=batch, by=told.samira, now=SENT + dt.timedelta(minutes=1))
    known = told.participation.sessions.all()
    assert {row.cancel_note for row in known} == {"Planeringen ångrades."}
    # The school reads it when its year begins.
    assert postbox.send(SENT + dt.timedelta(days=6))
