"""Several sessions get another time in one go: all of them or none."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from schools.actions.calendar import close_days
from schools.actions.deeds import StaleSession
from schools.actions.groups import change_group, end_group
from schools.actions.moves import (
    Placing,
    following,
    free_weeks,
    move_session,
    move_sessions,
    shifted,
    steps_between,
    swap_sessions,
    to_next_free_weeks,
)
from schools.calendar import WEEK, SchoolCalendar
from schools.history import deeds
from schools.models import ClosedPeriod, Participation, PlanChange, PlannedSession
from tests.schools.laid_out import at, lay_out, session_of

D = dt.date
TODAY = D(2026, 9, 17)
NOW = at(TODAY)
pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(centre: SimpleNamespace) -> Participation:
    return lay_out(centre, centre.lindang)


@pytest.fixture
def calendar(centre: SimpleNamespace) -> SchoolCalendar:
    return SchoolCalendar.of(centre.year, centre.lindang)


def to(row: PlannedSession, week: dt.date) -> Placing:
    return Placing(row, row.version, week)


def weeks_of(rows: list[PlannedSession]) -> list[int]:
    return [PlannedSession.objects.get(pk=row.pk).week_start.isocalendar().week for row in rows]


def test_several_are_moved_in_one_deed_with_one_history(plan, centre, django_assert_max_num_queries):
    rows = [session_of(plan, name, after=D(2026, 9, 30)) for name in ("1A", "2A")]
    with django_assert_max_num_queries(17):
        batch = move_sessions(
            placings=[to(row, D(2026, 10, 19)) for row in rows], by=centre.jonas, now=NOW, reason="Friluftsdag"
        )
    assert weeks_of(rows) == [43, 43]
    made = PlanChange.objects.filter(batch=batch)
    assert {(change.what, change.by, change.reason) for change in made} == {("moved", centre.jonas, "Friluftsdag")}
    assert len(deeds(made)) == 1
    moved = plan.sessions.filter(changes__in=made, pinned=True)
    assert {row.moved_from for row in moved} == {D(2026, 10, 5), D(2026, 10, 12)}


def test_one_that_cannot_be_moved_is_named_and_none_is_moved(plan, centre):
    rows = [session_of(plan, name, after=D(2026, 9, 30)) for name in ("1A", "2A")]
    before = weeks_of(rows)
    with pytest.raises(ValidationError, match=r"2A, .*ingen undervisning v") as refused:
        move_sessions(placings=[to(rows[0], D(2026, 10, 12)), to(rows[1], D(2026, 10, 26))], by=centre.jonas, now=NOW)
    assert set(refused.value.error_dict) == {"week_start"}
    assert weeks_of(rows) == before


def test_one_that_somebody_else_changed_is_named_and_none_is_moved(plan, centre):
    rows = [session_of(plan, name, after=D(2026, 9, 30)) for name in ("1A", "2A")]
    seen = [to(row, D(2026, 10, 12)) for row in rows]
    other = PlannedSession.objects.get(pk=rows[1].pk)
    move_session(session=other, week_start=D(2026, 10, 19), version=other.version, by=centre.samira, now=NOW)
    with pytest.raises(StaleSession) as stale:
        move_sessions(placings=seen, by=centre.jonas, now=NOW)
    assert stale.value.sessions == (rows[1],)
    assert weeks_of(rows) == [41, 43]


def test_a_moved_session_keeps_its_weekday_and_time_unless_that_day_is_closed(plan, centre):
    row = session_of(plan, "1A", after=D(2026, 9, 30))
    time = {"start_time": dt.time(9, 10), "end_time": dt.time(10)}
    move_session(
        session=row, week_start=D(2026, 10, 5), date=D(2026, 10, 7), version=1, by=centre.jonas, now=NOW, **time
    )
    move_sessions(placings=[to(row, D(2026, 10, 12))], by=centre.jonas, now=NOW)
    row.refresh_from_db()
    assert (row.date, row.start_time) == (D(2026, 10, 14), dt.time(9, 10))
    close_days(
        year=centre.year,
        school=centre.lindang,
        kind=ClosedPeriod.Kind.OTHER,
        name="Studiedag",
        starts_on=D(2026, 10, 21),
        ends_on=D(2026, 10, 21),
        by=centre.samira,
    )
    move_sessions(placings=[to(row, D(2026, 10, 19))], by=centre.jonas, now=NOW)
    row.refresh_from_db()
    assert (row.week_start, row.date, row.start_time, row.end_time) == (D(2026, 10, 19), None, None, None)


def test_a_day_after_the_groups_last_is_refused_and_chosen_for_no_session(plan, centre):
    row = session_of(plan, "1A", after=D(2026, 9, 30))
    change_group(group=row.group, weekday=3, by=centre.jonas, now=NOW)
    row.refresh_from_db()
    assert row.date == D(2026, 10, 8)
    end_group(group=row.group, last_day=D(2026, 10, 13), by=centre.samira, now=NOW)
    with pytest.raises(ValidationError) as refused:
        move_session(
            session=row, week_start=D(2026, 10, 12), date=D(2026, 10, 14), version=row.version, by=centre.jonas, now=NOW
        )
    assert list(refused.value.message_dict) == ["date"]
    move_sessions(placings=[to(row, D(2026, 10, 12))], by=centre.jonas, now=NOW)
    row.refresh_from_db()
    assert (row.week_start, row.date, row.is_live) == (D(2026, 10, 12), None, True)


def test_two_swap_weeks_days_and_times(plan, centre):
    one, other = (session_of(plan, "1A", after=day) for day in (D(2026, 9, 30), D(2026, 10, 31)))
    move_session(
        session=one, week_start=one.week_start, date=D(2026, 10, 7), version=1, by=centre.jonas, now=NOW,
        start_time=dt.time(9),
    )  # fmt: skip
    swap_sessions(first=to(one, one.week_start), second=to(other, other.week_start), by=centre.jonas, now=NOW)
    for row in (one, other):
        row.refresh_from_db()
    assert (one.week_start, one.date) == (D(2026, 11, 2), None)
    assert (other.week_start, other.date, other.start_time) == (D(2026, 10, 5), D(2026, 10, 7), dt.time(9))


def test_this_and_all_that_follow_skip_the_closed_weeks(plan, centre, calendar):
    first = session_of(plan, "1A", after=D(2026, 9, 30))
    rows = following(first)
    assert [row.group.name for row in rows] == ["1A"] * len(rows)
    before = weeks_of(rows)
    assert before[0] == 41
    steps = steps_between(calendar, first.week_start, D(2026, 11, 2))
    assert steps == 3  # v. 44 is the autumn break
    move_sessions(placings=shifted(rows, calendar, steps), by=centre.jonas, now=NOW, how="following")
    weeks = calendar.open_weeks()
    numbers = [week.isocalendar().week for week in weeks]
    assert weeks_of(rows) == [numbers[numbers.index(week) + 3] for week in before]
    with pytest.raises(ValidationError, match="får inte plats före läsårets slut"):
        shifted(following(first), calendar, 20)


def test_moved_back_by_as_many_weeks_they_are_where_they_were(plan, centre, calendar):
    rows = following(session_of(plan, "1A", after=D(2026, 9, 30)))
    before = weeks_of(rows)
    for steps in (2, -2):
        rows = list(PlannedSession.objects.filter(pk__in=[row.pk for row in rows]).order_by("slot_no"))
        move_sessions(placings=shifted(rows, calendar, steps), by=centre.jonas, now=NOW)
    assert weeks_of(rows) == before
    assert not plan.sessions.filter(moved_from__isnull=False).exists()


def test_no_two_of_a_group_get_the_same_free_week(plan, centre, calendar):
    one, other = (session_of(plan, "1A", after=day) for day in (D(2026, 9, 30), D(2026, 10, 31)))
    move_session(session=other, week_start=one.week_start, version=1, by=centre.jonas, now=NOW)
    rows = list(plan.sessions.filter(pk__in=[one.pk, other.pk]).with_names())
    placings, left = to_next_free_weeks(rows, {centre.lindang.pk: calendar}, TODAY)
    assert left == []
    assert [placing.week_start for placing in placings] == free_weeks(
        session=one, calendar=calendar, count=2, from_day=TODAY
    )
    assert placings[0].week_start == one.week_start + WEEK


def test_where_no_week_is_free_the_session_is_left(plan, centre, calendar):
    last = plan.sessions.filter(group__name="1A").with_names().latest("week_start")
    last.week_start = calendar.open_weeks()[-1]
    assert free_weeks(session=last, calendar=calendar, from_day=TODAY) == []
    assert to_next_free_weeks([last], {centre.lindang.pk: calendar}, TODAY) == ([], [last])
