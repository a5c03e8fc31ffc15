"""A list knows how many rows it has before it has read them, and reads only those that a page shows."""

from __future__ import annotations

from itertools import pairwise

import pytest

from evaluations import lists
from evaluations.lists import PLACES, SIZES, places_in
from evaluations.selection import selected
from schools.models import School
from tests.evaluations.conftest import TODAY

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
