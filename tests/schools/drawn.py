"""Years to plan, drawn at random: calendars, groups, and what has happened since they were laid out; no database."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from random import Random

from django.db.models.base import ModelState
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from programmes.models import Programme, SessionTopic
from schools.calendar import WEEK, SchoolCalendar
from schools.engine.boards import Outline
from schools.engine.drafts import _changes as changes_of
from schools.models import Group, PlannedSession, ProgrammeYear, SchoolYear
from schools.models.plans import CancelReason, monday_of
from schools.planning import Difference, plan

FIRST, LAST = dt.date(2026, 8, 18), dt.date(2027, 6, 11)
CHRISTMAS = {dt.date(2026, 12, 19) + dt.timedelta(days=place): "Jullov" for place in range(23)}
MONDAYS = [monday_of(FIRST) + place * WEEK for place in range(43)]
BASE = [
    SessionTopic(pk=number, kind="base", number=number, title=f"Baspass {number}", month=month)
    for number, month in enumerate([9, 12, 4], start=1)
]
EXTRA = [SessionTopic(pk=10 + number, kind="extra", number=number, title=f"Tillägg {number}") for number in range(8)]
TAGET, YEAR = Programme(name="TÅGET"), SchoolYear(starts_on=FIRST, ends_on=LAST)
SOME_INSTANT = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


def thorough(flag: str) -> settings:
    """A thousand years each time; the flag, an environment variable, says how many others to try (``make soak`` ten
    thousand).

    The same ones, as a change must not fail for a year that only this run has come upon: a search for more is made
    by somebody who has time to mend what it finds.
    """
    return settings(
        max_examples=int(os.environ.get(flag, "1000")),
        derandomize=flag not in os.environ,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


SEEDS = st.integers(0, 2**32 - 1)


@cache
def upto(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most)


def at_times(by: Random) -> bool:
    return by.random() < 0.5


def dice(draw: st.DrawFn) -> Random:
    """One number decides a part of a year, as a choice of Hypothesis' own for each day costs more than planning it.

    How many there are of something stays Hypothesis' to choose, so that it can make a year that fails smaller.
    """
    return Random(draw(SEEDS))


def some_day(by: Random, first: dt.date = FIRST) -> dt.date:
    return first + dt.timedelta(days=by.randint(0, (LAST - first).days))


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    """A school year of any length with its Christmas break, some closed weeks and days, and at times a whole month."""
    by, closed_weeks, closed_days, blocked_weeks = dice(draw), draw(upto(12)), draw(upto(10)), draw(upto(6))
    first = by.choice([FIRST, FIRST, dt.date(2026, 9, 9), dt.date(2026, 10, 12)])
    last = by.choice([LAST, LAST, dt.date(2027, 5, 5), dt.date(2027, 2, 28)])
    month = by.choice([None, None, 9, 12, 4])
    weeks = [monday for monday in MONDAYS if (monday + dt.timedelta(days=2)).month == month]
    blocked = dict.fromkeys(by.choices(MONDAYS, k=blocked_weeks), "Nationella prov")
    closed = dict.fromkeys((some_day(by) for _ in range(closed_days)), "Studiedag") | CHRISTMAS
    for monday in [*weeks, *by.choices(MONDAYS, k=closed_weeks)]:
        closed |= {monday + dt.timedelta(days=place): "Lov" for place in range(5)}
    return SchoolCalendar(first, last, closed, blocked)


@st.composite
def schools(draw: st.DrawFn) -> list[Group]:
    """Up to two staff groups and six classes; some begin late or end early, some are in grades too high."""
    by = dice(draw)
    staff = [
        Group(pk=number, kind="staff", name=f"Personal {number}", starts_on=FIRST)
        for number in range(1, draw(upto(2)) + 1)
    ]
    classes = [
        Group(
            pk=10 + number,
            kind="class",
            name=f"Klass {number}",
            grade=by.randint(0, 7),
            starts_on=by.choice([FIRST, FIRST, FIRST, dt.date(2026, 11, 9)]),
            ends_on=by.choice([None, None, None, dt.date(2027, 2, 12)]),
            staff_group_id=by.choice([None, 1, 2]),
        )
        for number in range(draw(upto(6)))
    ]
    return [*staff, *classes]


@st.composite
def rules(draw: st.DrawFn) -> ProgrammeYear:
    return ProgrammeYear(
        programme=TAGET,
        year=YEAR,
        required_base=3,
        required_extra=draw(upto(9)),
        lowest_grade=0,
        highest_grade=5,
        staff_lead_weeks=draw(upto(4)),
    )


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """A year that has not begun, or one in which sessions have been laid out, held, lost, moved and changed since; and
    at times somebody has adjusted the draft."""
    by = dice(draw)
    fresh = Outline(
        rules=draw(rules()),
        calendar=draw(calendars()),
        groups=draw(schools()),
        base_topics=BASE,
        chosen=by.sample(EXTRA, draw(upto(5))),
        rows=[],
        from_day=by.choice([FIRST, some_day(by)]),
    )
    if at_times(by):
        return adjusted(draw, fresh)
    rows = laid_out(replace(fresh, from_day=FIRST), plan(replace(fresh, from_day=FIRST)))
    happen(draw, rows)
    changed = replace(
        fresh,
        rows=rows,
        calendar=draw(calendars()) if at_times(by) else fresh.calendar,
        rules=draw(rules()) if at_times(by) else fresh.rules,
        groups=fresh.groups[draw(upto(1)) :],
        chosen=by.sample(EXTRA, draw(upto(5))),
    )
    return adjusted(draw, changed)


FATES = ["held", "not held", "cancelled", "moved"]


def happen(draw: st.DrawFn, rows: list[PlannedSession]) -> None:
    """Most sessions stand; some are held, not held, cancelled, or moved by a person."""
    by = dice(draw)
    for _ in range(draw(upto(25)) if rows else 0):
        row, fate, week = by.choice(rows), by.choice(FATES), by.choice(MONDAYS)
        if row.outcome or row.cancelled_at:
            continue
        if fate in ("held", "not held"):
            row.outcome = fate.replace(" ", "_")
        elif fate == "cancelled":
            row.cancelled_at, row.cancel_reason = SOME_INSTANT, CancelReason.OTHER
        else:
            row.week_start, row.pinned = week, True


def adjusted(draw: st.DrawFn, outline: Outline) -> Outline:
    """Some of the draft's sessions are given another week, closed ones too, or left as they are."""
    by = dice(draw)
    wishes = 0 if at_times(by) else draw(upto(12))
    changes = list(changes_of(plan(outline))) if wishes else []
    chosen = {}
    for _ in range(wishes if changes else 0):
        change, week = by.choice(changes), by.choice([None, *MONDAYS])
        if week is None or change.can_be_moved:
            chosen[change.group.pk, change.slot_no] = week
    return replace(outline, adjusted=chosen)


_keys = count(1000)


def laid_out(outline: Outline, difference: Difference) -> list[PlannedSession]:
    """The rows as they stand when the difference has been applied."""
    rows = [copy_of(row) for row in outline.rows]
    by_key = {row.pk: row for row in rows}
    for move in difference.move:
        by_key[move.row.pk].week_start, by_key[move.row.pk].pinned = move.week, move.pinned
    for row in difference.pin:
        by_key[row.pk].pinned = True
    for retopic in difference.retopic:
        by_key[retopic.row.pk].topic = retopic.topic
    for row in difference.cancel:
        by_key[row.pk].cancelled_at, by_key[row.pk].cancel_reason = SOME_INSTANT, CancelReason.GROUP_ENDED
    for new in difference.create:
        rows.append(
            PlannedSession(
                pk=next(_keys),
                group=new.group,
                slot_no=new.slot_no,
                topic=new.topic,
                week_start=new.week,
                replaces_id=new.replaces.pk if new.replaces else None,
                pinned=new.pinned,
            )
        )
    return rows


def copy_of(row: PlannedSession) -> PlannedSession:
    """All that the row holds, its group and topic too, without what making a new one costs."""
    copy = PlannedSession.__new__(PlannedSession)
    copy.__dict__ = row.__dict__ | {"_state": ModelState()}
    copy._state.fields_cache = dict(row._state.fields_cache)
    return copy


@dataclass
class Case:
    """A year before and after its draft has been laid out, and what a draft of it then says."""

    before: Outline
    difference: Difference
    after: Outline
    again: Difference


Check = Callable[[Case], None]


def collected_in(checks: list[Check]) -> Callable[[Check], Check]:
    """One year is drawn for all of the checks: drawing and planning it costs more than checking it."""

    def collect(check: Check) -> Check:
        checks.append(check)
        return check

    return collect
