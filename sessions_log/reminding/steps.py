"""The steps of a session's reminders: which there are, from which day each is due, and when it is too late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from schools.models.plans import monday_of
from sessions_log.reminding.kinds import Kind
from sessions_log.reminding.places import DAY, WEEK, Place
from sessions_log.reminding.rules import RuleBook, Rules

# How long logs are asked for. One that has been missing for longer is only on the coordinators' list; the mails to the
# centre are sent no longer than this after they were due.
MISSING_STOPS = 28 * DAY
ESCALATION_STOPS = 21 * DAY


@dataclass(frozen=True)
class Step:
    """One reminder of a session: its kind, its lead in weeks or days, from which day it is due, and when it is too
    late."""

    kind: str
    lead: int
    due_on: dt.date
    too_late_on: dt.date

    def is_too_late(self, today: dt.date) -> bool:
        return today >= self.too_late_on


def steps_of(place: Place, rules: Rules) -> list[Step]:
    """All reminders of a session, in the order in which they come, sent or not."""
    steps = [*_approaching(place, rules), *_to_hold(place), *_missing(place, rules), *_escalated(place, rules)]
    return [one for one in steps if rules[one.kind].is_on and rules[one.kind].counts(one.lead, one.due_on)]


def steps_before(day: dt.date, kind: str, leads: tuple[int, ...], unit: dt.timedelta, end: dt.date) -> list[Step]:
    """Steps before a day. Each is too late when the next one is due, the last one on ``end``."""
    due = [day - lead * unit for lead in leads]
    return [Step(kind, *one) for one in zip(leads, due, [*due[1:], end], strict=True)]


def _approaching(place: Place, rules: Rules) -> list[Step]:
    """The last is too late when the week is over."""
    if not place.is_announced:
        return []
    end = min(place.week_start + 5 * DAY, (place.day or dt.date.max - DAY) + DAY)
    return steps_before(place.week_start, Kind.APPROACHING, rules[Kind.APPROACHING].leads, WEEK, end)


def _to_hold(place: Place) -> Iterator[Step]:
    """At a school that logs by link, the leader gets the link on the session's day, or else on its week's Friday."""
    if place.leader:
        yield Step(Kind.LOG_BY_LINK, 0, place.day or place.week_start + 4 * DAY, place.sunday + MISSING_STOPS)


def _missing(place: Place, rules: Rules) -> Iterator[Step]:
    yield from _after(place, Kind.LOG_MISSING, rules[Kind.LOG_MISSING].leads, place.sunday + MISSING_STOPS)


def _escalated(place: Place, rules: Rules) -> Iterator[Step]:
    """To the school, and some time later to the centre."""
    leads = rules[Kind.LOG_ESCALATED].leads
    yield from _after(place, Kind.LOG_ESCALATED, leads, place.sunday + leads[-1] * DAY + ESCALATION_STOPS)


def _after(place: Place, kind: str, leads: tuple[int, ...], end: dt.date) -> Iterator[Step]:
    due = [working_day(place.sunday + days * DAY) for days in leads]
    for days, due_on, too_late_on in zip(leads, due, [*due[1:], end], strict=True):
        yield Step(kind, days, due_on, too_late_on)


def working_day(day: dt.date) -> dt.date:
    """The day itself, or the Monday after it."""
    return day if day.weekday() < 5 else monday_of(day) + WEEK


class Steps:
    """The steps of many sessions; equal ones are computed once."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._found: dict[tuple[object, ...], list[Step]] = {}

    def of(self, place: Place) -> list[Step]:
        alike = (place.programme_year, place.week_start, place.day, place.is_announced, place.leader is None)
        if alike not in self._found:
            self._found[alike] = steps_of(place, self._book.of_programme(place.programme_year))
        return self._found[alike]

    def due_by(self, place: Place, day: dt.date) -> list[Step]:
        return [one for one in self.of(place) if one.due_on <= day]
