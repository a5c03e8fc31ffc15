"""Roles are read in one statement that is made once; it says what each app's own query says."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from accounts import roles
from accounts.models import User
from schools.actions.people import end_membership
from schools.models import SchoolMembership
from tests.conftest import AUTUMN_DAY

DAYS = [AUTUMN_DAY + dt.timedelta(days=days) for days in (-4_000, -1, 0, 1, 4_000)]


def held(user: User, day: dt.date) -> list[roles.Held]:
    return sorted(one for kind in roles._readers for one in roles.held_by(user, kind, day))


def as_asked_one_by_one(user: User, day: dt.date) -> list[roles.Held]:
    queries = [roles._of_kind(kind, *roles._readers[kind], user, day) for kind in roles._readers]
    return sorted(roles.Held(*row) for query in queries for row in query)


def test_everybody_has_their_own_roles_on_each_day(centre: SimpleNamespace):
    jonas = SchoolMembership.objects.get(person__user=centre.jonas)
    end_membership(membership=jonas, last_day=AUTUMN_DAY, by=centre.samira)
    users = list(User.objects.all())
    for day in DAYS:
        for user in users:
            assert held(user, day) == as_asked_one_by_one(user, day)
    assert held(centre.jonas, AUTUMN_DAY) == [roles.Held("school", "coordinator", centre.lindang.pk)]
    assert not held(centre.jonas, AUTUMN_DAY + dt.timedelta(days=1))
    assert {user.pk for user in users if held(user, AUTUMN_DAY)} == {user.pk for user in users}
