"""A new time for a session that was not held or was cancelled, and what becomes of it when that one stands again."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from schools.actions.applying import created
from schools.actions.deeds import Deed, lasting, state_of, update_rows
from schools.actions.moves import tell_and_count
from schools.calendar import SchoolCalendar
from schools.mailing.telling import known_outside, tell_of_changes
from schools.models import PlanChange, PlannedSession
from schools.models.plans import CancelReason
from schools.times import weekly_time

OTHER = CancelReason.OTHER


@transaction.atomic
def plan_replacement(
    *, session: PlannedSession, week_start: dt.date, by: User, now: dt.datetime, batch: uuid.UUID
) -> PlannedSession:
    """The session that takes the place of one that no longer stands; it points back with ``replaces``.

    Raises ``ValidationError`` when the week cannot be used.
    """
    calendar = SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)
    check_week(session, week_start, calendar)
    replacement = PlannedSession.objects.create(
        participation_id=session.participation_id,
        group=session.group,
        slot_no=session.slot_no,
        topic=session.topic,
        leader_id=session.leader_id,
        week_start=week_start,
        pinned=True,
        replaces=session,
        **weekly_time(session.group, week_start, calendar)._asdict(),
    )
    created(replacement, Deed(session.participation, by, now, batch)).save()
    tell_of_changes(participation=session.participation, sessions=[session], by=by, now=now)
    return replacement


@transaction.atomic
def withdraw_replacement(*, replacement: PlannedSession, by: User, now: dt.datetime) -> None:
    """Before what it took the place of stands again: it goes away without a trace, but is cancelled and told of when
    somebody knows of it."""
    if not known_outside([replacement]):
        replacement.changes.all().delete()
        replacement.delete()
        return
    before, why = state_of(replacement), _("The session that it stood in for stands again.")
    update_rows([replacement], cancelled_at=now, cancel_reason=OTHER, cancel_note=why, replaces_id=None)
    deed = Deed(replacement.participation, by, now, uuid.uuid4())
    deed.change(PlanChange.What.CANCELLED, replacement, before=before, after=lasting(replacement), reason=why).save()
    tell_and_count([replacement], by=by, now=now)


def check_week(session: PlannedSession, week_start: dt.date, calendar: SchoolCalendar) -> None:
    """Raise unless the session's group can meet in the week: it is open, and nothing else of theirs stands there."""
    if week_start not in calendar.weeks() or calendar.is_closed_week(week_start):
        raise ValidationError(
            _("The school has no teaching in %(week)s. Choose another week.") % {"week": week_no(week_start)}
        )
    if session.group.has_ended_by(week_start):
        raise ValidationError(
            _("The group has ended by %(week)s. Choose another week.") % {"week": week_no(week_start)}
        )
    others = PlannedSession.objects.live().in_week(week_start).exclude(pk=session.pk)
    if others.filter(participation_id=session.participation_id, group_id=session.group_id).exists():
        raise ValidationError(
            _("%(group)s already has a session in %(week)s. Choose another week.")
            % {"group": session.group, "week": week_no(week_start)}
        )
