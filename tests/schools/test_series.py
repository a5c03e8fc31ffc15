"""A series told by examples: MVP at one school with two classes of year 6 and pupil mentors of year 9, in 2026/27."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from programmes.models import Programme, SessionTopic
from schools.engine.boards import Outline
from schools.engine.warnings import in_words
from schools.engine.ways_out import ways_out
from schools.models import Departure, Group, Occasion, OccasionKind, PlannedSession, ProgrammeYear, SchoolYear
from schools.planning import Difference, plan
from tests.schools.drawn import laid_out
from tests.schools.test_planning import FIRST, LAST, closed
from tests.schools.test_series_properties import applied

D = dt.date
TOPICS = [SessionTopic(pk=n, kind="mvp", number=n, title=f"MVP-pass {n}") for n in range(1, 12)]
MENTORS = Group(pk=1, kind="mentors", name="Elevmentorer", grade=9, headcount=13, starts_on=FIRST)
SIX_A = Group(pk=11, kind="class", name="6A", grade=6, starts_on=FIRST, mentors_id=1)
SIX_B = Group(pk=12, kind="class", name="6B", grade=6, starts_on=FIRST, mentors_id=1)


def the_year(*classes: Group, **fields: object) -> Outline:
    rules = ProgrammeYear(
        programme=Programme(name="MVP", rhythm=Programme.Rhythm.SERIES),
        year=SchoolYear(starts_on=FIRST, ends_on=LAST),
        required_base=11,
        required_extra=0,
        lowest_grade=6,
        highest_grade=6,
    )
    given: dict[str, object] = {"rules": rules, "calendar": closed(), "chosen": [], "rows": [], "from_day": FIRST}
    groups = [MENTORS, *(classes or [SIX_A])]
    return Outline(groups=groups, base_topics=TOPICS, **{**given, **fields})  # type: ignore[arg-type]


def weeks(rows: list[PlannedSession], group: Group = SIX_A) -> list[int]:
    found = [row for row in rows if row.group == group and row.is_live]
    return [row.week_start.isocalendar().week for row in sorted(found, key=lambda row: row.topic.number)]


def weeks_of(outline: Outline, group: Group = SIX_A) -> list[int]:
    return weeks(laid_out(outline, plan(outline)), group)


def occasions(difference: Difference, kind: str) -> list[dt.date]:
    return [one.day for one in difference.occasions if one.kind == kind]


def said(outline: Outline) -> list[str]:
    return [text.replace("\u00a0", " ") for text in in_words(plan(outline).warnings)]


def test_trainings_come_first_then_eleven_sessions_every_second_week():
    outline = the_year()
    difference = plan(outline)
    assert occasions(difference, "key_persons") == [D(2026, 9, 7)]
    assert occasions(difference, "mentors_training") == [D(2026, 9, 8)]
    assert weeks_of(outline) == [38, 40, 42, 45, 47, 49, 51, 2, 4, 6, 8]
    assert [new.topic.number for new in difference.create] == list(range(1, 12))
    assert said(outline) == []


def test_supervision_lies_in_the_weeks_between():
    days = occasions(plan(the_year()), "supervision")
    assert [day.isocalendar().week for day in days] == [39, 41, 43, 46, 48, 50, 51, 3, 5, 7]


def test_supervision_can_be_every_other_time_or_not_at_all():
    outline = the_year()
    outline.rules.supervision_every = 2
    assert len(occasions(plan(outline), "supervision")) == 5
    outline.rules.supervision_every = 0
    assert occasions(plan(outline), "supervision") == []


def test_mentors_of_two_classes_meet_them_in_turns():
    outline = the_year(SIX_A, SIX_B)
    assert weeks_of(outline, SIX_A)[:4] == [38, 40, 42, 45]
    assert weeks_of(outline, SIX_B)[:4] == [39, 41, 43, 46]
    assert not set(weeks_of(outline, SIX_A)) & set(weeks_of(outline, SIX_B))


def test_the_first_session_waits_for_a_training_that_is_planned():
    training = Occasion(kind=OccasionKind.MENTORS_TRAINING, date=D(2026, 10, 14))
    outline = the_year(occasions=[training, Occasion(kind="key_persons", date=D(2026, 9, 1))])
    assert weeks_of(outline)[0] == 43
    assert occasions(plan(outline), "mentors_training") == []


def test_a_training_that_was_not_held_does_not_count():
    missed = Occasion(kind=OccasionKind.MENTORS_TRAINING, date=D(2026, 9, 1), held=False)
    assert len(occasions(plan(the_year(occasions=[missed])), "mentors_training")) == 1


def test_a_training_that_is_moved_past_a_session_that_a_person_placed_is_said():
    after, _difference = applied(the_year())
    after.rows[0].pinned = True
    moved = [Occasion(kind=one.kind, date=D(2026, 10, 14)) for one in after.occasions if one.kind != "supervision"]
    assert said(replace(after, occasions=moved)) == ["6A: MVP-pass 1 i v. 38 ligger inte efter utbildningen."]


def test_classes_and_mentors_that_are_not_matched_are_said():
    alone = Group(pk=13, kind="class", name="6C", grade=6, starts_on=FIRST)
    assert said(the_year(alone)) == [
        "6C: inga elevmentorer är matchade med klassen.",
        "Elevmentorer: elevmentorerna är inte matchade med någon klass.",
    ]


def test_a_lost_session_gets_a_new_time_and_those_after_it_follow():
    after, _difference = applied(the_year())
    lost = after.rows[2]
    lost.outcome = "not_held"
    after.rows[0].outcome = after.rows[1].outcome = "held"
    difference = plan(replace(after, from_day=D(2026, 10, 19)))
    [new] = difference.create
    assert (new.topic.number, new.replaces) == (3, lost)
    rows = laid_out(replace(after, from_day=D(2026, 10, 19)), difference)
    assert weeks(rows)[:5] == [38, 40, 43, 45, 47]


def test_a_week_with_a_session_of_another_programme_is_left_free():
    outline = the_year(busy={11: {D(2026, 9, 14), D(2026, 9, 28)}})
    assert weeks_of(outline)[:3] == [39, 41, 43]


def test_a_week_that_two_programmes_share_is_said():
    after, _difference = applied(the_year())
    after.rows[0].pinned = True
    assert said(replace(after, busy={11: {after.rows[0].week_start}})) == [
        "6A: fler än ett pass i v. 38, ett av dem är MVP-pass 1."
    ]


LATE = D(2027, 1, 25)


def test_eleven_that_no_longer_fit_are_said_and_planned_as_far_as_they_go():
    outline = the_year(from_day=LATE)
    assert weeks_of(outline) == [5, 7, 10, 12, 14, 16, 18, 20, 22]
    assert said(outline) == ["6A: 9 av 11 pass får plats före läsårets slut. Välj en utväg."]


def test_the_ways_out_say_what_they_give():
    [ways] = ways_out(the_year(from_day=LATE))
    assert (ways.fits, ways.wanted, ways.weekly) == (9, 11, 11)
    assert [(week.isocalendar().week, room) for week, room in ways.earlier] == [(4, 10)]
    assert ways.numbers == tuple(range(1, 12))


def test_weekly_for_a_while_is_only_as_long_as_it_has_to_be():
    weekly = Departure(group=SIX_A, weekly_from=D(2027, 1, 25))
    outline = the_year(from_day=LATE, departures={11: weekly})
    assert weeks_of(outline)[:6] == [5, 6, 7, 8, 10, 12]
    assert said(outline) == []
    after, _difference = applied(outline)
    assert plan(after).changes_nothing


def test_starting_earlier_puts_the_training_before_the_first_session():
    early = Departure(group=SIX_A, first_week=D(2026, 8, 31))
    outline = the_year(departures={11: early})
    assert weeks_of(outline)[0] == 36
    assert occasions(plan(outline), "mentors_training") == [D(2026, 8, 25)]
    assert said(outline) == []


def test_sessions_left_out_are_cancelled_and_not_asked_for_again():
    after, _difference = applied(the_year(from_day=LATE))
    without = Departure(group=SIX_A, left_out=[9, 10, 11], reason="Hinner inte.")
    outline = replace(after, departures={11: without})
    difference = plan(outline)
    assert [(drop.row.topic.number, drop.reason) for drop in difference.dropped] == [(9, "Hinner inte.")]
    assert in_words(difference.warnings) == []
    again, _difference = applied(outline)
    assert plan(again).changes_nothing


def test_what_has_been_held_stays_though_it_is_left_out():
    after, _difference = applied(the_year())
    after.rows[0].outcome = "held"
    outline = replace(after, departures={11: Departure(group=SIX_A, left_out=[1, 11], reason="Nej.")})
    assert [drop.row.topic.number for drop in plan(outline).dropped] == [11]


def test_a_class_that_merges_in_january_keeps_what_it_had_and_gets_no_more():
    after, _difference = applied(the_year())
    ended = replace(after, groups=[MENTORS, Group(**{**_fields(SIX_A), "ends_on": D(2027, 1, 15)})])
    difference = plan(replace(ended, from_day=D(2027, 1, 18)))
    assert [row.topic.number for row in difference.cancel] == [9, 10, 11]
    assert not difference.create


def _fields(group: Group) -> dict[str, object]:
    names = ("pk", "kind", "name", "grade", "starts_on", "mentors_id")
    return {name: getattr(group, name) for name in names}
