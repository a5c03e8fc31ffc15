"""Whatever the calendar, the classes and what has happened: a series keeps its rhythm, or a warning says why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from programmes.models import Programme, SessionTopic
from schools.calendar import WEEK, SchoolCalendar
from schools.engine.boards import Outline
from schools.engine.warnings import Problem
from schools.models import Departure, Group, Occasion, OccasionKind, PlannedSession, ProgrammeYear
from schools.models.plans import monday_of
from schools.planning import Difference, plan
from tests.schools.drawn import (
    FIRST,
    MONDAYS,
    YEAR,
    Case,
    Check,
    at_times,
    calendars,
    collected_in,
    copy_of,
    dice,
    happen,
    laid_out,
    some_day,
    thorough,
    upto,
)
from tests.schools.test_plan_properties import exists, upcoming, warned

MVP = Programme(name="MVP", rhythm=Programme.Rhythm.SERIES)
TOPICS = [SessionTopic(pk=n, kind="mvp", number=n, title=f"MVP-pass {n}") for n in range(1, 12)]


@st.composite
def classes(draw: st.DrawFn) -> list[Group]:
    """Up to two mentor groups, and up to three classes with or without mentors; some begin late or end early."""
    by = dice(draw)
    mentors = [
        Group(pk=number, kind="mentors", name=f"Elevmentorer {number}", grade=9, headcount=13, starts_on=FIRST)
        for number in range(1, draw(upto(2)) + 1)
    ]
    pupils = [
        Group(
            pk=10 + number,
            kind="class",
            name=f"6{'ABC'[number]}",
            grade=by.choice([6, 6, 6, 5]),
            starts_on=by.choice([FIRST, FIRST, FIRST, dt.date(2026, 11, 9)]),
            ends_on=by.choice([None, None, None, dt.date(2027, 2, 12)]),
            mentors_id=by.choice([None, *(group.pk for group in mentors)]),
        )
        for number in range(draw(upto(3)))
    ]
    return [*mentors, *pupils]


@st.composite
def rules(draw: st.DrawFn) -> ProgrammeYear:
    by = dice(draw)
    return ProgrammeYear(
        programme=MVP,
        year=YEAR,
        required_base=by.choice([11, 11, 11, 5]),
        required_extra=0,
        lowest_grade=6,
        highest_grade=6,
        weeks_between=by.choice([2, 2, 2, 1, 3]),
        weeks_to_training=draw(upto(8)),
        supervision_every=draw(upto(3)),
    )


@st.composite
def occasions(draw: st.DrawFn) -> list[Occasion]:
    by, kinds = dice(draw), [*2 * [OccasionKind.SUPERVISION], "mentors_training", "key_persons"]
    before_the_year = FIRST - dt.timedelta(days=60)
    return [
        Occasion(
            pk=pk, kind=by.choice(kinds), date=some_day(by, before_the_year), held=by.choice([None, None, True, False])
        )
        for pk in range(1, draw(upto(4)) + 1)
    ]


@st.composite
def ways_chosen(draw: st.DrawFn, groups: list[Group]) -> dict[int, Departure]:
    by = dice(draw)
    one_in = by.choice([4, 4, 1])
    some = [group for group in groups if group.is_class and by.randrange(one_in) == 0]
    return {
        group.pk: Departure(
            group=group,
            first_week=by.choice([None, None, *MONDAYS]),
            weekly_from=by.choice([None, *MONDAYS]),
            left_out=by.sample(range(1, 12), by.randint(0, 3)),
        )
        for group in some
    }


@st.composite
def busy_weeks(draw: st.DrawFn, groups: list[Group]) -> dict[int, set[dt.date]]:
    """Weeks in which classes have a session of another programme."""
    by, most = dice(draw), draw(upto(8))
    return {group.pk: set(by.choices(MONDAYS, k=by.randint(0, most))) for group in groups if group.is_class}


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """A series that has not begun, or one that has been laid out, and much has happened since."""
    by, groups = dice(draw), draw(classes())
    seen = by.choice([FIRST, some_day(by)])
    fresh = Outline(draw(rules()), draw(calendars()), groups, TOPICS, [], [], seen)
    fresh = replace(
        fresh,
        occasions=draw(occasions()) if at_times(by) else [],
        departures=draw(ways_chosen(groups)),
        busy=draw(busy_weeks(groups)) if at_times(by) else {},
    )
    if at_times(by):
        return fresh
    after, _difference = applied(replace(fresh, from_day=by.choice([FIRST, FIRST, min(seen, dt.date(2026, 11, 2))])))
    happen(draw, list(after.rows))
    return replace(
        after,
        from_day=seen,
        calendar=draw(calendars()) if at_times(by) else fresh.calendar,
        rules=draw(rules()) if at_times(by) else fresh.rules,
        groups=groups[draw(upto(1)) :],
        departures=draw(ways_chosen(groups)) if at_times(by) else fresh.departures,
        busy=draw(busy_weeks(groups)) if at_times(by) else fresh.busy,
        occasions=draw(occasions()) if at_times(by) else after.occasions,
    )


def applied(outline: Outline) -> tuple[Outline, Difference]:
    """The year as it stands when the plan has been laid out, with the occasions that it asks for."""
    difference = plan(outline)
    rows = laid_out(outline, difference)
    gone = {drop.row.pk for drop in difference.dropped}
    for row in rows:
        if row.pk in gone:
            row.cancelled_at, row.cancel_reason = dt.datetime(2026, 9, 1, tzinfo=dt.UTC), "left_out"
    made = [Occasion(pk=100 + n, kind=new.kind, date=new.day) for n, new in enumerate(difference.occasions)]
    return replace(outline, rows=rows, occasions=[*outline.occasions, *made]), difference


def rows_of(outline: Outline, group: Group) -> list[PlannedSession]:
    return sorted((row for row in outline.rows if row.is_live and row.group_id == group.pk), key=lambda r: r.week_start)


def lacks_room(difference: Difference) -> set[int]:
    return {pk for pk, _week in warned(difference, Problem.TOO_FEW)}


CHECKS: list[Check] = []
holds = collected_in(CHECKS)


# More, and other ones: SERIES_EXAMPLES=10000 pytest tests/schools/test_series_properties.py
@thorough("SERIES_EXAMPLES")
@given(outlines())
def test_every_rule_of_the_series_holds_or_a_warning_says_why(outline: Outline):
    after, difference = applied(outline)
    case = Case(outline, difference, after, plan(after))
    for check in CHECKS:
        check(case)


@holds
def drafting_again_after_laying_out_changes_nothing(case: Case) -> None:
    again = case.again
    assert again.changes_nothing, (again.create, again.move, again.cancelled, again.occasions)
    assert again.warnings == case.difference.warnings


@holds
def what_is_logged_has_passed_or_was_placed_by_a_person_is_never_touched(case: Case) -> None:
    outline, difference = case.before, case.difference
    moved = [move.row for move in difference.move]
    for row in [*moved, *(retopic.row for retopic in difference.retopic), *difference.cancelled]:
        assert row.outcome is None
        assert row.cancelled_at is None
        assert row.week_start >= outline.from_week
    assert not any(row.pinned for row in moved)


@holds
def nothing_is_placed_in_the_past_in_a_closed_week_or_where_the_class_is_busy(case: Case) -> None:
    outline, after, difference = case.before, case.after, case.difference
    placed = [(new.group, new.week) for new in difference.create]
    placed += [(move.row.group, move.week) for move in difference.move]
    for group, week in placed:
        assert week >= outline.from_week
        assert any(exists(group, day) for day in outline.calendar.open_days(week))
        assert week not in outline.busy.get(group.pk, ())
    for new in difference.occasions:
        assert new.day >= outline.from_day
        assert outline.calendar.is_school_day(new.day)
    for row in upcoming(after):
        if outline.calendar.is_closed_week(row.week_start):
            said = warned(difference, Problem.CLOSED) | warned(difference, Problem.SURPLUS)
            assert (row.group_id, row.week_start) in said or row.group_id in lacks_room(difference)


@holds
def sessions_lie_as_far_apart_as_the_rhythm_says_unless_somebody_said_otherwise(case: Case) -> None:
    outline, after, difference = case.before, case.after, case.difference
    placed = {(new.group.pk, new.week) for new in difference.create}
    placed |= {(move.row.group_id, move.week) for move in difference.move}
    for group in outline.targets():
        departure = outline.departures.get(group.pk)
        weekly_from = departure.weekly_from if departure else None
        for one, other in combinations(rows_of(after, group), 2):
            if (group.pk, one.week_start) in placed or (group.pk, other.week_start) in placed:
                said_otherwise = weekly_from and other.week_start >= weekly_from
                apart = WEEK if said_otherwise else outline.rules.weeks_between * WEEK
                assert other.week_start - one.week_start >= apart or group.pk in lacks_room(difference)


@holds
def a_class_has_all_sessions_or_a_warning(case: Case) -> None:
    outline, after, difference = case.before, case.after, case.difference
    for group in outline.targets():
        if group.ends_on is None:
            departure = outline.departures.get(group.pk)
            wanted = set(range(1, outline.rules.required_base + 1)) - set(departure.left_out if departure else [])
            has = {row.topic.number for row in rows_of(after, group)}
            assert wanted <= has or group.pk in lacks_room(difference)


@holds
def left_out_is_what_a_person_chose_and_nothing_that_has_been(case: Case) -> None:
    outline, after, difference = case.before, case.after, case.difference
    for drop in difference.dropped:
        assert drop.row.topic.number in outline.departures[drop.row.group_id].left_out
    for row in upcoming(after):
        departure = outline.departures.get(row.group_id)
        assert not departure or row.topic.number not in departure.left_out


@holds
def sessions_come_in_order_or_a_warning_says_so(case: Case) -> None:
    outline, after, difference = case.before, case.after, case.difference
    odd = warned(difference, Problem.OUT_OF_ORDER)
    for group in outline.targets():
        for one, other in pairwise(rows_of(after, group)):
            if one.topic.number > other.topic.number and (one in upcoming(after) or other in upcoming(after)):
                said = {(group.pk, one.week_start), (group.pk, other.week_start)} & odd
                assert said or group.pk in lacks_room(difference) or is_surplus(difference, one, other)


def is_surplus(difference: Difference, *rows: PlannedSession) -> bool:
    extra = warned(difference, Problem.SURPLUS)
    return any((row.group_id, row.week_start) in extra for row in rows) or any(row.topic.number > 5 for row in rows)


@holds
def no_session_comes_before_the_training_without_a_warning(case: Case) -> None:
    outline, after, difference = case.before, case.after, case.difference
    given_on: dict[str, dt.date] = {}
    for one in sorted(after.occasions, key=lambda one: one.date, reverse=True):
        if one.kind in ("mentors_training", "key_persons") and one.held is not False:
            given_on[one.kind] = one.date
    last = monday_of(max(given_on.values(), default=dt.date(2026, 1, 1)))
    placed = [(new.group.pk, new.week) for new in difference.create]
    for group, week in [*placed, *((move.row.group_id, move.week) for move in difference.move)]:
        departure = outline.departures.get(group)
        assert week > last or (departure and departure.first_week)
    warned_of = {pk for pk, _week in warned(difference, Problem.BEFORE_TRAINING)}
    for row in upcoming(after):
        if row.week_start <= last and row.topic.number <= outline.rules.required_base:
            assert row.group_id in warned_of | lacks_room(difference)


@holds
def trainings_are_planned_once_and_supervision_lies_between_sessions(case: Case) -> None:
    outline, after, difference = case.before, case.after, case.difference
    kinds = Counter(one.kind for one in difference.occasions)
    assert kinds["mentors_training"] <= 1
    assert kinds["key_persons"] <= 1
    # A class that the school no longer has may have begun, and its mentors have been trained then.
    begun = [row for row in outline.rows if row.is_live and row not in upcoming(outline)]
    if outline.targets() and not begun and any(open_days_left(outline)):
        planned = {one.kind for one in after.occasions if one.held is not False}
        assert {"mentors_training", "key_persons"} <= planned
    weeks = sorted(row.week_start for group in outline.targets() for row in rows_of(after, group))
    for new in difference.occasions:
        if new.kind == OccasionKind.SUPERVISION:
            assert weeks[0] <= monday_of(new.day) < weeks[-1]


def open_days_left(outline: Outline) -> Iterator[dt.date]:
    for week in outline.calendar.plannable_weeks():
        yield from (day for day in outline.calendar.open_days(week) if day >= outline.from_day)


@thorough("SERIES_EXAMPLES")
@given(classes(), calendars(), rules())
def test_from_the_years_start_there_is_room_in_any_ordinary_year(
    groups: list[Group], calendar: SchoolCalendar, settings_of_year: ProgrammeYear
):
    outline = Outline(settings_of_year, calendar, groups, TOPICS, [], [], FIRST)
    _after, difference = applied(outline)
    span = (outline.rules.required_base - 1) * outline.rules.weeks_between + outline.rules.weeks_to_training + 2
    closed = sum(calendar.is_closed_week(week) for week in calendar.weeks())
    if span + closed * 2 + 2 < len(calendar.weeks()) // 2:
        assert not {pk for pk in lacks_room(difference) if all(g.starts_on == FIRST for g in groups)}


def test_rows_are_copied_with_all_that_planning_reads():
    row = PlannedSession(pk=1, group=Group(pk=2), slot_no=3, topic=TOPICS[0], week_start=FIRST, pinned=True)
    assert (copy_of(row).topic, copy_of(row).pinned) == (TOPICS[0], True)
