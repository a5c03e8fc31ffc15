"""The log on a session's own page: the two taps, what it says, and its earlier versions."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from schools.models import PlannedSession
from schools.policies import user_can_log
from sessions_log.board import cards_of
from sessions_log.policies import can_restore


def session_log(request: HttpRequest, session: PlannedSession) -> SafeString:
    """For those who log at the school; empty for everybody else."""
    now, school = timezone.now(), session.participation.school
    today = timezone.localdate(now)
    if not user_can_log(request.user, school, today):
        return SafeString("")
    [card] = cards_of([session], by=request.user, now=now)  # type: ignore[arg-type]
    revisions = [(one, can_restore(one, session)) for one in session.log_revisions.select_related("by")]
    context = {"card": card, "session": session, "today": today, "revisions": revisions, "next": request.path}
    return SafeString(render_to_string("sessions_log/_session_aside.html", context, request))
