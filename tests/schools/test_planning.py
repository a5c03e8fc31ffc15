"""The plan of a school year, told by examples: one school, one staff group, some classes, in 2026/27."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pytest

from programmes.models import Programme, SessionTopic
from schools.calendar import SchoolCalendar
from schools.engine.boards import Outline
from schools.engine.slots import slots_of
from schools.engine.warnings import Problem, in_words
from schools.models import Group, PlannedSession, ProgrammeYear, SchoolYear
from schools.models.plans import CancelReason
from schools.planning import Creation, plan

D = dt.date
FIRST, LAST = D(2026, 8, 18), D(2027, 6, 11)
BASE = [
    SessionTopic(pk=1, kind="base", number=1, title="Normer och dess konsekvenser", month=9),
    SessionTopic(pk=2, kind="base", number=2, title="Aktiva åskådare och förändring", month=12),
    SessionTopic(pk=3, kind="base", number=3, title="Våld i hemmet", month=4),
]
NAMES = ["Könsnormen", "Grupptryck", "Mobbning", "Vad innebär vänskap", "Att säga ifrån"]
EXTRA = [SessionTopic(pk=10 + n, kind="extra", number=n, title=name) for n, name in enumerate(NAMES, start=1)]
STAFF = Group(pk=1, kind="staff", name="Personal F–3", starts_on=FIRST)
A_MOMENT = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def closed(*periods: tuple[dt.date, dt.date]) -> SchoolCalendar:
    """The year with its usual breaks, and with more days closed."""
    usual = [
        (D(2026, 10, 26), D(2026, 10, 30)),
        (D(2026, 12, 19), D(2027, 1, 10)),
        (D(2027, 3, 1), D(2027, 3, 5)),
        (D(2027, 3, 29), D(2027, 4, 2)),
    ]
    days = (first + dt.timedelta(days=n) for first, last in [*usual, *periods] for n in range((last - first).days + 1))
    return SchoolCalendar(FIRST, LAST, dict.fromkeys(days, "Lov"))


def a_class(number: int, grade: int = 1, **fields: object) -> Group:
    return Group(
        pk=10 + number,
        kind="class",
        name=f"{grade}{'ABCDEFGHIJKL'[number]}",
        grade=grade,
        **{"starts_on": FIRST, "staff_group_id": 1, **fields},
    )


def the_year(*classes: Group, **fields: object) -> Outline:
    settings = ProgrammeYear(programme=Programme(name="TÅGET"), year=SchoolYear(starts_on=FIRST, ends_on=LAST))
    given: dict[str, object] = {"rules": settings, "calendar": closed(), "chosen": EXTRA, "rows": [], "from_day": FIRST}
    return Outline(groups=[STAFF, *(classes or [a_class(0)])], base_topics=BASE, **{**given, **fields})  # type: ignore[arg-type]


def weeks_of(created: Iterable[Creation], group: Group) -> list[int]:
    return [new.week.isocalendar().week for new in created if new.group == group]


def laid_out(outline: Outline) -> list[PlannedSession]:
    return [
        PlannedSession(pk=key, group=new.group, slot_no=new.slot_no, topic=new.topic, week_start=new.week)
        for key, new in enumerate(plan(outline).create, start=100)
    ]


def test_base_topics_stand_in_their_months_and_the_extra_ones_in_between():
    slots = slots_of(closed(), BASE, required_base=3, required_extra=5)
    assert [slot.month for slot in slots] == [9, 10, 11, 12, 2, 3, 4, 5]
    assert [slot.topic.pk if slot.topic else None for slot in slots] == [1, None, None, 2, None, None, 3, None]


@pytest.mark.parametrize(
    ("extra", "months"),
    [
        (0, []),
        (1, [2]),
        (3, [10, 2, 5]),
        (6, [10, 11, 1, 2, 3, 5]),
        (9, [10, 11, 11, 1, 2, 3, 3, 5, 6]),
    ],
)
def test_any_number_of_extra_topics_is_spread_evenly(extra: int, months: list[int]):
    slots = slots_of(closed(), BASE, required_base=3, required_extra=extra)
    assert [slot.month for slot in slots if not slot.is_base] == months


def test_two_places_of_one_month_take_turns():
    slots = [s for s in slots_of(closed(), BASE, required_base=3, required_extra=9) if s.month == 11]
    assert [len(slot.weeks) for slot in slots] == [2, 2]
    assert not set(slots[0].weeks) & set(slots[1].weeks)


def test_a_class_has_eight_sessions_and_its_staff_go_before_each():
    first_class = a_class(0)
    difference = plan(the_year(first_class))
    assert weeks_of(difference.create, first_class) == [36, 41, 45, 49, 5, 10, 14, 18]
    assert weeks_of(difference.create, STAFF) == [35, 40, 43, 48, 4, 8, 12, 17]
    assert not difference.warnings


def test_classes_are_spread_evenly_over_the_month_the_lowest_grade_first():
    classes = [a_class(n, grade=n // 2) for n in range(10)]
    difference = plan(the_year(*reversed(classes)))
    september = [new.week.isocalendar().week for new in difference.create if new.slot_no == 1 and new.group.is_class]
    assert september == [36, 36, 37, 37, 38, 38, 39, 39, 40, 40]


def test_topics_come_in_the_order_in_which_they_were_chosen():
    difference = plan(the_year(chosen=EXTRA[:3]))
    topics = [new.topic.title if new.topic else None for new in difference.create if new.group == STAFF]
    assert topics == [
        "Normer och dess konsekvenser",
        "Könsnormen",
        "Grupptryck",
        "Aktiva åskådare och förändring",
        "Mobbning",
        None,
        "Våld i hemmet",
        None,
    ]


def test_groups_that_the_programme_is_not_for_get_no_sessions():
    mentors = Group(pk=50, kind="mentors", name="Elevmentorer", starts_on=FIRST)
    outline = the_year(a_class(0, grade=5), a_class(1, grade=6), mentors)
    assert {str(new.group) for new in plan(outline).create} == {"Personal F–3", "5A"}


def test_staff_go_as_many_weeks_ahead_as_the_settings_ask_for():
    outline = the_year()
    outline.rules.staff_lead_weeks = 3
    weeks = weeks_of(plan(outline).create, STAFF)
    # The first class is in v. 36, and the year begins in v. 34: three weeks are not to be had there.
    assert weeks[:2] == [35, 38]


def test_a_class_without_a_staff_group_follows_the_schools_first():
    others = Group(pk=2, kind="staff", name="Personal 4–5", starts_on=FIRST)
    alone = a_class(0, staff_group_id=None)
    outline = replace(the_year(alone), groups=[others, alone])
    weeks = weeks_of(plan(outline).create, others)
    assert weeks[0] == 35
    assert weeks_of(plan(outline).create, alone)[0] == 36


def test_a_school_without_a_staff_group_is_planned_with_a_warning():
    outline = replace(the_year(), groups=[a_class(0)])
    difference = plan(outline)
    assert len(difference.create) == 8
    assert [warning.problem for warning in difference.warnings] == [Problem.NO_STAFF_GROUP]


def test_a_base_month_that_is_wholly_closed_moves_to_the_nearest_week_after_it():
    outline = the_year(calendar=closed((D(2026, 11, 30), D(2026, 12, 18))))
    difference = plan(outline)
    december = [new for new in difference.create if new.slot_no == 4 and new.group.is_class]
    assert [new.week for new in december] == [D(2027, 1, 11)]
    assert in_words(difference.warnings) == ["1A: Aktiva åskådare och förändring ligger utanför sin månad, i v.\xa02."]


def test_a_base_topic_comes_home_when_its_month_opens_again():
    shut = the_year(calendar=closed((D(2026, 11, 30), D(2026, 12, 18))))
    rows = laid_out(shut)
    difference = plan(the_year(rows=rows))
    assert [(str(move.row.topic), move.week) for move in difference.move] == [
        ("Aktiva åskådare och förändring", D(2026, 11, 30))
    ]
    assert not difference.warnings


def test_a_school_that_begins_in_january_gets_the_autumns_sessions_too():
    difference = plan(the_year(from_day=D(2027, 1, 13)))
    assert len(difference.create) == 16
    assert min(new.week for new in difference.create) == D(2027, 1, 11)
    problems = {(warning.problem, str(warning.topic)) for warning in difference.warnings}
    assert problems == {
        (Problem.OUTSIDE_MONTH, "Normer och dess konsekvenser"),
        (Problem.OUTSIDE_MONTH, "Aktiva åskådare och förändring"),
    }


def test_a_late_start_takes_no_week_from_the_base_topic_whose_month_is_left():
    difference = plan(the_year(from_day=D(2026, 11, 23)))
    week_of = {new.slot_no: new.week for new in difference.create if new.group.is_class}
    assert week_of[4] in closed().weeks_of_month(12)
    assert [warning.slot.no for warning in difference.warnings if warning.slot] == [1]


def test_what_does_not_fit_before_the_year_ends_is_said_and_not_planned():
    difference = plan(the_year(from_day=D(2027, 6, 1)))
    assert len(difference.create) == 4
    assert {warning.problem for warning in difference.warnings} >= {Problem.NO_ROOM}
    assert any("ingen vecka är kvar" in sentence for sentence in in_words(difference.warnings))


def test_a_week_that_is_closed_afterwards_moves_only_the_sessions_in_it():
    outline = the_year()
    rows = laid_out(outline)
    later = replace(outline, rows=rows, calendar=closed((D(2026, 10, 5), D(2026, 10, 9))))
    difference = plan(later)
    assert [(str(move.row.group), move.week) for move in difference.move] == [("1A", D(2026, 10, 12))]
    assert not difference.create
    assert len(difference.keep) == 15


def test_a_session_that_a_person_placed_stays_and_is_warned_of_when_its_week_closes():
    outline = the_year()
    rows = laid_out(outline)
    october = next(row for row in rows if row.slot_no == 2 and row.group.is_class)
    october.pinned = True
    difference = plan(replace(outline, rows=rows, calendar=closed((D(2026, 10, 5), D(2026, 10, 9)))))
    assert not difference.move
    assert [(w.problem, w.week) for w in difference.warnings] == [(Problem.CLOSED, D(2026, 10, 5))]


def test_staff_follow_a_class_that_a_person_moved_to_an_earlier_week():
    outline = the_year()
    rows = laid_out(outline)
    october = next(row for row in rows if row.slot_no == 2 and row.group.is_class)
    october.week_start, october.pinned = D(2026, 9, 28), True
    difference = plan(replace(outline, rows=rows))
    assert [(str(move.row.group), move.week) for move in difference.move] == [("Personal F–3", D(2026, 9, 21))]


def test_staff_who_can_be_in_time_come_before_staff_who_are_late_anyhow():
    outline = the_year()
    rows = laid_out(outline)
    for row in rows:
        if row.group == STAFF and row.slot_no in (1, 4):
            row.cancelled_at, row.cancel_reason = A_MOMENT, CancelReason.STAFF_ABSENT
        if row.group.is_class and row.slot_no == 1:
            row.outcome = PlannedSession.Outcome.HELD
    difference = plan(replace(outline, rows=rows, from_day=D(2026, 11, 23)))
    # The class has December's topic in v. 49: of the two sessions that staff lack, only that one can still be first.
    assert {new.slot_no: new.week.isocalendar().week for new in difference.create} == {4: 48, 1: 49}


def test_a_class_follows_its_staff_but_does_not_leave_a_base_topics_month():
    outline = the_year()
    rows = laid_out(outline)
    staff = {row.slot_no: row for row in rows if not row.group.is_class}
    staff[2].week_start, staff[4].week_start = D(2026, 10, 5), D(2026, 12, 14)
    staff[2].pinned = staff[4].pinned = True
    difference = plan(replace(outline, rows=rows))
    assert [(move.row.slot_no, move.week) for move in difference.move] == [(2, D(2026, 10, 12))]
    assert [(w.problem, w.week) for w in difference.warnings] == [(Problem.STAFF_AFTER, D(2026, 12, 14))]


def test_a_lost_session_gets_a_new_time_that_points_back():
    outline = the_year()
    rows = laid_out(outline)
    lost = next(row for row in rows if row.slot_no == 3 and row.group.is_class)
    lost.cancelled_at, lost.cancel_reason = A_MOMENT, CancelReason.NO_ROOM
    difference = plan(replace(outline, rows=rows, from_day=D(2026, 11, 12)))
    assert [(new.slot_no, new.week, new.replaces) for new in difference.create] == [(3, D(2026, 11, 9), lost)]


def test_what_was_held_keeps_its_topic_and_the_rest_of_a_new_choice_fills_the_other_places():
    outline = the_year()
    rows = laid_out(outline)
    held = next(row for row in rows if row.slot_no == 2 and row.group.is_class)
    held.outcome = PlannedSession.Outcome.HELD
    swapped = [EXTRA[1], EXTRA[0], *EXTRA[2:]]
    difference = plan(replace(outline, rows=rows, chosen=swapped, from_day=D(2026, 10, 19)))
    of_class = {r.row.slot_no: str(r.topic) for r in difference.retopic if r.row.group.is_class}
    # Könsnormen has been held, so that Grupptryck, in second place before, stays there.
    assert of_class == {}
    assert held not in [retopic.row for retopic in difference.retopic]


def test_a_class_that_has_ended_loses_what_lies_ahead_of_it():
    outline = the_year(a_class(0), a_class(1))
    rows = laid_out(outline)
    ended = a_class(1, ends_on=D(2026, 11, 1))
    for row in rows:
        if row.group == ended:
            row.group = ended
    difference = plan(replace(outline, groups=[STAFF, a_class(0), ended], rows=rows, from_day=D(2026, 11, 10)))
    assert {str(row.group) for row in difference.cancel} == {"1B"}
    assert all(row.week_start >= D(2026, 11, 9) for row in difference.cancel)


def test_a_class_that_ends_in_mid_week_loses_what_lies_later_that_week():
    outline = the_year(a_class(0), a_class(1))
    rows = laid_out(outline)
    ended = a_class(1, ends_on=D(2026, 12, 1))
    for row in rows:
        if row.group == ended:
            row.group = ended
    lost, kept = (row for row in rows if row.slot_no == 4 and row.group.is_class)
    lost, kept = (lost, kept) if lost.group == ended else (kept, lost)
    for row in (lost, kept):
        row.week_start, row.date, row.pinned = D(2026, 11, 30), D(2026, 12, 3), True
    difference = plan(replace(outline, groups=[STAFF, a_class(0), ended], rows=rows, from_day=D(2026, 11, 23)))
    assert lost in difference.cancel
    assert kept not in difference.cancel


def test_a_class_that_comes_in_january_is_planned_after_its_staff_have_been_through_the_topics():
    outline = the_year()
    rows = laid_out(outline)
    new = a_class(5, starts_on=D(2027, 1, 11))
    difference = plan(replace(outline, groups=[*outline.groups, new], rows=rows, from_day=D(2027, 1, 11)))
    assert not difference.move
    spring = {made.slot_no: made.week for made in difference.create}
    staff = {row.slot_no: row.week_start for row in rows if not row.group.is_class}
    assert all(week > staff[number] for number, week in spring.items())


def test_more_sessions_in_the_settings_change_no_session_that_stands_well():
    outline = the_year()
    rows = laid_out(outline)
    more = the_year(rows=rows)
    more.rules.required_extra = 6
    difference = plan(more)
    assert not difference.move
    assert len(difference.create) == 2
    assert not plan(replace(more, rows=rows)).cancel


def test_fewer_sessions_in_the_settings_leave_the_sessions_and_say_so():
    outline = the_year()
    rows = laid_out(outline)
    fewer = the_year(rows=rows)
    fewer.rules.required_extra = 4
    difference = plan(fewer)
    assert not difference.cancel
    assert [warning.problem for warning in difference.warnings].count(Problem.SURPLUS) == 2


def test_what_breaks_a_rule_does_not_swap_weeks_in_the_next_draft():
    """Three weeks are left: staff meet in the first two, and in the second the class has something else."""
    first, second, third = D(2027, 1, 11), D(2027, 1, 18), D(2027, 1, 25)
    short = ProgrammeYear(programme=Programme(name="TÅGET"), year=SchoolYear(), required_base=1, required_extra=1)
    closed_till_january = dict.fromkeys((D(2026, 9, 1) + dt.timedelta(days=n) for n in range(132)), "Lov")
    outline = the_year(
        rules=short,
        calendar=SchoolCalendar(D(2026, 9, 1), D(2027, 1, 29), closed_till_january),
        rows=[
            PlannedSession(pk=1, group=STAFF, slot_no=1, topic=BASE[0], week_start=first, pinned=True),
            PlannedSession(pk=2, group=STAFF, slot_no=2, topic=EXTRA[0], week_start=second, pinned=True),
        ],
        busy={a_class(0).pk: {second}},
    )
    created = plan(outline).create
    assert [(new.slot_no, new.week) for new in created] == [(1, third), (2, first)]
    # The extra session comes before its staff, but not by taking the base topic's week.
    assert plan(replace(outline, rows=[*outline.rows, *laid_out(outline)])).changes_nothing


def test_what_is_new_takes_no_week_in_which_a_session_stands_that_cannot_move():
    """One week is left, and the class has April's topic in it: what else it is to have gets no week."""
    left = D(2027, 1, 25)
    short = ProgrammeYear(programme=Programme(name="TÅGET"), year=SchoolYear(), required_base=3, required_extra=1)
    calendar = SchoolCalendar(left, D(2027, 1, 29), {})
    standing = PlannedSession(pk=1, group=a_class(0), slot_no=4, topic=BASE[2], week_start=left)
    outline = the_year(rules=short, calendar=calendar, rows=[standing])
    assert [new.group for new in plan(outline).create] == [STAFF]
