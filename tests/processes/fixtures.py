"""A real broker, worker, beat and SMTP server for the tests that need them. Each ends with its test."""

from __future__ import annotations

import datetime as dt
import email
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from vpc_portal import broker as embedded

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds; what a real process needs on a machine that is busy with much else


def wait_until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Look again and again until something is so; fails with what was waited for."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            pytest.fail(f"Waited {seconds} s in vain: {what}")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailbox:
    """What the SMTP server has received, read as mail."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=policy)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.received.append(message)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.received if address in mail["X-Envelope-To"]]


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """An SMTP server on a free port of this machine."""
    mailbox, controller = _listening()
    yield mailbox
    controller.stop()


def _listening() -> tuple[Mailbox, Controller]:
    """Another test run may take the free port in the moment before it is used; then another is looked for."""
    for _attempt in range(10):
        mailbox = Mailbox(port=free_port())
        controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, ready_timeout=PATIENCE)
        try:
            controller.start()
        except OSError:
            continue
        return mailbox, controller
    raise OSError("no port is free")


@pytest.fixture
def broker() -> Iterator[Path]:
    """A Valkey on a socket of its own."""
    # Not pytest's own folder: its path can be longer than a socket's may be.
    folder = Path(tempfile.mkdtemp(prefix="vpc-broker-"))
    path = folder / "valkey.sock"
    process = subprocess.Popen(embedded.command(path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        embedded.wait_for(path, process)
        yield path
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Celery:
    """Starts workers and beats against the test's database, broker and SMTP server."""

    env: dict[str, str]
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def worker(self, shift: dt.timedelta = dt.timedelta()) -> subprocess.Popen[bytes]:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--pool", "solo"]
        return self._run(shift, "worker", "--loglevel", "warning", *quiet)

    def beat(self, shift: dt.timedelta = dt.timedelta()) -> subprocess.Popen[bytes]:
        number = len(self.started)
        schedule = str(self.folder / f"beat-{number}")
        return self._run(shift, "beat", "--loglevel", "warning", "--pidfile", "", "--schedule", schedule)

    def stop(self, process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL) -> None:
        if process.poll() is None:
            os.killpg(process.pid, how)
        process.wait()

    def _run(self, shift: dt.timedelta, *command: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{command[0]}-{len(self.started)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "tests.processes.celery_app", *command],
            cwd=ROOT,
            env=self.env | {"TEST_CLOCK_SHIFT": str(shift.total_seconds())},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.started.append(process)
        return process

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def celery(broker: Path, smtp_server: Mailbox, tmp_path: Path, monkeypatch) -> Iterator[Celery]:
    """Workers and beats, and the test's own process talks to the same broker."""
    from vpc_portal.celery import app

    url = f"redis+socket://{broker}"
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PYTEST_CURRENT_TEST")}
    env |= {
        "DJANGO_SETTINGS_MODULE": "tests.processes.worker_settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": url,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_server.port}",
        "VAR_DIR": str(settings.VAR_DIR),
    }
    monkeypatch.setattr(settings, "BELL", True)
    monkeypatch.setitem(app.conf, "broker_url", url)
    run = Celery(env, tmp_path)
    yield run
    for process in run.started:
        run.stop(process)


def database_url() -> str:
    """The test's own database, as another process finds it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    said = connection.settings_dict
    return f"postgres://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/{name}"
