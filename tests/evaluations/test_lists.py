"""A list knows how many rows it has before it has read them, and reads only those that a page shows."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from evaluations import class_lists, lists, terms
from evaluations.class_lists import Asked, ListedClasses, ReadClasses, classes_in
from evaluations.counting import AUTUMN, SPRING
from evaluations.dashboard import dashboard_of, schools_in_the_picture
from evaluations.lists import (
    CLASSES,
    PLACES,
    REMINDED,
    SCHOOLS,
    SIZES,
    line_in,
    lost_in,
    places_in,
    reminded_in,
    schools_in,
)
from evaluations.selection import selected
from schools.actions import places
from schools.actions.cancelling import cancel_session
from schools.actions.groups import add_group, change_group
from schools.models import School
from tests.evaluations.conftest import TODAY, due, log
from tests.schools.laid_out import at, on

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("figure", "part"), [(figure, part) for figure, parts in PLACES.items() for part in parts])
def test_the_kept_counts_say_how_many_rows_each_part_has(plans, figure, part):
    selection = selected({}, TODAY)
    assert selection
    everything = lists._read(selection, list(School.objects.order_by("name")), PLACES[figure][part])
    found = places_in(selection, figure, part)
    assert part in SIZES[figure]
    assert len(found) == len(everything)
    assert [found[place] for place in range(len(found))] == everything


@pytest.mark.parametrize("size", [1, 7, 30])
def test_page_by_page_all_rows_come_once_in_their_order(plans, size):
    selection = selected({}, TODAY)
    assert selection
    found = places_in(selection, "dose", "alla")
    cuts = [*range(0, len(found), size), len(found)]
    assert [row for first, last in pairwise(cuts) for row in found[first:last]] == found[:]


def test_a_page_reads_the_schools_of_its_rows_only(plans, monkeypatch):
    selection, read = selected({}, TODAY), []
    assert selection
    own = lists.years_of_schools
    monkeypatch.setattr(
        lists, "years_of_schools", lambda rules, schools: read.append(len(schools)) or own(rules, schools)
    )
    assert len(places_in(selection, "pace", "alla")[:3]) == 3
    assert read == [1]


def test_of_one_topic_too(plans):
    selection = selected({}, TODAY)
    assert selection
    topic = plans.held[0].topic.slug
    for part in PLACES["pace"]:
        found = places_in(selection, "pace", part, topic=topic)
        assert len(found) == len(found[:])
    assert places_in(selection, "pace", "genomfort", topic=topic)[:]


@pytest.fixture
def in_spring(centre, plans):
    """Some of the spring has been due, too: held at Lindängsskolan, without a log at Ekbackaskolan."""
    with on(SPRING_DAY):
        for session in plans.lindang.sessions.awaiting_log(SPRING_DAY).with_names().order_by("pk")[:9]:
            log(session, centre, day=SPRING_DAY)
        yield selected({}, SPRING_DAY)


SPRING_DAY = dt.date(2027, 3, 14)
OF_SESSIONS = [(one.__name__, part) for one in terms.OF_SESSIONS for part in PLACES[one.__name__]]


@pytest.mark.parametrize(("figure", "part"), OF_SESSIONS)
def test_the_sessions_of_both_terms_are_those_of_the_year(in_spring, figure, part):
    of_year = places_in(in_spring, figure, part)
    of_terms = [places_in(in_spring, figure, part, term=term) for term in (AUTUMN, SPRING)]
    assert [len(found) for found in of_terms] == [len(found[:]) for found in of_terms]
    told = [sorted(listed.place.row.pk for found in some for listed in found[:]) for some in (of_terms, [of_year])]
    assert told[0] == told[1]
    assert figure != "pace" or part == "inte-genomfort" or all(of_terms)


@pytest.mark.parametrize("term", [AUTUMN, SPRING])
@pytest.mark.parametrize("grade", [None, 1])
@pytest.mark.parametrize(("figure", "part"), [(figure, part) for figure, parts in CLASSES.items() for part in parts])
def test_the_classes_of_a_term_are_counted_without_being_read(centre, in_spring, figure, part, grade, term):
    add_group(school=centre.lindang, year=centre.year, kind="class", name="1C", grade=1, headcount=19, by=centre.samira)
    for school in (None, centre.lindang):
        asked = Asked(in_spring, figure, part, school, grade, term)
        everything = ReadClasses(asked.read(asked.schools))
        found = classes_in(asked)
        assert (len(found), found[:], found.pupils) == (len(everything), list(everything), everything.pupils)


PARTS = [(figure, part, grade) for figure, parts in CLASSES.items() for part in parts for grade in (None, 1, 2)]


@pytest.mark.parametrize(("figure", "part"), [(figure, part) for figure, parts in CLASSES.items() for part in parts])
def test_a_page_of_classes_that_a_page_leads_to_is_bounded(plans, figure, part):
    """Of a grade the pages lead to those reached, or not."""
    selection = selected({}, TODAY)
    assert selection
    grades = (None, 1) if figure == "reach" else (None,)
    terms_too = [Asked(selection, figure, part, term=AUTUMN)]
    for asked in (*(Asked(selection, figure, part, None, grade) for grade in grades), *terms_too):
        assert isinstance(classes_in(asked), ListedClasses)


@pytest.mark.parametrize(("figure", "part", "grade"), PARTS)
def test_classes_are_counted_without_being_read(centre, plans, figure, part, grade):
    change_group(group=centre.lindang.groups.get(name="1A"), headcount=None, by=centre.samira, now=at(TODAY))
    selection = selected({}, TODAY)
    assert selection
    for school in (None, centre.lindang):
        asked = Asked(selection, figure, part, school, grade)
        everything = ReadClasses(asked.read(asked.schools))

        found = classes_in(asked)

        assert (len(found), found[:]) == (len(everything), list(everything))
        assert (found.pupils, found.without_size) == (everything.pupils, everything.without_size)
        assert [found[place] for place in range(len(found))] == list(everything)


def test_a_page_of_classes_reads_the_schools_of_its_rows_only(plans, monkeypatch):
    selection, read = selected({}, TODAY), []
    assert selection
    own = class_lists.years_of_schools
    monkeypatch.setattr(
        class_lists, "years_of_schools", lambda rules, schools: read.append(len(schools)) or own(rules, schools)
    )
    found = classes_in(Asked(selection, "reach", "alla"))
    assert len(found) == 4
    assert found.pupils
    assert len(found[:2]) == 2
    assert read == [1]


@pytest.mark.parametrize("part", SCHOOLS["adoption"])
def test_schools_are_counted_without_being_read(plans, part):
    selection = selected({}, TODAY)
    assert selection
    schools, counts = schools_in_the_picture(selection)
    everything = [one for one in schools if SCHOOLS["adoption"][part].of(counts[one.pk])]
    found = schools_in(selection, "adoption", part)
    assert [listed.school for listed in found[:]] == everything
    assert all(listed.counts == counts[listed.school.pk] for listed in found)


@pytest.mark.parametrize("part", REMINDED)
def test_reminded_sessions_are_counted_without_being_read(plans, part):
    selection = selected({}, TODAY)
    assert selection
    found = reminded_in(selection, part)
    assert len(found) == len(found[:])
    assert len(found) == {"alla": 2, "ja": 1, "nej": 1}[part]


def test_what_did_not_take_place_is_told_by_its_reason(centre, plans):
    """A cancelled one has got a new time, another has not, and one was not held."""
    moved, *_rest = due(plans.ekbacka)
    said = {"session": moved, "reason": "no_room", "version": moved.version, "by": centre.samira}
    assert cancel_session(**said, now=at(moved.week_start), new_week=dt.date(2026, 12, 14))
    selection = selected({}, TODAY)
    assert selection
    found = {part: lost_in(selection, part) for part in lists.LOST}
    assert {part: len(rows) for part, rows in found.items()} == {"alla": 3, "utan-ny-tid": 2, "med-ny-tid": 1}
    assert all(len(rows) == len(rows[:]) for rows in found.values())
    assert [listed.place.row.pk for listed in found["med-ny-tid"][:]] == [moved.pk]
    for reason, numbers in {"no_room": (2, 1, 1), "staff_absent": (1, 1, 0), "other": (0, 0, 0)}.items():
        assert tuple(len(lost_in(selection, part, reason=reason)[:]) for part in lists.LOST) == numbers
    assert len(lost_in(selection, "alla", school=centre.ekbacka)[:]) == 1


def test_the_years_line_lists_what_it_counts_to_the_end_of_each_month(centre, plans, in_spring):
    board = dashboard_of(in_spring)
    assert len(board.line) == 8
    for point in board.line:
        until = f"{point.month:%Y-%m}"
        for part, number in (("plan", point.plan), ("genomfort", point.held)):
            found = line_in(in_spring, part, until=until)
            assert len(found) == len(found[:]) == number, (until, part)
        assert all(
            one.place.row.held_on < next_month(point.month) for one in line_in(in_spring, "genomfort", until=until)
        )
    own = [len(line_in(in_spring, "plan", school=one, until="2026-10")[:]) for one in (centre.lindang, centre.ekbacka)]
    assert sum(own) == board.line[2].plan and all(own)


def next_month(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=32)).replace(day=1)


def test_schools_without_a_plan_have_their_rows_among_the_others(centre, plans):
    """Nothing is kept of them; their places are in no plan."""
    school = places.add_school(name="Gnistaskolan", district=centre.lindang.district, by=centre.samira)
    add_group(school=school, year=centre.year, kind="class", name="1A", grade=1, headcount=20, by=centre.samira)
    selection = selected({}, TODAY)
    assert selection
    for part in PLACES["dose"]:
        found = places_in(selection, "dose", part)
        assert len(found) == len(found[:])
    names = [listed.school.name for listed in places_in(selection, "dose", "alla")[:]]
    assert names == sorted(names)
    assert "Gnistaskolan" in names
