"""Fifty planners make the same reminders at the same moment: each is made once."""

from __future__ import annotations

import datetime as dt
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest
from django.db import connection

from outbox.models import Message
from sessions_log.models import ReminderItem
from sessions_log.reminders import due
from sessions_log.reminding import sessions

pytestmark = pytest.mark.django_db(transaction=True)

PLANNERS = 50
NOW = dt.datetime(2026, 9, 21, 6, tzinfo=dt.UTC)


def all_at_once(monkeypatch) -> None:
    """Each planner reads what is due before any of them has written: the worst that can happen."""
    read, together = sessions.due_reminders, Barrier(PLANNERS, timeout=60)

    def read_and_wait(run):
        found = read(run)
        together.wait()
        return found

    monkeypatch.setattr(sessions, "due_reminders", read_and_wait)
    threads = [Thread(target=_plan) for _one in range(PLANNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _plan() -> None:
    try:
        due(NOW)
    finally:
        connection.close()


def how_many() -> tuple[int, int]:
    return ReminderItem.objects.count(), Message.objects.count()


@pytest.fixture
def once(taget: SimpleNamespace) -> tuple[int, int]:
    """What one planner alone makes."""
    due(NOW)
    made = how_many()
    ReminderItem.objects.all().delete()
    Message.objects.all().delete()
    return made


def test_fifty_planners_make_exactly_what_one_makes(once: tuple[int, int], monkeypatch):
    assert once[0] > 3
    all_at_once(monkeypatch)
    assert how_many() == once


def test_without_the_unique_index_they_make_more(once: tuple[int, int], monkeypatch):
    """The control."""
    [index] = [one for one in ReminderItem._meta.constraints if one.name == "reminded_once_while_it_lies_there"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(ReminderItem, index)
    try:
        all_at_once(monkeypatch)
        assert how_many()[0] > once[0]
    finally:
        ReminderItem.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(ReminderItem, index)
