"""Broker, database, relay and disk taken away while Celery's workers send, and given back: nothing is lost or doubled.

``make soak`` runs the same with more mails and more outages (``OUTAGE_MAILS``, ``OUTAGES``); docs/mail.md has each row.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from accounts.models import User
from outbox.actions import enqueue
from outbox.backend import HandoverBackend
from outbox.models import Message, State
from outbox.sender import send_waiting
from tests.mailing import Postbox
from tests.outbox.conftest import NOON
from tests.outbox.killing import Counting, Crew, counting_server, hired, write_mails
from tests.outbox.nursery import Nursery
from tests.processes.fixtures import wait_until
from vpc_portal import broker as embedded

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes"), pytest.mark.django_db(transaction=True)]

MAILS = int(os.environ.get("OUTAGE_MAILS", "80"))
OUTAGES = int(os.environ.get("OUTAGES", "2"))
PATIENCE = 60 + MAILS / 4
SHORT = 0.01
Write = Callable[..., Message]

# What docs/mail.md says, and the test that each line stands on.
ROWS = {
    "the broker is lost for a while, with all that it held": "test_a_broker_that_is_lost_for_a_while",
    "the database is restarted while mails are sent": "test_a_database_that_is_restarted_while_mails_are_sent",
    "the relay is down for a day": "test_a_relay_that_is_down_for_a_day",
    "the disk is full when a mail is written": "test_a_disk_that_is_full_when_a_mail_is_written",
    "the disk is full before the hand-over": "test_a_disk_that_is_full_before_the_hand_over",
    "the disk is full after the body was sent": "test_a_disk_that_is_full_after_the_body_was_sent",
}


def test_the_table_in_the_docs_has_each_row_and_each_row_its_test():
    table = (
        (settings.BASE_DIR / "docs" / "mail.md").read_text().partition("## What is taken away")[2].partition("\n## ")[0]
    )
    lines = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")][1:]
    assert lines == list(ROWS)
    assert all(name in globals() for name in ROWS.values())


@dataclass
class Broker:
    """A Valkey that is stopped, by its own process only, and started again with nothing in it."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def path(self) -> Path:
        return self.folder / "valkey.sock"

    def start(self) -> None:
        self.process = subprocess.Popen(
            embedded.command(self.path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        embedded.wait_for(self.path, self.process)

    def lose(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        for left in self.folder.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


@pytest.fixture
def losing() -> Iterator[Broker]:
    broker = Broker(Path(tempfile.mkdtemp(prefix="vpc-broker-")))
    broker.start()
    yield broker
    broker.lose()
    shutil.rmtree(broker.folder, ignore_errors=True)


def all_sent() -> bool:
    return not Message.objects.exclude(state=State.SENT).exists()


def check(server: Counting) -> None:
    """Every mail is sent, or was called uncertain; none came twice without that."""
    uncertain = {one.message_id for one in Message.objects.all() if one.state == State.UNCERTAIN or one.repeats}
    lost = [one.message_id for one in Message.objects.all() if one.message_id not in server.taken]
    assert set(lost) <= uncertain
    assert {name for name, times in server.taken.items() if times > 1} <= uncertain


def taken(server: Counting, share: float) -> Callable[[], bool]:
    return lambda: server.taken.total() >= share * MAILS


def test_a_broker_that_is_lost_for_a_while(reader: User, nest: Nursery, losing: Broker):
    with counting_server(SHORT) as server, hired(nest, server.port, broker=losing.path, beats=1) as crew:
        crew.start()
        write_mails(reader, MAILS)
        for number in range(OUTAGES):
            some = taken(server, number / (OUTAGES + 1))
            wait_until(lambda some=some: crew.keep_up() or some(), "some of the mails", PATIENCE)
            losing.lose()
            time.sleep(1)
            losing.start()
        wait_until(lambda: crew.keep_up() or all_sent(), "that all is sent", PATIENCE)
        check(server)
    assert set(server.taken.values()) == {1}


def restart_database() -> None:
    """On PostgreSQL every other connection is cut, as a restart cuts them; on SQLite somebody has the file to
    themselves for a while."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return
    with transaction.atomic():  # IMMEDIATE: nobody else writes
        Message.objects.filter(pk=0).update(attempts=0)
        time.sleep(1)


def test_a_database_that_is_restarted_while_mails_are_sent(reader: User, nest: Nursery, broker: Path):
    write_mails(reader, MAILS)
    with counting_server(SHORT) as server, hired(nest, server.port, broker=broker, beats=1) as crew:
        crew.start()
        for number in range(OUTAGES):
            wait_until(taken(server, (number + 0.5) / (OUTAGES + 1)), "some of the mails", PATIENCE)
            restart_database()
        wait_until(lambda: not Message.objects.filter(state=State.QUEUED).exists(), "the queue", PATIENCE)
        _finish(crew)
        check(server)


def _finish(crew: Crew) -> None:
    """Claims that a cut connection has left run out, and what was uncertain goes once more."""
    for minutes in (13, 30):
        crew.move_the_clock(minutes)
        left = Message.objects.filter(state__in=(State.QUEUED, State.CLAIMED, State.HANDED_OVER))
        wait_until(lambda left=left: not left.exists(), "what was left", PATIENCE)


def test_a_relay_that_is_down_for_a_day(reader: User, mail: Write):
    """In the mails' own time: the clock is moved, not waited for."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: a connection is refused
        nobody = HandoverBackend(host="127.0.0.1", port=closed.getsockname()[1])
        for number in range(min(MAILS // 4, 300)):
            mail(number)
        for hour in range(24):
            send_at(NOON + dt.timedelta(hours=hour), nobody)
    assert set(Message.objects.values_list("state", flat=True)) == {State.QUEUED}
    box = Postbox()
    for hour in range(24, 40):
        box.send(NOON + dt.timedelta(hours=hour))
    assert all_sent()
    assert Counter(mail.extra_headers["Message-ID"] for _at, mail in box.received).most_common(1)[0][1] == 1


def send_at(now: dt.datetime, relay: HandoverBackend) -> None:
    send_waiting(clock=lambda: now, backend=relay)


@contextmanager
def full_disk() -> Iterator[None]:
    """What a database says to whoever writes when its disk is full; reading goes on."""

    def refuse(execute, sql, params, many, context):
        if sql.split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE", "WITH"):  # the hand-over is a WITH with both
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def test_a_disk_that_is_full_when_a_mail_is_written(reader: User):
    with pytest.raises(OperationalError), full_disk(), transaction.atomic():
        enqueue(kind="test", user=reader, address=reader.email, about={"number": 1}, now=NOON)
    assert not Message.objects.exists()


def test_a_disk_that_is_full_before_the_hand_over(mail: Write):
    class Filling(Postbox):
        def deliver(self, mail, *, handed_over):
            with full_disk():
                return super().deliver(mail, handed_over=handed_over)

    mail(1)
    filling = Filling()
    with pytest.raises(OperationalError):
        filling.send(NOON)
    assert filling.received == []
    assert len(Postbox().send(NOON + dt.timedelta(minutes=4))) == 1
    assert all_sent()


def test_a_disk_that_is_full_after_the_body_was_sent(mail: Write):
    full = full_disk()

    class Filling(Postbox):
        def deliver(self, mail, *, handed_over):
            answer = super().deliver(mail, handed_over=handed_over)
            full.__enter__()
            return answer

    mail(1)
    filling, box = Filling(), Postbox()
    with pytest.raises(OperationalError):
        filling.send(NOON)
    full.__exit__(None, None, None)
    assert len(filling.received) == 1
    assert box.send(NOON + dt.timedelta(minutes=12)) == []
    assert Message.objects.get().state == State.UNCERTAIN
    assert len(box.send(NOON + dt.timedelta(minutes=16))) == 1
    assert all_sent()
