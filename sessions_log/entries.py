"""What a log says, before and after it is saved; what "as planned" means; and how a log is kept as plain values."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from programmes.models import Scenario, TopicPart
from schools.calendar import SchoolCalendar
from schools.models import PlannedSession, SchoolPerson
from sessions_log.models import LogRevision, SessionLog

# Fields that are kept elsewhere, or link to other rows.
_NO_COLUMNS = {"parts_done", "co_leaders", "new_week"}


@dataclass(frozen=True)
class LogEntry:
    """What is said about a session. If it was not held, only the reason and a new week matter.

    None and "" mean that nothing was said. ``parts_done`` is None when it is not known which parts were done.
    """

    held: bool
    held_on: dt.date | None = None
    reason: str = ""
    reason_note: str = ""
    led_by_user: User | None = None
    led_by_person: SchoolPerson | None = None
    led_by_other: str = ""
    co_leaders: tuple[SchoolPerson, ...] = ()
    present: int | None = None
    adults_present: int | None = None
    mentors_present: int | None = None
    scenario: Scenario | None = None
    parts_done: tuple[TopicPart, ...] | None = None
    adaptation: str = ""
    adaptation_reason: str = ""
    adaptation_note: str = ""
    group_split: bool | None = None
    room_worked: bool | None = None
    time_to_prepare: str = ""
    time_to_reflect: str = ""
    quality: int | None = None
    responsiveness: int | None = None
    note: str = ""
    new_week: dt.date | None = None

    def only_what_counts(self) -> LogEntry:
        """The entry without fields that its outcome makes meaningless, whatever hidden form fields held."""
        if not self.held:
            return LogEntry(held=False, reason=self.reason, reason_note=self.reason_note, new_week=self.new_week)
        said: dict[str, Any] = {**self.__dict__, "reason": "", "reason_note": "", "new_week": None}
        if not self.is_adapted:
            said |= {"adaptation_reason": "", "adaptation_note": ""}
        return LogEntry(**said)

    @property
    def is_adapted(self) -> bool:
        """Whether the session was shortened or adapted; None if nobody has said."""
        return self.adaptation in (SessionLog.Adaptation.SHORTENED, SessionLog.Adaptation.ADAPTED)

    def fields(self) -> dict[str, Any]:
        """The values of ``SessionLog``'s own columns."""
        return {name: value for name, value in self.__dict__.items() if name not in _NO_COLUMNS}

    def digest(self, session: PlannedSession) -> str:
        """A fingerprint of the content and of its session."""
        content = {
            **self.fields(),
            "parts_done": None if self.parts_done is None else sorted(part.pk for part in self.parts_done),
            "co_leaders": sorted(person.pk for person in self.co_leaders),
            "new_week": self.new_week,
        }
        return fingerprint(session, {name: getattr(value, "pk", value) for name, value in content.items()})


def fingerprint(session: PlannedSession, content: Any) -> str:
    """A digest of what a form said about a session."""
    text = json.dumps([str(session.uuid), content], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def entry_of(log: SessionLog) -> LogEntry:
    """The content of a saved log."""
    columns = {name: getattr(log, name) for name in LogEntry.__dataclass_fields__.keys() - _NO_COLUMNS}
    parts = tuple(log.parts_done.all()) if log.parts_total else None
    return LogEntry(**columns, parts_done=parts, co_leaders=tuple(log.co_leaders.all()))


def planned_entry(
    session: PlannedSession,
    *,
    by: User,
    today: dt.date,
    calendar: SchoolCalendar | None = None,
    held_on: dt.date | None = None,
) -> LogEntry:
    """What "held as planned" means: the planned day and leader, everybody present, every part done, nothing changed.

    ``held_on`` is the day, if somebody has said it. Pass the ``calendar`` when asking about many sessions; otherwise it
    is read when needed.
    """
    leader = session.leader
    is_mine = leader is None or leader.user_id == by.pk
    return LogEntry(
        held=True,
        held_on=held_on or session.date or _likely_day(session, today, calendar),
        led_by_user=by if is_mine else None,
        led_by_person=None if is_mine else leader,
        present=session.group.headcount,
        parts_done=tuple(session.topic.parts.all()) if session.topic else (),
        adaptation=SessionLog.Adaptation.NONE,
    )


def _likely_day(session: PlannedSession, today: dt.date, calendar: SchoolCalendar | None) -> dt.date:
    """Today for a session of this week; otherwise the last open day of its week."""
    participation = session.participation
    calendar = calendar or SchoolCalendar.of(participation.programme_year.year, participation.school)
    friday = session.week_start + dt.timedelta(days=4)
    past = [day for day in calendar.open_days(session.week_start) if day <= today]
    return past[-1] if past else min(friday, today)


def is_named(person: SchoolPerson) -> bool:
    """Whether a log at the school, or what one said before, names the person among those who led."""
    if person.led_logs.exists() or person.co_led_logs.exists():
        return True
    revisions = LogRevision.objects.filter(session__participation__school=person.school_id)
    return any(
        person.pk in (before.get("led_by_person_id"), *before.get("co_leaders_ids", []))
        for before in revisions.values_list("before", flat=True)
    )


def snapshot(log: SessionLog) -> dict[str, Any]:
    """A log as plain values: kept when it is changed, undone or removed, and enough to restore it."""
    columns = {
        field.attname: getattr(log, field.attname)
        for field in log._meta.concrete_fields
        if field.attname not in {"id", "session_id"}
    }
    plain = {name: value if isinstance(value, bool | int | None) else str(value) for name, value in columns.items()}
    parts, people = list(log.parts_done.all()), list(log.co_leaders.all())
    return {
        **plain,
        "parts_done": [part.title for part in parts],
        "parts_done_ids": [part.pk for part in parts],
        "co_leaders_ids": [person.pk for person in people],
    }


def from_snapshot(session: PlannedSession, kept: dict[str, Any]) -> SessionLog:
    """An unsaved log from a snapshot. Columns added since are empty, and so are links to rows that no longer exist."""
    log = SessionLog(session=session)
    for field in log._meta.concrete_fields:
        if field.attname in kept and field.attname not in {"id", "session_id"}:
            value = field.to_python(kept[field.attname])
            setattr(log, field.attname, None if field.null and _is_gone(field, value) else value)
    return log


def _is_gone(field: Any, key: Any) -> bool:
    """Whether a field refers to a row that has been deleted."""
    return bool(field.is_relation and key and not field.related_model.objects.filter(pk=key).exists())
