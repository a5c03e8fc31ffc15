"""The example municipality looks lived-in, and the same seed makes the same one."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from evaluations.models import SavedReport
from schools.calendar import SchoolCalendar
from schools.models import Occasion, PlannedSession, School, SchoolMembership, SchoolYear
from sessions_log.models import SessionLog
from tests.content import the_reference_content
from tests.remembering import remembered
from vpc_portal.example.making import make_example
from vpc_portal.example.names import SCHOOLS, Fate
from vpc_portal.example.occasions import make_occasions

# On one worker, as what one test has built is put back for the next.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("example")]
TODAY = dt.date(2026, 11, 23)


def build(seed: int) -> None:
    """Two schools, one of them without a contact person."""
    the_reference_content()
    unlucky = next(school for school in SCHOOLS if school.fate is Fate.NO_CONTACT)
    make_example(seed=seed, today=TODAY, say=lambda _line: None, examples=(SCHOOLS[2], unlucky))


@remembered
def a_small_example() -> None:
    build(26)


def told() -> list[tuple[object, ...]]:
    """The sessions as rows that can be compared."""
    rows = PlannedSession.objects.order_by("participation", "group", "slot_no", "week_start", "pk").values_list(
        "participation__school__name", "group__name", "slot_no", "topic__slug", "week_start", "outcome", "cancel_reason"
    )
    return list(rows)


def test_every_state_of_a_session_can_be_seen():
    a_small_example()
    states = Counter(session.status(TODAY) for session in PlannedSession.objects.all())
    assert set(states) == set(PlannedSession.Status)


def test_some_logs_are_late_and_some_are_missing():
    a_small_example()
    delays = [log.logged_at.date() - log.held_on for log in SessionLog.objects.filter(held=True)]
    assert any(delay > dt.timedelta(days=7) for delay in delays)
    assert PlannedSession.objects.awaiting_log(TODAY).exists()


def test_nobody_has_logged_at_an_hour_that_has_not_come():
    a_small_example()
    midnight = timezone.make_aware(dt.datetime.combine(TODAY, dt.time()))
    assert not SessionLog.objects.filter(logged_at__gte=midnight).exists()


def test_one_school_has_no_contact_person():
    a_small_example()
    with_contact = SchoolMembership.objects.active(TODAY).contacts().values("person__school")
    assert School.objects.exclude(pk__in=with_contact).count() == 1


def test_the_same_seed_makes_the_same_municipality():
    def built_anew(seed: int) -> list[tuple[object, ...]]:
        with transaction.atomic():
            build(seed)
            rows = told()
            transaction.set_rollback(True)
        return rows

    with transaction.atomic():
        a_small_example()
        first = told()
        transaction.set_rollback(True)
    assert built_anew(26) == first
    assert built_anew(27) != first


def test_occasions_are_held_waiting_and_coming_with_invitations():
    a_small_example()
    assert Occasion.objects.filter(held=True, attendance__count__gt=0).exists()
    assert Occasion.objects.without_attendance(TODAY).exists()
    assert Occasion.objects.coming(TODAY).filter(invitations__answer=True).exists()


@pytest.mark.parametrize("today", [dt.date(2026, 11, 27), dt.date(2027, 1, 4), dt.date(2027, 5, 6)])
def test_no_occasion_is_on_a_holiday_or_in_a_break(today):
    """From the first, five weeks ahead is New Year's Day; from the second, a week back is in the break."""
    a_small_example()
    planned = set(Occasion.objects.values_list("pk", flat=True))
    make_occasions(School.objects.order_by("pk"), today, User.objects.get(email="samordnare@vpc.example"))
    made = Occasion.objects.exclude(pk__in=planned)

    assert any(one.date > today for one in made)
    assert any(one.date < today for one in made)
    for one in made:
        calendar = SchoolCalendar.of(SchoolYear.objects.at(one.date), one.school)
        assert calendar.is_school_day(one.date), f"{one} {one.date}"


def test_the_leadership_has_saved_a_report_of_the_month_before_and_of_last_year():
    a_small_example()

    assert sorted(SavedReport.objects.values_list("kind", "as_of")) == [
        ("board", TODAY - dt.timedelta(days=28)),
        ("year", dt.date(2026, 6, 14)),
    ]
