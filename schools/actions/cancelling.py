"""Cancelling sessions: with a reason and perhaps a new time, or because their group ends."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import refuse_personal_number
from schools.actions.deeds import AT_ONCE, Deed, change_one, lasting, state_of, update_rows
from schools.actions.moves import tell_and_count
from schools.actions.replacements import plan_replacement
from schools.models import Group, PlanChange, PlannedSession
from schools.models.plans import WITHOUT_NEW_TIME, CancelReason

What = PlanChange.What
# Reasons that a person can give; the other reasons are set by the action that causes the cancellation.
REASONS = tuple(reason for reason in CancelReason if reason not in WITHOUT_NEW_TIME)


@transaction.atomic
def cancel_session(
    *,
    session: PlannedSession,
    reason: str,
    version: int,
    by: User,
    now: dt.datetime,
    note: str = "",
    new_week: dt.date | None = None,
) -> PlannedSession | None:
    """Cancel a session, and plan a new one in the same step if a week is given; the new session is returned.

    Raises ``ValidationError`` by field, and ``StaleSession`` as ``move_session`` does.
    """
    if reason not in REASONS:
        raise ValidationError({"reason": _("Choose why the session is cancelled.")})
    refuse_personal_number(note)
    before = state_of(session)
    change_one(session, version, cancelled_at=now, cancel_reason=reason, cancel_note=note.strip())
    deed = Deed(session.participation, by, now, uuid.uuid4())
    deed.change(What.CANCELLED, session, before=before, after=state_of(session), reason=reason).save()
    tell_and_count([session], by=by, now=now)
    if new_week is None:
        return None
    return plan_replacement(session=session, week_start=new_week, by=by, now=now, batch=deed.batch)


@transaction.atomic
def cancel_for_ended_group(*, group: Group, last_day: dt.date, by: User, now: dt.datetime) -> int:
    """Cancel the unlogged sessions of a group that ends, after its last day; gives how many they were."""
    ending = group.sessions.without_outcome().after_day(last_day)
    rows = list(ending.order_by("pk").select_for_update(of=("self",)).select_related("participation__school"))
    before, batch = [state_of(row) for row in rows], uuid.uuid4()
    update_rows(rows, cancelled_at=now, cancel_reason=CancelReason.GROUP_ENDED)
    PlanChange.objects.bulk_create(
        (
            Deed(row.participation, by, now, batch).change(
                What.CANCELLED, row, before=was, after=lasting(row), reason=CancelReason.GROUP_ENDED
            )
            for row, was in zip(rows, before, strict=True)
        ),
        batch_size=AT_ONCE,
    )
    tell_and_count(rows, by=by, now=now)
    return len(rows)
