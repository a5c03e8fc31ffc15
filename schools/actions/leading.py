"""Who leads a session."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from schools.actions.deeds import Deed, change_one, state_of
from schools.models import PlanChange, PlannedSession, SchoolPerson


@transaction.atomic
def set_leader(
    *, session: PlannedSession, leader: SchoolPerson | None, version: int, by: User, now: dt.datetime
) -> PlannedSession:
    """Set which of the school's people leads a session; no mail is sent about it.

    Raises ``ValidationError`` by field for somebody of another school, and ``StaleSession`` as ``move_session`` does.
    """
    if leader is not None and leader.school_id != session.participation.school_id:
        raise ValidationError({"leader": _("Choose one of the school's people.")})
    if leader == session.leader:
        return session
    before = state_of(session)
    change_one(session, version, leader_id=leader.pk if leader else None)
    after = state_of(session) | {"leader": leader.name if leader else ""}
    Deed(session.participation, by, now, uuid.uuid4()).change(
        PlanChange.What.LED, session, before=before, after=after
    ).save()
    return session
