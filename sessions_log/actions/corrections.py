"""Changing a log, undoing it, removing it with a reason, and restoring it. What it said before is always kept."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import refuse_personal_number
from programmes.models import TopicPart
from schools.models import PlannedSession, SchoolPerson
from sessions_log.actions.logs import Outcome, write_content
from sessions_log.actions.standing_in import make_room, plan_new_time, raise_version, stand_ins
from sessions_log.checks import check_entry
from sessions_log.entries import LogEntry, from_snapshot, snapshot
from sessions_log.models import LogRevision, SessionLog
from sessions_log.policies import (
    LogRefused,
    check_change_log,
    check_restore,
    check_undo,
    check_year_is_open,
    needs_reason,
)

Kind = LogRevision.Deed
# The column's max_length.
LONGEST_REASON = 200


@transaction.atomic
def change_log(
    *, log: SessionLog, entry: LogEntry, by: User, now: dt.datetime, reason: str = "", seen: str | None = None
) -> SessionLog:
    """Change a log; what it said before is kept, with who changed it and why. The same content changes nothing.

    ``seen`` is the ``content_digest`` that the person saw, so that nobody else's later change is overwritten. Raises
    ``LogRefused``, and ``ValidationError`` by field, also for a missing reason.
    """
    log = _locked(log)
    entry = entry.only_what_counts()
    digest = entry.digest(log.session)
    if digest == log.content_digest:
        return log
    check_change_log(log, by, timezone.localdate(now))
    if seen is not None and seen != log.content_digest:
        raise LogRefused(_("Somebody else has changed the log since you opened it. Open it again."), code="stale")
    check_entry(log.session, entry, timezone.localdate(now), enrolled=log.enrolled)
    _keep(log, Kind.CHANGE, _checked_reason(reason, needed=needs_reason(log, by, now)), by=by, now=now)
    _set_outcome(log, entry, by=by, now=now)
    write_content(log, entry, digest=digest, as_planned=False, now=now)
    plan_new_time(log, entry.new_week, by=by, now=now)
    raise_version(log.session)
    return log


@transaction.atomic
def undo_logs(*, batch: uuid.UUID, by: User, now: dt.datetime) -> list[PlannedSession]:
    """Undo the logs of one deed while that can be done, all or none; gives the sessions.

    Doing it again changes nothing. Raises ``LogRefused``.
    """
    logs = list(_for_update().filter(batch=batch).order_by("session"))
    for log in logs:
        check_undo(log, by, now)
    for log in logs:
        _take_away(log, Kind.UNDO, "", by=by, now=now)
    return [log.session for log in logs]


@transaction.atomic
def remove_log(*, log: SessionLog, reason: str, by: User, now: dt.datetime) -> LogRevision:
    """Remove a log that should not exist; it is kept with the reason, and can be restored.

    Raises ``LogRefused``, and ``ValidationError`` for a missing reason.
    """
    log = _locked(log)
    check_change_log(log, by, timezone.localdate(now))
    return _take_away(log, Kind.REMOVE, _checked_reason(reason, needed=True), by=by, now=now)


@transaction.atomic
def restore_log(*, revision: LogRevision, by: User, now: dt.datetime) -> SessionLog:
    """Restore a removed log as it was. Raises ``LogRefused`` when the session has changed since."""
    session = PlannedSession.objects.select_for_update(of=("self",)).get(pk=revision.session_id)
    check_year_is_open(session, by, timezone.localdate(now))
    check_restore(revision, session)
    if stand_ins(session).exists() and not revision.before["held"]:
        raise LogRefused(_("The session already has a new time."), code="replaced")
    log = from_snapshot(session, revision.before)
    log.changed_at = now
    try:
        with transaction.atomic():
            log.save(force_insert=True)
    except IntegrityError as taken:
        raise LogRefused(_("The log has been restored already."), code="restored") from taken
    log.parts_done.set(TopicPart.objects.filter(pk__in=revision.before.get("parts_done_ids", [])))
    log.co_leaders.set(SchoolPerson.objects.filter(pk__in=revision.before.get("co_leaders_ids", [])))
    _write_outcome(session, Outcome.HELD if log.held else Outcome.NOT_HELD)
    _keep(log, Kind.RESTORE, "", by=by, now=now)
    raise_version(session)
    return log


def _for_update() -> Any:
    """Logs, locked with their sessions: whoever changes a plan locks its rows before its participation."""
    return SessionLog.objects.select_for_update(of=("self", "session")).select_related(
        "session__group", "session__topic", "session__participation__programme_year__year"
    )


def _locked(log: SessionLog) -> SessionLog:
    """The log as it is now, locked."""
    current: SessionLog | None = _for_update().filter(pk=log.pk).first()
    if current is None:
        raise LogRefused(_("The log has been undone."), code="undone")
    return current


def _checked_reason(reason: str, *, needed: bool) -> str:
    reason = " ".join(reason.split())
    if needed and not reason:
        raise ValidationError({"why": _("Write why, in a few words.")})
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"why": _("Write it shorter: at most 200 characters.")})
    try:
        refuse_personal_number(reason)
    except ValidationError as refused:
        raise ValidationError({"why": refused.messages}) from refused
    return reason


def _keep(log: SessionLog, deed: str, reason: str, *, by: User, now: dt.datetime) -> LogRevision:
    return LogRevision.objects.create(
        session=log.session, deed=deed, reason=reason, before=snapshot(log), by=by, at=now
    )


def _take_away(log: SessionLog, deed: str, reason: str, *, by: User, now: dt.datetime) -> LogRevision:
    """Make the session as it was before it was logged; the log is kept as a revision."""
    kept = _keep(log, deed, reason, by=by, now=now)
    if not log.held:
        make_room(log, by=by, now=now)
    session = log.session
    log.delete()
    _write_outcome(session, None)
    raise_version(session)
    return kept


def _set_outcome(log: SessionLog, entry: LogEntry, *, by: User, now: dt.datetime) -> None:
    if entry.held == log.held:
        return
    if entry.held:
        make_room(log, by=by, now=now)
    _write_outcome(log.session, Outcome.HELD if entry.held else Outcome.NOT_HELD)


def _write_outcome(session: PlannedSession, outcome: str | None) -> None:
    PlannedSession.objects.filter(pk=session.pk).update(outcome=outcome, version=F("version") + 1)
    session.refresh_from_db(fields=["outcome", "version"])
