"""Giving sessions another time: one, several, two that swap, or one with all that follow."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from accounts.validators import refuse_personal_number
from schools.actions.deeds import (
    AT_ONCE,
    Deed,
    RowsHaveChanged,
    StaleSession,
    change_one,
    origin_after,
    state_of,
    update_rows,
)
from schools.actions.weeks import check_week
from schools.calendar import WEEK, SchoolCalendar, calendars_of
from schools.mailing.telling import tell_of_changes
from schools.models import Group, Participation, PlanChange, PlannedSession
from schools.models.plans import monday_of
from schools.times import Time, time_in, time_of

What = PlanChange.What


@dataclass(frozen=True)
class Placing:
    """A session, the version in which it was seen, and the Monday of its new week.

    Without ``time`` it keeps its weekday and time of day, or else gets its group's weekly time, where the week has that
    day.
    """

    session: PlannedSession
    version: int
    week_start: dt.date
    time: Time | None = None


@transaction.atomic
def move_session(
    *,
    session: PlannedSession,
    week_start: dt.date,
    version: int,
    by: User,
    now: dt.datetime,
    reason: str = "",
    date: dt.date | None = None,
    start_time: dt.time | None = None,
    end_time: dt.time | None = None,
    batch: uuid.UUID | None = None,
) -> PlannedSession:
    """Move a session to a week, or to a day and time in it. It is pinned, so that planning leaves it there.

    ``batch`` is the batch of the deed that it is part of. Raises ``ValidationError`` by field when the time cannot be
    used, and ``StaleSession`` when the session is no longer at ``version``, or has been logged or cancelled.
    """
    calendar = SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)
    time = Time(date, start_time, end_time)
    check_week(session.group, calendar, week_start, field="week_start")
    _check_time(session.group, calendar, week_start, time)
    refuse_personal_number(reason)
    before, moved_from = state_of(session), origin_after(session, week_start)
    change_one(
        session,
        version,
        week_start=week_start,
        moved_from=moved_from,
        pinned=True,
        stays_in=_let_stay_in(week_start, calendar),
        **time._asdict(),
    )
    deed = Deed(session.participation, by, now, batch or uuid.uuid4())
    deed.change(What.MOVED, session, before=before, after=state_of(session), reason=reason.strip()).save()
    tell_of_changes(participation=session.participation, sessions=[session], by=by, now=now)
    Participation.objects.filter(pk=session.participation_id).raise_version()
    return session


@transaction.atomic
def move_sessions(
    *,
    placings: Sequence[Placing],
    by: User,
    now: dt.datetime,
    reason: str = "",
    how: str = "several",
    said: Mapping[str, Any] | None = None,
) -> uuid.UUID:
    """Move several sessions, all or none; gives the batch of the changes. ``how`` and ``said`` are kept in the history.

    Raises ``ValidationError`` naming each session whose week cannot be used, and ``StaleSession`` with the sessions
    that are no longer at their version, or have been logged or cancelled.
    """
    refuse_personal_number(reason)
    rows = _as_seen(placings)
    calendars = _calendars(rows)
    moves = [
        _Move(row, one.week_start, one.time, calendars[row.participation_id])
        for row, one in zip(rows, placings, strict=True)
    ]
    _check_weeks(moves)
    batch, kept = uuid.uuid4(), {"how": how} | dict(said or {})
    moves = [move for move in moves if move.changes_something]
    before = [state_of(move.row) for move in moves]
    _write(moves)
    PlanChange.objects.bulk_create(
        (
            Deed(move.row.participation, by, now, batch).change(
                What.MOVED, move.row, before=was, after=state_of(move.row) | kept, reason=reason.strip()
            )
            for move, was in zip(moves, before, strict=True)
        ),
        batch_size=AT_ONCE,
    )
    tell_and_count([move.row for move in moves], by=by, now=now)
    return batch


def swap_sessions(*, first: Placing, second: Placing, by: User, now: dt.datetime, reason: str = "") -> uuid.UUID:
    """Swap the weeks, days and times of two sessions; each placing gives a session and its version.

    Raises as ``move_sessions`` does.
    """
    one, other = first.session, second.session
    placings = [
        Placing(one, first.version, other.week_start, time_of(other)),
        Placing(other, second.version, one.week_start, time_of(one)),
    ]
    return move_sessions(placings=placings, by=by, now=now, reason=reason, how="swap")


def following(session: PlannedSession) -> list[PlannedSession]:
    """The session and all that its group has after it in the same plan, without an outcome, in order."""
    rows = PlannedSession.objects.without_outcome().filter(
        participation_id=session.participation_id, group_id=session.group_id, week_start__gte=session.week_start
    )
    later = [row for row in rows.with_names().order_by("week_start", "slot_no") if row.pk != session.pk]
    return [session, *later]


def shifted(rows: Iterable[PlannedSession], calendar: SchoolCalendar, steps: int) -> list[Placing]:
    """Each session moved by so many plannable weeks; earlier if ``steps`` is negative.

    Raises ``ValidationError`` naming each session that would fall outside the school year.
    """
    placings, refused = [], []
    for row in rows:
        week = _shift(row.week_start, calendar, steps)
        if week is None:
            refused.append(_outside(row, steps))
        else:
            placings.append(Placing(row, row.version, week))
    if refused:
        raise ValidationError({"week_start": refused})
    return placings


def steps_between(calendar: SchoolCalendar, week: dt.date, other: dt.date) -> int:
    """How many plannable weeks there are from one week to another; negative if the other is earlier."""
    weeks = calendar.plannable_weeks()
    if other >= week:
        return sum(week < one <= other for one in weeks)
    return -sum(other <= one < week for one in weeks)


def free_weeks(
    *, session: PlannedSession, calendar: SchoolCalendar, count: int = 3, from_day: dt.date
) -> list[dt.date]:
    """The next plannable weeks in which the session's group has nothing, after its own week and not before the
    day's."""
    taken = PlannedSession.objects.live().filter(group=session.group_id).values_list("week_start", flat=True)
    return _free(session, calendar, from_day, set(taken))[:count]


def to_next_free_weeks(
    rows: Sequence[PlannedSession], calendars: dict[int, SchoolCalendar], from_day: dt.date
) -> tuple[list[Placing], list[PlannedSession]]:
    """Each session in its group's next free week, never two of a group in one; and the sessions that no week is left
    for.

    ``calendars`` are by the school's primary key. At most two queries, however many sessions.
    """
    taken: dict[int, set[dt.date]] = defaultdict(set)
    groups = {row.group_id for row in rows}
    for group, week in PlannedSession.objects.live().filter(group__in=groups).values_list("group", "week_start"):
        taken[group].add(week)
    placings, left = [], []
    for row in sorted(rows, key=lambda row: (row.week_start, row.slot_no)):
        weeks = _free(row, calendars[row.participation.school_id], from_day, taken[row.group_id])
        if weeks:
            placings.append(Placing(row, row.version, weeks[0]))
            taken[row.group_id].add(weeks[0])
        else:
            left.append(row)
    return placings, left


def check_placings(placings: Sequence[Placing]) -> None:
    """Raise ``ValidationError`` naming each session whose new week or time cannot be used."""
    rows = [one.session for one in placings]
    calendars = _calendars(rows)
    _check_weeks(
        _Move(one.session, one.week_start, one.time, calendars[one.session.participation_id]) for one in placings
    )


def tell_and_count(rows: Iterable[PlannedSession], *, by: User, now: dt.datetime) -> None:
    """Tell each school of its changed sessions, and say that the figures of their plans have changed."""
    of_each: dict[int, list[PlannedSession]] = defaultdict(list)
    for row in rows:
        of_each[row.participation_id].append(row)
    for some in of_each.values():
        tell_of_changes(participation=some[0].participation, sessions=some, by=by, now=now)
    Participation.objects.filter(pk__in=of_each).raise_version()


class _Move(NamedTuple):
    row: PlannedSession
    week: dt.date
    asked: Time | None
    calendar: SchoolCalendar

    @property
    def time(self) -> Time:
        return time_in(self.row, self.week, self.calendar) if self.asked is None else self.asked

    @property
    def changes_something(self) -> bool:
        return (self.week, self.time) != (self.row.week_start, time_of(self.row))


def _as_seen(placings: Sequence[Placing]) -> list[PlannedSession]:
    """The rows of the placings as they are now, locked."""
    names = ("group", "topic", "participation__school", "participation__programme_year__year")
    wanted = PlannedSession.objects.filter(pk__in=[one.session.pk for one in placings]).order_by("pk")
    found = {row.pk: row for row in wanted.select_for_update(of=("self",)).select_related(*names)}
    stale = [
        one.session
        for one in placings
        if one.session.pk not in found
        or found[one.session.pk].version != one.version
        or found[one.session.pk].outcome
        or found[one.session.pk].cancelled_at
    ]
    if stale:
        raise StaleSession(*stale)
    return [found[one.session.pk] for one in placings]


def _calendars(rows: Iterable[PlannedSession]) -> dict[int, SchoolCalendar]:
    """The calendar of each row's plan."""
    plans = {row.participation_id: row.participation for row in rows}
    found: dict[int, SchoolCalendar] = {}
    for year in {plan.programme_year.year for plan in plans.values()}:
        of_year = {pk: plan.school for pk, plan in plans.items() if plan.programme_year.year == year}
        calendars = calendars_of(year, of_year.values())
        found |= {pk: calendars[school.pk] for pk, school in of_year.items()}
    return found


def _check_weeks(moves: Iterable[_Move]) -> None:
    refused = []
    for move in moves:
        try:
            check_week(move.row.group, move.calendar, move.week, field="week_start")
            _check_time(move.row.group, move.calendar, move.week, move.time)
        except ValidationError as why:
            refused += [f"{move.row.name}: {text}" for text in why.messages]
    if refused:
        raise ValidationError({"week_start": refused})


def _write(moves: Sequence[_Move]) -> None:
    rows = [move.row for move in moves]
    times = {move.row.pk: move.time for move in moves}
    try:
        update_rows(
            rows,
            moved_from={move.row.pk: origin_after(move.row, move.week) for move in moves},
            week_start={move.row.pk: move.week for move in moves},
            stays_in={move.row.pk: _let_stay_in(move.week, move.calendar) for move in moves},
            date={pk: time.date for pk, time in times.items()},
            start_time={pk: time.start_time for pk, time in times.items()},
            end_time={pk: time.end_time for pk, time in times.items()},
            pinned=True,
        )
    except RowsHaveChanged as changed:
        raise StaleSession(*rows) from changed


def _let_stay_in(week: dt.date, calendar: SchoolCalendar) -> dt.date | None:
    """The week if it is blocked: whoever chooses it has been told so, and is not asked again. Else none."""
    return week if calendar.blocked_name(week) else None


def _outside(row: PlannedSession, steps: int) -> str:
    named = {"session": row.name}
    if steps > 0:
        return _("%(session)s: does not fit before the school year ends.") % named
    return _("%(session)s: does not fit after the school year begins.") % named


def _shift(week: dt.date, calendar: SchoolCalendar, steps: int) -> dt.date | None:
    """The plannable week so many steps from a week, which may itself be closed."""
    if not steps:
        return week
    weeks = calendar.plannable_weeks()
    ahead = [one for one in weeks if one > week] if steps > 0 else [one for one in reversed(weeks) if one < week]
    return ahead[abs(steps) - 1] if len(ahead) >= abs(steps) else None


def _free(
    session: PlannedSession, calendar: SchoolCalendar, from_day: dt.date, taken: Collection[dt.date]
) -> list[dt.date]:
    first = max(monday_of(from_day), session.week_start + WEEK, monday_of(session.group.starts_on))
    last = session.group.ends_on or calendar.ends_on
    return [week for week in calendar.plannable_weeks() if first <= week <= last and week not in taken]


def _check_time(group: Group, calendar: SchoolCalendar, week_start: dt.date, time: Time) -> None:
    if time.date and monday_of(time.date) != week_start:
        raise ValidationError({"date": _("The day is not in %(week)s.") % {"week": week_no(week_start)}})
    if time.date and not calendar.is_school_day(time.date):
        raise ValidationError({"date": _("The school has no teaching on that day.")})
    if time.date and group.has_ended_by(time.date):
        raise ValidationError({"date": _("The group has ended by that day. Choose an earlier day.")})
    if time.date and time.date < group.starts_on:
        raise ValidationError({"date": _("The group begins after that day. Choose a later day.")})
    if time.start_time and not time.date:
        raise ValidationError({"date": _("Choose the day, too.")})
    if time.end_time and not time.start_time:
        raise ValidationError({"start_time": _("Write when the session begins, too.")})
    if time.start_time and time.end_time and time.end_time <= time.start_time:
        raise ValidationError({"end_time": _("The session ends before it begins.")})
