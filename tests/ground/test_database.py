"""What the database itself keeps, whatever the code above it does."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import CentreRole, User
from schools.models import Group, PlannedSession, SchoolMembership, SchoolYear
from tests.conftest import NOW
from tests.town import in_full_work


@pytest.fixture
def town(centre: SimpleNamespace) -> SimpleNamespace:
    return in_full_work(centre)


def refused(write) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def a_session(town: SimpleNamespace) -> PlannedSession:
    return town.ahead["lindangsskolan"]


def copied(session: PlannedSession, **changed: object) -> PlannedSession:
    fields = {name: getattr(session, name) for name in ("participation", "group", "slot_no", "topic", "week_start")}
    return PlannedSession(**{**fields, **changed})


def test_a_group_has_each_topic_and_each_place_once(town):
    session = a_session(town)
    assert refused(copied(session, slot_no=99).save)
    assert refused(copied(session, topic=None).save)


def test_a_cancelled_session_leaves_room_for_another(town):
    session = a_session(town)
    PlannedSession.objects.filter(pk=session.pk).update(cancelled_at=NOW, cancel_reason="no_room")
    copied(session).save()


def test_a_session_is_cancelled_with_a_reason_and_never_also_logged(town):
    row = PlannedSession.objects.filter(pk=a_session(town).pk)
    assert refused(lambda: row.update(cancelled_at=timezone.now()))
    assert refused(lambda: row.update(cancelled_at=timezone.now(), cancel_reason="no_room", outcome="held"))


def test_a_session_is_planned_for_a_monday_and_ends_after_it_starts(town):
    row = PlannedSession.objects.filter(pk=a_session(town).pk)
    assert refused(lambda: row.update(week_start=dt.date(2026, 9, 15)))
    assert refused(lambda: row.update(start_time=dt.time(10), end_time=dt.time(9)))


def test_nothing_ends_before_it_begins(town):
    before = dt.date(2019, 1, 1)
    assert refused(lambda: CentreRole.objects.update(ends_on=before))
    assert refused(lambda: SchoolMembership.objects.update(ends_on=before))
    assert refused(lambda: Group.objects.update(ends_on=before))
    assert refused(lambda: SchoolYear.objects.update(ends_on=before))


def test_a_class_has_a_grade_and_no_group_fewer_than_none(town):
    assert refused(lambda: Group.objects.classes().update(grade=None))
    assert refused(lambda: Group.objects.update(headcount=-1))


def test_an_address_belongs_to_one_account_in_any_case(town):
    assert refused(lambda: User.objects.create(email="ELIN@vpc.example", full_name="Någon annan"))


@pytest.mark.django_db
def test_the_suite_runs_on_the_database_that_it_was_told(settings):
    assert connection.vendor in settings.DATABASES["default"]["ENGINE"]
