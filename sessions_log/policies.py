"""When a session can be logged and its log changed or undone, and by whom: for buttons and for enforcement alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import is_coordinator, manages_schools
from accounts.templatetags.look import clock, short_day
from schools.models import PlannedSession, SchoolPerson
from schools.policies import COORDINATOR, school_roles
from sessions_log.models import LogRevision, SessionLog


class LogRefused(ValidationError):  # noqa: N818 - reads as what happened, like Django's PermissionDenied
    """The session's state does not allow the deed; the message says why, for the user."""


class AlreadyLogged(LogRefused):
    """Somebody has logged the session already."""

    def __init__(self, log: SessionLog) -> None:
        self.log = log
        logged_at = timezone.localtime(log.logged_at)
        super().__init__(
            _("The session is already logged, by %(who)s %(day)s at %(time)s.")
            % {"who": log.logged_by, "day": short_day(logged_at), "time": clock(logged_at.time())},
            code="already_logged",
        )


class KeyUsedForOtherContent(LogRefused):
    """The same form came twice, with different content: the first is kept."""

    def __init__(self) -> None:
        super().__init__(
            _("This form has already been saved with other content. Open the log to change it."), code="key_used"
        )


def check_log(session: PlannedSession, today: dt.date) -> None:
    """Raise ``LogRefused`` unless the session is not cancelled, has no outcome, and its week (or its day) has come."""
    if session.cancelled_at is not None:
        raise LogRefused(_("The session is cancelled and cannot be logged."), code="cancelled")
    if session.outcome is not None:
        raise LogRefused(_("The session is already logged."), code="already_logged")
    if not session.waits_for_log(today):
        raise LogRefused(
            _("The session is planned for later, and can be logged from %(day)s.")
            % {"day": short_day(session.first_day)},
            code="future",
        )


def can_log(session: PlannedSession, today: dt.date) -> bool:
    """Whether the session's state allows that it is logged."""
    return _allows(check_log, session, today)


def check_has_begun(session: PlannedSession, now: dt.datetime) -> None:
    """Raise ``LogRefused`` before the session's time of day: nobody can know yet that it was held as planned."""
    here = timezone.localtime(now)
    if session.start_time and session.date == here.date() and session.start_time > here.time():
        raise LogRefused(_("The session begins at %(time)s.") % {"time": clock(session.start_time)}, code="not_begun")


def can_log_as_planned(session: PlannedSession, now: dt.datetime) -> bool:
    """Whether the session can be logged, and its start has passed."""
    return can_log(session, timezone.localdate(now)) and _allows(check_has_begun, session, now)


def can_log_by_link(session: PlannedSession) -> bool:
    """Whether the session's leader may log it by a link: the centre lets the school, and the leader's address is
    known."""
    return session.participation.school.logs_by_link and bool(session.leader and session.leader.email)


def check_year_is_open(session: PlannedSession, by: Any, today: dt.date) -> None:
    """Raise ``LogRefused`` when the school year is closed, unless a coordinator of the centre asks."""
    year = session.participation.programme_year.year
    if year.closed_on is not None and not is_coordinator(by, today):
        raise LogRefused(
            _("The school year %(year)s is closed. Only the centre's coordinators change its logs now.")
            % {"year": year},
            code="closed",
        )


def check_change_log(log: SessionLog, by: Any, today: dt.date) -> None:
    """Raise ``LogRefused`` unless the session's outcome comes from this log, and it may be changed now."""
    if log.pk is None or log.session.outcome is None:
        raise LogRefused(_("The log has been undone."), code="undone")
    check_year_is_open(log.session, by, today)


def can_change_log(log: SessionLog, by: Any, today: dt.date) -> bool:
    """Whether the user can change the log, whose earlier content is always kept."""
    return _allows(check_change_log, log, by, today)


def needs_reason(log: SessionLog, by: Any, now: dt.datetime) -> bool:
    """Whether a change needs a reason: not while the person who logged can still undo."""
    return not can_undo(log, by, now)


def check_restore(revision: LogRevision, session: PlannedSession) -> None:
    """Raise ``LogRefused`` unless a log was removed, and the session is as it was then."""
    if revision.deed != LogRevision.Deed.REMOVE:
        raise LogRefused(_("Only a log that was removed can be restored."), code="not_removed")
    if session.cancelled_at is not None:
        raise LogRefused(_("The session has been cancelled since, and has no log."), code="cancelled")
    if session.outcome is not None:
        raise LogRefused(_("The session has a log again."), code="already_logged")


def can_restore(revision: LogRevision, session: PlannedSession) -> bool:
    return _allows(check_restore, revision, session)


def undo_until(log: SessionLog) -> dt.datetime:
    """The moment until which a log can be undone."""
    return log.logged_at + dt.timedelta(minutes=settings.LOG_UNDO_MINUTES)


def check_undo(log: SessionLog, by: Any, now: dt.datetime) -> None:
    """Raise ``LogRefused`` unless it is the person who logged, in time."""
    if log.logged_by_id != by.pk:
        raise LogRefused(_("Only the one who logged can undo. Change the log instead."), code="not_yours")
    if now > undo_until(log):
        raise LogRefused(_("The time to undo has passed. Change the log instead."), code="too_late")


def can_undo(log: SessionLog, by: Any, now: dt.datetime) -> bool:
    """Whether this person can undo the log now."""
    return _allows(check_undo, log, by, now)


def user_can_set_reminders(user: Any, today: dt.date) -> bool:
    """Set the reminders of a year: the centre's coordinators and administrators."""
    return manages_schools(user, today)


def _allows(check: Any, *args: Any) -> bool:
    try:
        check(*args)
    except LogRefused:
        return False
    return True


def may_get_plans(user: Any, today: dt.date) -> bool:
    """Everybody with a role at a school."""
    return bool(school_roles(user, today))


def may_get_log_reminders(user: Any, today: dt.date) -> bool:
    """Coordinators of schools, and the centre's."""
    return is_coordinator(user, today) or any(COORDINATOR in roles for roles in school_roles(user, today).values())


def may_hold_by_link(user: Any, today: dt.date) -> bool:
    """People at schools where sessions are logged by a mail's link."""
    return SchoolPerson.objects.filter(user=user, school__logs_by_link=True).exists()
