"""Each person is asked about by the same statement, which is written out once for all."""

from __future__ import annotations

import datetime as dt
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.models import CentreRole, User
from accounts.roles import Held, held_by
from schools.models import SchoolMembership

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 1)
EVERY_KIND = ("centre", "school", "partner")


def held(user: User, today: dt.date = TODAY) -> set[Held]:
    user = User.objects.get(pk=user.pk)
    return {one for kind in EVERY_KIND for one in held_by(user, kind, today)}


def test_everybody_has_their_own_whoever_is_asked_about_first(centre):
    """The statement is the same, and what it was written out for first is not in it."""
    lindang = centre.lindang.pk
    own = {
        centre.samira: {Held("centre", "coordinator", 0)},
        centre.elin: {Held("school", "contact", lindang)},
        centre.jonas: {Held("school", "coordinator", lindang)},
    }
    for order in permutations(own):
        roles._question.cache_clear()
        assert {user: held(user) for user in order} == own


def test_each_day_has_its_own(centre):
    CentreRole.objects.filter(user=centre.samira).update(starts_on=TODAY, ends_on=TODAY)
    SchoolMembership.objects.filter(person__user=centre.elin).update(starts_on=TODAY, ends_on=None)
    before, after = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)
    assert [bool(held(centre.samira, day)) for day in (before, TODAY, after)] == [False, True, False]
    assert [bool(held(centre.elin, day)) for day in (before, TODAY, after)] == [False, True, True]


def test_all_kinds_are_asked_for_at_once_and_nobody_stands_in_the_question(centre):
    with CaptureQueriesContext(connection) as asked:
        held(centre.samira)
    [_user, question] = asked
    assert "= -1" not in question["sql"] and "0001-01-01" not in question["sql"]
