"""Which mails a session leads to, for users who may see the mails."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from outbox.policies import user_can_see_mails
from schools.models import PlannedSession
from sessions_log.forecast import mails_of


@require_safe
def session_mails(request: SignedInRequest, uuid: str) -> HttpResponse:
    """To whom, when and why: mails sent, waiting, and to come if everything stays as it is."""
    now = timezone.now()
    today = timezone.localdate(now)
    session = get_object_or_404(PlannedSession.objects.visible_to(request.user, today).with_names(), uuid=uuid)
    if not user_can_see_mails(request.user, today):
        raise PermissionDenied
    context = {"session": session, "school": session.participation.school, "mails": mails_of(session, now), "now": now}
    return render(request, "sessions_log/session_mails.html", context)
