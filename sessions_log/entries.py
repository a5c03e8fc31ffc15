"""What a log says, before it is saved: its content, what "as planned" means, and what must hold."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import refuse_personal_number
from programmes.models import TopicPart
from schools.calendar import SchoolCalendar
from schools.models import PlannedSession, SchoolPerson
from schools.models.plans import CancelReason
from sessions_log.models import SessionLog

# For a group whose size is not known.
LARGEST_GROUP = 200
# What a person can answer; that a group ended is said by the action that ends it.
REASONS = (CancelReason.NO_ROOM, CancelReason.STAFF_ABSENT, CancelReason.SCHOOL_REQUEST, CancelReason.OTHER)

Refusal = tuple[str, str]


@dataclass(frozen=True)
class LogEntry:
    """What is said of one session. Of a session that was not held only reasons, new week and note count."""

    held: bool
    held_on: dt.date | None = None
    reason: str = ""
    reason_note: str = ""
    led_by_user: User | None = None
    led_by_person: SchoolPerson | None = None
    led_by_other: str = ""
    present: int | None = None
    adults_present: int | None = None
    parts_done: tuple[TopicPart, ...] = ()
    adaptation: str = SessionLog.Adaptation.NONE
    rating: int | None = None
    note: str = ""
    new_week: dt.date | None = None

    def only_what_counts(self) -> LogEntry:
        """The entry without what its outcome makes meaningless, whatever hidden fields said."""
        if self.held:
            return LogEntry(**{**self.__dict__, "reason": "", "reason_note": "", "new_week": None})
        return LogEntry(
            held=False, reason=self.reason, reason_note=self.reason_note, new_week=self.new_week, note=self.note
        )

    def fields(self) -> dict[str, Any]:
        """The values of ``SessionLog``'s own columns."""
        return {name: value for name, value in self.__dict__.items() if name not in {"parts_done", "new_week"}}

    def digest(self, session: PlannedSession) -> str:
        """A fingerprint of the content and of the session that it is about."""
        content = {
            **self.fields(),
            "parts_done": sorted(part.pk for part in self.parts_done),
            "new_week": self.new_week,
        }
        return fingerprint(session, {name: getattr(value, "pk", value) for name, value in content.items()})


def fingerprint(session: PlannedSession, content: Any) -> str:
    """A digest of what a form said of a session."""
    text = json.dumps([str(session.uuid), content], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def entry_of(log: SessionLog) -> LogEntry:
    """What a saved log says."""
    names = LogEntry.__dataclass_fields__.keys() - {"parts_done", "new_week"}
    return LogEntry(**{name: getattr(log, name) for name in names}, parts_done=tuple(log.parts_done.all()))


def planned_entry(
    session: PlannedSession, *, by: User, today: dt.date, calendar: SchoolCalendar | None = None
) -> LogEntry:
    """What "held as planned" says: the planned day and leader, everybody there, every part done.

    Give the ``calendar`` where many sessions are asked about at once; it is read when it is needed and missing.
    """
    leader = session.leader
    is_mine = leader is None or leader.user_id == by.pk
    return LogEntry(
        held=True,
        held_on=session.date or _likely_day(session, today, calendar),
        led_by_user=by if is_mine else None,
        led_by_person=None if is_mine else leader,
        present=session.group.headcount,
        parts_done=tuple(session.topic.parts.all()) if session.topic else (),
    )


def _likely_day(session: PlannedSession, today: dt.date, calendar: SchoolCalendar | None) -> dt.date:
    """Today for a session of this week, else its week's last open day."""
    participation = session.participation
    calendar = calendar or SchoolCalendar.of(participation.programme_year.year, participation.school)
    friday = session.week_start + dt.timedelta(days=4)
    past = [day for day in calendar.open_days(session.week_start) if day <= today]
    return past[-1] if past else min(friday, today)


def check_entry(session: PlannedSession, entry: LogEntry, today: dt.date, enrolled: int | None = None) -> None:
    """Raise ``ValidationError`` by field, in words that say how to mend it.

    ``enrolled`` is the group's size as an earlier log of the session has it.
    """
    size = max((count for count in (session.group.headcount, enrolled) if count is not None), default=None)
    said = _wrong_when_held(session, entry, today, size) if entry.held else _wrong_when_not_held(entry)
    errors: dict[str, str] = {}
    for field, message in said:
        errors.setdefault(field, message)
    for field in ("note", "reason_note", "led_by_other"):
        try:
            refuse_personal_number(getattr(entry, field))
        except ValidationError as refused:
            errors[field] = refused.messages[0]
    if errors:
        raise ValidationError({**errors})


def _wrong_when_not_held(entry: LogEntry) -> Iterator[Refusal]:
    if entry.reason not in REASONS:
        yield "reason", _("Choose why the session was not held.")


def _wrong_when_held(session: PlannedSession, entry: LogEntry, today: dt.date, size: int | None) -> Iterator[Refusal]:
    yield from _wrong_day(session, entry.held_on, today)
    yield from _wrong_leader(session, entry)
    yield from _wrong_count("present", entry.present)
    yield from _wrong_count("adults_present", entry.adults_present)
    if size is not None and entry.present is not None and size < entry.present <= LARGEST_GROUP:
        yield "present", _too_many(session, size)
    if any(part.topic_id != session.topic_id for part in entry.parts_done):
        yield "parts_done", _("Choose among the session's own parts.")
    if entry.adaptation not in SessionLog.Adaptation.values:
        yield "adaptation", _("Choose one of the answers.")
    if entry.rating is not None and entry.rating not in SessionLog.Rating.values:
        yield "rating", _("Choose one of the answers.")


def _wrong_day(session: PlannedSession, day: dt.date | None, today: dt.date) -> Iterator[Refusal]:
    year = session.participation.programme_year.year
    if day is None:
        yield "held_on", _("Write which day the session was held.")
    elif day > today:
        yield "held_on", _("The day has not come yet. Choose today or an earlier day.")
    elif not year.starts_on <= day <= year.ends_on:
        yield "held_on", _("The day lies outside the school year %(year)s.") % {"year": year}


def _wrong_leader(session: PlannedSession, entry: LogEntry) -> Iterator[Refusal]:
    leaders = [leader for leader in (entry.led_by_user, entry.led_by_person, entry.led_by_other) if leader]
    if len(leaders) > 1:
        yield "leader", _("Choose one who led the session.")
    elsewhere = entry.led_by_person and entry.led_by_person.school_id != session.participation.school_id
    if elsewhere:
        yield "leader", _("Choose somebody at the school.")


def _wrong_count(field: str, count: int | None) -> Iterator[Refusal]:
    if count is not None and count < 0:
        yield field, _("Write 0 or more.")
    if count is not None and count > LARGEST_GROUP:
        yield field, _("Write %(most)d or fewer.") % {"most": LARGEST_GROUP}


def _too_many(session: PlannedSession, size: int) -> str:
    if session.group.is_class:
        return _("Write %(most)d or fewer, or change the size of the class.") % {"most": size}
    return _("Write %(most)d or fewer, or change the size of the group.") % {"most": size}


def snapshot(log: SessionLog) -> dict[str, Any]:
    """A log's content as plain values, to be kept when the log is changed or undone."""
    columns = {
        field.attname: getattr(log, field.attname)
        for field in log._meta.concrete_fields
        if field.attname not in {"id", "session_id"}
    }
    plain = {name: value if isinstance(value, bool | int | None) else str(value) for name, value in columns.items()}
    return {**plain, "parts_done": [part.title for part in log.parts_done.all()]}
