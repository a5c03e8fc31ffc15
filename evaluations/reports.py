"""Saved reports: the last one to compare with, what has been corrected since, and all of it as sheets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.spreadsheets import Sheet
from evaluations import series
from evaluations.cells import LONGEST_NAME, Table, sheet_of
from evaluations.changes import Earlier
from evaluations.counting import FORMULAS
from evaluations.dashboard import all_figures
from evaluations.figures import Figure
from evaluations.freezing import board_content
from evaluations.frozen import Content, ProgrammePart, UnknownFormat, read_back
from evaluations.models import SavedReport
from evaluations.selection import Selection
from evaluations.sums import summary_of_all
from evaluations.tables import occasion_kind_table, series_table, since_table, training_table
from schools.models import District, PlannedSession, ProgrammeYear
from sessions_log.models import LogRevision, SessionLog

# The characters of a line of the leadership's words on paper.
LINE = 80
# What a spreadsheet refuses in a sheet's name.
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")


def last_report(selection: Selection) -> SavedReport | None:
    """The latest board report of the same programme, school year and district from before the selection's day.

    For those who see totals only, of the reports that are open to them. Its content is read when it is asked for.
    """
    found = SavedReport.objects.standing().filter(
        kind=SavedReport.Kind.BOARD,
        programme=selection.programme_year.programme.slug,
        year=selection.year.slug,
        district=selection.district.slug if selection.district else "",
        as_of__lt=selection.as_of,
    )
    return (found.filter(open_to_partners=True) if selection.totals_only else found).without_content().first()


def since_last_report(selection: Selection) -> Earlier | None:
    """The figures of the last saved report, to compare the selection's with."""
    return since(last_report(selection))


def since(report: SavedReport | None) -> Earlier | None:
    """A report's figures, to compare others with."""
    report, part = _part_of(report)
    return Earlier(report.as_of, part.numbers, report.get_absolute_url()) if report and part else None


def content_now(selection: Selection) -> Content:
    """What a board report of the selection would hold if it were saved now."""
    report, part = _part_of(last_report(selection))
    return board_content(selection, since(report), part)


def _part_of(report: SavedReport | None) -> tuple[SavedReport | None, ProgrammePart | None]:
    try:
        return (report, read_back(report.content).board) if report else (None, None)
    except UnknownFormat:
        return None, None


def _series_now(selection: Selection) -> Table:
    return series_table(series.series_of(selection) or series.Series(selection, [], 0))


# What is told without logs, and may be told after a report was saved: occasions, who came, and groups of pupil mentors.
TOLD_LATER: Mapping[str, Callable[[Selection], Table]] = {
    "utbildade": lambda selection: training_table(series.trained(selection), selection),
    "tillfallen": lambda selection: occasion_kind_table(series.held_by_kind(selection)),
    "mvp": _series_now,
}


@dataclass(frozen=True)
class Differing:
    """A figure of a report that would be another today."""

    programme: str
    then: Figure
    now: Figure


@dataclass(frozen=True)
class Since:
    """What has happened to a report's day since it was saved.

    ``tables`` are the titles of tables of what no log tells that would have other numbers. ``corrections`` are changed,
    removed and restored logs, ``after_closing`` those of them that were made when the school year had been closed;
    ``late`` are logs that came later.
    """

    figures: list[Differing]
    tables: list[str]
    corrections: int
    after_closing: int
    late: int
    is_counted_otherwise: bool


def since_saved(report: SavedReport, content: Content) -> Since | None:
    """Nothing when the school year or the programmes of the report are no longer there to count."""
    selections = _selections_of(report, content)
    if not selections:
        return None
    sessions = _sessions_of(report, selections)
    revisions = LogRevision.objects.filter(session__in=sessions, at__gt=report.made_at)
    year = next(iter(selections.values())).year
    return Since(
        figures=[one for part in content.parts for one in _differing(part, selections)],
        tables=list(_tables_that_differ(content, selections)),
        corrections=revisions.count(),
        after_closing=revisions.after_closing(year).count(),
        late=SessionLog.objects.filter(session__in=sessions, logged_at__gt=report.made_at).count(),
        is_counted_otherwise=content.formulas != FORMULAS,
    )


def _sessions_of(report: SavedReport, selections: Mapping[str, Selection]) -> models.QuerySet[PlannedSession]:
    """Those that the report's figures could count."""
    rules = [own.programme_year for own in selections.values()]
    found = PlannedSession.objects.filter(participation__programme_year__in=rules, week_start__lte=report.as_of)
    return found.filter(participation__school__district__slug=report.district) if report.district else found


def _selections_of(report: SavedReport, content: Content) -> dict[str, Selection]:
    """The report's day in each of its programmes, by the programme's slug."""
    district = District.objects.filter(slug=report.district).first() if report.district else None
    if report.district and district is None:
        return {}
    slugs = [part.slug for part in content.parts]
    opened = ProgrammeYear.objects.filter(programme__slug__in=slugs).select_related("year", "programme")
    of_the_year = [rules for rules in opened if rules.year.slug == report.year]
    return {rules.programme.slug: Selection(rules, district, report.as_of, of_the_year) for rules in of_the_year}


def _differing(part: ProgrammePart, selections: Mapping[str, Selection]) -> Iterator[Differing]:
    if part.slug not in selections:
        return
    selection = selections[part.slug]
    now = {figure.key: figure for figure in all_figures(summary_of_all(selection).totals, selection)}
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


def _sums_of(table: Table) -> list[int]:
    """The numbers of the table's last row, of all rows where there is none, whatever its rows are called by now."""
    rows = [table.total] if table.total else table.rows
    return sorted(cell.value for row in rows for cell in row if isinstance(cell.value, int) and cell.value)


def sheets_of(content: Content) -> list[Sheet]:
    """One sheet a table; the day and what was chosen stand last on each row."""
    several = len(content.parts) > 1
    return [
        dataclasses.replace(
            sheet_of(table, about(content, part)),
            name=_sheet_name(table.title if table.name != "nyckeltal" else _("Overview"), part if several else None),
        )
        for part, table in content.all_tables()
    ]


def since_sheets(report: SavedReport, content: Content, today: dt.date) -> list[Sheet]:
    """What the page tells of what differs as a sheet, which says the day on which it was compared."""
    since = since_saved(report, content)
    if since is None or not (since.figures or since.tables):
        return []
    table = since_table(since, of_several=not content.is_board)
    return [sheet_of(table, [*about(content, None), (_("Compared"), today.isoformat())])]


def about_report(report: SavedReport) -> Sheet:
    """The report itself as a sheet: when and by whom it was saved, the leadership's words, and if it is withdrawn."""
    rows = [
        [_("Report"), report.title],
        [_("As of"), report.as_of.isoformat()],
        [_("Saved"), f"{timezone.localtime(report.made_at):%Y-%m-%d %H.%M}, {report.made_by.full_name}"],
        [_("The leadership's words"), report.text],
    ]
    if report.withdrawn_at:
        rows.append([_("Withdrawn"), f"{timezone.localtime(report.withdrawn_at):%Y-%m-%d}: {report.withdrawn_why}"])
    return Sheet(_("About the report"), [_("What"), _("Content")], rows)


def about(content: Content, part: ProgrammePart | None) -> list[tuple[str, str]]:
    """What every row of a report's sheet says last."""
    only = content.parts[0].programme if content.is_board else ""
    programme = part.programme if part else only or _("All programmes")
    return [
        (_("Programme"), programme),
        (_("School year"), content.year),
        (_("As of"), content.as_of.isoformat()),
        (_("Selected district"), content.district or _("All districts")),
    ]


def _sheet_name(title: str, part: ProgrammePart | None) -> str:
    """With the programme's name as far as there is room: the title tells the sheets of a programme apart."""
    name = f"{part.programme[: LONGEST_NAME - len(title) - 1]} {title}" if part else title
    return NOT_IN_A_NAME.sub(" ", name)[:LONGEST_NAME].strip()


def lines_of(text: str) -> int:
    """About how many lines a text takes on paper."""
    return sum(max(math.ceil(len(line) / LINE), 1) for line in text.splitlines())
