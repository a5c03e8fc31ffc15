"""Two requests at the same moment, each with its own connection to a real database."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from schools.models import PlannedSession
from sessions_log import actions
from sessions_log.actions import log_as_planned, undo_log
from sessions_log.models import LogRevision, SessionLog
from sessions_log.policies import AlreadyLogged
from tests.sessions_log.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = [uuid.UUID(int=1), uuid.UUID(int=2)]
Deed = Callable[[], Any]


@pytest.fixture
def own_connections(session: PlannedSession, tmp_path: Path) -> Iterator[None]:
    """Lets other threads reach the test's rows.

    SQLite's database in memory has no locks to wait for, so it is copied to a file, which each thread opens as the
    portal does.
    """
    if connection.vendor != "sqlite":
        yield
        return
    kept = connection.settings_dict["NAME"]
    file = tmp_path / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")  # once, before two open it at the same moment
    connections.settings["default"]["NAME"] = str(file)
    yield
    connections.settings["default"]["NAME"] = kept


def each_in_a_thread(*deeds: Deed) -> list[Any]:
    """What each deed gave or raised; all begin at the same moment."""
    start, results = Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, deed: Deed) -> None:
        try:
            start.wait()
            results[place] = deed()
        except Exception as raised:
            results[place] = raised
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


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
        lambda seen=seen: undo_log(log=seen, by=samira, now=NOON)
        for seen in (log, SessionLog(pk=log.pk, session=session))
    ]
    assert each_in_a_thread(*undo) == [None, None]
    assert in_the_database(LogRevision.objects.count) == 1
    assert in_the_database(lambda: PlannedSession.objects.get(pk=session.pk).outcome) is None
