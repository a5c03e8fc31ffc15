"""Changing one session: another time, a swap, a leader, or cancelling it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import GET_OR_POST, SignedInRequest
from accounts.templatetags.look import week_no
from schools.actions.cancelling import cancel_session
from schools.actions.deeds import StaleSession
from schools.actions.leading import set_leader
from schools.actions.moves import Placing, free_weeks, move_session, swap_sessions
from schools.calendar import SchoolCalendar
from schools.forms.moves import LeaderForm, SwapForm
from schools.forms.plans import CancelForm, MoveForm
from schools.history import deeds
from schools.models import PlannedSession
from schools.models.plans import monday_of
from schools.term_plan import in_term, season_slug
from schools.views.broken import plans_of, warn_of
from schools.views.sessions import is_open, session_to_move, visible_session

CONFLICT = 409


@GET_OR_POST
def session_move(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Choose another week, or a day and a time."""
    return _change(request, uuid, "schools/session_move.html", _move_form, _move)


@GET_OR_POST
def session_cancel(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Say why, and perhaps choose a new time in the same step."""
    return _change(request, uuid, "schools/session_cancel.html", _cancel_form, _cancel)


@GET_OR_POST
def session_leader(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Choose which of the school's people leads the session."""
    return _change(request, uuid, "schools/session_leader.html", _leader_form, _lead)


def _change(
    request: SignedInRequest,
    uuid: str,
    template: str,
    form_for: Callable[[QueryDict | None, PlannedSession, dt.date], Any],
    do: Callable[[SignedInRequest, PlannedSession, Any], None],
) -> HttpResponse:
    """Show the form for a session, and do what it says; what is refused is shown at its field."""
    today = timezone.localdate()
    session = session_to_move(request, uuid, today)
    if not is_open(session):
        return _not_open(request, session)
    form = form_for(request.POST if request.method == "POST" else None, session, today)
    if request.method == "POST" and form.is_valid():
        try:
            do(request, session, form)
        except ValidationError as refused:
            _say(form, refused)
        except StaleSession:
            # Show what the other person did, keeping everything typed; sent again it changes the session as it is now.
            session = visible_session(request, uuid, today)
            if not is_open(session):
                return _not_open(request, session)
            form = form_for(_with_version(request, session), session, today)
            context = _context(session, form, today) | {"stale": deeds(session.changes.all())[:1]}
            return render(request, template, context, status=CONFLICT)
        else:
            return redirect(session)
    return render(request, template, _context(session, form, today))


@GET_OR_POST
def session_swap(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Let the session change week, day and time with another at the school."""
    today = timezone.localdate()
    session = session_to_move(request, uuid, today)
    if not is_open(session):
        return _not_open(request, session)
    others = _may_swap_with(session, today)
    form = SwapForm(request.POST if request.method == "POST" else None, others=others, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            _swap(request, session, form)
        except ValidationError as refused:
            form.add_error("other", refused.messages)
        except StaleSession as stale:
            return _stale_swap(request, session, today, stale)
        else:
            return redirect(session)
    return render(request, "schools/session_swap.html", _context(session, form, today))


def _not_open(request: SignedInRequest, session: PlannedSession) -> HttpResponse:
    if session.cancelled_at:
        messages.error(request, _("The session is cancelled already, and cannot be changed."))
    else:
        messages.error(request, _("The session is logged already, and cannot be moved or cancelled."))
    return redirect(session)


def _move_form(data: QueryDict | None, session: PlannedSession, today: dt.date) -> MoveForm:
    return MoveForm(data, stays_in=session.week_start, **_weeks_for(session, today), initial=_now(session))


def _cancel_form(data: QueryDict | None, session: PlannedSession, today: dt.date) -> CancelForm:
    return CancelForm(data, **_free_weeks_for(session, today), initial={"version": session.version})


def _leader_form(data: QueryDict | None, session: PlannedSession, today: dt.date) -> LeaderForm:
    return LeaderForm(data, session=session)


def _now(session: PlannedSession) -> dict[str, Any]:
    """The form's initial values from the session as it is, so that only what is new has to be chosen."""
    return {
        "version": session.version,
        "weekday": str(session.date.weekday()) if session.date else "",
        "start_time": session.start_time,
        "end_time": session.end_time,
    }


def _weeks_for(session: PlannedSession, today: dt.date) -> dict[str, Any]:
    """The weeks to offer: the next free ones first, then all open weeks of the year."""
    calendar = _calendar_of(session)
    others = [week for week in calendar.open_weeks() if week != session.week_start]
    return {
        "offered": free_weeks(session=session, calendar=calendar, from_day=today),
        "others": others,
        "taken": set(_other_sessions(session).values_list("week_start", flat=True)),
        "blocked": calendar.blocked,
        "this_week": monday_of(today),
    }


def _calendar_of(session: PlannedSession) -> SchoolCalendar:
    return SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)


def _free_weeks_for(session: PlannedSession, today: dt.date) -> dict[str, Any]:
    """The weeks to offer for a new session: from this week on, those in which the group has nothing else."""
    weeks = _weeks_for(session, today)
    free = [week for week in weeks["others"] if week >= weeks["this_week"] and week not in weeks["taken"]]
    return weeks | {"others": free}


def _other_sessions(session: PlannedSession) -> Any:
    return PlannedSession.objects.live().filter(group=session.group_id).exclude(pk=session.pk)


def _move(request: SignedInRequest, session: PlannedSession, form: MoveForm) -> None:
    week = form.chosen_week()
    assert week is not None  # the form asks for one
    before = plans_of([session], timezone.localdate())
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
    warn_of(request, [session], before)


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


def _lead(request: SignedInRequest, session: PlannedSession, form: LeaderForm) -> None:
    said = form.cleaned_data
    set_leader(session=session, leader=said["leader"], version=said["version"], by=request.user, now=timezone.now())
    messages.success(request, _("Saved."))


def _say(form: MoveForm | CancelForm | LeaderForm, refused: ValidationError) -> None:
    """Show what an action refused at the form's field."""
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, errors in refused.error_dict.items():
        field = getattr(form, "FIELD_OF", {}).get(name, name)
        if field == "week" and form.cleaned_data.get("week") == "other":
            field = "other_week"
        form.add_error(field, errors)


def _context(session: PlannedSession, form: Any, today: dt.date) -> dict[str, Any]:
    return {
        "session": session,
        "school": session.participation.school,
        "form": form,
        "today": today,
        "move_following_url": _move_following_url(session),
    }


def _move_following_url(session: PlannedSession) -> str:
    """The page for moving several sessions, with this one chosen and all that follow it."""
    year = session.participation.programme_year.year
    terms = list(year.terms.order_by("starts_on"))
    term = next((one for one in terms if in_term(session.week_start, one)), terms[-1])
    address = reverse("schools:sessions-move", args=[session.participation.school.slug, year.slug, season_slug(term)])
    return f"{address}?grupp={session.group_id}&pass={session.uuid}&foljande=1"


def _may_swap_with(session: PlannedSession, today: dt.date) -> list[PlannedSession]:
    """The coming sessions of the school in other weeks, the group's own first."""
    rows = PlannedSession.objects.upcoming(today).filter(
        participation__school=session.participation.school,
        participation__programme_year__year=session.participation.programme_year.year,
    )
    others = rows.exclude(week_start=session.week_start).exclude(pk=session.pk).with_names()
    return sorted(others, key=lambda row: (row.group_id != session.group_id, row.group.name, row.week_start))


def _swap(request: SignedInRequest, session: PlannedSession, form: SwapForm) -> None:
    other, version = form.chosen()
    first = Placing(session, form.cleaned_data["version"], other.week_start)
    second = Placing(other, version, session.week_start)
    reason, before = form.cleaned_data["reason"], plans_of([session, other], timezone.localdate())
    swap_sessions(first=first, second=second, by=request.user, now=timezone.now(), reason=reason)
    said = {
        "one": session.name,
        "week": week_no(other.week_start),
        "other": other.name,
        "other_week": week_no(session.week_start),
    }
    messages.success(request, _("%(one)s is in %(week)s now, and %(other)s in %(other_week)s.") % said)
    warn_of(request, [session, other], before)


def _stale_swap(request: SignedInRequest, session: PlannedSession, today: dt.date, stale: StaleSession) -> HttpResponse:
    fresh = visible_session(request, session.uuid, today)
    if not is_open(fresh):
        return _not_open(request, fresh)
    changed = [deed for row in stale.sessions for deed in deeds(row.changes.all())[:1]]
    others = _may_swap_with(fresh, today)
    form = SwapForm(_with_version(request, fresh), others=others, session=fresh)
    form.choose_anew(request.POST.get("other", ""))
    context = _context(fresh, form, today) | {"stale": changed}
    return render(request, "schools/session_swap.html", context, status=CONFLICT)


def _with_version(request: SignedInRequest, session: PlannedSession) -> QueryDict:
    """What was typed, to be sent again for the session as it is now."""
    data = request.POST.copy()
    data["version"] = str(session.version)
    return data
