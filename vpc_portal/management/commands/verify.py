"""``manage.py verify``: checks that plans, logs and kept figures agree. Writes nothing; with faults it exits with 1."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

import evaluations.verifying
import schools.verifying
import sessions_log.verifying

SHOWN = 20


class Command(BaseCommand):
    help = "Recomputes what is kept from the facts, and reports what does not agree."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = sum(
            (
                self._report(_("Plans"), schools.verifying.faults()),
                self._report(_("Sessions and logs"), sessions_log.verifying.faults()),
                self._report(_("Kept figures"), evaluations.verifying.faults()),
                self._report(_("Kept sums"), evaluations.verifying.sum_faults()),
                self._report(_("Surveys"), evaluations.verifying.survey_faults()),
            )
        )
        self._report(_("To be moved"), schools.verifying.strays(timezone.localdate()))
        if faults:
            raise CommandError(_("%(n)s faults were found.") % {"n": faults})

    def _report(self, title: str, sentences: Iterable[str]) -> int:
        """The first sentences, and how many there are."""
        found = iter(sentences)
        shown = list(islice(found, SHOWN))
        more = sum(1 for _sentence in found)
        self.stdout.write(f"{title}: {len(shown) + more}")
        self.stdout.writelines(f"  {sentence}" for sentence in shown)
        if more:
            self.stdout.write(_("  … and %(n)s more.") % {"n": more})
        return len(shown) + more
