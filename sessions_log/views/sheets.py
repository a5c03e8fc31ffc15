"""A sheet for one session, for those who take notes on paper, with a code that opens its log."""

from __future__ import annotations

from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from programmes.pdf import pdf_answer
from schools.models import PlannedSession
from sessions_log.models import SessionLog
from sessions_log.policies import can_log_by_link
from sessions_log.session_links import session_link


@require_safe
def session_sheet(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The PDF. The code opens the log for its leader where the school logs by link, else the log behind sign-in."""
    rows = PlannedSession.objects.visible_to(request.user, timezone.localdate()).with_names()
    session = get_object_or_404(rows, uuid=uuid)
    by_link = can_log_by_link(session)
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


def _log_form(session: PlannedSession) -> str:
    return reverse("sessions_log:log-form", args=[session.uuid])
