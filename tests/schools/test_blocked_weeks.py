"""Weeks in which the school has teaching, but nothing is planned: national tests, trips."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.urls import reverse

from schools.actions.calendar import close_days
from schools.actions.moves import free_weeks, move_session
from schools.actions.plans import draft_plan
from schools.calendar import SchoolCalendar, calendars_of
from schools.engine.warnings import Problem, in_words
from schools.models import ClosedPeriod, School
from schools.planning import plan
from tests.schools.laid_out import at, lay_out, on, session_of, text_of
from tests.schools.test_planning import FIRST, a_class, closed, laid_out, the_year, weeks_of

D = dt.date
TUESDAY, MONDAY = D(2027, 3, 16), D(2027, 3, 15)


def block(centre: SimpleNamespace, school: School | None, first: dt.date, last: dt.date | None = None) -> ClosedPeriod:
    return close_days(
        year=centre.year,
        kind=ClosedPeriod.Kind.TESTS,
        name="Nationella prov",
        starts_on=first,
        ends_on=last or first,
        school=school,
        by=centre.samira,
    )


def test_a_blocked_day_blocks_its_week_at_its_school_and_closes_nothing(centre: SimpleNamespace):
    block(centre, centre.lindang, TUESDAY)
    calendars = calendars_of(centre.year, [centre.lindang, centre.ekbacka])
    own, other = calendars[centre.lindang.pk], calendars[centre.ekbacka.pk]
    assert own.blocked_name(MONDAY) == "Nationella prov"
    assert MONDAY in own.open_weeks()
    assert MONDAY not in own.plannable_weeks()
    assert own.is_school_day(TUESDAY)
    assert MONDAY in other.plannable_weeks()
    assert SchoolCalendar.of(centre.year, centre.lindang) == own


def test_a_week_that_is_closed_is_not_called_blocked(centre: SimpleNamespace):
    block(centre, None, D(2027, 3, 2))
    assert SchoolCalendar.of(centre.year, None).blocked_name(D(2027, 3, 1)) == ""


def test_planning_avoids_blocked_weeks_and_warns_where_a_person_has_chosen_one():
    calendar, group = closed(), a_class(0)
    before = weeks_of(plan(the_year(group)).create, group)
    monday = D.fromisocalendar(2027, before[4], 1)
    blocked = replace(calendar, blocked={monday: "Nationella prov"})
    outline = the_year(group, calendar=blocked)
    after = weeks_of(plan(outline).create, group)
    assert before[4] not in after
    assert [week for week in before if week != before[4]] == [week for week in after if week in before]
    rows = laid_out(outline)
    chosen = next(row for row in rows if row.group == group and row.slot_no == 5)
    chosen.week_start, chosen.pinned = monday, True
    difference = plan(the_year(group, calendar=blocked, rows=rows))
    assert [warning.problem for warning in difference.warnings] == [Problem.BLOCKED]
    assert in_words(difference.warnings) == [
        f"{group}: v.\N{NO-BREAK SPACE}{before[4]}, där {chosen.topic} ligger, är spärrad på skolan."
    ]


def test_when_the_whole_month_is_blocked_the_topic_is_near_it_and_the_plan_says_so():
    group = a_class(0)
    december = dict.fromkeys(closed().weeks_of_month(12), "Prov")
    difference = plan(the_year(group, calendar=replace(closed(), blocked=december)))
    assert len(weeks_of(difference.create, group)) == 8
    assert not {new.week for new in difference.create} & set(december)
    assert Problem.OUTSIDE_MONTH in [warning.problem for warning in difference.warnings]


@pytest.fixture
def planned(centre: SimpleNamespace) -> SimpleNamespace:
    centre.plan = lay_out(centre, centre.lindang)
    centre.session = session_of(centre.plan, "1A", after=D(2027, 1, 30))
    return centre


def test_a_blocked_week_is_not_offered_but_may_be_chosen_and_says_what_for(planned, signed_in):
    session = planned.session
    calendar = SchoolCalendar.of(planned.year, planned.lindang)
    offered = free_weeks(session=session, calendar=calendar, from_day=FIRST)
    block(planned, planned.lindang, offered[0])
    with on(D(2027, 1, 20)):
        samiras, address = signed_in(planned.samira), reverse("schools:session-move", args=[session.uuid])
        page = samiras.get(address)
        assert offered[0] not in page.context["form"].offered
        assert "spärrad: Nationella prov" in text_of(page)
        form = {"week": "other", "other_week": offered[0].isoformat(), "version": session.version}
        said = text_of(samiras.post(address, form, follow=True))
    assert f"Vecka {offered[0].isocalendar().week} är spärrad: Nationella prov." in said
    session.refresh_from_db()
    assert session.week_start == offered[0]


def test_the_plan_made_again_leaves_a_blocked_week_unless_a_person_chose_it(planned):
    session = planned.session
    block(planned, planned.lindang, session.week_start)
    moved = [one.row for one in draft_plan(participation=planned.plan, from_day=FIRST).difference.move]
    assert session in moved
    move_session(session=session, week_start=session.week_start, version=1, by=planned.samira, now=at(FIRST))
    assert session not in [one.row for one in draft_plan(participation=planned.plan, from_day=FIRST).difference.move]


def test_the_term_plan_shows_the_blocked_week_in_other_words_than_a_closed_one(planned, signed_in):
    block(planned, planned.lindang, planned.session.week_start)
    empty = next(
        monday
        for monday in SchoolCalendar.of(planned.year, planned.lindang).plannable_weeks()
        if monday > D(2027, 1, 11) and not planned.plan.sessions.filter(week_start=monday).exists()
    )
    block(planned, planned.lindang, empty)
    with on(D(2027, 1, 20)):
        plan_page = signed_in(planned.elin).get(
            reverse("schools:term-plan-of", args=[planned.lindang.slug, "2026-27", "vt"])
        )
    said = text_of(plan_page)
    assert "Veckan är spärrad: Nationella prov." in said
    assert "Spärrad: Nationella prov. Skolan har undervisning, men inget planeras." in said
    assert "Spärrad vecka: undervisning, men inget planeras" in said
