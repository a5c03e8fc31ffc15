"""A planned session, for everybody who may see the school."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from outbox.policies import user_can_see_mails
from schools import policies
from schools.asides import session_asides
from schools.conflicts import conflicts_of
from schools.history import deeds
from schools.material import new_since_last_time
from schools.models import PlannedSession
from schools.regret import latest_to_undo
from schools.term_plan import new_session_of


@require_safe
def session_detail(request: SignedInRequest, uuid: str) -> HttpResponse:
    """What the session is, for whom, when, its status and its history."""
    now = timezone.now()
    today = timezone.localdate(now)
    session = visible_session(request, uuid, today)
    school = session.participation.school
    may_move = policies.user_can_move(request.user, school, today)
    context = {
        "session": session,
        "school": school,
        "today": today,
        "status": session.status(today),
        "new_session": new_session_of(session),
        "deeds": deeds(session.changes.all()),
        "new_material": new_since_last_time(session) if is_open(session) else None,
        "conflicts": conflicts_of(session),
        "may_see_mails": user_can_see_mails(request.user, today),
        "asides": [aside(request, session) for aside in session_asides],
        "may_move": is_open(session) and may_move,
        "undo": latest_to_undo(request.user, school, now) if may_move else None,
    }
    return render(request, "schools/session_detail.html", context)


def visible_session(request: SignedInRequest, uuid: Any, today: dt.date) -> PlannedSession:
    """The session, if the person may see its school; otherwise 404."""
    sessions = PlannedSession.objects.visible_to(request.user, today).with_names()
    return get_object_or_404(
        sessions.select_related("replaces", "participation__programme_year__year", "topic__programme"), uuid=uuid
    )


def session_to_move(request: SignedInRequest, uuid: Any, today: dt.date) -> PlannedSession:
    """The session, if the person may move it: 404 when its school is not visible, 403 when it is only that."""
    session = visible_session(request, uuid, today)
    if not policies.user_can_move(request.user, session.participation.school, today):
        raise PermissionDenied
    return session


def is_open(session: PlannedSession) -> bool:
    """Neither logged nor cancelled."""
    return session.outcome is None and session.cancelled_at is None
