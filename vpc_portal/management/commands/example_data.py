"""``manage.py example_data``: fill an empty portal with the made-up municipality."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from programmes.models import SessionTopic
from schools.models import School
from vpc_portal.example.making import make_example


class Command(BaseCommand):
    help = "Makes a made-up example municipality. The same seed and day give the same data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=26, help="the number that decides what happens (default 26)")
        parser.add_argument("--today", type=dt.date.fromisoformat, default=None, help="the day it is for, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        if School.objects.exists():
            raise CommandError("The portal already has schools. Example data is only made in an empty portal.")
        if not SessionTopic.objects.exists():
            raise CommandError("Load the reference content first: manage.py load_reference")
        today = options["today"] or timezone.localdate()
        make_example(seed=options["seed"], today=today, say=self.stdout.write)
