"""``manage.py translations``: compile the Swedish texts; ``--update`` collects new ones, ``--check`` finds faults."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from vpc_portal import messages


class Command(BaseCommand):
    help = "Compiles the Swedish catalogue. With --update or --check it is compared with the code and templates."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--update", action="store_true", help="add new texts, drop those no longer used")
        parser.add_argument("--check", action="store_true", help="fail if a text lacks Swedish or is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "locale/sv/LC_MESSAGES/django.po"
        if options["update"]:
            found = messages.catalogue_of(settings.BASE_DIR)
            messages.write_catalogue(messages.updated(found, messages.read_catalogue(path)), path)
        if options["check"]:
            self._check(messages.faults(messages.catalogue_of(settings.BASE_DIR), messages.read_catalogue(path)))
        messages.compile_catalogue(path)

    def _check(self, faults: list[str]) -> None:
        if faults:
            raise CommandError("\n".join([*faults, f"{len(faults)} faults. Run manage.py translations --update."]))
        self.stdout.write("Every text has its Swedish.")
