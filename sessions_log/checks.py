"""The rules for a log's content, with errors that say how to correct it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.validators import refuse_personal_number
from schools.models import PlannedSession
from schools.models.plans import CancelReason
from sessions_log.entries import LogEntry
from sessions_log.models import SessionLog

# The most people in a group whose size is not known.
LARGEST_GROUP = 200
# The reasons that a person can give; that a group has ended is set by the action that ends it.
REASONS = (CancelReason.NO_ROOM, CancelReason.STAFF_ABSENT, CancelReason.SCHOOL_REQUEST, CancelReason.OTHER)
FREE_TEXT = ("note", "reason_note", "led_by_other", "adaptation_note")
ONE_OF: dict[str, Any] = {
    "adaptation": SessionLog.Adaptation,
    "adaptation_reason": SessionLog.AdaptationReason,
    "time_to_prepare": SessionLog.Enough,
    "time_to_reflect": SessionLog.Enough,
    "quality": SessionLog.Quality,
    "responsiveness": SessionLog.Responsiveness,
}

Refusal = tuple[str, str]


def check_entry(session: PlannedSession, entry: LogEntry, today: dt.date, enrolled: int | None = None) -> None:
    """Raise ``ValidationError`` by field, saying how to correct it.

    ``enrolled`` is the group's size as an earlier log of the session has it.
    """
    size = max((count for count in (session.group.headcount, enrolled) if count is not None), default=None)
    said = _wrong_when_held(session, entry, today, size) if entry.held else _wrong_when_not_held(entry)
    errors: dict[str, str] = {}
    for field, message in said:
        errors.setdefault(field, message)
    for field in FREE_TEXT:
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
    yield from _wrong_leaders(session, entry)
    for field in ("present", "adults_present", "mentors_present"):
        yield from _wrong_count(field, getattr(entry, field))
    if size is not None and entry.present is not None and size < entry.present <= LARGEST_GROUP:
        yield "present", _too_many(session, size)
    if any(part.topic_id != session.topic_id for part in entry.parts_done or ()):
        yield "parts_done", _("Choose among the session's own parts.")
    if entry.scenario and entry.scenario.programme_id != session.participation.programme_year.programme_id:
        yield "scenario", _("Choose among the programme's scenarios.")
    for field, choices in ONE_OF.items():
        if getattr(entry, field) not in (None, "", *choices.values):
            yield field, _("Choose one of the answers.")


def _wrong_day(session: PlannedSession, day: dt.date | None, today: dt.date) -> Iterator[Refusal]:
    year = session.participation.programme_year.year
    if day is None:
        yield "held_on", _("Write which day the session was held.")
    elif day > today:
        yield "held_on", _("The day has not come yet. Choose today or an earlier day.")
    elif not year.starts_on <= day <= year.ends_on:
        yield "held_on", _("The day lies outside the school year %(year)s.") % {"year": year}


def _wrong_leaders(session: PlannedSession, entry: LogEntry) -> Iterator[Refusal]:
    leaders = [leader for leader in (entry.led_by_user, entry.led_by_person, entry.led_by_other) if leader]
    if len(leaders) > 1:
        yield "leader", _("Choose one who led the session.")
    school = session.participation.school_id
    if entry.led_by_person and entry.led_by_person.school_id != school:
        yield "leader", _("Choose somebody at the school.")
    if any(person.school_id != school for person in entry.co_leaders):
        yield "co_leaders", _("Choose somebody at the school.")


def _wrong_count(field: str, count: int | None) -> Iterator[Refusal]:
    if count is not None and count < 0:
        yield field, _("Write 0 or more.")
    if count is not None and count > LARGEST_GROUP:
        yield field, _("Write %(most)d or fewer.") % {"most": LARGEST_GROUP}


def _too_many(session: PlannedSession, size: int) -> str:
    if session.group.is_class:
        return _("Write %(most)d or fewer, or change the size of the class.") % {"most": size}
    return _("Write %(most)d or fewer, or change the size of the group.") % {"most": size}
