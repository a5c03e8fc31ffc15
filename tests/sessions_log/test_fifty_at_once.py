"""Fifty posts of one form at the same moment make one log."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, models

from schools.models import PlannedSession
from sessions_log.actions import log_as_planned
from sessions_log.actions import logs as actions
from sessions_log.models import SessionLog
from tests.at_once import each_in_a_thread, reached_by_threads
from tests.sessions_log.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)

POSTS = 50
KEY = uuid.UUID(int=50)


def post_all(session: PlannedSession, by, folder: Path) -> int:
    """How many logs fifty posts of the same form make."""
    with reached_by_threads(folder):
        seen = PlannedSession.objects.with_names().get(pk=session.pk)
        each_in_a_thread(*[lambda: log_as_planned(session=seen, key=KEY, by=by, now=NOON)] * POSTS)
        return each_in_a_thread(SessionLog.objects.count)[0]


@contextmanager
def nothing_unique() -> Iterator[None]:
    """A database that takes any number of logs of a session, and any number with the same key."""
    own = [SessionLog._meta.get_field(name) for name in ("session", "key")]
    free = [models.ForeignKey(PlannedSession, on_delete=models.PROTECT), models.UUIDField()]
    for old, new in zip(own, free, strict=True):
        new.set_attributes_from_name(old.name)
        new.model = SessionLog
    _alter(list(zip(own, free, strict=True)))
    yield
    SessionLog.objects.all().delete()
    _alter(list(zip(free, own, strict=True)))


def _alter(changes: list[tuple[models.Field, models.Field]]) -> None:
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            # One by one, the second would make the first anew from the model.
            editor._remake_table(SessionLog, alter_fields=changes)
        else:
            for old, new in changes:
                editor.alter_field(SessionLog, old, new)


def test_fifty_posts_with_the_same_key_make_one_log(session, samira, tmp_path):
    assert post_all(session, samira, tmp_path) == 1


def test_without_the_guards_they_make_more(session, samira, tmp_path, monkeypatch):
    """The control: neither the claim, nor the known key, nor a unique index."""
    monkeypatch.setattr(actions, "_claim", lambda session, held: True)
    monkeypatch.setattr(actions, "known_log", lambda key, digest: None)
    monkeypatch.setattr(actions, "check_log", lambda session, today: None)
    with nothing_unique():
        assert post_all(session, samira, tmp_path) > 1
