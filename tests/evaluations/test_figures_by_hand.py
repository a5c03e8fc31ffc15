"""Each formula on a small school that is written out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from evaluations import figures
from evaluations.counting import add_up, count, count_groups
from evaluations.figures import Figure
from tests.evaluations.by_hand import CLASS_1A, CLASS_2A, GROUPS, STAFF, group, school

# The Sunday that ends v. 41.
AS_OF = dt.date(2026, 10, 11)

AUTUMN = """
group | place | topic      | week       | what came of it
staff | 1     | normer/9   | 2026-08-31 | held 2026-09-02, parts 4/4
1A    | 1     | normer/9   | 2026-09-07 | held 2026-09-08, logged 2026-09-30, parts 3/4
2A    | 1     | normer/9   | 2026-09-14 | -
staff | 2     | vanskap    | 2026-10-05 | -
1A    | 2     | vanskap    | 2026-10-05 | held 2026-10-07, parts 1/2
2A    | 2     | vanskap    | 2026-10-12 | -
"""
# Three groups are to have two sessions each: six. By 11 October five weeks have passed: three sessions are held, and
# two await a log (2A on norms, the staff on friendship). 2A's session on friendship lies ahead.


def numbers(figure: Figure) -> tuple[int, int, int]:
    return figure.numerator, figure.denominator, figure.unknown


def figure_of(name: str, table: str = AUTUMN, as_of: dt.date = AS_OF, **about: object) -> Figure:
    return getattr(figures, name)(count(school(table, **about), as_of), as_of)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "numerator", "denominator", "unknown", "value"),
    [
        # Five were due, three of them held, two nobody has said anything about.
        ("pace", 3, 5, 2, "60–100\u00a0%"),
        # Of the year's six.
        ("dose", 3, 6, 2, "50–83\u00a0%"),
        # Base sessions due: staff, 1A and 2A on norms. Staff and 1A held theirs in time.
        ("on_time", 2, 3, 1, "67–100\u00a0%"),
        # 1A held two. On norms the staff were first; on friendship nobody has said whether they were.
        ("staff_first", 1, 2, 1, "50–100\u00a0%"),
        # 1A's 24 pupils of 46; 2A's 22 if its session without a log was held.
        ("reach", 24, 46, 22, "52–100\u00a0%"),
        # 1A has had both of its sessions; 2A would have had all so far if its log says so.
        ("full_dose", 1, 2, 1, "50–100\u00a0%"),
        # 4 + 3 + 1 parts of 4 + 4 + 2.
        ("adherence", 8, 10, 0, "80\u00a0%"),
        ("adoption", 1, 1, 0, "100\u00a0%"),
        # Staff's and 1A's second came at once, 1A's first after 17 days. 2A's first is too late now, and the staff's
        # second has until 18 October.
        ("reporting", 2, 5, 1, "40–60\u00a0%"),
    ],
)
def test_the_figure_is_what_one_gets_by_hand(
    name: str, numerator: int, denominator: int, unknown: int, value: str
) -> None:
    figure = figure_of(name)

    assert numbers(figure) == (numerator, denominator, unknown)
    assert figure.value == value


def test_every_figure_has_a_function_of_its_name() -> None:
    assert [figure.__name__ for figure in figures.ALL] == [
        figure.key for figure in figures.all_figures(count(school(), AS_OF), AS_OF)
    ]


def test_before_anything_was_due_there_is_nothing_to_divide_by() -> None:
    pace = figure_of("pace", as_of=dt.date(2026, 8, 20))

    assert (pace.value, pace.judgement, pace.light) == ("–", "none", "none")


def test_a_cancelled_session_without_a_new_time_stays_in_the_denominator() -> None:
    table = """
    1A | 1 | normer/9 | 2026-09-07 | cancelled no_room
    1A | 2 | vanskap  | 2026-10-05 | held 2026-10-07
    """

    assert numbers(figure_of("pace", table)) == (1, 2, 0)
    assert numbers(figure_of("dose", table)) == (1, 6, 0)


def test_a_cancelled_session_with_a_new_time_counts_in_its_new_week() -> None:
    table = """
    1A | 1 | normer/9 | 2026-09-07 | cancelled no_room
    1A | 1 | normer/9 | 2026-11-02 | -
    """

    assert numbers(figure_of("pace", table)) == (0, 0, 0)
    assert numbers(figure_of("pace", table, as_of=dt.date(2026, 11, 8))) == (0, 1, 1)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # On the Saturday the week is not over; at the end of the Sunday it is.
        (dt.date(2026, 9, 12), (0, 0, 0)),
        (dt.date(2026, 9, 13), (0, 1, 1)),
    ],
)
def test_a_session_is_due_at_the_end_of_its_weeks_sunday(day: dt.date, expected: tuple[int, int, int]) -> None:
    assert numbers(figure_of("pace", "1A | 1 | normer/9 | 2026-09-07 | -", day)) == expected


def test_a_session_of_the_week_counts_when_its_log_comes_whatever_it_says() -> None:
    table = """
    1A | 1 | normer/9 | 2026-09-07 | held 2026-09-08
    2A | 1 | normer/9 | 2026-09-07 | not held no_room, logged 2026-09-09
    """

    assert numbers(figure_of("pace", table, dt.date(2026, 9, 8))) == (1, 1, 0)
    assert numbers(figure_of("pace", table, dt.date(2026, 9, 9))) == (1, 2, 0)


def test_a_session_held_late_was_due_and_not_held_until_then() -> None:
    table = "1A | 1 | normer/9 | 2026-09-07 | held 2026-10-01"

    assert numbers(figure_of("pace", table, dt.date(2026, 9, 30))) == (0, 1, 0)
    assert numbers(figure_of("pace", table, dt.date(2026, 10, 1))) == (1, 1, 0)
    assert count(school(table), dt.date(2026, 9, 30))["reasons"] == {"held_later": {"lost": 1, "again": 0}}


@pytest.mark.parametrize(
    ("line", "on_time"),
    [
        # September's window: its own days and its weeks', from 31 August (v. 36) to 4 October (v. 40).
        ("1A | 1 | normer/9 | 2026-08-31 | held 2026-08-31", 1),
        ("1A | 1 | normer/9 | 2026-09-28 | held 2026-10-02", 1),
        ("1A | 1 | normer/9 | 2026-09-28 | held 2026-10-05", 0),
        ("1A | 1 | normer/9 | 2026-08-24 | held 2026-08-28", 0),
        # The staff have the six weeks that end with it, from 24 August.
        ("staff | 1 | normer/9 | 2026-08-24 | held 2026-08-28", 1),
        ("staff | 1 | normer/9 | 2026-08-17 | held 2026-08-21", 0),
        ("staff | 1 | normer/9 | 2026-09-28 | held 2026-10-05", 0),
    ],
)
def test_a_base_session_is_on_time_in_its_window(line: str, on_time: int) -> None:
    assert numbers(figure_of("on_time", line)) == (on_time, 1, 0)


def test_a_base_session_that_was_lost_was_not_on_time() -> None:
    assert numbers(figure_of("on_time", "1A | 1 | normer/9 | 2026-09-07 | not held no_room")) == (0, 1, 0)


@pytest.mark.parametrize(
    ("staff", "expected"),
    [
        ("staff | 1 | normer/9 | 2026-08-31 | held 2026-09-07", (1, 1, 0)),
        # The same day is not before.
        ("staff | 1 | normer/9 | 2026-09-07 | held 2026-09-08", (0, 1, 0)),
        ("staff | 1 | vanskap  | 2026-08-31 | held 2026-09-02", (0, 1, 0)),
        ("staff | 1 | normer/9 | 2026-08-31 | cancelled no_room", (0, 1, 0)),
        ("staff | 1 | normer/9 | 2026-08-31 | -", (0, 1, 1)),
        # A session without a log in a later week can't have been first.
        ("staff | 1 | normer/9 | 2026-09-14 | -", (0, 1, 0)),
    ],
)
def test_staff_come_first_only_on_an_earlier_day(staff: str, expected: tuple[int, int, int]) -> None:
    table = f"{staff}\n1A | 1 | normer/9 | 2026-09-07 | held 2026-09-08"

    assert numbers(figure_of("staff_first", table)) == expected


def test_a_class_follows_its_own_staff_group_and_one_without_follows_any() -> None:
    other = 4
    table = """
    staff | 1 | normer/9 | 2026-08-31 | held 2026-09-02
    1A    | 1 | normer/9 | 2026-09-07 | held 2026-09-08
    2A    | 1 | normer/9 | 2026-09-07 | held 2026-09-08
    """
    groups = (
        GROUPS[0],
        group(other, is_staff=True),
        group(CLASS_1A, staff_group=other),
        group(CLASS_2A, staff_group=None),
    )

    assert numbers(figure_of("staff_first", table, groups=groups)) == (1, 2, 0)


@pytest.mark.parametrize(
    ("own", "ended", "expected"),
    [
        (4, None, 0),  # its own has not had the topic
        (4, STAFF, 1),  # it was the ended group's until January
        (4, 4, 1),  # its own has ended, and whose it is now is not told
        (STAFF, 4, 1),
    ],
)
def test_a_staff_group_that_ends_takes_nothing_back_that_it_did_first(
    own: int, ended: int | None, expected: int
) -> None:
    table = """
    staff | 1 | normer/9 | 2026-08-31 | held 2026-09-02
    1A    | 1 | normer/9 | 2026-09-07 | held 2026-09-08
    """
    last_day = {pk: {"ends_on": dt.date(2027, 1, 15)} if pk == ended else {} for pk in (STAFF, 4)}
    groups = (
        group(STAFF, **last_day[STAFF]),
        group(4, is_staff=True, grade=None, **last_day[4]),
        group(CLASS_1A, staff_group=own),
    )
    assert numbers(figure_of("staff_first", table, groups=groups)) == (expected, 1, 0)


def test_a_session_whose_topic_is_not_chosen_cannot_be_decided() -> None:
    assert numbers(figure_of("staff_first", "1A | 1 | ? | 2026-09-07 | held 2026-09-08")) == (0, 1, 1)


def test_a_merged_class_leaves_and_its_pupils_count_once() -> None:
    merged = (
        GROUPS[0],
        group(CLASS_1A, headcount=24, ends_on=dt.date(2026, 10, 2), has_merged=True),
        group(CLASS_2A, headcount=46),
    )
    table = """
    1A | 1 | normer/9 | 2026-09-07 | held 2026-09-08
    2A | 1 | normer/9 | 2026-09-14 | held 2026-09-15
    """

    before, after = dt.date(2026, 9, 30), dt.date(2026, 10, 2)
    assert numbers(figure_of("dose", table, before, groups=merged)) == (2, 6, 0)
    assert numbers(figure_of("dose", table, after, groups=merged)) == (1, 4, 0)
    assert numbers(figure_of("reach", table, before, groups=merged)) == (46, 46, 0)
    assert numbers(figure_of("reach", table, after, groups=merged)) == (46, 46, 0)


def test_classes_outside_the_grades_and_groups_to_come_are_no_target() -> None:
    groups = (
        *GROUPS,
        group(5, grade=6, headcount=30),
        group(6, grade=3, headcount=25, starts_on=dt.date(2027, 1, 11)),
    )

    assert numbers(figure_of("reach", AUTUMN, groups=groups)) == (24, 46, 22)
    assert numbers(figure_of("dose", AUTUMN, groups=groups)) == (3, 6, 2)
    assert figure_of("dose", AUTUMN, dt.date(2027, 1, 17), groups=groups).denominator == 8


def test_a_class_whose_size_is_not_known_adds_no_pupils() -> None:
    groups = (GROUPS[0], GROUPS[1], group(CLASS_2A, headcount=None))

    assert numbers(figure_of("reach", AUTUMN, groups=groups)) == (24, 24, 0)


def test_a_school_without_a_plan_counts_in_the_denominators() -> None:
    empty = count(school(), AS_OF)
    both = add_up([empty, count(school(AUTUMN), AS_OF)])

    assert numbers(figures.dose(both, AS_OF)) == (3, 12, 2)
    assert numbers(figures.reach(both, AS_OF)) == (24, 92, 22)
    assert numbers(figures.adoption(both, AS_OF)) == (1, 2, 0)
    assert numbers(figures.full_dose(both, AS_OF)) == (1, 4, 1)
    assert empty["planned"] == 0


def test_a_school_is_perhaps_active_when_only_logs_are_missing() -> None:
    assert numbers(figure_of("adoption", "1A | 1 | normer/9 | 2026-09-07 | -")) == (0, 1, 1)


def test_when_the_year_is_over_full_dose_asks_for_every_session_required() -> None:
    table = "1A | 1 | normer/9 | 2026-09-07 | held 2026-09-08"
    one_class = (group(CLASS_1A),)

    assert numbers(figure_of("full_dose", table, groups=one_class)) == (1, 1, 0)
    assert numbers(figure_of("full_dose", table, dt.date(2027, 6, 13), groups=one_class)) == (0, 1, 0)


def test_what_is_held_beyond_the_programmes_number_counts_in_both() -> None:
    table = """
    1A | 1 | normer/9 | 2026-09-07 | held 2026-09-08
    1A | 2 | vanskap  | 2026-09-14 | held 2026-09-15
    1A | 3 | mobbning | 2026-09-21 | held 2026-09-22
    1A | 4 | logn     | 2026-09-28 | cancelled other
    """

    assert numbers(figure_of("dose", table, groups=(group(CLASS_1A),))) == (3, 3, 0)
    assert numbers(figure_of("pace", table, groups=(group(CLASS_1A),))) == (3, 3, 0)


def test_a_place_that_was_lost_twice_is_lost_once_and_got_one_new_time() -> None:
    table = """
    1A | 1 | normer/9 | 2026-09-07 | cancelled no_room
    1A | 1 | normer/9 | 2026-09-14 | not held staff_absent
    2A | 1 | normer/9 | 2026-09-14 | cancelled no_room
    2A | 1 | normer/9 | 2026-09-21 | held 2026-09-22
    """
    counts = count(school(table), AS_OF)

    assert numbers(figures.pace(counts, AS_OF)) == (1, 2, 0)
    assert counts["reasons"] == {"staff_absent": {"lost": 1, "again": 0}, "no_room": {"lost": 0, "again": 2}}


def test_a_new_time_with_another_number_still_takes_the_lost_ones_place() -> None:
    year = school(
        """
        1A | 1 | ? | 2026-09-07 | cancelled no_room
        1A | 9 | ? | 2026-11-02 | -
        """
    )
    lost, new = year.sessions
    replaced = dataclasses.replace(year, sessions=[lost, dataclasses.replace(new, replaces=lost.pk)])

    assert numbers(figures.pace(count(year, AS_OF), AS_OF)) == (0, 1, 0)
    assert numbers(figures.pace(count(replaced, AS_OF), AS_OF)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "light", "judgement"),
    [
        (76, 100, "76\u00a0%", "green", "below"),
        (80, 100, "80\u00a0%", "green", "above"),
        # Whole per cents would say 75, 80, 100 and 0.
        (747, 1000, "74,7\u00a0%", "amber", "below"),
        (799, 1000, "79,9\u00a0%", "green", "below"),
        (999, 1000, "99,9\u00a0%", "green", "above"),
        (1, 1000, "0,1\u00a0%", "red", "below"),
        (50, 100, "50\u00a0%", "amber", "below"),
        (0, 100, "0\u00a0%", "red", "below"),
    ],
)
def test_what_is_shown_agrees_with_the_judgement(
    numerator: int, denominator: int, value: str, light: str, judgement: str
) -> None:
    figure = Figure("pace", numerator, denominator, 0, AS_OF, 80)

    assert (figure.value, figure.light, figure.judgement) == (value, light, judgement)


def test_a_target_within_the_range_can_be_reached() -> None:
    assert Figure("pace", 76, 100, 5, AS_OF, 80).judgement == "maybe"
    assert Figure("pace", 80, 100, 5, AS_OF, 80).judgement == "above"
    assert Figure("pace", 76, 100, 3, AS_OF, 80).judgement == "below"
    assert Figure("adoption", 1, 2, 0, AS_OF).judgement == "none"


def test_the_line_of_the_year_ends_where_pace_is() -> None:
    table = f"{AUTUMN}\n1A | 3 | mobbning | 2026-11-02 | held 2026-10-08"
    counts = count(school(table, required=3), AS_OF)

    assert sum(month["plan"] for month in counts["months"].values()) == figures.pace(counts, AS_OF).denominator
    assert sum(counts["held_months"].values()) == counts["held"]
    assert counts["months"]["2026-10"] == {"plan": 3, "held": 2, "awaiting": 1}


def test_terms_are_told_by_the_planned_week() -> None:
    """Autumn: one of two held. Spring: one of one, though its log came late."""
    table = """
    1A | 1 | normer/9   | 2026-09-07 | held 2026-09-08
    2A | 1 | normer/9   | 2026-12-14 | -
    1A | 2 | askadare/4 | 2027-04-05 | held 2027-04-06, logged 2027-05-20
    """
    terms = count(school(table), dt.date(2027, 6, 13))["terms"]

    autumn, spring = (figures.pace(terms[name], AS_OF) for name in ("autumn", "spring"))
    assert (numbers(autumn), numbers(spring)) == ((1, 2, 1), (1, 1, 0))
    assert [numbers(figures.reporting(terms[name], AS_OF)) for name in ("autumn", "spring")] == [(1, 2, 0), (0, 1, 0)]


TWO_TERMS = """
    1A | 1 | normer/9   | 2026-09-07 | held 2026-09-08
    2A | 1 | normer/9   | 2026-12-14 | -
    1A | 2 | vanskap    | 2026-11-02 | cancelled no_room
    1A | 3 | askadare/4 | 2027-04-05 | held 2027-04-06
    2A | 2 | askadare/4 | 2027-04-12 | held 2027-04-13
    """


def test_pupils_reached_in_a_term_are_those_whose_class_had_one_of_its_sessions() -> None:
    """Autumn: 1A's 24 of 46, and 2A's 22 if its log says so; spring: both. Of the year that is 46 of 46, not 92."""
    counts = count(school(TWO_TERMS, required=3), dt.date(2027, 6, 13))

    own = [figures.reach(counts["terms"][name], AS_OF) for name in ("autumn", "spring")]
    assert [numbers(figure) for figure in own] == [(24, 46, 22), (46, 46, 0)]
    assert numbers(figures.reach(counts, AS_OF)) == (46, 46, 0)


def test_full_dose_in_a_term_is_all_that_was_due_in_it() -> None:
    """Autumn: 1A has lost one of two, 2A's only one awaits its log. Spring: both have had theirs. Of the year's three
    sessions 1A lacks one, and 2A has two and none planned."""
    counts = count(school(TWO_TERMS, required=3), dt.date(2027, 6, 13))

    own = [figures.full_dose(counts["terms"][name], AS_OF) for name in ("autumn", "spring")]
    assert [numbers(figure) for figure in own] == [(0, 2, 1), (2, 2, 0)]
    assert numbers(figures.full_dose(counts, AS_OF)) == (0, 2, 0)


def test_a_class_that_had_nothing_due_in_a_term_had_no_full_dose_of_it() -> None:
    table = "1A | 1 | normer/9 | 2026-09-07 | held 2026-09-08"
    counts = count(school(table), dt.date(2027, 6, 13))

    own = [(figures.reach, (24, 46, 0)), (figures.full_dose, (1, 2, 0))]
    assert [numbers(figure(counts["terms"]["autumn"], AS_OF)) for figure, _told in own] == [told for _f, told in own]
    assert [numbers(figure(counts["terms"]["spring"], AS_OF)) for figure, _told in own] == [(0, 46, 0), (0, 2, 0)]


def test_a_class_that_begins_in_spring_is_not_of_the_autumn() -> None:
    """3B has 25 pupils; spring has not begun before it has."""
    groups = (*GROUPS, group(9, grade=3, headcount=25, starts_on=dt.date(2027, 1, 11)))
    terms = count(school(TWO_TERMS, groups=groups), dt.date(2027, 6, 13))["terms"]

    assert [terms[name]["pupils"] for name in ("autumn", "spring")] == [46, 71]
    assert [terms[name]["classes"] for name in ("autumn", "spring")] == [2, 3]
    assert "spring" not in count(school(TWO_TERMS, groups=groups), dt.date(2026, 12, 31))["terms"]


def test_a_grade_is_reached_when_one_of_its_classes_is() -> None:
    """1A has had one; of 2A, in grade 2, nobody has said; 3B, in grade 3, has had none."""
    groups = (*GROUPS, group(9, grade=3, headcount=25))
    grades = count(school(AUTUMN, groups=groups), AS_OF)["grades"]

    assert {grade: list(one.values()) for grade, one in grades.items()} == {
        "1": [1, 1, 0, 24, 24, 0],
        "2": [1, 0, 1, 22, 0, 0],
        "3": [1, 0, 0, 25, 0, 25],
    }
    names = ["classes", "reached", "unknown", "pupils", "pupils_reached", "pupils_missed"]
    assert all(list(one) == names for one in grades.values())


def test_a_groups_counts_are_its_own() -> None:
    """The staff: one of two held, the other without a log; 1A: both held; 2A: one without a log."""
    by_group = count_groups(school(AUTUMN), AS_OF)

    assert {pk: numbers(figures.pace(counts, AS_OF)) for pk, counts in by_group.items()} == {
        STAFF: (1, 2, 1),
        CLASS_1A: (2, 2, 0),
        CLASS_2A: (0, 1, 1),
    }


def test_a_session_is_logged_after_a_reminder_that_was_sent_by_the_day_and_before_the_log() -> None:
    """Three have passed: 1A's was reminded of on 14 September and logged on the 20th; the staff's was logged at once;
    2A's was reminded of twice and is not logged. 1A's second is cancelled: no log is wanted of it."""
    year = school(
        """
        staff | 1 | normer/9 | 2026-08-31 | held 2026-09-02
        1A    | 1 | normer/9 | 2026-09-07 | held 2026-09-08, logged 2026-09-20
        2A    | 1 | normer/9 | 2026-09-14 | -
        1A    | 2 | vanskap  | 2026-09-21 | cancelled no_room
        """
    )
    sent = {2: ((dt.date(2026, 9, 14), 1),), 3: ((dt.date(2026, 9, 21), 1), (dt.date(2026, 9, 27), 7))}
    rows = [dataclasses.replace(row, reminders=sent.get(row.pk, ())) for row in year.sessions]
    year = dataclasses.replace(year, sessions=rows)

    assert numbers(figures.reminders(count(year, AS_OF), AS_OF)) == (1, 2, 0)
    assert count(year, AS_OF)["reminders"] == {
        "-1": {"logged": 1, "missing": 0},
        "1": {"logged": 1, "missing": 0},
        "7": {"logged": 0, "missing": 1},
    }
    # The day before the log came, and before the second reminder was sent.
    earlier = dt.date(2026, 9, 19)
    assert numbers(figures.reminders(count(year, earlier), earlier)) == (0, 1, 0)
