"""Senders that are killed at random moments, and what the mail server saw of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from outbox.models import Message, State
from tests.processes.fixtures import database_url

ROOT = Path(__file__).parents[2]
SENDERS = 2


@dataclass
class Counting:
    """A server that takes every mail, and answers DATA and the final dot after some milliseconds."""

    delay: float
    port: int = 0
    taken: Counter[str] = field(default_factory=Counter)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        try:
            with client, client.makefile("rb") as lines:
                client.sendall(b"220 relay\r\n")
                for line in lines:
                    if line[:4].upper() == b"DATA":
                        time.sleep(self.delay)  # so that senders are killed before the hand-over, too
                        client.sendall(b"354 go on\r\n")
                        if not self._take(client, lines):
                            return
                    else:
                        client.sendall(b"250 ok\r\n")
        except OSError:
            return

    def _take(self, client: socket.socket, lines) -> bool:
        message_id = ""
        for line in lines:
            if line.lower().startswith(b"message-id:"):
                message_id = line.decode().partition(":")[2].strip()
            if line == b".\r\n":
                # From here on the mail has arrived, whether the sender lives to hear of it or not.
                self.taken[message_id] += 1
                time.sleep(self.delay)
                client.sendall(b"250 taken\r\n")
                return True
        return False


@contextmanager
def counting_server(delay: float) -> Iterator[Counting]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    server = Counting(delay, port=listener.getsockname()[1])
    threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
    yield server
    listener.close()


@dataclass(frozen=True)
class Outcome:
    """What became of the mails: lost are neither taken by the server nor shown as uncertain; doubled are those that
    came twice though nobody had called them uncertain."""

    mails: int
    kills: int
    lost: int
    silent_doubles: int
    uncertain: int
    seconds: float


def write_mails(user: User, count: int) -> None:
    now = timezone.now()
    Message.objects.bulk_create(
        (
            Message(kind="test", user=user, address=user.email, about={"number": n}, not_before=now, made_at=now)
            for n in range(count)
        ),
        batch_size=90,
    )


def run(user: User, *, count: int, kills: int, delay: float, guard: str = "on", limit: float = 300) -> Outcome:
    """Send ``count`` mails with two senders, of which one or the other is killed ``kills`` times, then to the end."""
    began, random = time.monotonic(), Random(26)
    write_mails(user, count)
    with counting_server(delay) as server:
        senders = [_start(server.port, guard) for _one in range(SENDERS)]
        try:
            _kill_now_and_then(senders, server, random, count, kills, guard, began + limit)
            _finish(senders, server, guard, began + limit)
        finally:
            for one in senders:
                _kill(one)
        return _outcome(server, count, kills, time.monotonic() - began)


def _kill_now_and_then(
    senders: list[subprocess.Popen[bytes]],
    server: Counting,
    random: Random,
    count: int,
    kills: int,
    guard: str,
    until: float,
) -> None:
    """The kills are spread over the mails, each at a random moment."""
    for number in range(kills):
        wanted = (number + 0.3) * count * 0.95 / kills
        while sum(server.taken.values()) < wanted and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(random.random() * max(server.delay * 2, 0.01))
        place = random.randrange(SENDERS)
        _kill(senders[place])
        senders[place] = _start(server.port, guard)


def _finish(senders: list[subprocess.Popen[bytes]], server: Counting, guard: str, until: float) -> None:
    """Until nothing waits. Then the clock is moved, so that claims that were left run out and are sent; an uncertain
    mail's own second time lies later still."""
    _wait(lambda: not Message.objects.filter(state=State.QUEUED).exists(), until)
    for place, one in enumerate(senders):
        _kill(one)
        senders[place] = _start(server.port, guard, minutes=13)
    open_states = (State.QUEUED, State.CLAIMED, State.HANDED_OVER)
    _wait(lambda: not Message.objects.filter(state__in=open_states).exists(), until)


def _wait(true, until: float) -> None:
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"not done in time: {Counter(Message.objects.values_list('state', flat=True))}")
        time.sleep(0.05)


def _start(port: int, guard: str, minutes: int = 0) -> subprocess.Popen[bytes]:
    env = os.environ | {"DATABASE_URL": database_url(), "VAR_DIR": str(settings.VAR_DIR)}
    command = [sys.executable, "-m", "tests.outbox.sending_process", str(port), guard, str(minutes)]
    return subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)


def _kill(one: subprocess.Popen[bytes]) -> None:
    if one.poll() is None:
        one.send_signal(signal.SIGKILL)
    one.wait()


def _outcome(server: Counting, count: int, kills: int, seconds: float) -> Outcome:
    # A sender that was killed has left its connection: the server may still be counting what it had read.
    time.sleep(0.2)
    rows = {message.message_id: message for message in Message.objects.all()}
    uncertain = {key for key, message in rows.items() if message.state == State.UNCERTAIN or message.repeats}
    return Outcome(
        mails=count,
        kills=kills,
        lost=sum(key not in server.taken and key not in uncertain for key in rows),
        silent_doubles=sum(times > 1 and key not in uncertain for key, times in server.taken.items()),
        uncertain=len(uncertain),
        seconds=seconds,
    )


def shown(outcome: Outcome) -> str:
    """A row of the table in docs/mail.md."""
    return (
        f"{outcome.mails} | {outcome.kills} | {outcome.lost} | {outcome.silent_doubles} | {outcome.uncertain} | "
        f"{outcome.mails / outcome.seconds:.0f}"
    )
