"""Whatever the calendar, the groups and what has happened: every rule of the plan holds, or a warning says why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given

from schools.engine.boards import Outline
from schools.engine.warnings import Problem
from schools.models import Group, PlannedSession
from schools.planning import Difference, plan
from tests.schools.drawn import FIRST, Case, Check, collected_in, laid_out, outlines, thorough


def laid_out_case(outline: Outline) -> Case:
    """What was left out stays so; the rest of the adjustments stands in the rows."""
    difference = plan(outline)
    skipped = {(one.group.pk, one.slot_no) for one in difference.skipped}
    kept = {place: week for place, week in outline.adjusted.items() if place in skipped}
    after = replace(outline, rows=laid_out(outline, difference), adjusted=kept)
    return Case(outline, difference, after, plan(after))


def upcoming(outline: Outline) -> list[PlannedSession]:
    """What the plan can still do something about."""
    return [
        row
        for row in outline.rows
        if row.outcome is None and row.cancelled_at is None and row.week_start >= outline.from_week
    ]


def warned(difference: Difference, problem: Problem) -> set[tuple[int, dt.date | None]]:
    return {(w.group.pk if w.group else 0, w.week) for w in difference.warnings if w.problem is problem}


CHECKS: list[Check] = []
holds = collected_in(CHECKS)


# More, and other ones: PLAN_EXAMPLES=10000 pytest tests/schools/test_plan_properties.py
@thorough("PLAN_EXAMPLES")
@given(outlines())
def test_every_rule_of_the_plan_holds_or_a_warning_says_why(outline: Outline):
    case = laid_out_case(outline)
    for check in CHECKS:
        check(case)


@holds
def drafting_again_after_laying_out_changes_nothing(case: Case) -> None:
    again = case.again
    assert again.changes_nothing, (again.create, again.move, again.retopic, again.cancel, again.pin)
    assert again.warnings == case.difference.warnings


@holds
def what_a_person_decided_on_the_draft_is_done_and_pinned(case: Case) -> None:
    places = {(row.group_id, row.slot_no): row for row in case.after.rows if row.is_live}
    before = {(row.group_id, row.slot_no): row for row in case.before.rows if row.is_live}
    groups = {group.pk: group for group in case.before.groups}
    skipped = {(one.group.pk, one.slot_no): one for one in case.difference.skipped}
    for place, week in case.before.adjusted.items():
        if week is None and place in before:
            assert places[place].week_start == before[place].week_start
        elif week is None:
            assert place in skipped and place not in places
        elif week in case.before.open_weeks_of(groups[place[0]]):
            assert (places[place].week_start, places[place].pinned) == (week, True)


@holds
def what_is_logged_has_passed_or_was_placed_by_a_person_is_never_touched(case: Case) -> None:
    moved = [move.row for move in case.difference.move]
    touched = [*moved, *(retopic.row for retopic in case.difference.retopic), *case.difference.cancel]
    for row in touched:
        assert row.outcome is None
        assert row.cancelled_at is None
        assert row.week_start >= case.before.from_week
    assert not any(row.pinned for row in [*moved, *case.difference.pin])


@holds
def nothing_is_placed_in_the_past_or_in_a_closed_week(case: Case) -> None:
    difference, calendar = case.difference, case.before.calendar
    for week in [*(new.week for new in difference.create), *(move.week for move in difference.move)]:
        assert week >= case.before.from_week
        assert calendar.open_days(week)
    for row in upcoming(case.after):
        if calendar.is_closed_week(row.week_start) and not is_surplus(difference, row) and not is_let_stand(case, row):
            assert (row.group_id, row.week_start) in warned(difference, Problem.CLOSED)
    for week in [*(new.week for new in difference.create if not new.pinned)]:
        assert week not in calendar.blocked


@holds
def a_group_meets_at_most_once_a_week(case: Case) -> None:
    difference = case.difference
    weeks = Counter((row.group_id, row.week_start) for row in case.after.rows if row.is_live)
    for row in upcoming(case.after):
        place = (row.group_id, row.week_start)
        if weeks[place] > 1 and not is_let_stand(case, row):
            assert place in warned(difference, Problem.TWICE) | warned(difference, Problem.SURPLUS)
    for new in difference.create:
        assert new.pinned or weeks[new.group.pk, new.week] == 1


@holds
def what_the_plan_may_move_shares_no_week_while_another_is_free(case: Case) -> None:
    after, difference = case.after, case.difference
    weeks = Counter((row.group_id, row.week_start) for row in after.rows if row.is_live)
    for row in may_be_moved(after):
        if weeks[row.group_id, row.week_start] > 1 and not is_surplus(difference, row):
            assert not free(after, row.group)


@holds
def staff_come_late_only_where_no_earlier_week_is_free(case: Case) -> None:
    after = case.after
    live = [row for row in after.rows if row.is_live]
    first_class: dict[int, dt.date] = {}
    for staff, pupils in staff_and_pupils(case.before, live):
        first_class[staff.pk] = min(pupils.week_start, first_class.get(staff.pk, pupils.week_start))
    for staff in may_be_moved(after):
        first = first_class.get(staff.pk)
        if first and case.before.from_week <= first <= staff.week_start and all_ahead(after, staff):
            assert not [week for week in free(after, staff.group) if week < first]


@holds
def classes_leave_a_base_month_only_when_it_is_full(case: Case) -> None:
    after = case.after
    live = [row for row in after.rows if row.is_live]
    staff_of = {pupils.pk: staff for staff, pupils in staff_and_pupils(case.before, live)}
    without_staff = not any(group.kind == Group.Kind.STAFF for group in case.before.targets())
    for row in may_be_moved(after):
        if row.group.is_class and row.topic and row.topic.month and (row.pk in staff_of or without_staff):
            month = case.before.calendar.weeks_of_month(row.topic.month)
            ready = staff_of[row.pk].week_start if row.pk in staff_of else dt.date.min
            if row.week_start not in month:
                assert not [week for week in free(after, row.group) if week in month and week > ready]


def may_be_moved(outline: Outline) -> list[PlannedSession]:
    return [row for row in upcoming(outline) if not row.pinned]


def free(outline: Outline, group: Group) -> list[dt.date]:
    """The weeks ahead in which a group can meet and has nothing."""
    taken = {row.week_start for row in outline.rows if row.is_live and row.group_id == group.pk}
    return [
        week
        for week in outline.calendar.plannable_weeks()
        if week >= outline.from_week
        and week not in taken
        and any(exists(group, day) for day in outline.calendar.open_days(week))
    ]


def exists(group: Group, day: dt.date) -> bool:
    return group.starts_on <= day and (group.ends_on is None or day <= group.ends_on)


def all_ahead(outline: Outline, staff: PlannedSession) -> bool:
    """Whether no class, of whichever staff group, has had its session on the staff session's topic."""
    same = [row for row in outline.rows if row.is_live and row.group.is_class and row.topic_id == staff.topic_id]
    return all(row in upcoming(outline) for row in same)


@holds
def classes_have_base_topics_in_their_month(case: Case) -> None:
    after, difference = case.after, case.difference
    for row in upcoming(after):
        if row.group.is_class and row.topic and row.topic.month:
            in_month = row.week_start in case.before.calendar.weeks_of_month(row.topic.month)
            # A session that the year no longer has a place for is said to be one too many instead.
            said = warned(difference, Problem.OUTSIDE_MONTH) | warned(difference, Problem.SURPLUS)
            assert in_month or (row.group_id, row.week_start) in said or is_let_stand(case, row)


@holds
def staff_come_before_their_classes(case: Case) -> None:
    after, difference = case.after, case.difference
    live = [row for row in after.rows if row.is_live]
    late = warned(difference, Problem.STAFF_AFTER)
    for staff, pupils in staff_and_pupils(case.before, live):
        is_open = any(row in upcoming(after) for row in (staff, pupils))
        if is_open and pupils.week_start <= staff.week_start:
            assert (staff.group_id, staff.week_start) in late


def staff_and_pupils(outline: Outline, live: list[PlannedSession]) -> Iterator[tuple[PlannedSession, PlannedSession]]:
    """Sessions on the same base topic of a class that the year has a place for, and of the staff group of its own."""
    staff = {(row.group_id, row.topic_id): row for row in live if not row.group.is_class}
    targets = {group.pk for group in outline.targets()}
    for row in live:
        before = staff.get((row.group.staff_group_id, row.topic_id))
        if before and {row.group_id, before.group_id} <= targets and has_a_place(outline, row):
            yield before, row


def has_a_place(outline: Outline, row: PlannedSession) -> bool:
    """Whether a row's topic has a month, and the group has not ended by then."""
    if not row.topic or not row.topic.month:
        return False
    month = outline.calendar.weeks_of_month(row.topic.month) or [outline.calendar.first_of(row.topic.month)]
    return row.group.ends_on is None or month[0] <= row.group.ends_on


@holds
def every_group_has_every_place_of_the_year_or_a_warning(case: Case) -> None:
    after, difference = case.after, case.difference
    required = case.before.rules.required_base + case.before.rules.required_extra
    live = Counter(row.group_id for row in after.rows if row.is_live)
    skipped = Counter(one.group.pk for one in difference.skipped)
    without_room = Counter(w.group.pk for w in difference.warnings if w.problem is Problem.NO_ROOM and w.group)
    for group in case.before.targets():
        if group.ends_on is None:
            assert live[group.pk] + without_room[group.pk] + skipped[group.pk] >= required


@holds
def a_group_has_each_topic_and_each_place_once(case: Case) -> None:
    after = case.after
    live = [row for row in after.rows if row.is_live]
    topics = Counter((row.group_id, row.topic_id) for row in live if row.topic_id)
    places = Counter((row.group_id, row.slot_no) for row in live)
    assert all(number == 1 for number in topics.values())
    assert all(number == 1 for number in places.values())
    replaced = Counter(row.replaces_id for row in after.rows if row.replaces_id)
    assert all(number == 1 for number in replaced.values())


@holds
def chosen_topics_are_all_given_while_places_last(case: Case) -> None:
    after = case.after
    for group in case.before.targets():
        own = [row for row in after.rows if row.is_live and row.group_id == group.pk]
        has = {row.topic_id for row in own}
        empty = [row for row in own if row.topic_id is None and row in upcoming(after)]
        if (
            any(topic.pk not in has for topic in case.before.chosen)
            and group.ends_on is None
            and not unplaced(case, group)
            and all(one.group != group for one in case.difference.skipped)
        ):
            assert not empty


def unplaced(case: Case, group: Group) -> bool:
    """Whether some place of the group has no session: its topic waits there."""
    return any(w.problem in (Problem.NO_ROOM, Problem.SURPLUS) and w.group == group for w in case.again.warnings)


@holds
def only_groups_that_the_programme_is_for_have_sessions_ahead(case: Case) -> None:
    after = case.after
    targets = {group.pk for group in case.before.targets()}
    assert {row.group_id for row in upcoming(after) if not is_let_stand(case, row)} <= targets


@holds
def a_year_planned_from_its_start_has_its_places_in_order(case: Case) -> None:
    if case.before.rows or case.before.adjusted or case.before.from_day > FIRST:
        return
    required, extra = case.before.rules.required_sessions, list(case.before.chosen)
    numbers = {(new.group.pk, new.slot_no): new.topic for new in case.difference.create if new.group.ends_on is None}
    for (group, number), topic in numbers.items():
        assert 1 <= number <= required
        if topic in extra:
            before = [n for (other, n), t in numbers.items() if other == group and t in extra[: extra.index(topic)]]
            assert all(n < number for n in before)


def is_surplus(difference: Difference, row: PlannedSession) -> bool:
    return (row.group_id, row.week_start) in warned(difference, Problem.SURPLUS)


def is_let_stand(case: Case, row: PlannedSession) -> bool:
    """Whether a person decided that a row is not cancelled though its group has ended."""
    return row.pk in {one.row.pk for one in case.difference.skipped if one.row}
