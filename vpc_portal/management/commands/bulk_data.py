"""``manage.py bulk_data SIZE``: fill an empty portal with years of plans and logs, to measure it by."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from programmes.models import SessionTopic
from schools.models import School
from vpc_portal.bulk.making import SIZES, make_bulk


class Command(BaseCommand):
    help = "Makes a municipality, a county or a nation of made-up schools, in bulk. Needs PostgreSQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("size", choices=SIZES, help="30 schools and 3 years, 800 and 5, or 4,800 and 10")
        parser.add_argument("--seed", type=int, default=26, help="the number that decides what happens (default 26)")
        parser.add_argument("--today", type=dt.date.fromisoformat, default=None, help="the day it is for, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Data in bulk is made in PostgreSQL only: set DATABASE_URL.")
        if School.objects.exists():
            raise CommandError("The portal already has schools. Data in bulk is only made in an empty portal.")
        if not SessionTopic.objects.exists():
            raise CommandError("Load the reference content first: manage.py load_reference")
        today = options["today"] or timezone.localdate()
        make_bulk(SIZES[options["size"]], seed=options["seed"], today=today, say=self.stdout.write)
