"""Senders that are killed at random moments, and what the mail server saw of it."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import redis
from django.utils import timezone

from accounts.models import User
from outbox.models import Message, State
from tests.outbox.nursery import Nursery

SENDERS = 2


@dataclass
class Counting:
    """A server that takes every mail, and answers DATA and the final dot after some milliseconds.

    It holds its answer to ``held`` ("data" or "dot") for as long as ``waiting`` has to be seen.
    """

    delay: float
    port: int = 0
    held: str = ""
    taken: Counter[str] = field(default_factory=Counter)
    waiting: list[str] = field(default_factory=list)
    going_on: threading.Event = field(default_factory=threading.Event)
    talks: list[threading.Thread] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.talks.append(threading.Thread(target=self._talk, args=(client,), daemon=True))
            self.talks[-1].start()

    def hear_out(self) -> None:
        """Until all is counted that was sent: who was killed has left a connection, and what it had sent lies there."""
        for talk in self.talks:
            talk.join(60)
            if talk.is_alive():
                raise TimeoutError("somebody still holds a connection to the counting server")

    def _talk(self, client: socket.socket) -> None:
        try:
            with client, client.makefile("rb") as lines:
                client.sendall(b"220 relay\r\n")
                for line in lines:
                    if line[:4].upper() == b"DATA":
                        self._pause("data")  # so that senders are killed before the hand-over, too
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
                self._pause("dot")
                client.sendall(b"250 taken\r\n")
                return True
        return False

    def _pause(self, before: str) -> None:
        time.sleep(self.delay)
        if before == self.held:
            self.waiting.append(before)
            self.going_on.wait(300)


@contextmanager
def counting_server(delay: float, port: int = 0, held: str = "") -> Iterator[Counting]:
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    server = Counting(delay, port=listener.getsockname()[1], held=held)
    threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
    try:
        yield server
    finally:
        server.going_on.set()
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


@dataclass
class Crew:
    """The processes that send to a server, and what else befalls them."""

    nest: Nursery
    port: int
    guard: str
    running: list[int] = field(default_factory=list)

    def start(self) -> None:
        self.running = [self.one(0) for _one in range(SENDERS)]

    def one(self, minutes: int) -> int:
        return self.nest.start("send", port=self.port, guard=self.guard, minutes=minutes)

    def replace(self, place: int, minutes: int = 0) -> None:
        """Kill one, and start another in its place."""
        self.nest.kill(self.running[place])
        self.running[place] = self.one(minutes)

    def befall(self, number: int) -> None:
        """What happens beside the kill of a number."""

    def move_the_clock(self, minutes: int) -> None:
        for place in range(SENDERS):
            self.replace(place, minutes)

    def check(self) -> None:
        """Raise ``ChildProcessError`` when one has ended that nobody has killed."""
        for child in self.running:
            self.nest.check(child)


@dataclass
class CeleryCrew(Crew):
    """Two workers and two beats on a broker, which is emptied at every third kill, whatever lies in it.

    What the beats remember lies in ``schedules``, beside the broker: who loses a broker's folder leaves them alone.
    """

    broker: Path = Path()
    schedules: Path = Path()
    beats: int = 2

    def start(self) -> None:
        super().start()
        self._start_beats(0)

    def one(self, minutes: int) -> int:
        said = {"port": self.port, "guard": self.guard, "minutes": minutes}
        return self.nest.start("work", broker=self.address, **said)

    @property
    def address(self) -> str:
        return f"redis+socket://{self.broker}"

    def befall(self, number: int) -> None:
        if number % 3 == 0:
            with redis.Redis(unix_socket_path=str(self.broker)) as client:
                client.flushall()

    def move_the_clock(self, minutes: int) -> None:
        for child in self.running[SENDERS:]:
            self.nest.kill(child)
        del self.running[SENDERS:]
        super().move_the_clock(minutes)
        self._start_beats(minutes)

    def keep_up(self) -> None:
        """Start anew who has ended by itself, as a system's supervisor does: Celery gives up in some moments of its
        start when its broker goes."""
        for place, child in enumerate(self.running):
            if self.nest.has_ended(child):
                self.running[place] = self.one(0) if place < SENDERS else self._beat(place - SENDERS, 0)

    def _start_beats(self, minutes: int) -> None:
        self.running += [self._beat(number, minutes) for number in range(self.beats)]

    def _beat(self, number: int, minutes: int) -> int:
        schedule = str(self.schedules / f"beat-{number}-{minutes}")
        return self.nest.start("beat", broker=self.address, schedule=schedule, minutes=minutes)


def run(
    user: User,
    nest: Nursery,
    *,
    count: int,
    kills: int,
    delay: float,
    guard: str = "on",
    limit: float = 300,
    broker: Path | None = None,
) -> Outcome:
    """Send ``count`` mails with two senders, of which one or the other is killed ``kills`` times, then to the end.

    With a ``broker``, Celery's workers send, and two beats ring.
    """
    began = time.monotonic()
    write_mails(user, count)
    with counting_server(delay) as server:
        with hired(nest, server.port, guard, broker=broker) as crew:
            crew.start()
            _kill_now_and_then(crew, server, count, kills, began + limit)
            _finish(crew, began + limit)
            seconds = time.monotonic() - began
        return _outcome(server, count, kills, seconds)


def run_to_the_moment(
    user: User, nest: Nursery, held: str, *, guard: str, kill: bool, limit: float = 300, broker: Path | None = None
) -> Outcome:
    """The controls: no moment is left to chance. Both senders wait for the same answer, and are killed then, or not."""
    count, until = 20, time.monotonic() + limit
    write_mails(user, count)
    with counting_server(0, held=held) as server:
        with hired(nest, server.port, guard, broker=broker) as crew:
            crew.start()
            _wait(lambda: len(server.waiting) >= SENDERS, crew, until)
            for place in range(SENDERS if kill else 0):
                crew.replace(place)
            server.going_on.set()
            _finish(crew, until)
        return _outcome(server, count, SENDERS if kill else 0, 1)


@contextmanager
def hired(nest: Nursery, port: int, guard: str = "on", *, broker: Path | None = None, beats: int = 2) -> Iterator[Crew]:
    """A crew that has not started yet; whoever is left of it in the end is killed."""
    with tempfile.TemporaryDirectory(prefix="vpc-beats-") as folder:
        hands = {"broker": broker, "schedules": Path(folder), "beats": beats}
        crew = CeleryCrew(nest, port, guard, **hands) if broker else Crew(nest, port, guard)
        try:
            yield crew
        finally:
            for child in crew.running:
                nest.kill(child)


def _kill_now_and_then(crew: Crew, server: Counting, count: int, kills: int, until: float) -> None:
    """The kills are spread over the mails, each at a random moment."""
    random = Random(26)
    for number in range(kills):
        wanted = (number + 0.3) * count * 0.95 / kills
        _wait(lambda wanted=wanted: sum(server.taken.values()) >= wanted, crew, until, pause=0.002)
        time.sleep(random.random() * max(server.delay * 2, 0.01))
        crew.replace(random.randrange(SENDERS))
        crew.befall(number)


def _finish(crew: Crew, until: float) -> None:
    """Until nothing waits. Then the clock is moved, so that claims that were left run out and are sent; an uncertain
    mail's own second time lies later still."""
    _wait(lambda: not Message.objects.filter(state=State.QUEUED).exists(), crew, until)
    crew.move_the_clock(minutes=13)
    open_states = (State.QUEUED, State.CLAIMED, State.HANDED_OVER)
    _wait(lambda: not Message.objects.filter(state__in=open_states).exists(), crew, until)


def _wait(true: Callable[[], bool], crew: Crew, until: float, pause: float = 0.05) -> None:
    look = time.monotonic()
    while not true():
        if time.monotonic() > look:
            crew.check()
            look = time.monotonic() + 1
        if time.monotonic() > until:
            raise TimeoutError(f"not done in time: {Counter(Message.objects.values_list('state', flat=True))}")
        time.sleep(pause)


def _outcome(server: Counting, count: int, kills: int, seconds: float) -> Outcome:
    server.hear_out()
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
