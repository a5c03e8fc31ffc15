"""Sums that are kept are those of the schools' own counts, after every deed; who looks pays for what has changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from evaluations import sums, verifying
from evaluations.counting import EMPTY, Counts
from evaluations.dashboard import (
    Dashboard,
    compared,
    count_ahead,
    dashboard_of,
    overview_of,
    school_rows,
    with_contact,
)
from evaluations.models import SummedFigures
from evaluations.selection import Selection, selected
from evaluations.summing import NAMED, Summary, from_json, keys_of, merged, summary_of, to_json
from evaluations.sums import by_district, summary_of_all
from evaluations.year_line import months_shown
from outbox.models import State
from schools.actions import groups as groups_actions
from schools.actions import places
from schools.models import District, School
from tests.evaluations.conftest import TODAY, due, log, remind
from tests.evaluations.test_keeping import DEEDS, Deed
from tests.schools.laid_out import lay_out


def selection(day: dt.date = TODAY, **asked: str) -> Selection:
    found = selected({"datum": day.isoformat(), **asked}, day)
    assert found
    return found


def said(dashboard: Dashboard) -> dict[str, Any]:
    """All that a page says."""
    return {**dataclasses.asdict(dashboard), "selection": None}


def agrees(**asked: str) -> bool:
    """Whether the overview says the same from what is kept as from every school's counts."""
    return said(overview(**asked)) == said(dashboard_of(selection(**asked)))


def overview(**asked: str) -> Dashboard:
    """The overview with the rows that its page asks for."""
    own = selection(**asked)
    found = overview_of(own, compared(own))
    shown = found.summary.shown
    rows = school_rows(own, shown, with_contact(shown, own.as_of), months_shown(found.totals, own.as_of))
    first, never = ([rows[pk] for pk in keys_of(some)] for some in (found.summary.first, found.summary.never_first))
    return dataclasses.replace(found, schools=first, never_reached=never)


@pytest.mark.django_db
@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_after_each_deed_the_overview_says_what_the_schools_counts_say(
    deed: Deed, centre: SimpleNamespace, plans: SimpleNamespace
) -> None:
    assert agrees()
    assert agrees(distrikt="norra")

    deed(centre, plans)

    assert agrees()
    assert agrees(distrikt="norra")
    assert agrees(day=TODAY - dt.timedelta(days=30))
    assert set(by_district(selection())) == {"norra", "sodra"}


@pytest.mark.django_db
def test_what_has_been_counted_ahead_is_not_counted_again(plans: SimpleNamespace) -> None:
    count_ahead(TODAY)
    with CaptureQueriesContext(connection) as queries:
        found = compared(selection())
    assert found.own.as_of == TODAY
    assert not [one["sql"] for one in queries if not one["sql"].startswith("SELECT")]
    assert agrees()


@pytest.mark.django_db
def test_before_any_year_is_open_there_is_nothing_to_count_ahead() -> None:
    count_ahead(TODAY)
    assert not SummedFigures.objects.exists()


def _rename(centre: SimpleNamespace) -> None:
    School.objects.filter(pk=centre.ekbacka.pk).update(name="Östra skolan")


def _close(centre: SimpleNamespace) -> None:
    School.objects.filter(pk=centre.ekbacka.pk).update(closed_on=TODAY - dt.timedelta(days=1))


def _move(centre: SimpleNamespace) -> None:
    School.objects.filter(pk=centre.ekbacka.pk).update(district=centre.lindang.district)


def _school_without_a_plan(centre: SimpleNamespace) -> School:
    school = places.add_school(name="Aspskolan", district=centre.lindang.district, by=centre.samira)
    groups_actions.add_group(
        school=school, year=centre.year, kind="class", name="1A", grade=1, headcount=20, by=centre.samira
    )
    return school


def _its_class_grows(centre: SimpleNamespace) -> None:
    _school_without_a_plan(centre)
    assert agrees()
    School.objects.get(name="Aspskolan").groups.update(headcount=28)


CHANGES = {
    "another name": _rename,
    "a school closes": _close,
    "another district": _move,
    "a school without a plan": _school_without_a_plan,
    "the class of one without a plan grows": _its_class_grows,
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_raises_no_version_is_seen_at_once(change: Any, centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    assert agrees()
    before = said(overview())

    change(centre)

    assert agrees()
    assert agrees(distrikt="norra")
    assert agrees(distrikt="sodra")
    if change is not _move:
        assert said(overview()) != before


@pytest.mark.django_db
@pytest.mark.parametrize("becomes", [State.FAILED, State.QUEUED, State.SENT])
def test_a_reminder_that_turns_out_not_to_have_been_sent_is_seen_at_once(
    becomes: str, centre: SimpleNamespace, plans: SimpleNamespace
) -> None:
    mail = remind(due(plans.ekbacka)[1], centre.jonas, TODAY, 1, state=State.HANDED_OVER)
    assert agrees()
    reminded = summary_of_all(selection()).totals["reminders"]

    mail.state = becomes
    mail.save()

    assert agrees()
    assert (summary_of_all(selection()).totals["reminders"] == reminded) is (becomes == State.SENT)


@pytest.mark.django_db
def test_when_a_log_comes_only_its_district_is_added_up_again(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    summary_of_all(selection())
    made = {row.scope: row for row in SummedFigures.objects.all()}
    assert set(made) == {"", "norra", "sodra"}

    log(due(plans.ekbacka)[0], centre)
    summary_of_all(selection())

    scope = plans.ekbacka.school.district.slug
    again = {row.scope: row for row in SummedFigures.objects.all()}
    assert {slug for slug, row in again.items() if row.basis != made[slug].basis} == {"", scope}


@pytest.mark.django_db
def test_many_districts_are_added_up_in_lots(
    centre: SimpleNamespace, plans: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "MOST_TOGETHER", 1)
    for name in ("Västra", "Östra", "Centrum"):
        district = District.objects.create(name=name)
        lay_out(centre, places.add_school(name=f"{name}skolan", district=district, by=centre.samira))
    assert agrees()
    made = {row.scope: row.basis for row in SummedFigures.objects.all()}
    lots = {scope: slugs for scope, slugs in sums.regions_of(by_district(selection())).items() if scope in made}
    assert sorted(slug for slugs in lots.values() for slug in slugs) == ["centrum", "norra", "ostra", "sodra", "vastra"]

    log(due(plans.ekbacka)[0], centre)
    remind(due(plans.ekbacka)[1], centre.jonas, TODAY, 1)

    assert agrees()
    again = {row.scope: row.basis for row in SummedFigures.objects.all()}
    district = plans.ekbacka.school.district.slug
    [lot] = [scope for scope, slugs in lots.items() if district in slugs]
    assert {scope for scope, basis in again.items() if basis != made[scope]} == {"", district} | {lot}
    assert list(verifying.sum_faults()) == []


@pytest.mark.django_db
def test_what_is_kept_is_read_in_as_many_statements_whatever_the_number_of_schools(
    centre: SimpleNamespace, plans: SimpleNamespace
) -> None:
    few = statements()
    for number in range(12):
        school = places.add_school(name=f"Skola {number}", district=centre.lindang.district, by=centre.samira)
        lay_out(centre, school)

    assert statements() == few


def statements() -> int:
    """How many statements it takes to know a sum that is kept."""
    summary_of_all(selection())
    with CaptureQueriesContext(connection) as found:
        summary_of_all(selection())
    return len(found)


@dataclasses.dataclass(frozen=True)
class Drawn:
    pk: int
    name: str
    district_id: int = 1


def _counts(held: int, awaiting: int, lost: int, planned: bool, reached: dict[str, bool]) -> Counts:
    due = held + awaiting + lost
    grades = {grade: {"classes": 1, "reached": int(yes)} for grade, yes in reached.items()}
    return {
        **EMPTY,
        "held": held,
        "awaiting": awaiting,
        "lost": lost,
        "eligible": 1,
        "planned": due + planned,
        "grades": grades,
    }


numbers = st.integers(0, 3)
drawn = st.lists(
    st.builds(
        _counts, numbers, numbers, numbers, st.booleans(), st.dictionaries(st.sampled_from(["1", "2"]), st.booleans())
    ),
    max_size=90,
)


@given(drawn, st.integers(1, 7))
def test_a_sum_of_sums_is_the_sum_of_all(counts: list[Counts], districts: int) -> None:
    schools = [Drawn(number, f"Skola {number * 37 % 101:03}") for number in range(len(counts))]
    order = {school.pk: place for place, school in enumerate(sorted(schools, key=lambda one: one.name))}
    own = [summary_of(school, one) for school, one in zip(schools, counts, strict=True)]

    whole = merged(own, order)
    parts = [from_json(to_json(merged(own[first::districts], order))) for first in range(districts)]
    again = merged(parts, order)

    assert again == whole
    never = [school for school, one in zip(schools, counts, strict=True) if not one["held"] and one["planned"]]
    assert whole.never >= len(never)
    missed = [
        school for school, one in zip(schools, counts, strict=True) if one["grades"].get("1", {}).get("reached") == 0
    ]
    by_name = sorted(missed, key=lambda one: one.name)
    assert not missed or whole.missed["1"].first == [school.pk for school in by_name[:NAMED]]


def test_no_schools_add_up_to_nothing() -> None:
    assert merged([], {}) == Summary()
    assert Summary().totals == EMPTY


def test_a_contact_person_whose_account_is_shut_is_none_in_the_figures_either(centre: SimpleNamespace) -> None:
    schools = [centre.lindang.pk, centre.ekbacka.pk]
    before = with_contact(schools, TODAY)
    assert centre.lindang.pk in before
    User.objects.filter(pk=centre.elin.pk).update(is_active=False)
    assert with_contact(schools, TODAY) == before - {centre.lindang.pk}
    assert set(School.objects.without_contact(TODAY)) == set(School.objects.all()) - set(
        School.objects.with_contact(TODAY)
    )
