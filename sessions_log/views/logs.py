"""Logging one session in two taps or with the full form, several at once, and undoing it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.requests import GET_OR_POST, SignedInRequest
from accounts.templatetags.look import week_no
from schools.models import PlannedSession
from schools.term_plan import new_session_of
from sessions_log import actions
from sessions_log.forms import LogForm
from sessions_log.models import SessionLog, log_of
from sessions_log.policies import (
    AlreadyLogged,
    KeyUsedForOtherContent,
    LogRefused,
    can_restore,
    can_undo,
    check_log,
    check_year_is_open,
    needs_reason,
)
from sessions_log.views.access import session_to_log, sessions_to_log, way_back

CONFLICT = 409


class AsPlannedForm(forms.Form):
    """What the second tap sends: the key that makes it count once, and the day that the page showed."""

    key = forms.UUIDField()
    held_on = forms.DateField(required=False)
    version = forms.IntegerField(required=False)

    def checked(self, session: PlannedSession) -> tuple[UUID, dt.date | None]:
        """The key and the day. Raises ``LogRefused`` when the form lacks its key, or the session is no longer as the
        page showed it."""
        if not self.is_valid():
            raise LogRefused(_("The form was not complete. Open it again."), code="incomplete")
        said = self.cleaned_data
        if session.outcome is None and said["version"] not in (None, session.version):
            raise LogRefused(
                _("The session has changed since you opened the page: it is in %(week)s now.")
                % {"week": week_no(session.week_start)},
                code="moved",
            )
        return said["key"], said["held_on"]


@dataclass(frozen=True)
class Writer:
    """Who logs a session, and where the forms lead: somebody signed in, or somebody with a link."""

    user: User
    form_url: str
    back: str
    by_link: bool = False


def signed_in_writer(request: SignedInRequest, session: PlannedSession) -> Writer:
    return Writer(request.user, reverse("sessions_log:log-form", args=[session.uuid]), way_back(request))


@require_POST
def log_as_planned(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The second of the two taps."""
    session = session_to_log(request, uuid, timezone.localdate())
    return write_as_planned(request, session, signed_in_writer(request, session))


def write_as_planned(request: HttpRequest, session: PlannedSession, writer: Writer) -> HttpResponse:
    """Log what the page showed, and go back; a refusal is shown there."""
    try:
        key, held_on = AsPlannedForm(request.POST).checked(session)
        actions.log_as_planned(session=session, key=key, held_on=held_on, by=writer.user, now=timezone.now())
    except ValidationError as refused:
        if kept := _kept(request, writer.back, saved=False):
            return kept
        messages.error(request, named(session, refused))
        return redirect(writer.back)
    if writer.by_link:
        messages.success(request, _saved_by_link(session, writer))
    return _kept(request, writer.back, saved=True) or redirect(writer.back)


@require_POST
def log_several(request: SignedInRequest) -> HttpResponse:
    """Log several sessions as held as planned, at once; each ticked one comes with its form's key."""
    now = timezone.now()
    chosen = _chosen(request)
    sessions = sessions_to_log(request, chosen, timezone.localdate(now))
    said = actions.log_several_as_planned(
        sessions=[(session, chosen[session.uuid]) for session in sessions], by=request.user, now=now
    )
    if not said and not _is_kept(request):
        messages.error(request, _("Choose at least one session."))
    for one in said:
        if one.refused and not _is_kept(request):
            messages.error(request, named(one.session, one.refused))
    saved = bool(said) and not any(one.refused for one in said)
    return _kept(request, way_back(request), saved=saved) or redirect(way_back(request))


def _chosen(request: HttpRequest) -> dict[UUID, UUID]:
    """Each ticked session with its key. Anything that is not such a pair is a 404."""
    try:
        pairs = [value.split(":") for value in request.POST.getlist("session")]
        return {UUID(session): UUID(key) for session, key in pairs}
    except ValueError as wrong:
        raise Http404 from wrong


@require_POST
def log_undo(request: SignedInRequest, batch: UUID) -> HttpResponse:
    """Undo the logs of one deed. Pressed twice it counts once; another user's deed is a 404."""
    now = timezone.now()
    if SessionLog.objects.filter(batch=batch).exclude(logged_by=request.user).exists():
        raise Http404
    try:
        sessions = actions.undo_logs(batch=batch, by=request.user, now=now)
    except LogRefused as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _undone(sessions))
    return redirect(way_back(request))


def _undone(sessions: list[PlannedSession]) -> str:
    if len(sessions) == 1:
        return _("The log for %(group)s has been undone.") % {"group": sessions[0].group}
    if not sessions:
        return _("The log has been undone.")
    return ngettext("%(n)s log has been undone.", "%(n)s logs have been undone.", len(sessions)) % {"n": len(sessions)}


@GET_OR_POST
def log_form(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The full form: a new log, or the log there is, to be changed."""
    session = session_to_log(request, uuid, timezone.localdate())
    return write_log(request, session, signed_in_writer(request, session))


def write_log(request: HttpRequest, session: PlannedSession, writer: Writer) -> HttpResponse:
    """Show the form, or save it and go back. Errors are shown in the form, with everything that was typed."""
    now, log = timezone.now(), log_of(session)
    try:
        check_form(session, log, writer.user, timezone.localdate(now))
    except LogRefused as refused:
        return _kept(request, writer.back, saved=False) or _refuse(request, session, refused, writer)
    form = form_of(request.POST or None, session, writer.user, now)
    if request.method == "POST" and form.is_valid() and _saved(request, form, writer):
        return _kept(request, writer.back, saved=True) or redirect(writer.back)
    return _kept(request, writer.back, saved=False) or _show(request, form, writer, now)


def _show(request: HttpRequest, form: LogForm, writer: Writer, now: dt.datetime) -> HttpResponse:
    session, log = form.session, form.log
    revisions = session.log_revisions.select_related("by") if not writer.by_link else []
    context = {
        "today": timezone.localdate(now),
        "form": form,
        "session": session,
        "log": log,
        "writer": writer,
        "next": writer.back,
        "undo": log if log and can_undo(log, writer.user, now) else None,
        "revisions": [(one, can_restore(one, session)) for one in revisions],
    }
    return render(request, "sessions_log/log_form.html", context)


def check_form(session: PlannedSession, log: SessionLog | None, user: User, today: dt.date) -> None:
    """Raise ``LogRefused`` when the user cannot log or change anything here."""
    if log is None:
        check_log(session, today)
    check_year_is_open(session, user, today)


def form_of(data: QueryDict | None, session: PlannedSession, user: User, now: dt.datetime) -> LogForm:
    """The form for a session and a user; it asks for a reason when the existing log is too old to undo."""
    log = log_of(session)
    asks_why = log is not None and needs_reason(log, user, now)
    return LogForm(data, session=session, user=user, today=timezone.localdate(now), asks_why=asks_why)


def _saved(request: HttpRequest, form: LogForm, writer: Writer) -> bool:
    """Save a valid form; what is refused is shown in the form."""
    was_there = form.log is not None
    try:
        form.save(now=timezone.now())
    except (AlreadyLogged, KeyUsedForOtherContent) as refused:
        form.add_refusals(refused)
        form.is_logged_already = True
        return False
    except ValidationError as refused:
        form.add_refusals(refused)
        return False
    if was_there:
        messages.success(request, _("The log for %(group)s has been changed.") % {"group": form.session.group})
    elif writer.by_link:
        messages.success(request, _saved_by_link(form.session, writer))
    return True


def _saved_by_link(session: PlannedSession, writer: Writer) -> str:
    """With the way to change it: what is logged stands no longer on the link's page, and a tap can be wrong."""
    said = _("The log for %(group)s is saved.") % {"group": session.group}
    return format_html('{} <a href="{}">{}</a>', said, writer.form_url, _("Change the log"))


def _is_kept(request: HttpRequest) -> bool:
    """Whether the request comes from the script that keeps the log on the phone until it is saved."""
    return request.method == "POST" and request.headers.get("X-Kept-On-Phone") == "1"


def _kept(request: HttpRequest, back: str, *, saved: bool) -> JsonResponse | None:
    """The answer to that script: whether the log is saved, and where to go then. None for an ordinary form."""
    return JsonResponse({"saved": saved, "next": back}) if _is_kept(request) else None


def _refuse(request: HttpRequest, session: PlannedSession, refused: LogRefused, writer: Writer) -> HttpResponse:
    context = {
        "session": session,
        "refused": refused,
        "new_session": new_session_of(session),
        "writer": writer,
        "next": writer.back,
    }
    status = CONFLICT if request.method == "POST" else 200
    return render(request, "sessions_log/log_refused.html", context, status=status)


def named(session: PlannedSession, refused: ValidationError) -> str:
    """A refusal with the group's name, for a page with many groups."""
    return f"{session.group}: {' '.join(refused.messages)}"
