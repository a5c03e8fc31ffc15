"""A term's plan as people read it: month by month, week by week, and at a glance. Rows in, what the page shows out."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from schools.calendar import SchoolCalendar
from schools.models import Group, PlanConfirmation, PlannedSession, Term
from schools.models.plans import WITHOUT_NEW_TIME, monday_of

Status = PlannedSession.Status
WEEK = dt.timedelta(days=7)
# The terms as addresses write them: /skolor/<school>/plan/2026-27/ht/.
SEASONS = {"ht": Term.Season.AUTUMN, "vt": Term.Season.SPRING}


class When(enum.StrEnum):
    """Why the page marks a week: it is this week, the next, or the next one in which anything is planned."""

    THIS_WEEK = "this"
    NEXT_WEEK = "next"
    COMES_NEXT = "coming"


class Standing:
    """The sessions of a year that are not lost, in order to say where a lost one has its new time."""

    def __init__(self, rows: Iterable[PlannedSession]) -> None:
        self._live: dict[tuple[Any, ...], PlannedSession] = {}
        for row in rows:
            if row.is_live:
                self._live |= dict.fromkeys(_places(row), row)

    def stand_in_for(self, lost: PlannedSession) -> PlannedSession | None:
        """The session that the group has instead: with the same topic, or at the same place in the year."""
        return next((self._live[place] for place in _places(lost) if place in self._live), None)


def standing_of(sessions: Iterable[PlannedSession]) -> Standing:
    """The sessions that are not lost, of groups that have lost some."""
    lost = [session for session in sessions if not session.is_live]
    groups = {session.group_id for session in lost}
    return Standing(PlannedSession.objects.live().filter(group__in=groups) if groups else [])


def new_session_of(session: PlannedSession) -> PlannedSession | None:
    """The session that a group has instead of one that was lost."""
    return None if session.is_live else standing_of([session]).stand_in_for(session)


def _places(row: PlannedSession) -> list[tuple[Any, ...]]:
    group = (row.participation_id, row.group_id)
    topic = [(*group, "topic", row.topic_id)] if row.topic_id else []
    return [*topic, (*group, "slot", row.slot_no)]


@dataclass(frozen=True)
class Entry:
    """A line of the plan: the sessions of a week that have the same topic, kind of group, state and time."""

    sessions: tuple[PlannedSession, ...]
    status: Status
    new_week: dt.date | None = None
    # Those of its sessions that can be logged.
    to_log: tuple[PlannedSession, ...] = ()

    @property
    def first(self) -> PlannedSession:
        return self.sessions[0]

    @property
    def is_staff(self) -> bool:
        return self.first.group.kind == Group.Kind.STAFF

    @property
    def is_lost(self) -> bool:
        """Cancelled or not held."""
        return self.status in (Status.CANCELLED, Status.NOT_HELD)

    @property
    def asks_for_new_time(self) -> bool:
        """Lost, without a new time, and the group has not ended."""
        return self.is_lost and self.new_week is None and self.first.cancel_reason not in WITHOUT_NEW_TIME

    @property
    def can_move(self) -> bool:
        return self.status in (Status.PLANNED, Status.MOVED)


@dataclass(frozen=True)
class Week:
    """A week with sessions, or one that is closed or blocked."""

    monday: dt.date
    entries: tuple[Entry, ...]
    closed_name: str = ""
    blocked_name: str = ""
    closed_days: tuple[tuple[dt.date, str], ...] = ()
    when: When | None = None

    @property
    def entries_ahead(self) -> list[Entry]:
        """The lines of the week that are still ahead."""
        return [entry for entry in self.entries if entry.can_move]


@dataclass(frozen=True)
class Month:
    first: dt.date
    weeks: tuple[Week, ...]


@dataclass(frozen=True)
class GlanceCell:
    """How many staff groups and classes have the topic in a week."""

    staff: int
    pupils: int
    closed_name: str
    blocked_name: str


@dataclass(frozen=True)
class GlanceRow:
    first: PlannedSession
    cells: tuple[GlanceCell, ...]


@dataclass(frozen=True)
class TermPlan:
    """One school's sessions in one term."""

    term: Term
    calendar: SchoolCalendar
    rows: tuple[PlannedSession, ...]
    standing: Standing
    today: dt.date

    @classmethod
    def of(
        cls, term: Term, *, year_rows: Sequence[PlannedSession], calendar: SchoolCalendar, today: dt.date
    ) -> TermPlan:
        """The term's part of a year's rows."""
        rows = tuple(row for row in year_rows if in_term(row.week_start, term))
        return cls(term=term, calendar=calendar, rows=rows, standing=Standing(year_rows), today=today)

    @cached_property
    def live(self) -> list[PlannedSession]:
        return [row for row in self.rows if row.is_live]

    @property
    def staff_count(self) -> int:
        return sum(row.group.kind == Group.Kind.STAFF for row in self.live)

    @property
    def pupil_count(self) -> int:
        return len(self.live) - self.staff_count

    @property
    def unchosen_count(self) -> int:
        """How many of the term's topics are still to be chosen."""
        return len({(row.participation_id, row.slot_no) for row in self.live if row.topic_id is None})

    @property
    def first_week(self) -> dt.date:
        return min(row.week_start for row in self.live or self.rows)

    @property
    def last_week(self) -> dt.date:
        return max(row.week_start for row in self.live or self.rows)

    @cached_property
    def programmes(self) -> list[str]:
        return sorted({row.participation.programme_year.programme.name for row in self.rows})

    @cached_property
    def digests(self) -> dict[int, str]:
        """What each programme's plan says now, as digests by participation."""
        by_participation: dict[int, list[PlannedSession]] = {}
        for row in self.rows:
            by_participation.setdefault(row.participation_id, []).append(row)
        return {pk: plan_digest(rows) for pk, rows in by_participation.items()}

    @cached_property
    def weeks(self) -> list[Week]:
        """The weeks with sessions, and those that are closed or blocked, in order."""
        return list(weeks_of(self.rows, self._mondays(), self.calendar, self.standing, self.today))

    @property
    def months(self) -> list[Month]:
        """All the term's weeks, by month."""
        return _by_month(self.weeks)

    @property
    def months_ahead(self) -> list[Month]:
        """This week and later ones, by month."""
        return _by_month(week for week in self.weeks if week.monday >= monday_of(self.today))

    @property
    def months_gone(self) -> list[Month]:
        """The weeks that have passed, by month."""
        return _by_month(week for week in self.weeks if week.monday < monday_of(self.today))

    @property
    def next_week(self) -> Week | None:
        """The first week from today on with something planned."""
        return next((week for week in self.weeks if week.when and _is_ahead(week.entries)), None)

    @cached_property
    def glance_weeks(self) -> list[tuple[dt.date, str, str]]:
        """Every week of the term, with the name of what it is closed or blocked for."""
        return [(monday, self._closed_name(monday), self.calendar.blocked_name(monday)) for monday in self._mondays()]

    @property
    def has_blocked_weeks(self) -> bool:
        return any(blocked for _monday, _closed, blocked in self.glance_weeks)

    @property
    def glance(self) -> list[GlanceRow]:
        """The topics in the order in which they begin; places without a topic have a row each."""
        by_topic: dict[tuple[Any, ...], list[PlannedSession]] = {}
        for row in sorted(self.live, key=lambda row: row.week_start):
            by_topic.setdefault(_topic_key(row), []).append(row)
        return [GlanceRow(rows[0], self._cells(rows)) for rows in by_topic.values()]

    def _cells(self, rows: list[PlannedSession]) -> tuple[GlanceCell, ...]:
        counts = Counter((row.week_start, row.group.kind == Group.Kind.STAFF) for row in rows)
        return tuple(
            GlanceCell(counts[monday, True], counts[monday, False], closed, blocked)
            for monday, closed, blocked in self.glance_weeks
        )

    def _mondays(self) -> list[dt.date]:
        planned = {row.week_start for row in self.rows}
        return sorted(planned | {monday for monday in self.calendar.weeks() if in_term(monday, self.term)})

    def _closed_name(self, monday: dt.date) -> str:
        return self.calendar.closed_name(monday) if self.calendar.is_closed_week(monday) else ""


def _by_month(weeks: Iterable[Week]) -> list[Month]:
    """Weeks by the month that their Wednesday is in."""
    by_month = groupby(weeks, key=lambda week: (week.monday + dt.timedelta(days=2)).replace(day=1))
    return [Month(first, tuple(of_month)) for first, of_month in by_month]


def is_over(term: Term, today: dt.date) -> bool:
    """Whether the term has passed: then it can be read, but nobody is asked about it any more."""
    return term.ends_on < today


def season_slug(term: Term) -> str:
    """ht or vt."""
    return next(slug for slug, season in SEASONS.items() if season == term.season)


def in_term(monday: dt.date, term: Term) -> bool:
    """Whether a week belongs to a term, whose first week may begin before its first day."""
    return monday_of(term.starts_on) <= monday <= term.ends_on


def weeks_of(
    rows: Iterable[PlannedSession],
    mondays: Iterable[dt.date],
    calendar: SchoolCalendar,
    standing: Standing,
    today: dt.date,
) -> Iterable[Week]:
    """Those of the weeks that have sessions or are closed or blocked, each with its lines."""
    by_week: dict[dt.date, list[PlannedSession]] = {}
    for row in rows:
        by_week.setdefault(row.week_start, []).append(row)
    next_seen = False
    for monday in mondays:
        entries = tuple(entries_of(by_week.get(monday, []), standing, today))
        closed, blocked = calendar.is_closed_week(monday), calendar.blocked_name(monday)
        if not entries and not closed and not blocked:
            continue
        when = _when(monday, entries, today, next_seen)
        next_seen = next_seen or (when is not None and _is_ahead(entries))
        yield Week(
            monday=monday,
            entries=entries,
            closed_name=calendar.closed_name(monday) if closed else "",
            blocked_name=blocked,
            closed_days=() if closed else _closed_days(monday, calendar),
            when=when,
        )


def _when(monday: dt.date, entries: Collection[Entry], today: dt.date, next_seen: bool) -> When | None:
    this_week = monday_of(today)
    if monday == this_week and entries:
        return When.THIS_WEEK
    if not _is_ahead(entries) or monday < this_week:
        return None
    if monday == this_week + WEEK:
        return When.NEXT_WEEK
    return None if next_seen else When.COMES_NEXT


def _is_ahead(entries: Iterable[Entry]) -> bool:
    return any(entry.can_move for entry in entries)


def _closed_days(monday: dt.date, calendar: SchoolCalendar) -> tuple[tuple[dt.date, str], ...]:
    days = (monday + dt.timedelta(days=n) for n in range(5))
    return tuple((day, calendar.closed[day]) for day in days if day in calendar.closed)


def entries_of(rows: Iterable[PlannedSession], standing: Standing, today: dt.date) -> Iterable[Entry]:
    """A week's rows as lines: staff before pupils, those with a day in order of days."""
    by_line: dict[tuple[Any, ...], Entry] = {}
    for row in sorted(rows, key=_reading_order):
        status = row.status(today)
        stand_in = None if row.is_live else standing.stand_in_for(row)
        new_week = stand_in.week_start if stand_in else None
        moved_from = row.moved_from if status == Status.MOVED else None
        line = (*_topic_key(row), row.group.kind, status, new_week, moved_from, *_time_of(row), *_reason_of(row))
        sessions = (*(by_line[line].sessions if line in by_line else ()), row)
        to_log = tuple(one for one in sessions if one.waits_for_log(today))
        by_line[line] = Entry(sessions, status, new_week, to_log)
    return by_line.values()


def _reading_order(row: PlannedSession) -> tuple[Any, ...]:
    group = row.group
    time = (row.date or row.week_start, row.start_time or dt.time.min)
    return (*time, group.kind != Group.Kind.STAFF, row.slot_no, group.grade or 0, group.name)


def _topic_key(row: PlannedSession) -> tuple[Any, ...]:
    return (row.participation_id, row.topic_id, None if row.topic_id else row.slot_no)


def _time_of(row: PlannedSession) -> tuple[Any, ...]:
    return (row.date, row.start_time, row.end_time)


def _reason_of(row: PlannedSession) -> tuple[Any, ...]:
    return (row.cancel_reason, row.cancel_note)


def plan_digest(rows: Iterable[PlannedSession]) -> str:
    """A digest of what a plan says: the same plan gives the same digest.

    It covers every session that is not cancelled, but not what came of it: a log does not change the plan.
    """
    said = sorted(
        f"{row.participation_id} {row.group_id} {row.topic_id or f'place {row.slot_no}'} {row.week_start} "
        f"{row.date} {row.start_time} {row.end_time}"
        for row in rows
        if row.cancelled_at is None
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


class Answered(enum.StrEnum):
    NOT_YET = "not_yet"
    CONFIRMED = "confirmed"
    CHANGED_SINCE = "changed"


@dataclass(frozen=True)
class Answer:
    """What the school has said about a term's plan; ``latest`` is its last confirmation."""

    state: Answered
    latest: PlanConfirmation | None = None

    @classmethod
    def to(cls, digests: Mapping[int, str], confirmations: Iterable[PlanConfirmation]) -> Answer:
        """The answer to the plans with these digests. A school with two programmes has answered when both are
        confirmed."""
        by_age = sorted(confirmations, key=lambda confirmation: confirmation.at)
        latest = {confirmation.participation_id: confirmation for confirmation in by_age}
        answered = [latest[pk] for pk in digests if pk in latest]
        if not answered:
            return cls(Answered.NOT_YET)
        newest = max(answered, key=lambda confirmation: confirmation.at)
        if any(confirmation.plan_digest != digests[confirmation.participation_id] for confirmation in answered):
            return cls(Answered.CHANGED_SINCE, newest)
        return cls(Answered.CONFIRMED if len(answered) == len(digests) else Answered.NOT_YET, newest)
