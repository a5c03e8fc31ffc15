"""Registers the kinds of reminders: how each is composed, what it waits for, who gets it, and whether they may turn it
off."""

from __future__ import annotations

from typing import Any

from accounts.policies import is_coordinator
from outbox.kinds import Compose, Kind
from schools.mailing.deadlines import of_invitation, of_reminder
from sessions_log.centre_mails import compose_next_year_centre, compose_no_contact
from sessions_log.escalation_mail import compose_escalated
from sessions_log.handing_on import join_waiting
from sessions_log.leader_mail import compose_log_by_link
from sessions_log.mails import compose_approaching, compose_missing
from sessions_log.models import ReminderItem
from sessions_log.plan_mail import compose_plan, plan_too_late
from sessions_log.policies import may_get_log_reminders, may_get_plans, may_hold_by_link
from sessions_log.school_mails import compose_invitation_reminder, compose_next_year_school, compose_topics

_REMINDER = ReminderItem.Kind
_ANY: dict[str, Any] = {"keeps_quiet": True, "may_be_off": True}
_TO_CENTRE = _ANY | {"can_wait": True, "for_whom": is_coordinator}
_TO_SCHOOL = _ANY | {"can_wait": True, "for_whom": may_get_plans, "goes_to_heir": True}
_TO_LOGGERS = _TO_SCHOOL | {"for_whom": may_get_log_reminders}
_JOINS = {"join": join_waiting}

_HOW: list[tuple[ReminderItem.Kind, Compose, dict[str, Any]]] = [
    (_REMINDER.TERM_PLAN, compose_plan, _TO_SCHOOL | {"too_late": plan_too_late}),
    (_REMINDER.APPROACHING, compose_approaching, _TO_SCHOOL | _JOINS | {"too_late": of_reminder}),
    (_REMINDER.LOG_BY_LINK, compose_log_by_link, _ANY | _JOINS | {"for_whom": may_hold_by_link}),
    (_REMINDER.LOG_MISSING, compose_missing, _TO_LOGGERS | _JOINS),
    (_REMINDER.LOG_ESCALATED, compose_escalated, _TO_LOGGERS),
    (_REMINDER.TOPICS_UNCHOSEN, compose_topics, _TO_SCHOOL),
    # To the invited person, not to the role.
    (
        _REMINDER.INVITATION,
        compose_invitation_reminder,
        _ANY | {"for_whom": may_get_plans, "too_late": of_invitation},
    ),
    (_REMINDER.NO_CONTACT, compose_no_contact, _TO_CENTRE),
    (_REMINDER.NEXT_YEAR_CENTRE, compose_next_year_centre, _TO_CENTRE),
    (_REMINDER.NEXT_YEAR_SCHOOL, compose_next_year_school, _TO_SCHOOL),
]
KINDS = [Kind(kind, kind.label, compose, **how) for kind, compose, how in _HOW]
