"""New times for sessions that were not held or were cancelled, and what happens to them if the first session stands
again."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from schools.actions.applying import created
from schools.actions.deeds import Deed, lasting, state_of, update_rows
from schools.actions.moves import tell_and_count
from schools.actions.weeks import check_ahead, check_free, check_week
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
    """The session that replaces one that is lost, and points at it with ``replaces``.

    Raises ``ValidationError`` for the field ``new_week`` when the week cannot be used.
    """
    calendar = SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)
    check_week(session.group, calendar, week_start, field="new_week")
    check_ahead(week_start, timezone.localdate(now), field="new_week")
    check_free(session, week_start, field="new_week")
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
    """Withdraw a replacement before the session that it replaced stands again. It is deleted, or if somebody has heard
    of it, cancelled with a mail about it."""
    if not known_outside([replacement]):
        replacement.changes.all().delete()
        replacement.delete()
        return
    before, why = state_of(replacement), _("The session that it stood in for stands again.")
    update_rows([replacement], cancelled_at=now, cancel_reason=OTHER, cancel_note=why, replaces_id=None)
    deed = Deed(replacement.participation, by, now, uuid.uuid4())
    deed.change(PlanChange.What.CANCELLED, replacement, before=before, after=lasting(replacement), reason=why).save()
    tell_and_count([replacement], by=by, now=now)
