"""Celery's workers killed at any moment, two beats, a broker that loses what it holds: no mail is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from accounts.models import User
from outbox.models import Heartbeat, Message, State
from tests.outbox.killing import SENDERS, counting_server, hired, run, run_to_the_moment, write_mails
from tests.outbox.nursery import Nursery
from tests.processes.fixtures import wait_until
from vpc_portal.celery import app

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes"), pytest.mark.django_db(transaction=True)]


def test_killed_workers_two_beats_and_an_emptied_broker(reader: User, nest: Nursery, broker: Path):
    outcome = run(reader, nest, count=120, kills=4, delay=0.005, broker=broker)
    assert (outcome.lost, outcome.silent_doubles) == (0, 0), outcome
    assert outcome.uncertain <= outcome.kills + SENDERS, outcome


def test_two_beats_double_mails_where_nobody_claims_them(reader: User, nest: Nursery, broker: Path):
    """The control: two workers, each rung by a beat, find the same mails."""
    outcome = run_to_the_moment(reader, nest, "dot", guard="no claim", kill=False, broker=broker)
    assert outcome.silent_doubles > 0, outcome


def test_what_an_emptied_broker_has_lost_stays_where_no_beat_rings_again(
    reader: User, nest: Nursery, broker: Path, monkeypatch
):
    """The control: a worker that hears nothing sends nothing, and the first ring after it sends all."""
    monkeypatch.setitem(app.conf, "broker_url", f"redis+socket://{broker}")
    write_mails(reader, 3)
    app.send_task("outbox.tasks.send_waiting")
    with redis.Redis(unix_socket_path=str(broker)) as client:
        assert client.llen("celery") == 1
        client.flushall()
    with counting_server(0) as server, hired(nest, server.port, broker=broker, beats=0) as crew:
        crew.start()
        app.send_task("outbox.tasks.beat_heart")
        wait_until(Heartbeat.objects.exists, "that the worker has done all that it heard of")
        assert (server.taken.total(), Message.objects.filter(state=State.QUEUED).count()) == (0, 3)
        app.send_task("outbox.tasks.send_waiting")
        wait_until(lambda: Message.objects.filter(state=State.SENT).count() == 3, "that all three are sent")
