"""Reads a calendar file (iCalendar, RFC 5545) into the whole days that its events take, within a school year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Component

from accounts.validators import holds_personal_number
from schools.imports.recurrences import STOCKHOLM, Rule, UnreadableRule, local_day
from schools.imports.sheets import UnreadableFile

# The library's own types say only that a property may be anything.
Event = Any
MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_EVENTS = 1_000
# An event that repeats more often than this in a year is not a break: it is a weekly meeting, or a mistake.
MAX_TIMES = 60
LONGEST_NAME = 80
LONGEST_UID = 280
DAY = dt.timedelta(days=1)
# What reading a property can raise: its value can lie outside the calendar, or be of another kind than its name says.
UNREADABLE = (AttributeError, OverflowError, TypeError, ValueError)
ONE_TIME = ("RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "RRULE")


@dataclass(frozen=True)
class FoundDays:
    """The whole days in the school year that an event takes; ``number`` is the event's place in the file, from 1."""

    number: int
    uid: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    remark: str = ""


@dataclass(frozen=True)
class EventRemark:
    """Why an event is left out, or has to be corrected."""

    number: int
    name: str
    reason: str


@dataclass
class CalendarFile:
    """The content of a file, for one school year."""

    found: list[FoundDays] = field(default_factory=list)
    left_out: list[EventRemark] = field(default_factory=list)
    errors: list[EventRemark] = field(default_factory=list)


class _LeftOut(Exception):  # noqa: N818
    """The event is not a closed day of the year; the message says why."""


class _Broken(Exception):  # noqa: N818
    """The event has to be corrected; the message says how."""


def read_calendar(content: bytes, first: dt.date, last: dt.date) -> CalendarFile:
    """The whole-day events of a file between two days. Raises ``UnreadableFile`` if it is not a calendar file."""
    events = _events(content)
    moved = _moved_days(events)
    result = CalendarFile()
    for number, event in enumerate(events, start=1):
        name = _name(event)
        try:
            result.found += _days_of(number, event, first, last, moved)
        except _LeftOut as why:
            result.left_out.append(EventRemark(number, name, str(why)))
        except (_Broken, UnreadableRule) as why:
            result.errors.append(EventRemark(number, name, str(why)))
        except UNREADABLE:
            result.errors.append(EventRemark(number, name, _("Its dates cannot be read.")))
    return result


def _events(content: bytes) -> list[Event]:
    if not content.strip():
        raise UnreadableFile(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise UnreadableFile(_("The file is too large. A calendar file may hold at most 1 MB."))
    text = _text(content)
    if "BEGIN:VCALENDAR" not in text.upper():
        raise UnreadableFile(_("This is not a calendar file. Export the calendar as .ics, and choose that file."))
    if text.upper().count("BEGIN:VEVENT") > MAX_EVENTS or text.count("\n") > MAX_LINES:
        raise UnreadableFile(_("The calendar has more than 1,000 events. Export only the closed days."))
    try:
        parts = Component.from_ical(text, multiple=True)
        events = [event for part in parts for event in part.walk("VEVENT")]
    except Exception as error:  # the parser can raise anything on a broken file
        raise UnreadableFile(_("The calendar file is broken. Export it again.")) from error
    begun = len(re.findall(r"(?im)^BEGIN:VEVENT\s*$", text))
    if len(events) < begun:
        raise UnreadableFile(_("The calendar file is broken. Export it again."))
    if not events:
        raise UnreadableFile(_("The calendar has no events."))
    return events


def _text(content: bytes) -> str:
    """The file as text, in whatever encoding it has.

    Folded lines are joined as bytes before decoding, because a line may have been folded in the middle of a character.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", errors="replace").encode()
    unfolded = re.sub(rb"\r?\n[ \t]", b"", content.replace(b"\x00", b""))
    try:
        return unfolded.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unfolded.decode("cp1252", errors="replace")


def _name(event: Event) -> str:
    summary = event.get("SUMMARY")
    words = str(summary[0] if isinstance(summary, list) else summary or "")
    return " ".join(words.split())[:LONGEST_NAME]


def _uid(event: Event) -> str:
    uid = event.get("UID")
    return str(uid[0] if isinstance(uid, list) else uid or "")[:LONGEST_UID]


def _moved_days(events: list[Event]) -> set[tuple[str, dt.date]]:
    """The repetitions that have an event of their own, and are not where the rule puts them."""
    moved = set()
    for event in events:
        # What cannot be read here is reported for the event itself.
        with suppress(*UNREADABLE):
            if not _is_broken(event) and (day := _moved_day(event)):
                moved.add((_uid(event), day))
    return moved


def _moved_day(event: Event) -> dt.date | None:
    """The repetition that an event replaces."""
    moved = event.get("RECURRENCE-ID")
    return local_day(moved.dt) if moved else None


def _is_broken(event: Event) -> bool:
    """Whether the properties that say when an event is cannot be read, or occur twice."""
    wrong = {str(name).upper() for name, _why in event.errors if name}
    return any(name in wrong or isinstance(event.get(name), list) for name in ONE_TIME) or "EXDATE" in wrong


def _days_of(
    number: int, event: Event, first: dt.date, last: dt.date, moved: set[tuple[str, dt.date]]
) -> list[FoundDays]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _LeftOut(_("It is cancelled."))
    starts_on, ends_on = _whole_days(event)
    name = _checked_name(event)
    length, uid, remark = ends_on - starts_on, _uid(event), ""
    starts = [starts_on]
    if "RRULE" in event or "RDATE" in event:
        starts, remark = _repetitions(event, starts_on, first - length, last, moved)
    within = [(day, day + length) for day in starts if day <= last and day + length >= first]
    if not within:
        raise _LeftOut(_("It lies outside the school year."))
    own = _moved_day(event) is not None
    return [
        FoundDays(
            number,
            f"{uid}/{day.isoformat()}" if uid and (own or len(starts) > 1) else uid,
            name,
            max(day, first),
            min(end, last),
            remark or (_("Only the days in the school year.") if day < first or end > last else ""),
        )
        for day, end in within
    ]


def _checked_name(event: Event) -> str:
    name = _name(event)
    if not name:
        raise _Broken(_("It has no name. Write one, such as Höstlov."))
    if holds_personal_number(name):
        raise _Broken(_("Its name holds a personal identity number. Remove it."))
    return name


def _whole_days(event: Event) -> tuple[dt.date, dt.date]:
    """The event's first and last day; an end at midnight belongs to the day before."""
    if _is_broken(event):
        raise _Broken(_("Its dates cannot be read."))
    if "DTSTART" not in event:
        raise _Broken(_("It has no date."))
    start, end = event["DTSTART"].dt, _end_of(event)
    if not isinstance(start, dt.date) or not isinstance(end, dt.date):
        raise _Broken(_("Its dates cannot be read."))
    first_moment, last_moment = _moment(start), _moment(end)
    if last_moment < first_moment:
        raise _Broken(_("It ends before it begins."))
    if first_moment.time() != dt.time() or last_moment.time() != dt.time():
        raise _LeftOut(_("It has a time of day: the school is not closed all day."))
    if first_moment == last_moment and isinstance(start, dt.datetime):
        raise _LeftOut(_("It has a time of day: the school is not closed all day."))
    return first_moment.date(), max(first_moment.date(), (last_moment - DAY).date())


def _end_of(event: Event) -> Any:
    start = event["DTSTART"].dt
    if "DTEND" in event:
        return event["DTEND"].dt
    if "DURATION" in event:
        return _moment(start) + event["DURATION"].dt
    return start if isinstance(start, dt.datetime) else start + DAY


def _moment(value: dt.date) -> dt.datetime:
    """A moment in Stockholm's time."""
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value.astimezone(STOCKHOLM).replace(tzinfo=None) if value.tzinfo else value


def _repetitions(
    event: Event, starts_on: dt.date, first: dt.date, last: dt.date, moved: set[tuple[str, dt.date]]
) -> tuple[list[dt.date], str]:
    days, remark = {starts_on} if first <= starts_on <= last else set(), ""
    if "RRULE" in event:
        rule = Rule.of(event["RRULE"])
        days = set(rule.days(starts_on, first, last))
        if rule.is_endless:
            remark = _("It repeats without end: only the days in the school year.")
    days |= set(_listed(event, "RDATE"))
    days -= set(_listed(event, "EXDATE"))
    days -= {day for uid, day in moved if uid == _uid(event)}
    if len(days) > MAX_TIMES:
        said = {"n": len(days), "most": MAX_TIMES}
        raise _Broken(
            _("It repeats %(n)s times in the school year. At most %(most)s: write a longer period instead.") % said
        )
    return sorted(days), remark


def _listed(event: Event, name: str) -> Iterator[dt.date]:
    lists = event.get(name, [])
    for one in lists if isinstance(lists, list) else [lists]:
        for value in getattr(one, "dts", []):
            day = value.dt[0] if isinstance(value.dt, tuple) else value.dt
            yield local_day(day)
