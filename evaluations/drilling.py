"""The way down from the centre: districts, one school, its groups, one topic; and programmes side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from evaluations import sentences
from evaluations.changes import Earlier
from evaluations.counting import Counts, count_groups
from evaluations.dashboard import (
    Month,
    ReasonRow,
    Tile,
    TopicRow,
    all_figures,
    month_of,
    reason_rows,
    tiles_of,
    topic_rows,
    with_contact,
)
from evaluations.figures import Figure
from evaluations.keeping import counts_by_school, years_of_schools
from evaluations.places import Place, State, places_of
from evaluations.rows_by_school import Counted, CountedSchools, RowsBySchool
from evaluations.selection import Selection
from evaluations.sizes import Size
from evaluations.summing import Summary, is_in_the_picture
from evaluations.sums import by_district, summary_of_all
from evaluations.year_line import months_shown
from schools.models import District, Group, School

# Figures that say nothing about one school: whether it takes part is told by its pace. Shares of classes say nothing
# about one group.
OF_SCHOOLS = ("adoption",)
NOTHING_DUE: Mapping[str, int] = {State.HELD: 0, State.AWAITING: 0, State.LOST: 0}
OF_GROUPS = ("pace", "dose", "on_time", "staff_first", "adherence", "reporting")


About = TypeVar("About", District, Group, Selection)


@dataclass(frozen=True)
class Part(Generic[About]):
    """A part of the whole, such as a district or a group, with its counts and figures."""

    about: About
    counts: Counts
    figures: list[Figure]
    schools: int = 1


@dataclass(frozen=True)
class SchoolYearFigures:
    """A school's year in a programme."""

    school: School
    counts: Counts
    tiles: list[Tile]
    groups: list[Part[Group]]
    topics: list[TopicRow]
    months: list[Month]
    reasons: list[ReasonRow]
    why: str
    is_in_the_picture: bool


def districts_of(selection: Selection) -> list[Part[District]]:
    """Every district, in order of name."""
    found = by_district(selection)
    return [_part(district, found.get(district.slug, Summary()), selection) for district in selection.districts]


def _part(about: About, summary: Summary, selection: Selection) -> Part[About]:
    return Part(about, summary.totals, all_figures(summary.totals, selection), summary.schools)


def school_of(selection: Selection, school: School) -> SchoolYearFigures:
    """One school's figures, groups and topics."""
    counts = counts_by_school(selection.programme_year, [school], selection.as_of)[school.pk]
    own = all_figures(counts, selection)
    before = selection.last_year()
    earlier = [_school_last_year(before, school)] if before else []
    return SchoolYearFigures(
        school=school,
        counts=counts,
        tiles=_tiles(own, earlier),
        groups=groups_of(selection, school),
        topics=topic_rows(counts, selection),
        months=[month_of(counts, month) for month in months_shown(counts, selection.as_of)],
        reasons=reason_rows(counts),
        why=sentences.why(counts, has_contact=school.pk in with_contact([school.pk], selection.as_of)),
        is_in_the_picture=is_in_the_picture(counts),
    )


def _tiles(own: list[Figure], earlier: list[Earlier]) -> list[Tile]:
    """A school's tiles; the one about reminders only where somebody was reminded."""
    shown = [figure for figure in own if figure.key not in OF_SCHOOLS]
    return tiles_of([figure for figure in shown if figure.denominator or figure.key != "reminders"], earlier)


def _school_last_year(before: Selection, school: School) -> Earlier:
    counts = counts_by_school(before.programme_year, [school], before.as_of)[school.pk]
    return Earlier(before.as_of, {figure.key: figure for figure in all_figures(counts, before)})


def groups_of(selection: Selection, school: School) -> list[Part[Group]]:
    """The school's target groups, staff first."""
    year = years_of_schools(selection.programme_year, [school])[school.pk]
    counts = count_groups(year, selection.as_of)
    groups = Group.objects.filter(pk__in=counts).in_school_order()
    return [Part(group, counts[group.pk], _of_group(counts[group.pk], selection)) for group in groups]


def _of_group(counts: Counts, selection: Selection) -> list[Figure]:
    return [figure for figure in all_figures(counts, selection) if figure.key not in OF_SCHOOLS]


def places_of_group(selection: Selection, group: Group) -> list[Place]:
    """The group's sessions by week; those not planned come last."""
    year = years_of_schools(selection.programme_year, [group.school])[group.school_id]
    own = [place for place in places_of(year, selection.as_of) if place.group.pk == group.pk]
    return sorted(own, key=lambda place: (place.row is None, place.row.week.isoformat() if place.row else ""))


@dataclass(frozen=True)
class TopicBySchool:
    """What came of a topic's due sessions: in all, and at each school that had any, by name."""

    slug: str
    total: Mapping[str, int]
    schools: CountedSchools

    def states_of(self, counts: Counts) -> Mapping[str, int]:
        """What came of them at one school, from its counts."""
        own: Mapping[str, int] = counts["topics"][self.slug]
        return own


def topic_by_school(selection: Selection, slug: str) -> TopicBySchool:
    counted = Counted.of(selection)
    due = Size([("topics", slug, state) for state in NOTHING_DUE])
    keys = list(RowsBySchool(counted, due).sizes())
    return TopicBySchool(slug, counted.totals["topics"].get(slug, NOTHING_DUE), CountedSchools(selection, keys))


def programmes_of(selection: Selection) -> list[Part[Selection]]:
    """Every programme that is open in the year, on the same day and in the same district."""
    parts = []
    for rules in selection.opened:
        if rules.year != selection.year:
            continue
        own = dataclasses.replace(selection, programme_year=rules)
        parts.append(_part(own, summary_of_all(own), own))
    return parts
