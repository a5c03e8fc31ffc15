"""Limits on tries, as they are kept in production: in a table that all processes share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.counting import count, counted
from accounts.tasks import forget_what_has_ended
from tests.at_once import each_in_a_thread, reached_by_threads
from tests.conftest import NOW, PASSWORD
from vpc_portal import settings as of_the_portal

LOGIN = "/konto/login/"


@pytest.fixture
def in_the_database(db, settings) -> None:
    settings.CACHES = of_the_portal.CACHES
    call_command("createcachetable")


def test_signing_in_stays_stopped_however_much_else_is_counted(elin, in_the_database):
    for _try in range(6):
        stopped = Client().post(LOGIN, {"login": elin.email, "password": "fel-losenord"}).content
    assert "För många" in stopped.decode()
    for number in range(400):
        count(f"feed-{number}", 3600)
    right = Client().post(LOGIN, {"login": elin.email, "password": PASSWORD})
    assert right.status_code == 200 and "För många" in right.content.decode()


def test_a_count_is_kept_as_long_as_it_says(in_the_database):
    with time_machine.travel(NOW, tick=False) as clock:
        assert [count("feed", 3600), count("feed", 3600)] == [1, 2]
        clock.shift(3500)
        assert counted("feed") == 2 and count("feed", 3600) == 3
        clock.shift(3601)
        assert counted("feed") == 0 and count("feed", 3600) == 1


@pytest.mark.django_db(transaction=True)
def test_who_tries_at_the_same_moment_is_counted_each_time(in_the_database, tmp_path: Path):
    with reached_by_threads(tmp_path):
        each_in_a_thread(*[lambda: [count("survey", 300) for _try in range(10)]] * 12)
        assert each_in_a_thread(lambda: counted("survey")) == [120]


def test_what_has_ended_is_removed_and_nothing_else(in_the_database):
    def kept() -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cache")
            return cursor.fetchone()[0], Session.objects.count()

    with time_machine.travel(NOW, tick=False) as clock:
        count("survey", 300)
        count("feed", 3600)
        for days in (1, 14):
            Session.objects.create(session_key=f"s{days}", expire_date=NOW + dt.timedelta(days=days))
        forget_what_has_ended()
        assert kept() == (2, 2)
        clock.shift(301)
        forget_what_has_ended()
        assert kept() == (1, 2) and counted("feed") == 1
        clock.shift(dt.timedelta(days=1))
        forget_what_has_ended()
        assert kept() == (0, 1) and Session.objects.get().session_key == "s14"
