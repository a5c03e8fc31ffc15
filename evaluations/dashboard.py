"""What the overview shows: schools with the worst first, topics, the year's line, and why sessions were lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluations import figures, reminding, sentences
from evaluations.changes import Change, Earlier, changes_of
from evaluations.counting import HELD_LATER, Counts
from evaluations.figures import Figure
from evaluations.keeping import counts_by_school
from evaluations.models import SummedFigures
from evaluations.policies import FEWEST_SCHOOLS
from evaluations.selection import Selection, selected
from evaluations.summing import STATES, Summary, from_json, is_in_the_picture, merged, state_of, summary_of
from evaluations.sums import summary_of_all, sums_of
from evaluations.topic_rows import TopicRow, topic_rows
from evaluations.year_line import LinePoint, line_of, months_shown
from schools.models import ProgrammeYear, School
from schools.models.groups import GRADES
from schools.models.plans import CancelReason

# The figures that steer the work, in the page's order; all others stand below them.
KEY_FIGURES = ("pace", "reach", "on_time", "staff_first", "full_dose", "adherence", "reporting")
MORE_FIGURES = ("dose", "adoption", "reminders")


@dataclass(frozen=True)
class Month:
    """A month's bar: how many sessions were due, held and awaiting log."""

    first: dt.date
    plan: int
    held: int
    awaiting: int


@dataclass(frozen=True)
class SchoolRow:
    """A school in the list. ``state`` is one of STATES."""

    school: School
    counts: Counts
    figures: list[Figure]
    months: list[Month]
    state: str
    why: str

    @property
    def pace(self) -> Figure:
        return self.figures[0]


@dataclass(frozen=True)
class LastYear:
    """The same time last year: how many schools there were, and their counts added up."""

    selection: Selection
    schools: int
    totals: Counts


@dataclass(frozen=True)
class ReasonRow:
    """How many sessions were lost for a reason: without a new time, and with one."""

    title: str
    lost: int
    again: int
    # The reason as it stands in addresses. A saved report has no links, but says the same.
    key: str = field(default="", compare=False)

    @property
    def total(self) -> int:
        return self.lost + self.again


@dataclass(frozen=True)
class Tile:
    """A figure with how it has changed."""

    figure: Figure
    changes: list[Change]


@dataclass(frozen=True)
class GradeRow:
    """A grade of the programme: how many of its classes have had a session, and the schools where none has.

    ``without`` is how many those schools are; ``schools`` has the first of them by name.
    """

    grade: int
    classes: int
    reached: int
    unknown: int
    pupils_missed: int
    without: int
    schools: list[School]

    @property
    def missed(self) -> int:
        return self.classes - self.reached - self.unknown

    @property
    def label(self) -> str:
        return str(dict(GRADES)[self.grade])


@dataclass(frozen=True)
class Dashboard:
    """Everything that the overview shows.

    ``schools`` are the rows of the schools that ``summary`` adds up, ``never_reached`` those of schools that have not
    held any session. Both are empty where the page reads them by itself.
    """

    selection: Selection
    summary: Summary
    figures: list[Figure]
    schools: list[SchoolRow]
    never_reached: list[SchoolRow]
    topics: list[TopicRow]
    line: list[LinePoint]
    reasons: list[ReasonRow]
    last_year: LastYear | None
    grades: list[GradeRow]
    effect: reminding.Effect
    earlier: list[Earlier]

    @property
    def totals(self) -> Counts:
        return self.summary.totals

    @property
    def pace(self) -> Figure:
        return self.figures[0]

    @property
    def tiles(self) -> list[Tile]:
        """The figures that steer."""
        return self._tiles(KEY_FIGURES)

    @property
    def more_tiles(self) -> list[Tile]:
        return self._tiles(MORE_FIGURES)

    def _tiles(self, keys: Sequence[str]) -> list[Tile]:
        by_key = {tile.figure.key: tile for tile in tiles_of(self.figures, self.earlier)}
        return [by_key[key] for key in keys]

    @property
    def missed_grades(self) -> list[GradeRow]:
        """The grades that some school has not reached."""
        return [row for row in self.grades if row.without]


def dashboard_of(selection: Selection, *, since_report: Earlier | None = None) -> Dashboard:
    """Everything about a selection, with every school's counts, in a number of queries that does not grow with schools
    or sessions.

    ``since_report`` has the figures of the last saved report to compare with.
    """
    schools, counts = schools_in_the_picture(selection)
    order = {school.pk: place for place, school in enumerate(schools)}
    summary = merged((summary_of(school, counts[school.pk]) for school in schools), order)
    before = selection.last_year()
    last_year = comparable(before, summary_of_all(before)) if before else None
    by_key = {school.pk: school for school in schools}
    missed = {
        grade: [by_key[pk] for pk in order if counts[pk]["grades"].get(grade, {"reached": 1})["reached"] == 0]
        for grade in summary.totals["grades"]
    }
    rows = _school_rows(
        schools,
        counts,
        with_contact([school.pk for school in schools], selection.as_of),
        months_shown(summary.totals, selection.as_of),
        selection,
    )
    never = [row for row in rows if not row.counts["held"]]
    return _dashboard(selection, summary, last_year, since_report, rows=rows, never=never, missed=missed)


def comparable(before: Selection, summary: Summary) -> LastYear | None:
    """Last year's sums to compare with. A reader who sees totals only gets none of too few schools, as in any other
    year."""
    if before.totals_only and summary.schools < FEWEST_SCHOOLS:
        return None
    return LastYear(before, summary.schools, summary.totals)


@dataclass(frozen=True)
class Compared:
    """The kept sums of a selection, and of the same time last year if the programme was run then."""

    own: SummedFigures
    before: Selection | None
    last: SummedFigures | None


def compared(selection: Selection) -> Compared:
    before = selection.last_year()
    own, *others = sums_of([selection, before] if before else [selection])
    return Compared(own, before, others[0] if others else None)


def count_ahead(today: dt.date) -> None:
    """Count what every programme's overview shows on a day, so that the first reader of the day need not wait for
    it."""
    for programme in ProgrammeYear.objects.order_by().values_list("programme__slug", flat=True).distinct():
        if selection := selected({"program": programme}, today):
            compared(selection)


def overview_of(selection: Selection, kept: Compared, *, since_report: Earlier | None = None) -> Dashboard:
    """The same as ``dashboard_of``, from the kept sums of all schools. It has no rows of single schools: the page reads
    those itself."""
    summary = from_json(kept.own.content)
    last_year = comparable(kept.before, from_json(kept.last.content)) if kept.before and kept.last else None
    by_key = School.objects.in_bulk({pk for one in summary.missed.values() for pk in one.first})
    return _dashboard(
        selection,
        summary,
        last_year,
        since_report,
        rows=[],
        never=[],
        missed={grade: [by_key[pk] for pk in one.first if pk in by_key] for grade, one in summary.missed.items()},
    )


def school_rows(
    selection: Selection, keys: Collection[int], contacts: Collection[int], months: Sequence[dt.date]
) -> dict[int, SchoolRow]:
    """The rows of some of the selection's schools, by their keys.

    ``contacts`` are the schools that have a contact person; ``months`` are the months that every row shows.
    """
    schools = list(School.objects.select_related("district").filter(pk__in=keys))
    counts = counts_by_school(selection.programme_year, schools, selection.as_of)
    return {row.school.pk: row for row in _school_rows(schools, counts, contacts, months, selection)}


def _dashboard(
    selection: Selection,
    summary: Summary,
    last_year: LastYear | None,
    since_report: Earlier | None,
    *,
    rows: list[SchoolRow],
    never: list[SchoolRow],
    missed: Mapping[str, list[School]],
) -> Dashboard:
    totals = summary.totals
    return Dashboard(
        selection=selection,
        summary=summary,
        figures=all_figures(totals, selection),
        schools=rows,
        never_reached=never,
        grades=_grade_rows(summary, missed),
        effect=reminding.effect_from(totals),
        earlier=[one for one in (_figures_of(last_year), since_report) if one],
        topics=topic_rows(totals, selection),
        line=line_of(totals, last_year.totals if last_year else None, selection),
        reasons=reason_rows(totals),
        last_year=last_year,
    )


def tiles_of(own: Iterable[Figure], earlier: Sequence[Earlier]) -> list[Tile]:
    return [Tile(figure, changes_of(figure, earlier)) for figure in own]


def all_figures(counts: Counts, selection: Selection) -> list[Figure]:
    """Every figure that the counts give, with the leadership's targets."""
    return figures.all_figures(counts, selection.as_of, selection.targets)


def schools_in_the_picture(selection: Selection) -> tuple[list[School], dict[int, Counts]]:
    """The schools that have target classes in the year, or a plan, with the counts of each by its key."""
    counts = counts_by_school(selection.programme_year, selection.schools, selection.as_of)
    schools = [school for school in selection.schools if is_in_the_picture(counts[school.pk])]
    return schools, {school.pk: counts[school.pk] for school in schools}


def _school_rows(
    schools: Sequence[School],
    counts: Mapping[int, Counts],
    contacts: Collection[int],
    months: Sequence[dt.date],
    selection: Selection,
) -> list[SchoolRow]:
    """The schools' rows, those that need help first."""
    rows = [
        _school_row(
            school,
            counts[school.pk],
            all_figures(counts[school.pk], selection),
            months,
            has_contact=school.pk in contacts,
        )
        for school in schools
    ]
    return sorted(rows, key=lambda row: (STATES.index(row.state), row.pace.lowest or 0, row.school.name))


def _school_row(
    school: School, counts: Counts, own: list[Figure], months: Sequence[dt.date], *, has_contact: bool
) -> SchoolRow:
    return SchoolRow(
        school=school,
        counts=counts,
        figures=own,
        months=[month_of(counts, month) for month in months],
        state=state_of(counts),
        why=sentences.why(counts, has_contact=has_contact),
    )


def _grade_rows(summary: Summary, missed: Mapping[str, list[School]]) -> list[GradeRow]:
    """The programme's grades in their order."""
    grades = summary.totals["grades"]
    return [
        GradeRow(
            int(grade),
            **{name: grades[grade][name] for name in ("classes", "reached", "unknown", "pupils_missed")},
            without=summary.missed[grade].number if grade in summary.missed else 0,
            schools=missed.get(grade, []),
        )
        for grade in sorted(grades, key=int)
    ]


def month_of(counts: Counts, month: dt.date) -> Month:
    one = counts["months"].get(f"{month:%Y-%m}", {})
    return Month(month, one.get("plan", 0), one.get("held", 0), one.get("awaiting", 0))


def with_contact(schools: Iterable[int], as_of: dt.date) -> set[int]:
    """Of some schools' keys, those of schools that have a contact person on the day."""
    return set(School.objects.filter(pk__in=schools).with_contact(as_of).order_by().values_list("pk", flat=True))


def _figures_of(last_year: LastYear | None) -> Earlier | None:
    """The figures at the same time last year; none if the programme was not run then."""
    if last_year is None:
        return None
    own = all_figures(last_year.totals, last_year.selection)
    return Earlier(last_year.selection.as_of, {figure.key: figure for figure in own})


def reason_rows(totals: Counts) -> list[ReasonRow]:
    """The reasons, the most frequent first."""
    rows = [
        ReasonRow(reason_title(reason), one["lost"], one["again"], reason) for reason, one in totals["reasons"].items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.title))


def reason_title(reason: str) -> str:
    """Why a session was lost, in words."""
    return str(sentences.HELD_LATER_TITLE if reason == HELD_LATER else CancelReason(reason).label)
