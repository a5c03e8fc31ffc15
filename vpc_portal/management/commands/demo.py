"""``manage.py demo``: the portal with a made-up municipality, ready to try. Ctrl-C stops it; the data stays."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from schools.models import School
from vpc_portal.environment import number


class Command(BaseCommand):
    help = "Starts the portal with made-up example data. PORT says on which port (default 8000)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = number("PORT", default=8000, lowest=1024, highest=65535)
        self._check_free(port)
        self._prepare()
        self._welcome(port)
        self._serve(port)

    def _check_free(self, port: int) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as taken:
                raise CommandError(f"Port {port} är upptagen. Välj en annan: make demo PORT=8001") from taken

    def _prepare(self) -> None:
        self._say("Databas …")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_reference", verbosity=0)
        if not School.objects.exists():
            self._say("Exempelkommun (en stund) …")
            call_command("example_data", stdout=self.stdout)

    def _welcome(self, port: int) -> None:
        width = max(len(account.email) for account in DEMO_ACCOUNTS)
        lines = [f"  {account.email:<{width}}  {account.title}" for account in DEMO_ACCOUNTS]
        self._say("\n".join(["", f"Portalen: http://127.0.0.1:{port}/", f"Lösenord för alla: {DEMO_PASSWORD}", *lines]))
        self._say("\nCtrl-C stänger. Allt är påhittat.\n")

    def _serve(self, port: int) -> None:
        """Hand the process over to the web server, so that Ctrl-C reaches it alone."""
        gunicorn = str(Path(sys.executable).parent / "gunicorn")
        os.chdir(settings.BASE_DIR)
        log = ["--access-logfile", os.devnull, "--log-level", "warning"]
        workers = ["--workers", "1", "--threads", "8"]
        os.execv(gunicorn, [gunicorn, "vpc_portal.wsgi", "--bind", f"127.0.0.1:{port}", *workers, *log])

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
