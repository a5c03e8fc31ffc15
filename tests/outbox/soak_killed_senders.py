"""The long run: 200 kills over 10,000 mails, by senders alone and by Celery's workers with two beats and a broker that
is emptied again and again. ``python -m tests.soak`` runs it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from tests.outbox.killing import SENDERS, Outcome, run, shown
from tests.outbox.nursery import Nursery

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

MAILS = int(os.environ.get("SOAK_MAILS", "10000"))
SAID = {"count": MAILS, "kills": MAILS // 50, "limit": 1800}


@pytest.mark.parametrize("milliseconds", [5, 40])
def test_killed_senders(milliseconds: int, reader: User, nest: Nursery, capsys):
    outcome = run(reader, nest, delay=milliseconds / 1000, **SAID)
    with capsys.disabled():
        check(outcome, "senders", milliseconds)


@pytest.mark.parametrize("milliseconds", [5, 40])
def test_killed_workers_two_beats_and_an_emptied_broker(
    milliseconds: int, reader: User, nest: Nursery, broker: Path, capsys
):
    outcome = run(reader, nest, delay=milliseconds / 1000, broker=broker, **SAID)
    with capsys.disabled():
        check(outcome, "Celery", milliseconds)


def check(outcome: Outcome, who: str, milliseconds: int) -> None:
    print(f"\n| {connection.vendor} | {who} | {milliseconds} ms | {shown(outcome)} |")
    assert (outcome.lost, outcome.silent_doubles) == (0, 0), outcome
    assert outcome.uncertain <= outcome.kills + SENDERS, outcome
