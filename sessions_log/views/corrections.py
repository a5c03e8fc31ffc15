"""Removing a log with a reason, and restoring it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.requests import GET_OR_POST, SignedInRequest
from sessions_log.actions import remove_log, restore_log
from sessions_log.models import LogRevision, log_of
from sessions_log.policies import LogRefused, can_change_log
from sessions_log.views.access import session_to_log


class RemoveForm(forms.Form):
    """Why a log is removed."""

    why = forms.CharField(
        label=gettext_lazy("Why is the log removed?"),
        max_length=200,
        help_text=gettext_lazy("For example: logged on the wrong class."),
        error_messages={"required": gettext_lazy("Write why, in a few words.")},
    )


@GET_OR_POST
def log_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask why, and say what happens; what the log said is kept and can be restored."""
    now = timezone.now()
    today = timezone.localdate(now)
    session = session_to_log(request, uuid, today)
    log = log_of(session)
    if log is None:
        raise Http404
    if not can_change_log(log, request.user, today):
        raise PermissionDenied
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_log(log=log, reason=form.cleaned_data["why"], by=request.user, now=now)
        except LogRefused as refused:
            form.add_error(None, refused)
        except ValidationError as refused:
            form.add_error("why", refused.messages)
        else:
            messages.success(request, _("The log for %(group)s is removed.") % {"group": session.group})
            return redirect(session)
    return render(request, "sessions_log/log_remove.html", {"session": session, "log": log, "form": form})


@require_POST
def log_restore(request: SignedInRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Put back a log that was removed."""
    now = timezone.now()
    session = session_to_log(request, uuid, timezone.localdate(now))
    revision = get_object_or_404(LogRevision, session=session, pk=pk)
    try:
        restore_log(revision=revision, by=request.user, now=now)
    except LogRefused as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(session)
    messages.success(request, _("The log for %(group)s is restored.") % {"group": session.group})
    return redirect(reverse("sessions_log:log-form", args=[session.uuid]))
