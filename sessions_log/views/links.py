"""Logging by the link of a mail about missing logs, without a password."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from schools.links import OpenLink, Scope
from schools.models import PlannedSession, School
from schools.views.links import by_link
from sessions_log import actions
from sessions_log.board import awaiting_by_school, cards_of
from sessions_log.policies import user_can_log


@require_safe
@by_link(Scope.LOG)
def link_log(request: HttpRequest, link: OpenLink, *, today: dt.date) -> HttpResponse:
    """The school's sessions that lack a log, each to be logged as planned in two taps."""
    by = _logger(link, today)
    sessions = list(awaiting_by_school(School.objects.filter(pk=link.school.pk), today))
    cards = cards_of(sessions, by=by, now=timezone.now())
    return render(request, "sessions_log/link_log.html", {"link": link, "school": link.school, "cards": cards})


@require_POST
@by_link(Scope.LOG)
def link_log_as_planned(request: HttpRequest, link: OpenLink, *, today: dt.date, uuid: uuids.UUID) -> HttpResponse:
    by = _logger(link, today)
    rows = PlannedSession.objects.filter(participation__school=link.school).with_names()
    session = get_object_or_404(rows.select_related("participation__programme_year__year"), uuid=uuid)
    try:
        key = uuids.UUID(request.POST.get("key", ""))
        actions.log_as_planned(session=session, key=key, by=by, now=timezone.now())
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    except ValueError:
        messages.error(request, _("Open the page again and try once more."))
    else:
        messages.success(request, _("The log for %(group)s is saved.") % {"group": session.group})
    return redirect("sessions_log:link-log", link.token)


def _logger(link: OpenLink, today: dt.date) -> User:
    """Whose log it is: the link's role must allow logging, too."""
    user: Any = link.membership.person.user
    if user is None or not user_can_log(user, link.school, today):
        raise Http404
    return user
