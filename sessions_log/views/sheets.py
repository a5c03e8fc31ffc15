"""A sheet for one session, to take notes on paper, with a code that opens its log."""

from __future__ import annotations

from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from programmes.pdf import pdf_answer
from schools.models import PlannedSession
from schools.policies import user_can_log
from sessions_log.models import SessionLog
from sessions_log.policies import can_log_by_link
from sessions_log.session_links import session_link


@require_safe
def session_sheet(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The PDF.

    Where the school logs by link, and the user may log the session, the code is the leader's own; otherwise it opens
    the log behind sign-in.
    """
    rows = PlannedSession.objects.visible_to(request.user, timezone.localdate()).with_names()
    session = get_object_or_404(rows, uuid=uuid)
    by_link = can_log_by_link(session) and _may_have_link(request.user, session)
    address = session_link(session) if by_link else settings.PORTAL_URL + _log_form(session)
    context = {
        "session": session,
        "by_link": by_link,
        "code": segno.make(address, error="m").svg_data_uri(scale=4, border=2),
        "responsiveness": SessionLog.Responsiveness.labels,
        "adaptation": SessionLog.Adaptation.labels,
    }
    name = f"pass-{session.group.name}-{session.week_start:%G-v%V}".lower().replace(" ", "-")
    return pdf_answer(request, "sessions_log/session_sheet_pdf.html", context, name) or redirect(session)


def _may_have_link(user: User, session: PlannedSession) -> bool:
    is_leader = session.leader is not None and session.leader.user_id == user.pk
    return is_leader or user_can_log(user, session.participation.school, timezone.localdate())


def _log_form(session: PlannedSession) -> str:
    return reverse("sessions_log:log-form", args=[session.uuid])
