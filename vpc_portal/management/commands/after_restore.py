"""``manage.py after_restore``: says that the database has just been restored from a backup."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from outbox.control import backup_was_restored


class Command(BaseCommand):
    help = "Holds every mail until an administrator lets it go. Run it after a backup was restored on another machine."

    def handle(self, *args: Any, **options: Any) -> None:
        backup_was_restored(now=timezone.now())
        self.stdout.write("Utskicken är pausade. En administratör startar dem på sidan Mejl.")
