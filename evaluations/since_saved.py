"""What has changed about a saved report's day since it was saved: what the report would say differently today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import models

from evaluations import series
from evaluations.cells import Table
from evaluations.counting import FORMULAS, Counts
from evaluations.dashboard import all_figures, reason_rows
from evaluations.figures import Figure
from evaluations.frozen import Content, ProgrammePart
from evaluations.models import SavedReport
from evaluations.selection import Selection
from evaluations.sums import summary_of_all
from evaluations.tables import occasion_kind_table, reason_table, series_table, topic_table, training_table
from evaluations.topic_rows import topic_rows
from evaluations.year_line import LinePoint, line_of
from schools.models import District, PlannedSession, ProgrammeYear
from sessions_log.models import LogRevision, SessionLog


def _series_now(selection: Selection) -> Table:
    return series_table(series.series_of(selection) or series.Series(selection, [], 0))


# Tables of what is told without logs and can be told after the report: occasions, attendance, and pupil mentors.
TOLD_LATER: Mapping[str, Callable[[Selection], Table]] = {
    "utbildade": lambda selection: training_table(series.trained(selection), selection),
    "tillfallen": lambda selection: occasion_kind_table(series.held_by_kind(selection)),
    "mvp": _series_now,
}


@dataclass(frozen=True)
class Differing:
    """A figure of a report that would be different today."""

    programme: str
    then: Figure
    now: Figure


@dataclass(frozen=True)
class Since:
    """What has changed about a report's day since it was saved.

    ``figures`` are those that would be different today, and ``tables`` the titles of other tables that would have other
    numbers. ``corrections`` are logs changed, removed or restored, and ``after_closing`` those of them made after the
    school year was closed; ``late`` are logs that came later.
    """

    figures: list[Differing]
    tables: list[str]
    corrections: int
    after_closing: int
    late: int
    is_counted_otherwise: bool


def since_saved(report: SavedReport, content: Content) -> Since | None:
    """Nothing when the report's school year or programmes no longer exist."""
    selections = _selections_of(report, content)
    if not selections:
        return None
    sessions = _sessions_of(report, selections)
    revisions = LogRevision.objects.filter(session__in=sessions, at__gt=report.made_at)
    year = next(iter(selections.values())).year
    figures, tables = _counted_again(content, selections)
    return Since(
        figures=figures,
        tables=[*tables, *_tables_that_differ(content, selections)],
        corrections=revisions.count(),
        after_closing=revisions.after_closing(year).count(),
        late=SessionLog.objects.filter(session__in=sessions, logged_at__gt=report.made_at).count(),
        is_counted_otherwise=content.formulas != FORMULAS,
    )


def _sessions_of(report: SavedReport, selections: Mapping[str, Selection]) -> models.QuerySet[PlannedSession]:
    """The sessions that the report's figures could count."""
    rules = [own.programme_year for own in selections.values()]
    found = PlannedSession.objects.filter(participation__programme_year__in=rules, week_start__lte=report.as_of)
    return found.filter(participation__school__district__slug=report.district) if report.district else found


def _selections_of(report: SavedReport, content: Content) -> dict[str, Selection]:
    """The report's day in each of its programmes, by slug."""
    district = District.objects.filter(slug=report.district).first() if report.district else None
    if report.district and district is None:
        return {}
    slugs = [part.slug for part in content.parts]
    opened = ProgrammeYear.objects.filter(programme__slug__in=slugs).select_related("year", "programme")
    of_the_year = [rules for rules in opened if rules.year.slug == report.year]
    return {rules.programme.slug: Selection(rules, district, report.as_of, of_the_year) for rules in of_the_year}


def _counted_again(content: Content, selections: Mapping[str, Selection]) -> tuple[list[Differing], list[str]]:
    """The figures of the parts that would be different today; and where all of a part's are the same, the titles of its
    tables that would differ all the same."""
    figures: list[Differing] = []
    tables: list[str] = []
    for part in (part for part in content.parts if part.slug in selections):
        selection = selections[part.slug]
        totals = summary_of_all(selection).totals
        if found := list(_differing(part, totals, selection)):
            figures += found
            continue
        titles = _tables_beside_the_figures(part, totals, selection)
        tables += titles if content.is_board else (f"{title} ({part.programme})" for title in titles)
    return figures, tables


def _differing(part: ProgrammePart, totals: Counts, selection: Selection) -> Iterator[Differing]:
    now = {figure.key: figure for figure in all_figures(totals, selection)}
    for key, then in part.numbers.items():
        if key in now and _numbers(then) != _numbers(now[key]):
            yield Differing(part.programme, then, now[key])


def _numbers(figure: Figure) -> tuple[int, int, int]:
    return figure.numerator, figure.denominator, figure.unknown


def _tables_that_differ(content: Content, selections: Mapping[str, Selection]) -> Iterator[str]:
    whole = next(iter(selections.values()))
    for part, table in content.all_tables():
        own = selections.get(part.slug) if part else whole
        if own and table.name in TOLD_LATER and _sums_of(table) != _sums_of(TOLD_LATER[table.name](own)):
            yield table.title


def _tables_beside_the_figures(part: ProgrammePart, totals: Counts, selection: Selection) -> Iterator[str]:
    """The titles of the part's tables that differ though its figures do not: a log has got another reason or another
    day, or a session another topic."""
    differs = {
        "amnen": lambda then: _rows_of(then) != _rows_of(topic_table(topic_rows(totals, selection), selection)),
        "orsaker": lambda then: _rows_of(then) != _rows_of(reason_table(reason_rows(totals), selection)),
        "manader": lambda _then: _line_of(part.line) != _line_of(line_of(totals, None, selection)),
    }
    for table in part.tables:
        if table.name in differs and differs[table.name](table):
            yield table.title


def _rows_of(table: Table) -> list[tuple[int, ...]]:
    """The numbers of each row, whatever the rows are called and in which order they stand by now."""
    rows = (tuple(cell.value for cell in row if isinstance(cell.value, int)) for row in table.rows)
    return sorted(row for row in rows if any(row))


def _line_of(points: Iterable[LinePoint]) -> list[tuple[int, int]]:
    return [(point.plan, point.held) for point in points]


def _sums_of(table: Table) -> list[int]:
    """The numbers in the table's last row; of a table without totals, those of all its rows, whatever the rows are
    called now."""
    rows = [table.total] if table.total else table.rows
    return sorted(cell.value for row in rows for cell in row if isinstance(cell.value, int) and cell.value)
