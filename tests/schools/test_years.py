"""A school year made from last year's, and the picture of a year."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schools.actions.calendar import close_days
from schools.calendar import DAY, SchoolCalendar, days_between
from schools.models import ClosedPeriod, SchoolYear, Term
from schools.year_picture import DayKind, months_of, school_days_of, spans_of
from schools.year_proposals import same_week, year_after
from tests.schools.laid_out import on, text_of
from tests.schools.test_blocked_weeks import block

D = dt.date


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (D(2026, 8, 18), D(2027, 8, 24)),  # Tuesday of week 34
        (D(2026, 10, 26), D(2027, 11, 1)),  # Monday of week 44
        (D(2026, 12, 25), D(2027, 12, 24)),  # Friday of week 52, when the terms are over
        (D(2027, 1, 1), D(2027, 12, 31)),  # Friday of week 53, of which 2027 has none
        (D(2028, 2, 29), D(2029, 2, 27)),  # a leap day: Tuesday of week 9
    ],
)
def test_a_day_moves_to_the_same_weekday_of_the_same_week(day: dt.date, moved: dt.date):
    assert same_week(day) == moved
    assert moved.weekday() == day.weekday()


def test_next_year_is_proposed_from_this_one(centre: SimpleNamespace):
    block(centre, centre.lindang, D(2027, 3, 16))
    study_day(centre, D(2027, 2, 8))
    proposed = year_after(centre.year)
    assert (proposed.starts_on, proposed.ends_on) == (D(2027, 8, 17), D(2028, 6, 9))
    assert (proposed.autumn_ends_on, proposed.spring_starts_on) == (D(2027, 12, 17), D(2028, 1, 10))
    said = {one.name: (one.starts_on, one.ends_on, one.school) for one in proposed.periods}
    assert said == {
        "Höstlov": (D(2027, 11, 1), D(2027, 11, 5), None),
        "Sportlov": (D(2028, 2, 28), D(2028, 3, 3), None),
        # Easter is 28 March 2027 and 16 April 2028.
        "Påsklov": (D(2028, 4, 17), D(2028, 4, 21), None),
        "Studiedag": (D(2028, 2, 7), D(2028, 2, 7), centre.lindang),
        "Nationella prov": (D(2028, 3, 14), D(2028, 3, 14), centre.lindang),
    }
    assert not proposed.remarks(D(2027, 5, 1))


@pytest.mark.parametrize("first", range(2020, 2060))
def test_terms_keep_their_length_and_periods_their_days_whatever_weeks_the_years_have(first: int, db):
    year = a_school_year(D(first, 8, 17), D(first, 12, 18), D(first + 1, 1, 11), D(first + 1, 6, 11))
    days = list(days_between(year.starts_on, year.ends_on))
    lengths = {f"{day} {days_more}": (day, day + days_more * DAY) for day in days[::3] for days_more in (0, 3, 18)}
    ClosedPeriod.objects.bulk_create(
        ClosedPeriod(year=year, kind=ClosedPeriod.Kind.STUDY_DAY, name=name, starts_on=start, ends_on=end)
        for name, (start, end) in lengths.items()
    )
    proposed = year_after(year)
    moved = [proposed.starts_on, proposed.autumn_ends_on, proposed.spring_starts_on, proposed.ends_on]
    assert moved == sorted(moved)
    before = [day for term in year.terms.order_by("starts_on") for day in (term.starts_on, term.ends_on)]
    assert all(abs((now - then).days - 364) < 5 for then, now in zip(before, moved, strict=True))
    assert {one.name for one in proposed.periods} | {one.name for one in proposed.left_out} == set(lengths)
    for one in (*proposed.periods, *proposed.left_out):
        start, end = lengths[one.name]
        assert one.ends_on - one.starts_on == end - start
        # Easter lies between 22 March and 25 April.
        assert abs((one.starts_on - start).days - 365) < 36


def a_school_year(*days: dt.date) -> SchoolYear:
    """A year of two terms, from the first day of each to its last, or the nearest weekdays."""
    starts_on, autumn_ends_on, spring_starts_on, ends_on = (day - max(day.weekday() - 4, 0) * DAY for day in days)
    year = SchoolYear.objects.create(starts_on=starts_on, ends_on=ends_on)
    Term.objects.create(year=year, season=Term.Season.AUTUMN, starts_on=starts_on, ends_on=autumn_ends_on)
    Term.objects.create(year=year, season=Term.Season.SPRING, starts_on=spring_starts_on, ends_on=ends_on)
    return year


def test_what_comes_outside_the_year_is_left_out_with_a_remark(centre: SimpleNamespace, signed_in):
    study_day(centre, centre.year.ends_on)
    # The term ended a day before the year's last.
    Term.objects.filter(year=centre.year, season="spring").update(ends_on=D(2027, 6, 10))
    assert [one.name for one in year_after(centre.year).left_out] == ["Studiedag"]
    page = signed_in(centre.samira).get(reverse("schools:year-add"))
    assert "Studiedag (Lindängsskolan) skulle bli fre 9 jun, utanför läsåret, och är inte med." in text_of(page)


def study_day(centre: SimpleNamespace, day: dt.date) -> ClosedPeriod:
    said = {"kind": ClosedPeriod.Kind.STUDY_DAY, "name": "Studiedag", "starts_on": day, "ends_on": day}
    return close_days(year=centre.year, school=centre.lindang, by=centre.samira, **said)


def filled_in(page: Any, **changed: str) -> dict[str, str]:
    """The form as it stands on the page, with some fields changed."""
    form = page.context["form"]
    data = {name: field.value() for name, field in ((f.name, f) for f in form.year)}
    data |= {f.html_name: f.value() for f in form.rows.management_form}
    data |= {f.html_name: f.value() for row in form.rows for f in row}
    digest = page.context["proposed"].digest if "proposed" in page.context else ""
    found = {name: str(value) for name, value in data.items() if value not in (None, False)}
    return found | {"digest": digest} | changed


def made(client: Client, **changed: str) -> Any:
    address = reverse("schools:year-add")
    return client.post(address, filled_in(client.get(address), deed="show", **changed))


@pytest.fixture
def samiras(centre: SimpleNamespace, signed_in) -> Client:
    study_day(centre, D(2027, 2, 8))
    return signed_in(centre.samira)


def test_the_year_is_shown_before_it_is_saved_and_then_is_what_was_shown(samiras, centre):
    address = reverse("schools:year-add")
    assert "Ta med skolornas egna studiedagar" in text_of(samiras.get(address))
    shown = made(samiras, **{"period-0-name": "Höstlovsveckan"})
    said = text_of(shown)
    assert "Så blir 2027/28" in said
    assert "mån 1 nov – fre 5 nov, v. 44: Höstlovsveckan" in said
    assert SchoolYear.objects.count() == 1
    # Something is changed after it was shown: it is shown again.
    again = samiras.post(address, filled_in(shown, deed="save", **{"period-0-name": "Höstlov"}))
    assert "skiljer sig från det som visades" in text_of(again)
    assert SchoolYear.objects.count() == 1
    saved = samiras.post(address, filled_in(again, deed="save"), follow=True)
    assert "Läsåret 2027/28 är tillagt." in text_of(saved)
    year = SchoolYear.objects.first()
    assert [period.name for period in year.closed_periods.filter(school=None)] == ["Höstlov", "Sportlov", "Påsklov"]
    assert year.closed_periods.get(school=centre.lindang).starts_on == D(2028, 2, 7)


def test_the_schools_days_can_stay_behind_and_a_break_is_dropped_by_emptying_it(samiras):
    shown = made(samiras, with_schools="", **{"period-2-starts_on": "", "period-2-ends_on": ""})
    data = filled_in(shown, deed="save")
    samiras.post(reverse("schools:year-add"), data)
    assert len(SchoolYear.objects.first().closed_periods.all()) == 2


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"starts_on": "2027-02-29"}, "giltigt datum"),
        ({"spring_starts_on": "2027-12-01"}, "efter höstterminen"),
        ({"ends_on": "2027-08-01"}, "före den första"),
        ({"starts_on": "2027-09-19"}, "börjar i augusti"),
        ({"ends_on": "2028-05-31"}, "slutar i juni"),
        ({"ends_on": "2028-07-25"}, "ungefär 43 veckor"),
        ({"period-0-starts_on": "2027-11-08"}, "före den första"),
        ({"period-0-ends_on": ""}, "Skriv sista dagen också"),
        ({"period-0-name": ""}, "Skriv ett namn"),
        ({"period-0-ends_on": "2028-07-01"}, "Välj en dag i läsåret"),
        ({"period-0-school": "skolan-som-inte-finns"}, "Något behöver rättas"),
        ({"period-TOTAL_FORMS": "100000"}, "Något behöver rättas"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(samiras, changed, answer):
    page = made(samiras, **{"period-1-name": "Vinterlov"} | changed)
    said = text_of(page)
    assert answer in said
    assert "Något behöver rättas" in said
    assert 'value="Vinterlov"' in page.content.decode()
    assert len(page.context["form"].rows.forms) <= 7
    assert SchoolYear.objects.count() == 1


@pytest.mark.parametrize(("count", "said"), [("INITIAL", "-1"), ("INITIAL", "0"), ("TOTAL", "21")])
def test_a_strange_number_of_rows_loses_none(count: str, said: str, samiras: Client):
    """A row that stands as it was proposed is a row of the year, whatever a hidden field says."""
    shown = made(samiras, **{f"period-{count}_FORMS": said})
    assert shown.status_code == 200
    assert ("Så blir 2027/28" in text_of(shown)) is (count == "INITIAL")
    if count == "INITIAL":
        assert shown.context["proposed"].periods == made(samiras).context["proposed"].periods


def test_a_year_that_begins_the_day_after_tomorrow_is_made_and_says_that_it_is_near(centre, signed_in):
    with on(D(2027, 8, 15)):
        samiras = signed_in(centre.samira)
        shown = made(samiras)
        assert "Läsåret börjar redan tis 17 aug." in text_of(shown)
        said = samiras.post(reverse("schools:year-add"), filled_in(shown, deed="save"), follow=True)
        assert "Läsåret 2027/28 är tillagt." in text_of(said)
    with on(D(2026, 9, 17)):
        samiras = signed_in(centre.samira)
        # From the day after tomorrow in the middle of a school year: it lies in another year's days.
        page = made(samiras, starts_on="2026-09-19", autumn_ends_on="2026-12-18")
        assert "börjar i augusti" in text_of(page) or "ungefär 43 veckor" in text_of(page)
        SchoolYear.objects.order_by("-starts_on").first().delete()
        page = made(
            samiras,
            starts_on="2026-09-19",
            autumn_ends_on="2026-12-18",
            spring_starts_on="2027-01-11",
            ends_on="2027-06-11",
        )
        assert "går in i läsåret 2026/27" in text_of(page)


def test_too_few_school_days_and_days_that_are_closed_already_are_remarked(samiras):
    page = made(
        samiras,
        **{"period-0-starts_on": "2027-10-04", "period-3-starts_on": "2028-05-01", "period-3-ends_on": "2028-05-01"},
    )
    said = text_of(page)
    assert "Det ska ha minst 178" in said
    assert "stänger ingen skoldag" in said


def test_the_first_year_of_all_has_the_names_of_the_usual_breaks(centre, signed_in):
    centre.year.groups.all().delete()
    SchoolYear.objects.all().delete()
    said = signed_in(centre.samira).get(reverse("schools:year-add")).content.decode()
    for name in ("Höstlov", "Jullov", "Sportlov", "Påsklov"):
        assert f'value="{name}"' in said


# The picture


def test_every_day_of_the_year_stands_once_in_the_picture_as_what_it_is(centre):
    block(centre, centre.lindang, D(2027, 3, 16))
    calendar = SchoolCalendar.of(centre.year, centre.lindang)
    months = months_of(calendar)
    days = {day.date: day for month in months for week in month.weeks for day in week.days if day}
    assert [month.first.month for month in months] == [8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]
    assert len(days) == sum(len([day for week in month.weeks for day in week.days if day]) for month in months)
    assert (days[D(2026, 8, 17)].kind, days[D(2026, 8, 18)].kind) == (DayKind.OUTSIDE, DayKind.OPEN)
    assert (days[D(2026, 10, 26)].kind, days[D(2026, 10, 26)].name) == (DayKind.CLOSED, "Höstlov")
    assert (days[D(2027, 3, 15)].kind, days[D(2027, 3, 15)].name) == (DayKind.BLOCKED, "Nationella prov")
    assert days[D(2027, 3, 20)].kind == DayKind.WEEKEND
    assert sum(month.school_days for month in months) == school_days_of(calendar)


def test_a_break_is_one_span_though_weekends_lie_in_it(centre):
    spans = {span.name: span for span in spans_of(SchoolCalendar.of(centre.year, None))}
    assert (spans["Jullov"].first, spans["Jullov"].last) == (D(2026, 12, 21), D(2027, 1, 8))
    assert spans["Kristi himmelsfärdsdag"].first == spans["Kristi himmelsfärdsdag"].last


def test_the_page_says_in_words_what_the_picture_shows_for_all_and_for_one_school(centre, signed_in):
    block(centre, centre.lindang, D(2027, 3, 16))
    samiras = signed_in(centre.samira)
    for_all = text_of(samiras.get(reverse("schools:year-detail", args=["2026-27"])))
    assert "Höstlov mån 26 okt – fre 30 okt, v. 44" in for_all
    assert "spärrad, Nationella prov" not in for_all
    own = samiras.get(reverse("schools:year-detail", args=["2026-27"]), {"skola": centre.lindang.slug}, follow=True)
    assert "mån 15 mar – fre 19 mar, v. 11: spärrad, Nationella prov" in text_of(own)
    jonas = signed_in(centre.jonas)
    assert jonas.get(reverse("schools:school-year", args=[centre.ekbacka.slug, "2026-27"])).status_code == 404
    assert "Lägg till stängda dagar" not in text_of(
        jonas.get(reverse("schools:school-year", args=[centre.lindang.slug, "2026-27"]))
    )
