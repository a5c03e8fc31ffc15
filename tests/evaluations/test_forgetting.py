"""Kept figures of days that nobody reads go, in portions, and no page says anything else for it."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.urls import reverse

from evaluations import forgetting, tasks
from evaluations.dashboard import count_ahead
from evaluations.forgetting import STAYS, days_read, forget_unread, unread
from evaluations.keeping import counts_by_school
from evaluations.lists import places_in
from evaluations.models import ParticipationFigures, SummedFigures
from evaluations.selection import Selection, last_day_of, selected
from evaluations.sums import summary_of_all
from schools.actions.calendar import make_school_year
from schools.actions.plans import open_programme_year
from schools.models import School
from tests.evaluations.conftest import TODAY
from tests.evaluations.test_drilling import ALL_PAGES
from tests.evaluations.test_reports import saved
from tests.schools.laid_out import at, on, text_of

pytestmark = pytest.mark.django_db

ASKED, LATER = TODAY - dt.timedelta(days=20), TODAY + STAYS + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


def selection(day: dt.date) -> Selection:
    found = selected({"datum": day.isoformat()}, TODAY)
    assert found
    return found


def days_of(model: type[ParticipationFigures] | type[SummedFigures]) -> set[dt.date]:
    return set(model._default_manager.values_list("as_of", flat=True))


def kept() -> tuple[set[dt.date], set[dt.date]]:
    """The days of the sums, and those of the schools' counts."""
    return days_of(SummedFigures), days_of(ParticipationFigures)


@pytest.fixture
def looked(plans: SimpleNamespace) -> SimpleNamespace:
    """Today's figures have been looked at, and those of a day that somebody asked for."""
    for day in (ASKED, TODAY):
        summary_of_all(selection(day))
    return plans


def test_a_day_that_was_asked_for_stays_for_a_week_then_its_sums_go_then_its_counts(looked: SimpleNamespace) -> None:
    assert forget_unread(at(TODAY + STAYS) - dt.timedelta(days=1)) == 0
    assert kept() == ({ASKED, TODAY}, {ASKED, TODAY})

    # Today is read until tomorrow comes.
    now = at(LATER)
    assert [one.day for one in unread(now)] == [ASKED, TODAY]
    SummedFigures.objects.filter(as_of=TODAY).update(kept_at=now)
    assert forget_unread(now) > 0
    assert kept() == ({TODAY}, {ASKED, TODAY})
    assert forget_unread(now) == 2
    assert kept() == ({TODAY}, {TODAY})
    assert forget_unread(now) == 0


def test_a_sum_that_somebody_has_had_made_since_keeps_what_it_was_added_up_from(looked: SimpleNamespace) -> None:
    forget_unread(at(LATER))
    with on(LATER):
        summary_of_all(selection(ASKED))
    forget_unread(at(LATER))
    assert ASKED in days_of(SummedFigures) and ASKED in days_of(ParticipationFigures)


def test_what_pages_show_unasked_is_read(centre: SimpleNamespace, looked: SimpleNamespace) -> None:
    """Today, the same day last year, that year's last day, and a saved report's."""
    days = {"starts_on": dt.date(2025, 8, 19), "autumn_ends_on": dt.date(2025, 12, 19)}
    days |= {"spring_starts_on": dt.date(2026, 1, 12), "ends_on": dt.date(2026, 6, 12)}
    year = make_school_year(**days, by=centre.samira)
    open_programme_year(programme=looked.rules.programme, year=year, by=centre.samira)
    report = saved(centre, datum=(TODAY - dt.timedelta(days=9)).isoformat())
    own = selection(TODAY).last_year()
    assert own

    assert days_read(TODAY) == {TODAY, own.as_of, last_day_of(year), report.as_of}
    count_ahead(TODAY)
    assert {TODAY, own.as_of} <= days_of(SummedFigures)
    SummedFigures.objects.update(kept_at=at(TODAY) - STAYS - dt.timedelta(hours=1))
    going = {one.day for one in unread(at(TODAY))}
    assert ASKED in going and not going & days_read(TODAY)


def test_the_hourly_task_takes_a_portion_of_the_days(looked: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    more = [ASKED - dt.timedelta(days=number) for number in range(1, 4)]
    for day in more:
        counts_by_school(looked.rules, list(School.objects.all()), day)
    for model in (SummedFigures, ParticipationFigures):
        model.objects.update(kept_at=at(TODAY) - STAYS - dt.timedelta(hours=1))
    monkeypatch.setattr(forgetting, "MOST_DAYS", 2)

    left = []
    for _run in range(4):
        tasks.count_the_day()
        left.append(len(days_of(ParticipationFigures)))
    assert left == [3, 2, 1, 1]
    assert days_of(ParticipationFigures) == {TODAY}


def test_no_page_says_anything_else_and_what_is_kept_agrees_with_the_facts(
    centre: SimpleNamespace, looked: SimpleNamespace, signed_in
) -> None:
    report, maria_in = saved(centre), signed_in(centre.maria)
    pages = [page for page in (*ALL_PAGES, report.get_absolute_url()) if page != reverse("evaluations:partners")]
    asked = [(page, {"datum": day.isoformat()}) for page in pages for day in (ASKED, TODAY)]
    before = [text_of(maria_in.get(page, said)) for page, said in asked]
    for model in (SummedFigures, ParticipationFigures):
        model.objects.update(kept_at=at(TODAY) - STAYS - dt.timedelta(hours=1))

    while forget_unread(at(TODAY)):
        call_command("verify", stdout=StringIO())
    assert ASKED not in days_of(ParticipationFigures)

    assert [text_of(maria_in.get(page, said)) for page, said in asked] == before
    call_command("verify", stdout=StringIO())


def test_a_list_whose_counts_were_removed_under_its_sum_has_its_rows(looked: SimpleNamespace) -> None:
    found = places_in(selection(ASKED), "dose", "alla")
    rows = found[:]
    ParticipationFigures.objects.filter(as_of=ASKED).delete()

    again = places_in(selection(ASKED), "dose", "alla")
    assert len(again) == len(rows) and again[3:9] == rows[3:9] and again[:] == rows


def test_the_command_says_what_goes_next_and_writes_nothing(looked: SimpleNamespace) -> None:
    said = StringIO()
    with on(LATER):
        call_command("unread_figures", stdout=said)
    assert said.getvalue().splitlines()[0].startswith(f"{ASKED}: ")
    assert kept() == ({ASKED, TODAY}, {ASKED, TODAY})
