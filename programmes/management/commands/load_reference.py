"""``manage.py load_reference``: load the reference content. Run again, it changes only what nobody has edited."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmes import reference


class Command(BaseCommand):
    help = "Loads the reference content from programmes/reference/. What someone has edited is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = reference.load()
        except reference.BrokenReference as broken:
            raise CommandError(str(broken)) from broken
        self.stdout.write(str(report))
        if options["verbosity"] > 1:
            for name in report.kept:
                self.stdout.write(f"  {name}")
