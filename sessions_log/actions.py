"""Logging a session, changing a log and undoing it: the only place that writes a session's outcome."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from schools.actions.replacements import plan_replacement
from schools.models import Participation, PlannedSession
from sessions_log.entries import LogEntry, check_entry, fingerprint, planned_entry, snapshot
from sessions_log.models import LogRevision, SessionLog
from sessions_log.policies import (
    AlreadyLogged,
    KeyUsedForOtherContent,
    LogRefused,
    check_change_log,
    check_has_begun,
    check_log,
    check_undo,
)

__all__ = ["LogEntry", "change_log", "log_as_planned", "log_session", "planned_entry", "undo_log"]

Outcome = PlannedSession.Outcome


@transaction.atomic
def log_as_planned(*, session: PlannedSession, key: uuid.UUID, by: User, now: dt.datetime) -> SessionLog:
    """Say that a session was held as planned. The same key again gives the same log.

    Raises ``LogRefused`` when the session's state does not allow it, ``AlreadyLogged`` when somebody was first.
    """
    check_has_begun(session, now)
    entry = planned_entry(session, by=by, today=timezone.localdate(now))
    # The form said only this: what it leads to depends on the day and on who asks.
    said = fingerprint(session, "as planned")
    return _log(session, entry, key=key, said=said, by=by, now=now, as_planned=True)


@transaction.atomic
def log_session(*, session: PlannedSession, entry: LogEntry, key: uuid.UUID, by: User, now: dt.datetime) -> SessionLog:
    """Say what came of a session; a session that was not held can get a new week at once.

    The same key and content again gives the same log. Raises ``KeyUsedForOtherContent``, ``AlreadyLogged`` or
    ``LogRefused``, and ``ValidationError`` by field for what the entry says.
    """
    entry = entry.only_what_counts()
    return _log(session, entry, key=key, said=entry.digest(session), by=by, now=now, as_planned=False)


@transaction.atomic
def change_log(*, log: SessionLog, entry: LogEntry, by: User, now: dt.datetime, seen: str | None = None) -> SessionLog:
    """Give a log other content; what it said before is kept. The same content again changes nothing.

    ``seen`` is the ``content_digest`` that the person saw: someone else's later change is not written over.
    """
    log = _locked(log)
    entry = entry.only_what_counts()
    said = entry.digest(log.session)
    if said == log.content_digest:
        return log
    check_change_log(log)
    if seen is not None and seen != log.content_digest:
        raise LogRefused(_("Somebody else has changed the log since you opened it. Open it again."), code="stale")
    check_entry(log.session, entry, timezone.localdate(now), enrolled=log.enrolled)
    LogRevision.objects.create(session=log.session, before={"deed": "change", **snapshot(log)}, by=by, at=now)
    _set_outcome(log, entry)
    _write(log, entry, content_digest=said, as_planned=False, changed_at=now)
    _replace(log, entry, by=by, now=now)
    _raise_version(log.session)
    return log


@transaction.atomic
def undo_log(*, log: SessionLog, by: User, now: dt.datetime) -> None:
    """Take a log back within the minutes of regret: the session is as before. A second time does nothing."""
    session = log.session
    try:
        log = _locked(log)
    except LogRefused:
        return
    check_undo(log, by, now)
    LogRevision.objects.create(session=session, before={"deed": "undo", **snapshot(log)}, by=by, at=now)
    if not log.held:
        _make_room(log)
    log.delete()
    PlannedSession.objects.filter(pk=session.pk).update(outcome=None, version=F("version") + 1)
    session.refresh_from_db(fields=["outcome", "version"])
    _raise_version(session)


def _log(
    session: PlannedSession,
    entry: LogEntry,
    *,
    key: uuid.UUID,
    said: str,
    by: User,
    now: dt.datetime,
    as_planned: bool,
) -> SessionLog:
    known = _known(key, said)
    if known:
        return known
    today = timezone.localdate(now)
    if session.outcome is None:
        check_log(session, today)
        check_entry(session, entry, today)
    if not _claim(session, entry.held):
        return _known(key, said) or _explain(session, today)
    log = SessionLog(session=session, key=key, logged_by=by, logged_at=now)
    try:
        with transaction.atomic():
            _write(log, entry, content_digest=said, as_planned=as_planned, changed_at=now)
    except IntegrityError as taken:
        # The same key, for another session, at the same moment.
        raise KeyUsedForOtherContent from taken
    _replace(log, entry, by=by, now=now)
    _raise_version(session)
    session.refresh_from_db(fields=["outcome", "version"])
    return log


def _known(key: uuid.UUID, said: str) -> SessionLog | None:
    """The log that the form with this key made, if it has been here."""
    log = SessionLog.objects.filter(key=key).select_related("session").first()
    if log and log.content_digest != said:
        raise KeyUsedForOtherContent
    return log


def _claim(session: PlannedSession, held: bool) -> bool:
    """Set the outcome if the session still stands without one and where it was seen: of two at once, one gets it."""
    return (
        PlannedSession.objects.without_outcome()
        .filter(pk=session.pk, week_start=session.week_start, date=session.date)
        .update(outcome=Outcome.HELD if held else Outcome.NOT_HELD, version=F("version") + 1)
    ) == 1


def _explain(session: PlannedSession, today: dt.date) -> SessionLog:
    """Raise with why the session could not be claimed."""
    session = PlannedSession.objects.get(pk=session.pk)
    log = SessionLog.objects.filter(session=session).select_related("logged_by").first()
    if log:
        raise AlreadyLogged(log)
    check_log(session, today)
    raise LogRefused(_("The session was moved while you logged it. Open it again."), code="moved")


def _write(log: SessionLog, entry: LogEntry, *, content_digest: str, as_planned: bool, changed_at: dt.datetime) -> None:
    session = log.session
    for name, value in entry.fields().items():
        setattr(log, name, value)
    # A later change of the group's size leaves the attendance of that day alone.
    if log.enrolled is None or (entry.present or 0) > log.enrolled:
        log.enrolled = session.group.headcount
    log.parts_total = len(session.topic.parts.all()) if session.topic else 0
    log.content_digest, log.as_planned, log.changed_at = content_digest, as_planned, changed_at
    log.save()
    log.parts_done.set(entry.parts_done)


def _locked(log: SessionLog) -> SessionLog:
    """The log as it stands now, and nobody else changes it meanwhile."""
    rows = SessionLog.objects.select_for_update(of=("self",)).select_related(
        "session__group", "session__topic", "session__participation__programme_year__year"
    )
    current = rows.filter(pk=log.pk).first()
    if current is None:
        raise LogRefused(_("The log has been undone."), code="undone")
    return current


def _set_outcome(log: SessionLog, entry: LogEntry) -> None:
    if entry.held == log.held:
        return
    if entry.held:
        _make_room(log)
    outcome = Outcome.HELD if entry.held else Outcome.NOT_HELD
    PlannedSession.objects.filter(pk=log.session_id).update(outcome=outcome, version=F("version") + 1)
    log.session.refresh_from_db(fields=["outcome", "version"])


def _replace(log: SessionLog, entry: LogEntry, *, by: User, now: dt.datetime) -> None:
    """Plan the new week that a session which was not held gets in the same step."""
    if entry.new_week is None:
        return
    if _stand_ins(log.session).exists() or PlannedSession.objects.filter(replaces=log.session).exists():
        raise ValidationError({"new_week": _("The session already has a new time.")})
    try:
        plan_replacement(session=log.session, week_start=entry.new_week, by=by, now=now, batch=log.key)
    except ValidationError as refused:
        raise ValidationError({"new_week": refused.messages}) from refused


def _stand_ins(session: PlannedSession) -> QuerySet[PlannedSession]:
    """Live sessions that have taken the place of one that was not held."""
    same_place = Q(slot_no=session.slot_no)
    if session.topic_id:
        same_place |= Q(topic_id=session.topic_id)
    rows = PlannedSession.objects.live().exclude(pk=session.pk)
    return rows.filter(same_place, participation_id=session.participation_id, group_id=session.group_id)


def _make_room(log: SessionLog) -> None:
    """Before a session that was not held stands again: remove the new time that the log made, if nobody has touched it.

    Raises ``LogRefused`` when the new time is already in use.
    """
    for stand_in in _stand_ins(log.session):
        made_here = stand_in.replaces_id == log.session_id and stand_in.changes.filter(batch=log.key).exists()
        if not made_here or stand_in.outcome or stand_in.version > 1:
            raise LogRefused(
                _("The session has a new time in %(week)s. Cancel that one first.")
                % {"week": week_no(stand_in.week_start)},
                code="replaced",
            )
        stand_in.delete()


def _raise_version(session: PlannedSession) -> None:
    Participation.objects.filter(pk=session.participation_id).raise_version()
