"""The form for a time that does not work, signed in or by a mail's link."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import SignedInRequest
from programmes.forms.keys import refuse
from schools import policies
from schools.actions.moves import free_weeks
from schools.actions.replies import propose_time
from schools.calendar import SchoolCalendar
from schools.forms.replies import ProposalForm
from schools.models import PlannedSession, School, SchoolMembership
from schools.models.plans import monday_of

# How many weeks are searched for free ones; a school year has fewer.
ALL_WEEKS = 60
OFFERED = 3


def session_time(request: SignedInRequest, uuid: str) -> HttpResponse:
    """A signed-in contact person proposes another week for a session."""
    today = timezone.localdate()
    session = get_object_or_404(PlannedSession.objects.visible_to(request.user, today).with_names(), uuid=uuid)
    school = session.participation.school
    if not policies.user_can_confirm(request.user, school, today):
        raise PermissionDenied
    contacts = SchoolMembership.objects.contacts().active(today)
    membership = contacts.filter(person__user=request.user, person__school=school)
    back = redirect("schools:term-plan", school.slug)
    return propose(request, session, by=request.user, membership=membership.first(), today=today, back=back)


def propose(
    request: HttpRequest,
    session: PlannedSession,
    *,
    by: User | None,
    membership: SchoolMembership | None,
    today: dt.date,
    back: HttpResponse,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form for a session and those beside it; ``back`` is where its sender goes once it is saved."""
    sessions = beside(session)
    if not sessions or session.week_start < monday_of(today):
        messages.error(request, _("The session is no longer ahead. Look at the plan again."))
        return back
    data = request.POST if request.method == "POST" else None
    form = ProposalForm(data, sessions=sessions, **_weeks(sessions, today))
    if request.method == "POST" and form.is_valid() and _saved(form, by, membership):
        messages.success(request, _("Thank you. The centre's coordinator sees it, and answers by mail."))
        return back
    school: School = session.participation.school
    context = {"form": form, "session": session, "school": school, "sessions": sessions, "back": back["Location"]}
    return render(request, "schools/session_time.html", context | (more or {}))


def beside(session: PlannedSession) -> list[PlannedSession]:
    """The session, and coming ones in the same week with the same topic for other groups of its kind."""
    rows = PlannedSession.objects.without_outcome().filter(
        participation=session.participation_id,
        slot_no=session.slot_no,
        week_start=session.week_start,
        group__kind=session.group.kind,
    )
    return list(rows.with_names().select_related("participation__programme_year__year").order_by("group__name"))


def _weeks(sessions: list[PlannedSession], today: dt.date) -> dict[str, Any]:
    """The next weeks in which every group is free, then all open weeks ahead."""
    participation = sessions[0].participation
    calendar = SchoolCalendar.of(participation.programme_year.year, participation.school)
    free = [free_weeks(session=one, calendar=calendar, count=ALL_WEEKS, from_day=today) for one in sessions]
    shared = [week for week in free[0] if all(week in others for others in free)]
    this_week = monday_of(today)
    others = [week for week in calendar.open_weeks() if week > this_week and week != sessions[0].week_start]
    blocked = calendar.blocked
    taken = {week for week in others if week not in shared and week not in blocked}
    return {
        "offered": shared[:OFFERED],
        "others": others,
        "taken": taken,
        "blocked": blocked,
        "this_week": this_week,
    }


def _saved(form: ProposalForm, by: User | None, membership: SchoolMembership | None) -> bool:
    assert by is not None  # whoever sends the form has an account by now
    try:
        propose_time(
            sessions=form.chosen_sessions(),
            reason=form.cleaned_data["reason"],
            proposed_week=form.chosen_week(),
            note=form.cleaned_data["note"],
            key=form.cleaned_data["key"],
            membership=membership,
            by=by,
            now=timezone.now(),
        )
    except ValidationError as refused:
        refuse(form, refused)
        return False
    return True
