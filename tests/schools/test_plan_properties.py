"""Whatever the calendar, the groups and what has happened: every rule of the plan holds, or a warning says why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programmes.models import Programme, SessionTopic
from schools.calendar import WEEK, SchoolCalendar
from schools.models import Group, PlannedSession, ProgrammeYear, SchoolYear
from schools.models.plans import CancelReason, monday_of
from schools.placing import Outline
from schools.planning import Difference, plan
from schools.warnings import Problem

FIRST, LAST = dt.date(2026, 8, 18), dt.date(2027, 6, 11)
CHRISTMAS = (dt.date(2026, 12, 19), dt.date(2027, 1, 10))
MONDAYS = [monday_of(FIRST) + place * WEEK for place in range(43)]
BASE = [
    SessionTopic(pk=number, kind="base", number=number, title=f"Baspass {number}", month=month)
    for number, month in enumerate([9, 12, 4], start=1)
]
EXTRA = [SessionTopic(pk=10 + number, kind="extra", number=number, title=f"Tillägg {number}") for number in range(8)]
TAGET, YEAR = Programme(name="TÅGET"), SchoolYear(starts_on=FIRST, ends_on=LAST)
SOME_INSTANT = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    """A school year with its Christmas break, some closed weeks and days, and at times a whole month closed."""
    weeks = draw(st.lists(st.sampled_from(MONDAYS), max_size=12))
    month = draw(st.sampled_from([None, None, 9, 12, 4]))
    weeks += [monday for monday in MONDAYS if (monday + dt.timedelta(days=2)).month == month]
    days = draw(st.lists(st.dates(FIRST, LAST), max_size=10))
    closed = dict.fromkeys(days, "Studiedag")
    for monday in weeks:
        closed |= {monday + dt.timedelta(days=place): "Lov" for place in range(5)}
    for place in range((CHRISTMAS[1] - CHRISTMAS[0]).days + 1):
        closed[CHRISTMAS[0] + dt.timedelta(days=place)] = "Jullov"
    return SchoolCalendar(FIRST, LAST, closed)


@st.composite
def schools(draw: st.DrawFn) -> list[Group]:
    """Up to two staff groups and six classes; some begin late or end early, some are in grades too high."""
    staff = [
        Group(pk=number, kind="staff", name=f"Personal {number}", starts_on=FIRST)
        for number in range(1, draw(st.integers(0, 2)) + 1)
    ]
    classes = [
        Group(
            pk=10 + number,
            kind="class",
            name=f"Klass {number}",
            grade=draw(st.integers(0, 7)),
            starts_on=draw(st.sampled_from([FIRST, FIRST, FIRST, dt.date(2026, 11, 9)])),
            ends_on=draw(st.sampled_from([None, None, None, dt.date(2027, 2, 12)])),
            staff_group_id=draw(st.sampled_from([None, 1, 2])),
        )
        for number in range(draw(st.sampled_from([0, 2, 3, 5])))
    ]
    return [*staff, *classes]


@st.composite
def rules(draw: st.DrawFn) -> ProgrammeYear:
    return ProgrammeYear(
        programme=TAGET,
        year=YEAR,
        required_base=3,
        required_extra=draw(st.integers(0, 9)),
        lowest_grade=0,
        highest_grade=5,
        staff_lead_weeks=draw(st.integers(0, 4)),
    )


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """A year that has not begun, or one in which sessions have been laid out, held, lost, moved and changed since."""
    fresh = Outline(
        rules=draw(rules()),
        calendar=draw(calendars()),
        groups=draw(schools()),
        base_topics=BASE,
        chosen=draw(st.permutations(EXTRA))[: draw(st.integers(0, 5))],
        rows=[],
        from_day=draw(st.sampled_from([FIRST, draw(st.dates(FIRST, LAST))])),
    )
    if draw(st.booleans()):
        return fresh
    rows = laid_out(replace(fresh, from_day=FIRST), plan(replace(fresh, from_day=FIRST)))
    for row in rows:
        happen(draw, row)
    return replace(
        fresh,
        rows=rows,
        calendar=draw(st.sampled_from([fresh.calendar, draw(calendars())])),
        rules=draw(st.sampled_from([fresh.rules, draw(rules())])),
        groups=draw(st.sampled_from([fresh.groups, fresh.groups[1:]])),
        chosen=draw(st.permutations(EXTRA))[: draw(st.integers(0, 5))],
    )


def happen(draw: st.DrawFn, row: PlannedSession) -> None:
    """Most sessions stand; some are held, not held, cancelled, or moved by a person."""
    fate = draw(st.sampled_from(["stands", "stands", "stands", "held", "not held", "cancelled", "moved"]))
    if fate in ("held", "not held"):
        row.outcome = fate.replace(" ", "_")
    elif fate == "cancelled":
        row.cancelled_at, row.cancel_reason = SOME_INSTANT, CancelReason.OTHER
    elif fate == "moved":
        row.week_start, row.pinned = draw(st.sampled_from(MONDAYS)), True


_keys = count(1000)


def laid_out(outline: Outline, difference: Difference) -> list[PlannedSession]:
    """The rows as they stand when the difference has been applied."""
    rows = [copy_of(row) for row in outline.rows]
    by_key = {row.pk: row for row in rows}
    for move in difference.move:
        by_key[move.row.pk].week_start = move.week
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
            )
        )
    return rows


def copy_of(row: PlannedSession) -> PlannedSession:
    names = ["pk", "group", "slot_no", "topic", "week_start", "outcome", "cancelled_at", "cancel_reason", "pinned"]
    return PlannedSession(**{name: getattr(row, name) for name in names}, replaces_id=row.replaces_id)


def applied(outline: Outline) -> tuple[Outline, Difference]:
    difference = plan(outline)
    return replace(outline, rows=laid_out(outline, difference)), difference


def upcoming(outline: Outline) -> list[PlannedSession]:
    """What the plan can still do something about."""
    return [
        row
        for row in outline.rows
        if row.outcome is None and row.cancelled_at is None and row.week_start >= outline.from_week
    ]


def warned(difference: Difference, problem: Problem) -> set[tuple[int, dt.date | None]]:
    return {(w.group.pk if w.group else 0, w.week) for w in difference.warnings if w.problem is problem}


@quick
@given(outlines())
def test_drafting_again_after_laying_out_changes_nothing(outline: Outline):
    after, first = applied(outline)
    again = plan(after)
    assert again.changes_nothing, (again.create, again.move, again.retopic, again.cancel)
    assert again.warnings == first.warnings


@quick
@given(outlines())
def test_what_is_logged_has_passed_or_was_placed_by_a_person_is_never_touched(outline: Outline):
    difference = plan(outline)
    moved = [move.row for move in difference.move]
    touched = [*moved, *(retopic.row for retopic in difference.retopic), *difference.cancel]
    for row in touched:
        assert row.outcome is None
        assert row.cancelled_at is None
        assert row.week_start >= outline.from_week
    assert not any(row.pinned for row in moved)


@quick
@given(outlines())
def test_nothing_is_placed_in_the_past_or_in_a_closed_week(outline: Outline):
    difference = plan(outline)
    for week in [*(new.week for new in difference.create), *(move.week for move in difference.move)]:
        assert week >= outline.from_week
        assert outline.calendar.open_days(week)
    after, _difference = applied(outline)
    for row in upcoming(after):
        if outline.calendar.is_closed_week(row.week_start) and not is_surplus(difference, row):
            assert (row.group_id, row.week_start) in warned(difference, Problem.CLOSED)


@quick
@given(outlines())
def test_a_group_meets_at_most_once_a_week(outline: Outline):
    after, difference = applied(outline)
    weeks = Counter((row.group_id, row.week_start) for row in after.rows if row.is_live)
    for row in upcoming(after):
        place = (row.group_id, row.week_start)
        if weeks[place] > 1:
            assert place in warned(difference, Problem.TWICE) | warned(difference, Problem.SURPLUS)
    for new in difference.create:
        assert weeks[new.group.pk, new.week] == 1


@quick
@given(outlines())
def test_what_the_plan_may_move_shares_no_week_while_another_is_free(outline: Outline):
    after, difference = applied(outline)
    weeks = Counter((row.group_id, row.week_start) for row in after.rows if row.is_live)
    for row in may_be_moved(after):
        if weeks[row.group_id, row.week_start] > 1 and not is_surplus(difference, row):
            assert not free(after, row.group)


@quick
@given(outlines())
def test_staff_come_late_only_where_no_earlier_week_is_free(outline: Outline):
    after, _difference = applied(outline)
    live = [row for row in after.rows if row.is_live]
    first_class: dict[int, dt.date] = {}
    for staff, pupils in staff_and_pupils(outline, live):
        first_class[staff.pk] = min(pupils.week_start, first_class.get(staff.pk, pupils.week_start))
    for staff in may_be_moved(after):
        first = first_class.get(staff.pk)
        if first and outline.from_week <= first <= staff.week_start and all_ahead(after, staff):
            assert not [week for week in free(after, staff.group) if week < first]


@quick
@given(outlines())
def test_classes_leave_a_base_month_only_when_it_is_full(outline: Outline):
    after, _difference = applied(outline)
    live = [row for row in after.rows if row.is_live]
    staff_of = {pupils.pk: staff for staff, pupils in staff_and_pupils(outline, live)}
    without_staff = not any(group.kind == Group.Kind.STAFF for group in outline.targets())
    for row in may_be_moved(after):
        if row.group.is_class and row.topic and row.topic.month and (row.pk in staff_of or without_staff):
            month = outline.calendar.weeks_of_month(row.topic.month)
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
        for week in outline.calendar.open_weeks()
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


@quick
@given(outlines())
def test_classes_have_base_topics_in_their_month(outline: Outline):
    after, difference = applied(outline)
    for row in upcoming(after):
        if row.group.is_class and row.topic and row.topic.month:
            in_month = row.week_start in outline.calendar.weeks_of_month(row.topic.month)
            assert in_month or (row.group_id, row.week_start) in warned(difference, Problem.OUTSIDE_MONTH)


@quick
@given(outlines())
def test_staff_come_before_their_classes(outline: Outline):
    after, difference = applied(outline)
    live = [row for row in after.rows if row.is_live]
    late = warned(difference, Problem.STAFF_AFTER)
    for staff, pupils in staff_and_pupils(outline, live):
        is_open = any(row in upcoming(after) for row in (staff, pupils))
        if is_open and pupils.week_start <= staff.week_start:
            assert (staff.group_id, staff.week_start) in late


def staff_and_pupils(outline: Outline, live: list[PlannedSession]) -> Iterator[tuple[PlannedSession, PlannedSession]]:
    """Sessions on the same base topic of a class and of the staff group of its own."""
    staff = {(row.group_id, row.topic_id): row for row in live if not row.group.is_class}
    targets = {group.pk for group in outline.targets()}
    for row in live:
        before = staff.get((row.group.staff_group_id, row.topic_id))
        if before and row.topic and row.topic.month and {row.group_id, before.group_id} <= targets:
            yield before, row


@quick
@given(outlines())
def test_every_group_has_every_place_of_the_year_or_a_warning(outline: Outline):
    after, difference = applied(outline)
    required = outline.rules.required_base + outline.rules.required_extra
    live = Counter(row.group_id for row in after.rows if row.is_live)
    without_room = Counter(w.group.pk for w in difference.warnings if w.problem is Problem.NO_ROOM and w.group)
    for group in outline.targets():
        if group.ends_on is None:
            assert live[group.pk] + without_room[group.pk] >= required


@quick
@given(outlines())
def test_a_group_has_each_topic_and_each_place_once(outline: Outline):
    after, _difference = applied(outline)
    live = [row for row in after.rows if row.is_live]
    topics = Counter((row.group_id, row.topic_id) for row in live if row.topic_id)
    places = Counter((row.group_id, row.slot_no) for row in live)
    assert all(number == 1 for number in topics.values())
    assert all(number == 1 for number in places.values())
    replaced = Counter(row.replaces_id for row in after.rows if row.replaces_id)
    assert all(number == 1 for number in replaced.values())


@quick
@given(outlines())
def test_chosen_topics_are_all_given_while_places_last(outline: Outline):
    after, _difference = applied(outline)
    for group in outline.targets():
        own = [row for row in after.rows if row.is_live and row.group_id == group.pk]
        has = {row.topic_id for row in own}
        empty = [row for row in own if row.topic_id is None and row in upcoming(after)]
        if (
            any(topic.pk not in has for topic in outline.chosen)
            and group.ends_on is None
            and not unplaced(after, group)
        ):
            assert not empty


def unplaced(outline: Outline, group: Group) -> bool:
    """Whether some place of the group has no session: its topic waits there."""
    return any(w.problem in (Problem.NO_ROOM, Problem.SURPLUS) and w.group == group for w in plan(outline).warnings)


@quick
@given(outlines())
def test_only_groups_that_the_programme_is_for_have_sessions_ahead(outline: Outline):
    after, _difference = applied(outline)
    targets = {group.pk for group in outline.targets()}
    assert {row.group_id for row in upcoming(after)} <= targets


@quick
@given(calendars(), schools(), rules())
def test_a_year_planned_from_its_start_has_its_places_in_order(
    calendar: SchoolCalendar, groups: list[Group], settings_of_year: ProgrammeYear
):
    outline = Outline(settings_of_year, calendar, groups, BASE, EXTRA[:5], [], FIRST)
    numbers = {(new.group.pk, new.slot_no): new.topic for new in plan(outline).create if new.group.ends_on is None}
    for (group, number), topic in numbers.items():
        assert 1 <= number <= settings_of_year.required_extra + 3
        if topic and topic.month is None and topic in EXTRA[:5]:
            before = [n for (other, n), t in numbers.items() if other == group and t in EXTRA[: EXTRA.index(topic)]]
            assert all(n < number for n in before)
    for earlier, later in pairwise(sorted(numbers)):
        assert earlier < later


def is_surplus(difference: Difference, row: PlannedSession) -> bool:
    return (row.group_id, row.week_start) in warned(difference, Problem.SURPLUS)
