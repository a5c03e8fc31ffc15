"""What holds of every figure, whatever a school's year has been like."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from evaluations import figures
from evaluations.counting import (
    AUTUMN,
    EMPTY,
    OF_GRADES,
    SPRING,
    Counts,
    add_up,
    classes_in_term,
    count,
    count_groups,
    is_logged,
)
from evaluations.figures import Figure
from evaluations.lists import CLASSES, PLACES, SCHOOLS, reminded_places
from evaluations.places import State, classes_of, places_of
from evaluations.rows import GroupRow, SessionRow, YearOfSchool
from evaluations.terms import OF_CLASSES, OF_SESSIONS
from tests.evaluations.by_hand import CALENDAR, CLASS_1A, CLASS_2A, STAFF

WEEKS = [dt.date(2026, 8, 17) + dt.timedelta(weeks=n) for n in range(43)]
DAYS = st.dates(CALENDAR.starts_on, dt.date(2027, 6, 13))
TOPICS = st.sampled_from([("normer", 9), ("askadare", 12), ("vanskap", None), ("mobbning", None), (None, None)])


@st.composite
def sessions(draw: st.DrawFn, pk: int) -> SessionRow:
    week, (topic, month) = draw(st.sampled_from(WEEKS)), draw(TOPICS)
    outcome = draw(st.sampled_from([None, "held", "not_held"]))
    told = {"logged_on": week + dt.timedelta(days=draw(st.integers(0, 60)))} if outcome else {}
    if outcome == "held":
        parts = draw(st.integers(0, 4))
        day = week + dt.timedelta(days=draw(st.integers(-7, 30)))
        told |= {"held_on": max(day, CALENDAR.starts_on), "parts": parts, "parts_done": draw(st.integers(0, parts))}
    reminders = draw(st.lists(st.tuples(st.integers(7, 30), st.sampled_from([1, 7])), max_size=2))
    return SessionRow(
        pk=pk,
        reminders=tuple((week + dt.timedelta(days=days), lead) for days, lead in reminders),
        group=draw(st.sampled_from([STAFF, CLASS_1A, CLASS_2A])),
        slot=draw(st.integers(1, 5)),
        week=week,
        topic=topic,
        base_month=month,
        outcome=outcome,
        cancelled=outcome is None and draw(st.booleans()),
        reason=draw(st.sampled_from(["no_room", "other", ""])),
        replaces=draw(st.none() | st.integers(1, pk)),
        **told,
    )


@st.composite
def groups(draw: st.DrawFn, pk: int) -> GroupRow:
    ends_on = draw(st.none() | DAYS)
    return GroupRow(
        pk=pk,
        is_staff=pk == STAFF,
        grade=None if pk == STAFF else draw(st.integers(0, 9)),
        headcount=draw(st.none() | st.integers(0, 30)),
        starts_on=draw(st.sampled_from([CALENDAR.starts_on, dt.date(2027, 1, 11)])),
        ends_on=ends_on,
        staff_group=draw(st.sampled_from([None, STAFF])),
        has_merged=ends_on is not None and draw(st.booleans()),
    )


@st.composite
def years(draw: st.DrawFn) -> YearOfSchool:
    return YearOfSchool(
        CALENDAR,
        required=draw(st.integers(0, 4)),
        lowest_grade=0,
        highest_grade=5,
        groups=[draw(groups(pk)) for pk in (STAFF, CLASS_1A, CLASS_2A)],
        sessions=[draw(sessions(pk)) for pk in range(1, draw(st.integers(0, 12)) + 1)],
    )


@given(years(), DAYS)
def test_no_figure_is_more_than_all_of_it(year: YearOfSchool, as_of: dt.date) -> None:
    for figure in figures.all_figures(count(year, as_of), as_of):
        assert 0 <= figure.numerator <= figure.numerator + figure.unknown <= figure.denominator, figure
        if figure.lowest is not None and figure.highest is not None:
            assert 0 <= figure.lowest <= figure.highest <= 100


@given(st.lists(years(), max_size=3), DAYS)
def test_the_sum_over_schools_is_the_total(schools: list[YearOfSchool], as_of: dt.date) -> None:
    counts = [count(year, as_of) for year in schools]
    total = figures.all_figures(add_up([EMPTY, *counts]), as_of)

    for place, figure in enumerate(total):
        own = [figures.all_figures(one, as_of)[place] for one in counts]
        assert figure.numerator == sum(one.numerator for one in own)
        assert figure.denominator == sum(one.denominator for one in own)
        assert figure.unknown == sum(one.unknown for one in own)


@given(years(), DAYS)
def test_a_figures_list_has_the_rows_that_it_counts(year: YearOfSchool, as_of: dt.date) -> None:
    counts = count(year, as_of)
    by_key = {figure.key: figure for figure in figures.all_figures(counts, as_of)}
    places, classes = places_of(year, as_of), classes_of(year, as_of)

    for key, parts in PLACES.items():
        found = {part: [place for place in places if keep(place)] for part, keep in parts.items()}
        if key == "adherence":
            rows = [place.row for place in found["alla"] if place.row]
            listed = (sum(row.parts_done for row in rows), sum(row.parts for row in rows), 0)
        else:
            yes, unsure = ("genomfort", "saknar-logg") if "genomfort" in parts else ("ja", "oklart")
            listed = (len(found[yes]), len(found["alla"]), len(found[unsure]))
        assert listed == (by_key[key].numerator, by_key[key].denominator, by_key[key].unknown), key
        assert len(parts) == 1 or len(found["alla"]) == sum(len(rows) for part, rows in found.items() if part != "alla")

    for key, of_classes in CLASSES.items():
        sizes = {
            part: sum(one.pupils if key == "reach" else 1 for one in classes if keep(one))
            for part, keep in of_classes.items()
        }
        figure = by_key[key]
        assert (sizes["ja"], sizes["alla"], sizes["oklart"]) == (figure.numerator, figure.denominator, figure.unknown)
        assert sizes["alla"] == sizes["ja"] + sizes["nej"] + sizes["oklart"]

    places = reminded_places(year, as_of)
    listed = [place for place in places if place.row and is_logged(place.row, as_of)]
    assert (len(listed), len(places)) == (by_key["reminders"].numerator, by_key["reminders"].denominator)

    kept = [part for part, size in SCHOOLS["adoption"].items() if size.of(counts)]
    assert all(size.of(counts) in (0, 1) for size in SCHOOLS["adoption"].values())
    assert len(kept) in (0, 2) and (len(kept) == 2) == (by_key["adoption"].denominator == 1)


@given(years(), DAYS)
def test_the_charts_add_up_to_the_figures(year: YearOfSchool, as_of: dt.date) -> None:
    counts = count(year, as_of)
    pace = figures.pace(counts, as_of)

    for by in ("months", "topics"):
        assert sum(one["held"] for one in counts[by].values()) == pace.numerator
    assert sum(one["plan"] for one in counts["months"].values()) == pace.denominator
    assert sum(sum(one.values()) for one in counts["topics"].values()) == pace.denominator
    assert sum(counts["held_months"].values()) == pace.numerator
    assert sum(one["lost"] for one in counts["reasons"].values()) == counts["lost"]
    months = [name for by in ("months", "held_months") for name in counts[by]]
    assert all("2026-08" <= name <= f"{as_of:%Y-%m}" for name in months)


@given(years(), DAYS)
def test_every_group_has_at_least_the_places_that_are_required(year: YearOfSchool, as_of: dt.date) -> None:
    places = places_of(year, as_of)

    for group in year.targets(as_of):
        own = [place for place in places if place.group == group]
        certain = [place for place in own if place.state in (State.HELD, State.AWAITING)]
        assert len(own) == max(year.required, len(certain))
    assert {place.group.pk for place in places} <= {group.pk for group in year.targets(as_of)}


@given(years(), DAYS)
def test_groups_terms_and_grades_add_up_to_the_school(year: YearOfSchool, as_of: dt.date) -> None:
    counts = count(year, as_of)
    by_group = list(count_groups(year, as_of).values())
    total = add_up([EMPTY, *by_group])
    # Whether a school takes part is asked of the school, not of its groups.
    of_school = {"eligible", "active", "active_unknown"}
    assert {name: total[name] for name in counts if name not in of_school} == {
        name: value for name, value in counts.items() if name not in of_school
    }

    for term in figures_by_term(counts, as_of):
        whole = next(figure for figure in figures.all_figures(counts, as_of) if figure.key == term.key)
        assert (term.numerator, term.denominator, term.unknown) == (whole.numerator, whole.denominator, whole.unknown)

    grades = add_up([dict.fromkeys(OF_GRADES, 0), *counts["grades"].values()])
    classes = classes_of(year, as_of)
    assert grades["classes"] == counts["classes"] == len(classes)
    assert grades["reached"] == counts["classes_reached"] == sum(one.reached is True for one in classes)
    assert grades["unknown"] == counts["classes_reach_unknown"] == sum(one.reached is None for one in classes)
    assert (grades["pupils"], grades["pupils_reached"]) == (counts["pupils"], counts["pupils_reached"])
    assert grades["pupils_missed"] == counts["pupils"] - counts["pupils_reached"] - counts["pupils_unknown"]
    for name, answer in (("pupils_full", True), ("pupils_full_unknown", None)):
        assert counts[name] == sum(one.pupils for one in classes if one.full is answer)


def figures_by_term(counts: Counts, as_of: dt.date) -> list[Figure]:
    """The figures of a term's sessions, the terms added up."""
    empty = {name: 0 for name in counts if isinstance(counts[name], int)}
    terms = add_up([empty, *counts["terms"].values()])
    return [figure(terms, as_of) for figure in OF_SESSIONS]


@given(years(), DAYS)
def test_a_term_reaches_no_more_than_its_year_and_what_the_year_reached_a_term_did(
    year: YearOfSchool, as_of: dt.date
) -> None:
    counts = count(year, as_of)
    for own in counts["terms"].values():
        for figure in (one(own, as_of) for one in OF_CLASSES):
            whole = next(one for one in figures.all_figures(counts, as_of) if one.key == figure.key)
            assert 0 <= figure.numerator <= figure.numerator + figure.unknown <= figure.denominator
            assert figure.denominator <= whole.denominator
        assert own["pupils_reached"] <= counts["pupils_reached"]

    if all(group.starts_on == CALENDAR.starts_on for group in year.groups):
        terms = counts["terms"].values()
        assert sum(own["pupils_reached"] for own in terms) >= counts["pupils_reached"]
        assert all((own["pupils"], own["classes"]) == (counts["pupils"], counts["classes"]) for own in terms)


@given(years(), DAYS)
def test_before_the_year_is_over_a_full_class_is_full_in_each_term_that_it_had_sessions_in(
    year: YearOfSchool, as_of: dt.date
) -> None:
    classes = [one for one in classes_of(year, as_of) if not one.is_over]
    by_term = {
        term: {one.group: one for one in classes_in_term(year, classes, term, as_of)} for term in (AUTUMN, SPRING)
    }
    for one in classes:
        own = [terms[one.group] for terms in by_term.values() if one.group in terms and terms[one.group].places]
        if one.group.starts_on == CALENDAR.starts_on:
            assert (one.full is True) == (bool(own) and all(term.full is True for term in own))
