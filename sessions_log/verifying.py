"""Checks that sessions and logs agree, which no constraint of the database can."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q
from django.utils.translation import gettext as _

from schools.models import PlanChange, PlannedSession
from schools.verifying import named
from sessions_log.models import SessionLog

Outcome = PlannedSession.Outcome
What = PlanChange.What


def faults() -> Iterator[str]:
    """A sentence for each session and log that contradict each other."""
    for session in named(PlannedSession.objects.filter(outcome__isnull=False, log=None)):
        yield _("%(session)s has an outcome, and no log.") % {"session": session}
    for session in named(PlannedSession.objects.filter(outcome=None, log__isnull=False)):
        yield _("%(session)s has a log, and no outcome.") % {"session": session}
    contradicting = Q(outcome=Outcome.HELD, log__held=False) | Q(outcome=Outcome.NOT_HELD, log__held=True)
    for session in named(PlannedSession.objects.filter(contradicting)):
        yield _("%(session)s has another outcome than its log.") % {"session": session}
    year = "session__participation__programme_year__year"
    outside = Q(held_on__lt=F(f"{year}__starts_on")) | Q(held_on__gt=F(f"{year}__ends_on"))
    for log in SessionLog.objects.filter(outside).select_related("session__group", "session__topic"):
        yield _("%(session)s was held outside its school year: %(day)s.") % {"session": log.session, "day": log.held_on}
    changed = PlanChange.objects.filter(what__in=(What.MOVED, What.CANCELLED), at__gt=F("session__log__logged_at"))
    for change in changed.select_related("session__group", "session__topic"):
        yield _("%(session)s was changed after it had been logged.") % {"session": change.session}
