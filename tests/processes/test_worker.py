"""Beat, broker, worker and SMTP as they are in production: processes of their own."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from django.db import transaction
from django.utils import timezone

from outbox.actions import enqueue
from outbox.heartbeats import NAME
from outbox.models import Heartbeat, Message, State
from tests.processes.fixtures import Celery, Mailbox, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes"), pytest.mark.django_db(transaction=True)]


def a_mail(centre: SimpleNamespace, number: int = 0) -> Message:
    """A mail that needs nothing but its recipient."""
    with transaction.atomic():
        return enqueue(
            kind="sign-in-code",
            user=centre.elin,
            address=f"{number}-{centre.elin.email}",
            about={"code": f"KOD{number}"},
            now=timezone.now(),
        )


def test_the_heart_beats_from_beat_through_broker_and_worker(centre: SimpleNamespace, celery: Celery):
    celery.worker()
    celery.beat()
    wait_until(Heartbeat.objects.filter(name=NAME).exists, f"a heartbeat\n{celery.logs()}")


def test_a_mail_rings_the_bell_and_arrives_without_beat(centre: SimpleNamespace, celery: Celery, smtp_server: Mailbox):
    celery.worker()
    message = a_mail(centre)
    wait_until(lambda: smtp_server.received, f"the mail\n{celery.logs()}")
    assert smtp_server.received[0]["Message-ID"] == message.message_id
    wait_until(lambda: Message.objects.get().state == State.SENT, "that it is marked as sent")


def test_a_mail_written_while_the_broker_is_away_is_sent_by_the_next_beat(
    centre: SimpleNamespace, celery: Celery, smtp_server: Mailbox, broker: Path
):
    message = a_mail(centre)
    # The bell was rung, but what it left is gone: as after a broker that lost its data.
    with redis.Redis(unix_socket_path=str(broker)) as client:
        assert client.llen("celery") == 1
        client.flushall()
    celery.worker()
    celery.beat()
    wait_until(lambda: smtp_server.received, f"the mail\n{celery.logs()}")
    assert [mail["Message-ID"] for mail in smtp_server.received] == [message.message_id]


def test_a_broker_that_does_not_answer_delays_nobody_and_loses_nothing(
    centre: SimpleNamespace, settings, monkeypatch, caplog
):
    from vpc_portal.celery import app

    settings.BELL = True
    monkeypatch.setitem(app.conf, "broker_url", "redis+socket:///nonexistent/valkey.sock")
    a_mail(centre)
    assert Message.objects.get().state == State.QUEUED
    assert "The broker was not reached" in caplog.text


def test_many_mails_wait_together_a_moment_for_a_broker_that_takes_the_call_without_answering(
    centre: SimpleNamespace, settings, monkeypatch, tmp_path
):
    from vpc_portal.celery import app

    settings.BELL = True
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        monkeypatch.setitem(app.conf, "broker_url", f"redis+socket://{tmp_path}/silent.sock")
        began = time.monotonic()
        with transaction.atomic():
            for _number in range(5):
                a_mail(centre)
    assert time.monotonic() - began < 5
    assert Message.objects.filter(state=State.QUEUED).count() == 5
