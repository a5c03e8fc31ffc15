"""The new session for one that was not held: planned with its log, and withdrawn with it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from schools.actions.replacements import plan_replacement, withdraw_replacement
from schools.models import Participation, PlannedSession
from schools.models.plans import PlannedSessionQuerySet
from sessions_log.models import SessionLog
from sessions_log.policies import LogRefused


def plan_new_time(log: SessionLog, new_week: dt.date | None, *, by: User, now: dt.datetime) -> None:
    """Plan the new week that was given for a session that was not held; nothing if none was.

    Raises ``ValidationError`` for the field when there is a new time already, or the week cannot be used.
    """
    if new_week is None:
        return
    if stand_ins(log.session).exists() or PlannedSession.objects.filter(replaces=log.session).exists():
        raise ValidationError({"new_week": _("The session already has a new time.")})
    plan_replacement(session=log.session, week_start=new_week, by=by, now=now, batch=log.key)


def stand_ins(session: PlannedSession) -> PlannedSessionQuerySet:
    """Sessions, not lost, that replace one that was not held."""
    same_place = Q(slot_no=session.slot_no)
    if session.topic_id:
        same_place |= Q(topic_id=session.topic_id)
    rows = PlannedSession.objects.live().exclude(pk=session.pk)
    return rows.filter(same_place, participation_id=session.participation_id, group_id=session.group_id)


def make_room(log: SessionLog, *, by: User, now: dt.datetime) -> None:
    """Withdraw the new session that a log made, before the session that was not held stands again.

    Raises ``LogRefused`` when the new session is already in use.
    """
    for stand_in in stand_ins(log.session).with_names().select_for_update(of=("self",)):
        made_here = stand_in.replaces_id == log.session_id and stand_in.changes.filter(batch=log.key).exists()
        if not made_here or stand_in.outcome or stand_in.version > 1:
            raise LogRefused(
                _("The session has a new time in %(week)s. Cancel that one first.")
                % {"week": week_no(stand_in.week_start)},
                code="replaced",
            )
        withdraw_replacement(replacement=stand_in, by=by, now=now)


def raise_version(session: PlannedSession) -> None:
    """Say that figures that depend on the session's outcome have changed."""
    Participation.objects.filter(pk=session.participation_id).raise_version()
