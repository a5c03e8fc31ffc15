"""One run of the reminders: the moment, and what everything in the run has in common."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.utils import timezone

from outbox.letters import local_time
from sessions_log.reminding.places import DAY
from sessions_log.reminding.roles import Roles
from sessions_log.reminding.rules import RuleBook

# Mails of a day are due from this time in Stockholm, before the school day begins.
MORNING = dt.time(7)


class Run:
    """``due_by`` is the last day whose mails are due."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.today = timezone.localdate(now)
        self.due_by = self.today if local_time(self.today, MORNING) <= now else self.today - DAY

    @cached_property
    def book(self) -> RuleBook:
        return RuleBook()

    @cached_property
    def roles(self) -> Roles:
        return Roles(self.today)
