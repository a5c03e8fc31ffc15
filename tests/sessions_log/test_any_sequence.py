"""Whatever coordinators do, in whatever order, a session's outcome is what its log says."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from schools.models import PlannedSession
from sessions_log.actions import LogEntry, change_log, log_as_planned, log_session, planned_entry, undo_logs
from sessions_log.models import LogRevision, SessionLog
from tests.sessions_log.conftest import NEXT_WEEK, NOON, THIS_WEEK, TODAY

weeks = st.sampled_from([None, NEXT_WEEK, NEXT_WEEK + dt.timedelta(weeks=1), THIS_WEEK, dt.date(2026, 10, 26)])
not_held = st.builds(LogEntry, held=st.just(False), reason=st.sampled_from(["no_room", ""]), new_week=weeks)
counts = st.sampled_from([None, 0, 24, 25])
deeds = st.one_of(
    st.tuples(st.just("tap"), st.none()),
    st.tuples(st.just("log"), st.one_of(not_held, counts)),
    st.tuples(st.just("change"), st.one_of(not_held, counts)),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("move the new time"), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 7)),
)


def entry_for(session: PlannedSession, said: LogEntry | int | None, by: User) -> LogEntry:
    if isinstance(said, LogEntry):
        return said
    return LogEntry(**{**planned_entry(session, by=by, today=TODAY).__dict__, "present": said})


def do(deed: str, said: LogEntry | int | None, pk: int, by: User, now: dt.datetime) -> None:
    session = PlannedSession.objects.get(pk=pk)
    log = SessionLog.objects.filter(session=session).first()
    if deed == "tap":
        log_as_planned(session=session, key=uuid.uuid4(), by=by, now=now)
    elif deed == "log":
        log_session(session=session, entry=entry_for(session, said, by), key=uuid.uuid4(), by=by, now=now)
    elif deed == "change" and log:
        change_log(log=log, entry=entry_for(session, said, by), by=by, now=now, reason="Rättat.")
    elif deed == "undo" and log:
        undo_logs(batch=log.batch, by=by, now=now)
    elif deed == "move the new time":
        PlannedSession.objects.filter(replaces=session).update(version=2)


def check(pk: int, revisions: int) -> int:
    session = PlannedSession.objects.get(pk=pk)
    log = SessionLog.objects.filter(session=session).first()
    assert session.outcome == (None if log is None else "held" if log.held else "not_held")
    # The group has the topic at most once, and a held session has no second time.
    assert PlannedSession.objects.live().count() <= 1
    assert LogRevision.objects.count() >= revisions
    return LogRevision.objects.count()


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(sequence=st.lists(deeds, min_size=1, max_size=8))
def test_the_outcome_is_always_what_the_log_says(session, samira, sequence):
    with transaction.atomic():
        now, revisions = NOON, 0
        for deed, said in sequence:
            if deed == "wait":
                now += dt.timedelta(minutes=said)
                continue
            try:
                do(deed, said, session.pk, samira, now)
            except ValidationError as refused:
                assert refused.messages
            revisions = check(session.pk, revisions)
        transaction.set_rollback(True)
