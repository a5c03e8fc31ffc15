"""What is done with sessions that closed days or blocked weeks have hit."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from schools.actions.deeds import StaleSession, change_one
from schools.models import Participation, PlannedSession


@transaction.atomic
def let_stay(*, session: PlannedSession, version: int, by: User) -> PlannedSession:
    """Let a session be in its blocked week: planning leaves it there, and nobody is asked again.

    Raises ``StaleSession`` when it is no longer at ``version``, or has been logged or cancelled.
    """
    if session.outcome or session.cancelled_at:
        raise StaleSession(session)
    change_one(session, version, stays_in=session.week_start, pinned=True)
    Participation.objects.filter(pk=session.participation_id).raise_version()
    return session
