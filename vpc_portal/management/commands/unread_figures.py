"""``manage.py unread_figures``: the days whose kept figures are removed next, since no page reads them. Writes
nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations.forgetting import unread


class Command(BaseCommand):
    help = "Says which kept figures the hourly task removes next: days that no page reads any more. Writes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(unread(timezone.now()))
        for one in found:
            said = {"day": one.day, "sums": one.sums, "counts": one.counts}
            self.stdout.write(_("%(day)s: %(sums)s sums, %(counts)s counts of schools") % said)
        self.stdout.write(_("Days that are no longer read: %(n)s") % {"n": len(found)})
