"""Counts that are kept are those that one gets from the rows, after every deed, at a fixed number of queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from evaluations.counting import count
from evaluations.dashboard import dashboard_of
from evaluations.keeping import counts_by_school, years_of_schools
from evaluations.models import ParticipationFigures
from evaluations.selection import selected
from programmes.models import SessionTopic
from schools.actions import calendar, places
from schools.actions import groups as groups_actions
from schools.actions.cancelling import cancel_session
from schools.actions.groups import change_group, end_group
from schools.actions.moves import move_session
from schools.actions.plans import apply_plan, choose_topics, open_programme_year
from schools.models import ClosedPeriod, Participation, School
from sessions_log.actions import LogEntry, change_log, log_session, undo_logs
from sessions_log.models import SessionLog
from tests.evaluations.conftest import TODAY, due, log, not_held, remind
from tests.schools.laid_out import at, lay_out

Deed = Callable[[SimpleNamespace, SimpleNamespace], object]


def _held_short(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    session = due(plans.ekbacka)[0]
    parts = tuple(session.topic.parts.all()[:1])
    entry = LogEntry(held=True, held_on=session.week_start, led_by_user=centre.samira, parts_done=parts)
    log_session(session=session, entry=entry, key=uuid.uuid4(), by=centre.samira, now=at(TODAY))


def _change(centre: SimpleNamespace, _plans: SimpleNamespace) -> None:
    log = SessionLog.objects.filter(held=True).latest("pk")
    change_log(log=log, entry=LogEntry(held=False, reason="no_room"), by=centre.samira, now=at(TODAY))


def _move(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    session = due(plans.ekbacka)[0]
    move_session(
        session=session, week_start=dt.date(2027, 5, 24), version=session.version, by=centre.samira, now=at(TODAY)
    )


def _cancel(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    session = due(plans.ekbacka)[0]
    cancel_session(session=session, reason="no_room", version=session.version, by=centre.samira, now=at(TODAY))


def _merge(centre: SimpleNamespace, _plans: SimpleNamespace) -> None:
    one, other = centre.lindang.groups.classes().order_by("name")
    end_group(group=one, last_day=TODAY, merged_into=other, by=centre.samira, now=at(TODAY))


def _choose(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    topics = list(SessionTopic.objects.extra().order_by("-number")[:5])
    choose_topics(participation=plans.ekbacka, topics=topics, by=centre.samira, now=at(TODAY))


def _close_a_day(centre: SimpleNamespace, _plans: SimpleNamespace) -> None:
    day = dt.date(2026, 11, 5)
    calendar.close_days(
        year=centre.year, kind=ClosedPeriod.Kind.BREAK, name="Studiedag", starts_on=day, ends_on=day, by=centre.samira
    )


def _another_class(centre: SimpleNamespace, _plans: SimpleNamespace) -> None:
    groups_actions.add_group(
        school=centre.ekbacka, year=centre.year, kind="class", name="3A", grade=3, headcount=27, by=centre.samira
    )


DEEDS: dict[str, Deed] = {
    "log as planned": lambda centre, plans: log(due(plans.ekbacka)[0], centre),
    "log in part": _held_short,
    "log as not held": lambda centre, plans: not_held(due(plans.ekbacka)[0], centre),
    "not held, new week": lambda centre, plans: not_held(due(plans.ekbacka)[0], centre, new_week=dt.date(2027, 5, 24)),
    "change a log": _change,
    "undo a log": lambda centre, plans: undo_logs(batch=plans.held[0].log.batch, by=centre.samira, now=at(TODAY)),
    "remind": lambda centre, plans: remind(due(plans.ekbacka)[1], centre.jonas, TODAY, 1),
    "move": _move,
    "cancel": _cancel,
    "choose topics": _choose,
    "plan again": lambda centre, plans: apply_plan(
        participation=plans.lindang, from_day=TODAY, by=centre.samira, now=at(TODAY)
    ),
    "merge classes": _merge,
    "add a class": _another_class,
    "another size": lambda centre, _plans: change_group(
        group=centre.lindang.groups.get(name="1A"), headcount=9, by=centre.samira, now=at(TODAY)
    ),
    "close a day": _close_a_day,
    "other rules": lambda centre, plans: open_programme_year(
        programme=plans.rules.programme, year=centre.year, required_extra=4, by=centre.samira
    ),
    "another month for a topic": lambda _centre, _plans: SessionTopic.objects.base().filter(number=1).update(month=11),
}


def from_scratch(plans: SimpleNamespace, schools: list[School], as_of: dt.date) -> dict[int, object]:
    rules = type(plans.rules).objects.select_related("programme", "year").get()
    return {pk: count(year, as_of) for pk, year in years_of_schools(rules, schools).items()}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_after_each_deed_the_kept_counts_are_those_from_scratch(
    deed: Deed, centre: SimpleNamespace, plans: SimpleNamespace
) -> None:
    schools = [centre.lindang, centre.ekbacka]
    before = counts_by_school(plans.rules, schools, TODAY)

    deed(centre, plans)

    rules = type(plans.rules).objects.select_related("programme", "year").get()
    after = counts_by_school(rules, schools, TODAY)
    assert after == from_scratch(plans, schools, TODAY)
    if deed not in (DEEDS["plan again"], DEEDS["choose topics"], DEEDS["close a day"]):
        assert after != before


def test_a_class_that_ends_with_the_school_year_has_lasted_it(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    """Ended on the year's last day or later; a class that ends on the day before has left on the last."""
    year, schools = centre.year, [centre.lindang]
    lasting = counts_by_school(plans.rules, schools, year.ends_on)[centre.lindang.pk]

    def counted(last_day: dt.date) -> object:
        centre.lindang.groups.filter(name="1A").update(ends_on=last_day)
        return from_scratch(plans, schools, year.ends_on)[centre.lindang.pk]

    assert counted(year.ends_on) == counted(year.ends_on + dt.timedelta(days=3)) == lasting
    assert counted(year.ends_on - dt.timedelta(days=1)) != lasting


def test_what_is_kept_is_used_until_the_version_is_raised(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    counts_by_school(plans.rules, [centre.lindang], TODAY)
    ParticipationFigures.objects.update(counts={"held": 99})
    assert counts_by_school(plans.rules, [centre.lindang], TODAY)[centre.lindang.pk] == {"held": 99}

    Participation.objects.filter(pk=plans.lindang.pk).raise_version()

    counts = counts_by_school(plans.rules, [centre.lindang], TODAY)
    assert counts[centre.lindang.pk]["held"] == len(plans.held)
    assert ParticipationFigures.objects.get().counts == counts[centre.lindang.pk]


def test_a_school_without_a_plan_is_counted_and_nothing_is_kept_of_it(
    centre: SimpleNamespace, plans: SimpleNamespace
) -> None:
    plans.ekbacka.changes.all().delete()
    plans.ekbacka.delete()

    counts = counts_by_school(plans.rules, [centre.lindang, centre.ekbacka], TODAY)

    assert (counts[centre.ekbacka.pk]["planned"], counts[centre.ekbacka.pk]["required"]) == (0, 24)
    assert [kept.participation for kept in ParticipationFigures.objects.all()] == [plans.lindang]


def queries_of(django_assert_max_num_queries, most: int) -> int:
    """How many queries the dashboard takes, at most so many."""
    with django_assert_max_num_queries(most) as found:
        selection = selected({}, TODAY)
        assert selection
        dashboard_of(selection)
    return len(found)


def test_the_dashboards_queries_grow_neither_with_schools_nor_with_sessions(
    centre: SimpleNamespace, plans: SimpleNamespace, django_assert_max_num_queries
) -> None:
    fresh = queries_of(django_assert_max_num_queries, 25)
    kept = queries_of(django_assert_max_num_queries, 25)

    for number in range(3):
        school = places.add_school(name=f"Skola {number}", district=centre.lindang.district, by=centre.samira)
        for grade in (1, 2, 3):
            groups_actions.add_group(
                school=school, year=centre.year, kind="class", name=f"{grade}A", grade=grade, by=centre.samira
            )
        for session in due(lay_out(centre, school)):
            log(session, centre)

    assert queries_of(django_assert_max_num_queries, 25) <= fresh
    assert queries_of(django_assert_max_num_queries, 25) <= kept < fresh
