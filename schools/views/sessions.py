"""One planned session: read, moved, cancelled."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from accounts.templatetags.look import week_no
from outbox.policies import user_can_see_mails
from schools import policies
from schools.actions.plans import StaleSession, cancel_session, free_weeks, move_session
from schools.calendar import SchoolCalendar
from schools.forms.plans import CancelForm, MoveForm
from schools.history import deeds
from schools.material import new_since_last_time
from schools.models import PlannedSession, School

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def session_detail(request: SignedInRequest, uuid: str) -> HttpResponse:
    """What the session is, for whom, when, how it stands and what has happened to it."""
    today = timezone.localdate()
    session = _visible_session(request, uuid, today)
    school = session.participation.school
    is_open = session.outcome is None and session.cancelled_at is None
    may_log = School.objects.logged_by(request.user, today).filter(pk=school.pk).exists()
    context = {
        "session": session,
        "school": school,
        "today": today,
        "status": session.status(today),
        "new_session": PlannedSession.objects.filter(replaces=session).first(),
        "deeds": deeds(session.changes.all()),
        "new_material": new_since_last_time(session) if is_open else None,
        "may_see_mails": user_can_see_mails(request.user, today),
        "may_log": may_log and is_open and session.week_start <= today,
        "may_change_log": may_log and session.outcome is not None,
        "may_move": is_open and policies.user_can_move(request.user, school, today),
    }
    return render(request, "schools/session_detail.html", context)


@GET_OR_POST
def session_move(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Choose another week, or a day and a time."""
    today = timezone.localdate()
    session = _session_to_move(request, uuid, today)
    if not _is_open(session):
        return _not_open(request, session)
    form = MoveForm(_data(request), stays_in=session.week_start, **_weeks_for(session, today), initial=_now(session))
    if request.method == "POST" and form.is_valid():
        try:
            _move(request, session, form)
        except ValidationError as refused:
            _say(form, refused)
        except StaleSession:
            return _stale(request, session.uuid, today, "schools/session_move.html")
        else:
            return redirect(session)
    return render(request, "schools/session_move.html", _context(session, form, today))


@GET_OR_POST
def session_cancel(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Say why, and choose a new time in the same step if there is one."""
    today = timezone.localdate()
    session = _session_to_move(request, uuid, today)
    if not _is_open(session):
        return _not_open(request, session)
    form = CancelForm(_data(request), **_free_weeks_for(session, today), initial={"version": session.version})
    if request.method == "POST" and form.is_valid():
        try:
            _cancel(request, session, form)
        except ValidationError as refused:
            _say(form, refused)
        except StaleSession:
            return _stale(request, session.uuid, today, "schools/session_cancel.html")
        else:
            return redirect(session)
    return render(request, "schools/session_cancel.html", _context(session, form, today))


def _visible_session(request: SignedInRequest, uuid: Any, today: dt.date) -> PlannedSession:
    sessions = PlannedSession.objects.visible_to(request.user, today).with_names()
    return get_object_or_404(
        sessions.select_related("replaces", "participation__programme_year__year", "topic__programme"), uuid=uuid
    )


def _session_to_move(request: SignedInRequest, uuid: str, today: dt.date) -> PlannedSession:
    session = _visible_session(request, uuid, today)
    if not policies.user_can_move(request.user, session.participation.school, today):
        raise PermissionDenied
    return session


def _is_open(session: PlannedSession) -> bool:
    return session.outcome is None and session.cancelled_at is None


def _not_open(request: SignedInRequest, session: PlannedSession) -> HttpResponse:
    if session.cancelled_at:
        messages.error(request, _("The session is cancelled already, and cannot be changed."))
    else:
        messages.error(request, _("The session is logged already, and cannot be moved or cancelled."))
    return redirect(session)


def _data(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _now(session: PlannedSession) -> dict[str, Any]:
    """The form as the session stands, so that only what is new has to be chosen."""
    return {
        "version": session.version,
        "weekday": str(session.date.weekday()) if session.date else "",
        "start_time": session.start_time,
        "end_time": session.end_time,
    }


def _weeks_for(session: PlannedSession, today: dt.date) -> dict[str, Any]:
    """The weeks to offer: the next free ones first, then all open weeks of the year."""
    calendar = SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)
    others = [week for week in calendar.open_weeks() if week != session.week_start]
    return {
        "offered": free_weeks(session=session, calendar=calendar, from_day=today),
        "others": others,
        "taken": set(_other_sessions(session).values_list("week_start", flat=True)),
    }


def _free_weeks_for(session: PlannedSession, today: dt.date) -> dict[str, Any]:
    """The weeks to offer a new session in: those in which the group has nothing else."""
    weeks = _weeks_for(session, today)
    return weeks | {"others": [week for week in weeks["others"] if week not in weeks["taken"]]}


def _other_sessions(session: PlannedSession) -> Any:
    return PlannedSession.objects.live().filter(group=session.group_id).exclude(pk=session.pk)


def _move(request: SignedInRequest, session: PlannedSession, form: MoveForm) -> None:
    week = form.chosen_week()
    assert week is not None  # the form asks for one
    move_session(
        session=session,
        week_start=week,
        version=form.cleaned_data["version"],
        by=request.user,
        now=timezone.now(),
        reason=form.cleaned_data["reason"],
        date=form.chosen_day(),
        start_time=form.cleaned_data["start_time"],
        end_time=form.cleaned_data["end_time"],
    )
    said = {"group": session.group, "week": week_no(week)}
    messages.success(request, _("The session for %(group)s is in %(week)s now.") % said)
    if _other_sessions(session).in_week(week).exists():
        messages.warning(request, _("%(group)s has another session in %(week)s, too.") % said)


def _cancel(request: SignedInRequest, session: PlannedSession, form: CancelForm) -> None:
    replacement = cancel_session(
        session=session,
        reason=form.cleaned_data["reason"],
        version=form.cleaned_data["version"],
        by=request.user,
        now=timezone.now(),
        note=form.cleaned_data["note"],
        new_week=form.chosen_week(),
    )
    if replacement:
        said = {"group": session.group, "week": week_no(replacement.week_start)}
        messages.success(request, _("The session is cancelled. %(group)s has a new time in %(week)s.") % said)
    else:
        messages.success(request, _("The session is cancelled. It has no new time yet."))


def _say(form: MoveForm | CancelForm, refused: ValidationError) -> None:
    """Put what an action refused beside the form's field."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, errors in refused.error_dict.items():
        field = form.FIELD_OF.get(name, name)
        if field == "week" and form.cleaned_data.get("week") == "other":
            field = "other_week"
        form.add_error(field, errors)


def _stale(request: SignedInRequest, uuid: Any, today: dt.date, template: str) -> HttpResponse:
    """What the other person did, with everything typed kept; sending again changes the session as it now stands."""
    session = _visible_session(request, uuid, today)
    if not _is_open(session):
        return _not_open(request, session)
    data = request.POST.copy()
    data["version"] = str(session.version)
    if template == "schools/session_move.html":
        form: MoveForm | CancelForm = MoveForm(data, stays_in=session.week_start, **_weeks_for(session, today))
    else:
        form = CancelForm(data, **_free_weeks_for(session, today))
    latest = deeds(session.changes.all())[:1]
    return render(request, template, _context(session, form, today) | {"stale": latest}, status=409)


def _context(session: PlannedSession, form: MoveForm | CancelForm, today: dt.date) -> dict[str, Any]:
    return {"session": session, "school": session.participation.school, "form": form, "today": today}
