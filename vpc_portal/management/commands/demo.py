"""``manage.py demo``: the portal with a made-up municipality, ready to try.

It starts everything that belongs to it: the broker, a worker, beat and a mail inbox. Ctrl-C or closing the terminal
stops all of it; the data stays.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from schools.models import School
from vpc_portal import broker
from vpc_portal.environment import broker_socket, number
from vpc_portal.processes import Crew, Process, ProcessFailed, Stopped

SECONDS_TO_ANSWER = 30
PORTS = {"PORT": 8000, "MAIL_PORT": 4025, "INBOX_PORT": 4080}


class Command(BaseCommand):
    help = "Starts the portal with made-up example data. PORT, MAIL_PORT and INBOX_PORT say on which ports."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        ports = {name: number(name, default=usual, lowest=1024, highest=65535) for name, usual in PORTS.items()}
        for name, port in ports.items():
            self._check_free(name, port)
        with Crew(env=_environment(ports), logs=settings.VAR_DIR / "log", say=self._say) as crew:
            try:
                self._start_broker(crew)
                self._prepare()
                self._start(crew, ports)
                self._welcome(ports)
                crew.watch()
            except (ProcessFailed, broker.BrokerFailed) as failure:
                raise CommandError(str(failure)) from failure
            except Stopped:
                self._say("\nStänger …")

    def _check_free(self, name: str, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as taken:
                message = f"Port {port} är upptagen. Välj en annan: make demo {name}={port + 1}"
                raise CommandError(message) from taken

    def _start_broker(self, crew: Crew) -> None:
        """Started first, since making the example already sends mail."""
        if not settings.EMBEDDED_BROKER:
            return
        path = broker_socket(settings.VAR_DIR)
        if broker.answers(path):
            raise CommandError("Demon är redan igång: dess mejlkö svarar. Stäng den först.")
        broker.wait_for(path, crew.start(Process("broker", broker.command(path), restarts=True)))

    def _prepare(self) -> None:
        self._say("Databas …")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_reference", verbosity=0)
        if not School.objects.exists():
            self._say("Exempelkommun (en stund) …")
            call_command("example_data", stdout=self.stdout)

    def _start(self, crew: Crew, ports: Mapping[str, int]) -> None:
        self._say("Påminnelser, inkorg och webbserver …")
        for process in _processes(ports):
            crew.start(process)
        for name in ("INBOX_PORT", "PORT"):
            _wait_for_answer(crew, ports[name])

    def _welcome(self, ports: Mapping[str, int]) -> None:
        width = max(len(account.email) for account in DEMO_ACCOUNTS)
        lines = [f"  {account.email:<{width}}  {account.title}" for account in DEMO_ACCOUNTS]
        portal = f"Portalen: http://127.0.0.1:{ports['PORT']}/"
        inbox = f"Mejlen:   http://127.0.0.1:{ports['INBOX_PORT']}/  (alla mejl som portalen skickar)"
        self._say("\n".join(["", portal, inbox, "", f"Lösenord för alla: {DEMO_PASSWORD}", *lines]))
        self._say("\nCtrl-C stänger. Allt är påhittat.\n")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _environment(ports: Mapping[str, int]) -> dict[str, str]:
    """The processes' environment: they mail to the demo's own inbox, and know where the portal is."""
    return {
        **os.environ,
        "DEMO": "1",
        "SMTP_URL": f"smtp://127.0.0.1:{ports['MAIL_PORT']}",
        "PORTAL_URL": f"http://127.0.0.1:{ports['PORT']}",
        "PYTHONUNBUFFERED": "1",
    }


def _processes(ports: Mapping[str, int]) -> list[Process]:
    bin_dir = Path(sys.executable).parent
    celery = [str(bin_dir / "celery"), "--workdir", str(settings.BASE_DIR), "-A", "vpc_portal"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    web = ["--bind", f"127.0.0.1:{ports['PORT']}", "--workers", "1", "--threads", "8", "--access-logfile", os.devnull]
    inbox = ["--smtp-port", str(ports["MAIL_PORT"]), "--http-port", str(ports["INBOX_PORT"])]
    unused = ["--imap-port", str(_free_port()), "--smtps-port", str(_free_port())]
    mailbox = ["--host", "127.0.0.1", "--user", "inkorg@vpc.example", "--password", "exempel"]
    return [
        Process("inkorg", [str(bin_dir / "mail_devel"), *mailbox, *inbox, *unused]),
        Process("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "warning", *quiet], restarts=True),
        Process("beat", [*celery, "beat", "--loglevel", "warning", "--pidfile", ""], restarts=True),
        Process("webb", [str(bin_dir / "gunicorn"), "--chdir", str(settings.BASE_DIR), "vpc_portal.wsgi", *web]),
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_answer(crew: Crew, port: int) -> None:
    """Wait until something answers on a port of this machine. Raises ``ProcessFailed`` when nothing does."""
    until = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        crew.check()
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > until:
                raise ProcessFailed(f"Ingen svarade på port {port} inom {SECONDS_TO_ANSWER} sekunder.") from None
            time.sleep(0.1)
