"""A school year as it turned out: week by week, sessions are held, logged late, moved, cancelled or forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import User
from schools.actions.cancelling import cancel_session
from schools.actions.moves import free_weeks, move_session
from schools.calendar import SchoolCalendar
from schools.models import Participation, PlannedSession, SchoolPerson
from schools.models.plans import CancelReason
from sessions_log.actions import LogEntry, log_as_planned, log_session, planned_entry
from vpc_portal.example.names import NOTES, Fate

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True)
class Odds:
    """How often, in per cent, something happens to a school's session."""

    moved: int
    cancelled: int
    not_held: int
    never_logged: int
    logged_late: int
    reason: str = CancelReason.STAFF_ABSENT
    staff_factor: int = 1


ODDS = {
    Fate.STEADY: Odds(moved=4, cancelled=2, not_held=2, never_logged=1, logged_late=8),
    Fate.NEW_THIS_YEAR: Odds(moved=6, cancelled=3, not_held=4, never_logged=3, logged_late=12),
    Fate.LOGS_LATE: Odds(moved=4, cancelled=2, not_held=3, never_logged=12, logged_late=45),
    Fate.NO_CONTACT: Odds(moved=4, cancelled=22, not_held=16, never_logged=12, logged_late=20),
    Fate.SCHOOL_BUSY: Odds(
        moved=8, cancelled=18, not_held=4, never_logged=3, logged_late=10, reason=CancelReason.SCHOOL_REQUEST
    ),
    Fate.STAFF_ABSENT: Odds(moved=4, cancelled=6, not_held=8, never_logged=4, logged_late=10, staff_factor=4),
}


@dataclass
class Telling:
    """The person who logs a school's year, the odds, and the last day."""

    calendar: SchoolCalendar
    odds: Odds
    random: Random
    by: User
    today: dt.date
    teachers: list[SchoolPerson]

    @property
    def yesterday(self) -> dt.date:
        """Yesterday, the last day on which anything has been done: today's hours may still be to come."""
        return self.today - dt.timedelta(days=1)

    def happens(self, odds: int, session: PlannedSession) -> bool:
        factor = self.odds.staff_factor if session.group.kind == "staff" else 1
        return self.random.randrange(100) < odds * factor


def tell_year(
    participation: Participation, *, fate: Fate, random: Random, by: User, today: dt.date, over: bool
) -> None:
    """Play the weeks up to today. In a year that is over, hardly any session is left without a log."""
    year = participation.programme_year.year
    odds = ODDS[fate]
    if over:
        odds = Odds(**{**odds.__dict__, "never_logged": odds.never_logged // 4})
    telling = Telling(
        calendar=SchoolCalendar.of(year, participation.school),
        odds=odds,
        random=random,
        by=by,
        today=today,
        teachers=list(participation.school.people.filter(user=None)),
    )
    for monday in telling.calendar.weeks():
        if monday <= today:
            _tell_week(telling, participation, monday)
    if not over:
        _move_one_ahead(telling, participation)


def _tell_week(telling: Telling, participation: Participation, monday: dt.date) -> None:
    rows = (
        participation.sessions.without_outcome()
        .in_week(monday)
        .with_names()
        .order_by("group__kind", "group__grade", "group__name")
    )
    for session in list(rows):
        _tell_session(telling, session)


def _tell_session(telling: Telling, session: PlannedSession) -> None:
    before = at_hour(session.week_start - dt.timedelta(days=4), 10)
    this_week = telling.today - session.week_start < dt.timedelta(days=7)
    if session.moved_from is None and telling.happens(telling.odds.moved, session):
        _move(telling, session, before)
    elif telling.happens(telling.odds.cancelled, session):
        _cancel(telling, session, before)
    elif this_week:
        _log_some_of_this_week(telling, session)
    elif not telling.happens(telling.odds.never_logged, session):
        _log(telling, session)


def _move(telling: Telling, session: PlannedSession, now: dt.datetime) -> None:
    weeks = free_weeks(session=session, calendar=telling.calendar, count=2, from_day=session.week_start)
    if weeks:
        reason = "Skolan har friluftsdag den veckan."
        move_session(
            session=session, week_start=weeks[0], version=session.version, by=telling.by, now=now, reason=reason
        )


def _move_one_ahead(telling: Telling, participation: Participation) -> None:
    """Move one coming session to another week, as somebody asked."""
    ahead = participation.sessions.upcoming(telling.today + dt.timedelta(days=14)).with_names().first()
    if ahead:
        _move(telling, ahead, at_hour(telling.yesterday, 14))


def _cancel(telling: Telling, session: PlannedSession, now: dt.datetime) -> None:
    weeks = free_weeks(session=session, calendar=telling.calendar, count=3, from_day=session.week_start)
    later = weeks[-1] if weeks and telling.random.random() < 0.45 else None
    cancel_session(
        session=session, reason=telling.odds.reason, version=session.version, by=telling.by, now=now, new_week=later
    )


def _log_some_of_this_week(telling: Telling, session: PlannedSession) -> None:
    """Log some of this week's sessions up to yesterday; the rest is still ahead."""
    days = telling.calendar.open_days(session.week_start)
    if days and days[0] < telling.today and telling.random.random() < 0.3:
        log_as_planned(session=session, key=_key(telling), by=telling.by, now=at_hour(telling.yesterday, 15))


def _log(telling: Telling, session: PlannedSession) -> None:
    days = telling.calendar.open_days(session.week_start)
    if not days:
        return
    day = telling.random.choice(days)
    late = telling.happens(telling.odds.logged_late, session)
    waited = telling.random.randint(9, 30) if late else telling.random.randint(0, 3)
    now = at_hour(min(day + dt.timedelta(days=waited), telling.yesterday), 15)
    entry = _entry(telling, session, day)
    log_session(session=session, entry=entry, key=_key(telling), by=telling.by, now=now)


def _entry(telling: Telling, session: PlannedSession, day: dt.date) -> LogEntry:
    random = telling.random
    if telling.happens(telling.odds.not_held, session):
        return LogEntry(held=False, reason=random.choice([telling.odds.reason, CancelReason.NO_ROOM]))
    planned = planned_entry(session, by=telling.by, today=day)
    away = random.choice([0, 0, 1, 1, 2, 3])
    parts = planned.parts_done or ()
    skipped = 1 if parts and random.random() < 0.2 else 0
    changed = random.random()
    return LogEntry(
        held=True,
        held_on=day,
        led_by_person=random.choice(telling.teachers) if telling.teachers else None,
        present=max(planned.present - away, 0) if planned.present is not None else None,
        adults_present=random.choice([0, 1, 1, 2]) if session.group.kind == "class" else None,
        parts_done=parts[: len(parts) - skipped],
        adaptation="shortened" if skipped else "adapted" if changed < 0.1 else "none",
        adaptation_reason=random.choice(["time", "time", "group", "room"]) if skipped or changed < 0.1 else "",
        time_to_prepare=random.choice(["yes", "yes", "partly", "no", ""]),
        quality=random.choice([2, 3, 3, 3, 4, None]),
        responsiveness=random.choice([2, 3, 3, 3, 4, 4]),
        note=random.choice(NOTES) if changed < 0.15 else "",
    )


def at_hour(day: dt.date, hour: int) -> dt.datetime:
    """An hour of a day in the municipality."""
    return dt.datetime.combine(day, dt.time(hour), tzinfo=STOCKHOLM)


def _key(telling: Telling) -> UUID:
    return UUID(int=telling.random.getrandbits(128), version=4)
