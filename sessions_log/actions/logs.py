"""Logging sessions: one in full, one as planned, or several as planned at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.models import TopicPart
from schools.actions.deeds import lock_rows
from schools.models import PlannedSession, SchoolPerson
from sessions_log.actions.standing_in import plan_new_time, raise_version
from sessions_log.checks import check_entry
from sessions_log.entries import LogEntry, fingerprint, planned_entry
from sessions_log.models import SessionLog
from sessions_log.policies import (
    AlreadyLogged,
    KeyUsedForOtherContent,
    LogRefused,
    check_has_begun,
    check_log,
    check_year_is_open,
)

Outcome = PlannedSession.Outcome


@dataclass(frozen=True)
class Deed:
    """Who logs, with which form and in which deed, and when."""

    by: User
    now: dt.datetime
    key: uuid.UUID
    batch: uuid.UUID
    as_planned: bool = False


@dataclass(frozen=True)
class Said:
    """The result for one of several sessions: its log, or why it has none."""

    session: PlannedSession
    log: SessionLog | None
    refused: ValidationError | None = None


@transaction.atomic
def log_as_planned(
    *,
    session: PlannedSession,
    key: uuid.UUID,
    by: User,
    now: dt.datetime,
    held_on: dt.date | None = None,
    batch: uuid.UUID | None = None,
) -> SessionLog:
    """Log a session as held as planned. The same key again gives the same log.

    ``held_on`` is the day that the person saw, if the log was written earlier: a log can wait on a phone. Raises
    ``LogRefused`` when the session's state does not allow it, and ``AlreadyLogged`` when somebody else was first.
    """
    check_has_begun(session, now)
    entry = planned_entry(session, by=by, today=timezone.localdate(now), held_on=held_on)
    # Only this was said in the form; what it means depends on the day and on who asks.
    said = fingerprint(session, "as planned")
    return _log(session, entry, said, Deed(by, now, key, batch or key, as_planned=True))


@transaction.atomic
def log_several_as_planned(
    *, sessions: Sequence[tuple[PlannedSession, uuid.UUID]], by: User, now: dt.datetime
) -> list[Said]:
    """Log several sessions as held as planned, each with its form's key.

    They share a batch, and are undone together. A session that cannot be logged does not stop the others.
    """
    lock_rows(PlannedSession.objects.filter(pk__in=[session.pk for session, _key in sessions]))
    batch, said = uuid.uuid4(), []
    for session, key in sessions:
        try:
            log = log_as_planned(session=session, key=key, by=by, now=now, batch=batch)
        except ValidationError as refused:
            said.append(Said(session, None, refused))
        else:
            said.append(Said(session, log))
    return said


@transaction.atomic
def log_session(*, session: PlannedSession, entry: LogEntry, key: uuid.UUID, by: User, now: dt.datetime) -> SessionLog:
    """Log what came of a session. A session that was not held can get a new week in the same step.

    The same key and content again gives the same log. Raises ``KeyUsedForOtherContent``, ``AlreadyLogged`` or
    ``LogRefused``, and ``ValidationError`` by field for what the entry says.
    """
    entry = entry.only_what_counts()
    return _log(session, entry, entry.digest(session), Deed(by, now, key, key))


def _log(session: PlannedSession, entry: LogEntry, digest: str, deed: Deed) -> SessionLog:
    if session.outcome and (known := known_log(deed.key, digest)):
        return known
    today = timezone.localdate(deed.now)
    check_year_is_open(session, deed.by, today)
    if session.outcome is None:
        check_log(session, today)
        check_entry(session, entry, today)
    if not _claim(session, entry.held):
        return known_log(deed.key, digest) or _explain(session, today)
    log = SessionLog(session=session, key=deed.key, batch=deed.batch, logged_by=deed.by, logged_at=deed.now)
    try:
        write_content(log, entry, digest=digest, as_planned=deed.as_planned, now=deed.now)
    except IntegrityError as taken:
        # The same key, used for another session at the same moment: everything that this action has written is rolled
        # back.
        raise KeyUsedForOtherContent from taken
    plan_new_time(log, entry.new_week, by=deed.by, now=deed.now)
    raise_version(session)
    session.outcome = Outcome.HELD if entry.held else Outcome.NOT_HELD
    session.__dict__.pop("version", None)  # read again only if somebody asks for it
    return log


def known_log(key: uuid.UUID, digest: str) -> SessionLog | None:
    """The log that the form with this key has made already, if any. Raises ``KeyUsedForOtherContent``."""
    log = SessionLog.objects.filter(key=key).first()
    if log and log.content_digest != digest:
        raise KeyUsedForOtherContent
    return log


def _claim(session: PlannedSession, held: bool) -> bool:
    """Set the outcome if the session has none and is still where it was seen: of two at once, one succeeds."""
    return (
        PlannedSession.objects.without_outcome()
        .filter(pk=session.pk, week_start=session.week_start, date=session.date)
        .update(outcome=Outcome.HELD if held else Outcome.NOT_HELD, version=F("version") + 1)
    ) == 1


def _explain(session: PlannedSession, today: dt.date) -> SessionLog:
    """Raise with the reason why the outcome could not be set."""
    session = PlannedSession.objects.get(pk=session.pk)
    log = SessionLog.objects.filter(session=session).select_related("logged_by").first()
    if log:
        raise AlreadyLogged(log)
    check_log(session, today)
    raise LogRefused(_("The session was moved while you logged it. Open it again."), code="moved")


def write_content(log: SessionLog, entry: LogEntry, *, digest: str, as_planned: bool, now: dt.datetime) -> None:
    """Give a log its content, and save it."""
    session = log.session
    for name, value in entry.fields().items():
        setattr(log, name, value)
    # The size that the group had then is kept: later changes of the group do not affect the day's attendance.
    if log.enrolled is None or (entry.present or 0) > log.enrolled:
        log.enrolled = session.group.headcount
    knows_parts = entry.parts_done is not None and session.topic is not None
    log.parts_total = len(session.topic.parts.all()) if knows_parts and session.topic else 0
    log.content_digest, log.as_planned, log.changed_at = digest, as_planned, now
    is_new = log.pk is None
    log.save()
    _say(log.parts_done, entry.parts_done or (), is_new=is_new)
    _say(log.co_leaders, entry.co_leaders, is_new=is_new)


def _say(of_log: Any, said: Sequence[TopicPart] | Sequence[SchoolPerson], *, is_new: bool) -> None:
    """Set the log's parts or people. A new log has none, so nothing has to be read first."""
    if not is_new:
        of_log.set(said)
    elif said:
        of_log.add(*said)
