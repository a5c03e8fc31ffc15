"""The long run: 200 kills over 10,000 mails. ``python -m tests.soak`` runs it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os

import pytest
from django.db import connection

from accounts.models import User
from tests.outbox.killing import SENDERS, run, shown

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

MAILS = int(os.environ.get("SOAK_MAILS", "10000"))
KILLS = MAILS // 50
SECONDS = 1800


@pytest.mark.parametrize("milliseconds", [5, 40])
def test_many_kills_over_many_mails(milliseconds: int, reader: User, capsys):
    outcome = run(reader, count=MAILS, kills=KILLS, delay=milliseconds / 1000, limit=SECONDS)
    with capsys.disabled():
        print(f"\n| {connection.vendor} | {milliseconds} ms | {shown(outcome)} |")
    assert (outcome.lost, outcome.silent_doubles) == (0, 0), outcome
    assert outcome.uncertain <= outcome.kills + SENDERS, outcome
