"""Two requests at the same moment, each with its own connection to a real database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from schools.models import PlannedSession
from sessions_log.actions import log_as_planned, undo_logs
from sessions_log.actions import logs as actions
from sessions_log.models import LogRevision, SessionLog
from sessions_log.policies import AlreadyLogged
from tests.at_once import Deed, each_in_a_thread, reached_by_threads
from tests.sessions_log.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = [uuid.UUID(int=1), uuid.UUID(int=2)]


@pytest.fixture
def own_connections(session: PlannedSession, tmp_path: Path) -> Iterator[None]:
    with reached_by_threads(tmp_path):
        yield


def logging_it(session: PlannedSession, key: uuid.UUID, by: User) -> Deed:
    seen = PlannedSession.objects.with_names().get(pk=session.pk)
    return lambda: log_as_planned(session=seen, key=key, by=by, now=NOON)


def in_the_database(read: Deed) -> Any:
    return each_in_a_thread(read)[0]


def test_of_two_who_log_at_once_one_is_told_that_the_other_did(session, samira, jonas, own_connections):
    results = each_in_a_thread(logging_it(session, KEYS[0], samira), logging_it(session, KEYS[1], jonas))
    assert {type(result) for result in results} == {SessionLog, AlreadyLogged}
    assert in_the_database(SessionLog.objects.count) == 1


def test_a_double_tap_counts_once_and_both_get_the_log(session, samira, own_connections):
    first, second = each_in_a_thread(*[logging_it(session, KEYS[0], samira)] * 2)
    assert first == second
    assert in_the_database(SessionLog.objects.count) == 1


def test_without_the_conditional_update_the_second_is_told_something_else(
    session, samira, jonas, own_connections, monkeypatch
):
    """The control: it is the claim that keeps two apart, not luck."""
    monkeypatch.setattr(actions, "_claim", lambda session, held: True)
    results = each_in_a_thread(logging_it(session, KEYS[0], samira), logging_it(session, KEYS[1], jonas))
    assert not any(isinstance(result, AlreadyLogged) for result in results)


def test_a_double_tap_on_undo_takes_back_once(session, samira, own_connections):
    def log_it() -> SessionLog:
        return logging_it(session, KEYS[0], samira)()

    log = in_the_database(log_it)
    undo = [
        lambda: len(undo_logs(batch=log.batch, by=samira, now=NOON)),
    ] * 2
    assert sorted(each_in_a_thread(*undo)) == [0, 1]
    assert in_the_database(LogRevision.objects.count) == 1
    assert in_the_database(lambda: PlannedSession.objects.get(pk=session.pk).outcome) is None
