"""The example municipality looks lived-in, and the same seed makes the same one."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction

from evaluations.models import SavedReport
from programmes import reference
from schools.models import Occasion, PlannedSession, School, SchoolMembership
from sessions_log.models import SessionLog
from vpc_portal.example.making import make_example
from vpc_portal.example.names import SCHOOLS, Fate

TODAY = dt.date(2026, 11, 23)


def a_small_example(seed: int) -> list[tuple[object, ...]]:
    """Two schools, one of them without a contact person; told as rows that can be compared."""
    reference.load()
    unlucky = next(school for school in SCHOOLS if school.fate is Fate.NO_CONTACT)
    make_example(seed=seed, today=TODAY, say=lambda _line: None, examples=(SCHOOLS[2], unlucky))
    rows = PlannedSession.objects.order_by("participation", "group", "slot_no", "week_start", "pk").values_list(
        "participation__school__name", "group__name", "slot_no", "topic__slug", "week_start", "outcome", "cancel_reason"
    )
    return list(rows)


@pytest.mark.django_db
def test_every_state_of_a_session_can_be_seen():
    a_small_example(26)
    states = Counter(session.status(TODAY) for session in PlannedSession.objects.all())
    assert set(states) == set(PlannedSession.Status)


@pytest.mark.django_db
def test_some_logs_are_late_and_some_are_missing():
    a_small_example(26)
    delays = [log.logged_at.date() - log.held_on for log in SessionLog.objects.filter(held=True)]
    assert any(delay > dt.timedelta(days=7) for delay in delays)
    assert PlannedSession.objects.awaiting_log(TODAY).exists()


@pytest.mark.django_db
def test_one_school_has_no_contact_person():
    a_small_example(26)
    with_contact = SchoolMembership.objects.active(TODAY).contacts().values("person__school")
    assert School.objects.exclude(pk__in=with_contact).count() == 1


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_municipality():
    def told(seed: int) -> list[tuple[object, ...]]:
        with transaction.atomic():
            rows = a_small_example(seed)
            transaction.set_rollback(True)
        return rows

    first = told(26)
    assert told(26) == first
    assert told(27) != first


@pytest.mark.django_db
def test_occasions_are_held_waiting_and_coming_with_invitations():
    a_small_example(26)
    assert Occasion.objects.filter(held=True, attendance__count__gt=0).exists()
    assert Occasion.objects.without_attendance(TODAY).exists()
    assert Occasion.objects.coming(TODAY).filter(invitations__answer=True).exists()


@pytest.mark.django_db
def test_the_leadership_has_saved_a_report_of_the_month_before_and_of_last_year():
    a_small_example(seed=1)

    assert sorted(SavedReport.objects.values_list("kind", "as_of")) == [
        ("board", TODAY - dt.timedelta(days=28)),
        ("year", dt.date(2026, 6, 14)),
    ]
