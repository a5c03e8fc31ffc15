"""What can be done with sessions that lie on closed days or in blocked weeks."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from schools.actions.deeds import StaleSession, change_one
from schools.models import Participation, PlannedSession


@transaction.atomic
def let_stay(*, session: PlannedSession, version: int, by: User) -> PlannedSession:
    """Let a session stay in its blocked week: it is pinned, and no longer listed.

    Raises ``StaleSession`` when it is no longer at ``version``, or has been logged or cancelled.
    """
    if session.outcome or session.cancelled_at:
        raise StaleSession(session)
    change_one(session, version, stays_in=session.week_start, pinned=True)
    Participation.objects.filter(pk=session.participation_id).raise_version()
    return session
