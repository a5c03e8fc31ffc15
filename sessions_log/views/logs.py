"""Logging one session: in two taps, in the full form, and taken back."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from schools.models import PlannedSession
from sessions_log.actions import change_log, log_session, undo_log
from sessions_log.actions import log_as_planned as log_session_as_planned
from sessions_log.board import new_session_of
from sessions_log.forms import LogForm
from sessions_log.models import SessionLog
from sessions_log.policies import AlreadyLogged, KeyUsedForOtherContent, LogRefused, can_undo, check_log
from sessions_log.views.access import session_to_log, way_back

CONFLICT = 409


class KeyForm(forms.Form):
    """The key that makes a form count once."""

    key = forms.UUIDField()


@require_POST
def log_as_planned(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The second of the two taps."""
    now = timezone.now()
    session = session_to_log(request, uuid, timezone.localdate(now))
    form = KeyForm(request.POST)
    try:
        if not form.is_valid():
            raise LogRefused(_("The form was not complete. Open it again."), code="incomplete")
        log_session_as_planned(session=session, key=form.cleaned_data["key"], by=request.user, now=now)
    except ValidationError as refused:
        messages.error(request, _named(session, refused))
    return redirect(way_back(request))


@require_POST
def log_undo(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take the session's log back. Pressed twice it counts once."""
    now = timezone.now()
    session = session_to_log(request, uuid, timezone.localdate(now))
    log = _log_of(session)
    try:
        if log:
            undo_log(log=log, by=request.user, now=now)
        messages.success(request, _("The log for %(group)s has been undone.") % {"group": session.group})
    except LogRefused as refused:
        messages.error(request, _named(session, refused))
    return redirect(way_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
def log_form(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The full form: a new log, or the log there is, to be changed."""
    now = timezone.now()
    today = timezone.localdate(now)
    session = session_to_log(request, uuid, today)
    log = _log_of(session)
    try:
        if log is None:
            check_log(session, today)
    except LogRefused as refused:
        return _refuse(request, session, refused)
    form = LogForm(request.POST or None, session=session, user=request.user, today=today)
    if request.method == "POST" and form.is_valid() and _saved(request, form, log):
        return redirect(way_back(request))
    context = {
        "form": form,
        "session": session,
        "log": log,
        "next": way_back(request),
        "undo": log if log and can_undo(log, request.user, now) else None,
    }
    return render(request, "sessions_log/log_form.html", context)


def _saved(request: SignedInRequest, form: LogForm, log: SessionLog | None) -> bool:
    """Save what a valid form says; what is refused stands in the form."""
    session, said, now = form.session, form.cleaned_data, timezone.now()
    try:
        if said["seen"]:
            if log is None:
                raise LogRefused(_("The log has been undone."), code="undone")
            change_log(log=log, entry=form.entry(), by=request.user, now=now, seen=said["seen"])
            messages.success(request, _("The log for %(group)s has been changed.") % {"group": session.group})
        else:
            log_session(session=session, entry=form.entry(), key=said["key"], by=request.user, now=now)
    except (AlreadyLogged, KeyUsedForOtherContent) as refused:
        form.add_refusals(refused)
        form.is_logged_already = True
        return False
    except ValidationError as refused:
        form.add_refusals(refused)
        return False
    return True


def _refuse(request: SignedInRequest, session: PlannedSession, refused: LogRefused) -> HttpResponse:
    context = {
        "session": session,
        "refused": refused,
        "new_session": new_session_of(session),
        "next": way_back(request),
    }
    status = CONFLICT if request.method == "POST" else 200
    return render(request, "sessions_log/log_refused.html", context, status=status)


def _log_of(session: PlannedSession) -> SessionLog | None:
    return getattr(session, "log", None)


def _named(session: PlannedSession, refused: ValidationError) -> str:
    """A refusal that says which group it is about, for a page with many."""
    return f"{session.group}: {' '.join(refused.messages)}"
