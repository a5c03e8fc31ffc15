"""``manage.py broker``: the embedded broker in the foreground, for an installation without a Redis."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from vpc_portal.broker import answers, command
from vpc_portal.environment import broker_socket


class Command(BaseCommand):
    help = "Runs the embedded broker until it is stopped. With REDIS_URL set there is nothing to run."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED_BROKER:
            raise CommandError("REDIS_URL names a broker already. Leave it out to use the embedded one.")
        socket = broker_socket(settings.VAR_DIR)
        if answers(socket):
            raise CommandError(f"A broker answers on {socket} already.")
        run = command(socket)
        os.execv(run[0], run)
