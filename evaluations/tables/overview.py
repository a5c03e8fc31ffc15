"""The tables of the overview: figures, schools, grades, topics, reasons and months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluations.addresses import address
from evaluations.cells import Cell, Column, Row, Table, share_column, text_column
from evaluations.counting import add_up
from evaluations.dashboard import Dashboard, GradeRow, ReasonRow, SchoolRow, Tile
from evaluations.definitions import DEFINITIONS
from evaluations.figures import Figure
from evaluations.lists import NO_TOPIC
from evaluations.selection import Selection
from evaluations.summing import NAMED
from evaluations.tables.columns import (
    due_cells,
    due_columns,
    rows_address,
    share_cells,
    share_columns,
    state_cells,
)
from evaluations.topic_rows import TopicRow, pace_of
from evaluations.year_line import ends_of


def figure_table(dashboard: Dashboard) -> Table:
    """Every figure with its target and how it has changed."""
    selection = dashboard.selection
    columns = [
        text_column(_("Figure")),
        Column(_("Value"), kind="share"),
        Column(_("Target")),
        Column(_("Last year"), kind="share"),
        Column(_("Last report"), kind="share"),
    ]
    rows = [_figure_row(tile, selection) for tile in (*dashboard.tiles, *dashboard.more_tiles)]
    return Table("nyckeltal", _("Key figures"), columns, rows)


def _figure_row(tile: Tile, selection: Selection) -> Row:
    figure = tile.figure
    last, report = (
        next((change.before for change in tile.changes if bool(change.earlier.report) is is_report), None)
        for is_report in (False, True)
    )
    definition = f"{reverse('evaluations:definitions')}#{figure.key}"
    return [
        Cell(figure.title, definition),
        Cell(figure, rows_address(selection, figure.key) if figure.denominator else ""),
        Cell(figure.target),
        Cell(last),
        Cell(report),
    ]


def school_columns(shown: Sequence[Figure]) -> list[Column]:
    """The columns of a table of schools with these figures."""
    return [text_column(_("School")), text_column(_("District")), *due_columns(), *share_columns(shown)]


def school_table(dashboard: Dashboard) -> Table:
    """The dashboard's schools, those that need help first, with every figure that a school has."""
    columns = school_columns(dashboard.figures)
    rows = [school_cells(row, dashboard.selection) for row in dashboard.schools]
    total = [
        *(Cell(dashboard.selection.all_of_them), Cell("")),
        *due_cells(dashboard.totals, dashboard.selection),
        *share_cells(dashboard.figures, dashboard.selection),
    ]
    return Table("skolor", _("Schools"), columns, rows, total)


def school_cells(row: SchoolRow, selection: Selection) -> Row:
    """A school's row of the table."""
    slug = row.school.slug
    return [
        Cell(row.school.name, address(selection, "school", slug)),
        Cell(row.school.district.name),
        *due_cells(row.counts, selection, skola=slug),
        *share_cells(row.figures, selection, skola=slug),
    ]


def grade_table(dashboard: Dashboard) -> Table:
    """The programme's grades, and the schools where no class of a grade has had a session."""
    selection = dashboard.selection
    columns = [
        text_column(_("Grade")),
        Column(_("Classes"), "reach"),
        Column(_("Reached"), "reach"),
        Column(_("Awaiting log"), "reach"),
        Column(_("Not reached"), "reach"),
        Column(_("Pupils not reached"), "reach"),
        text_column(_("Schools without a session in the grade")),
    ]
    rows = [
        [
            Cell(row.label),
            *(
                Cell(
                    number, rows_address(selection, "reach", arskurs=str(row.grade), **{"del": part}) if number else ""
                )
                for number, part in [
                    *((row.classes, ""), (row.reached, "ja"), (row.unknown, "oklart"), (row.missed, "nej")),
                    (row.pupils_missed, "nej"),
                ]
            ),
            Cell(_names(row)),
        ]
        for row in dashboard.grades
    ]
    return Table("arskurser", _("Grade by grade"), columns, rows)


def _names(row: GradeRow) -> str:
    named = ", ".join(school.name for school in row.schools[:NAMED])
    more = row.without - NAMED
    return _("%(schools)s and %(n)s more") % {"schools": named, "n": more} if more > 0 else named or "–"


def topic_table(topics: Sequence[TopicRow], selection: Selection, *, school: str = "") -> Table:
    """Topic by topic, what came of the sessions that were due."""
    columns = [text_column(_("Topic")), share_column("pace", "band"), *due_columns()]
    rows = [_topic_cells(row, selection, school) for row in topics]
    counts = add_up(_states_of(row) for row in topics) if topics else {"held": 0, "nolog": 0, "notheld": 0}
    total = [Cell(_("All topics")), Cell(pace_of(counts, selection)), *state_cells(counts, selection, skola=school)]
    return Table("amnen", _("Topic by topic"), columns, rows, total)


def _topic_cells(row: TopicRow, selection: Selection, school: str) -> Row:
    slug = row.slug or NO_TOPIC
    link = "" if school or selection.totals_only else address(selection, "topic", slug)
    return [
        Cell(row.title, link),
        Cell(row.pace),
        *state_cells(_states_of(row), selection, amne=slug, skola=school),
    ]


def _states_of(row: TopicRow) -> dict[str, int]:
    return {"held": row.pace.numerator, "nolog": row.pace.unknown, "notheld": row.lost}


def reason_table(reasons: Sequence[ReasonRow], selection: Selection, *, school: str = "") -> Table:
    """Why sessions did not take place."""
    titles = (_("Without a new time"), _("With a new time"), _("All of them"))
    columns = [text_column(_("Reason")), *(Column(title, "lost") for title in titles)]
    rows = [_reason_cells(row, selection, school) for row in reasons]
    total = ReasonRow(_("All reasons"), sum(row.lost for row in reasons), sum(row.again for row in reasons))
    return Table("orsaker", _("Reasons"), columns, rows, _reason_cells(total, selection, school))


def _reason_cells(row: ReasonRow, selection: Selection, school: str) -> Row:
    numbers = [("utan-ny-tid", row.lost), ("med-ny-tid", row.again), ("", row.total)]
    about = {"orsak": row.key, "skola": school}
    return [
        Cell(row.title),
        *(
            Cell(number, rows_address(selection, "lost", **about, **{"del": part}) if number else "")
            for part, number in numbers
        ),
    ]


def month_table(dashboard: Dashboard) -> Table:
    """The year's line: what was due, held, and held last year, cumulated to each month's end."""
    titles = (_("Plan"), _("Held"), _("Last year"))
    columns = [text_column(_("To the end of")), *(Column(title, "line") for title in titles)]
    selection, before = dashboard.selection, dashboard.selection.last_year()
    ends = ends_of([point.month for point in dashboard.line])
    rows = [
        [
            Cell(date_format(point.month, "b Y")),
            _line_cell(point.plan, selection, "plan", month),
            _line_cell(point.held, selection, "genomfort", month),
            _line_cell(point.last, before, "genomfort", ago),
        ]
        for point, (month, ago) in zip(dashboard.line, ends, strict=True)
    ]
    return Table("manader", _("Month by month"), columns, rows)


def _line_cell(number: int | None, selection: Selection | None, part: str, month: str) -> Cell:
    if not number or selection is None:
        return Cell(number)
    return Cell(number, rows_address(selection, "line", manad=month, **{"del": part}))


def definition_table() -> Table:
    """What every figure and number means."""
    titles = (
        _("Figure"),
        _("What it says"),
        _("Numerator"),
        _("Denominator"),
        _("Unknown"),
        _("Source"),
        _("Bear in mind"),
    )
    rows = [
        [Cell(str(text)) for text in (one.title, one.what, one.numerator, one.denominator or "–", one.unknown)]
        + [Cell(str(one.source)), Cell(str(one.caveat))]
        for one in DEFINITIONS.values()
    ]
    return Table("definitioner", _("Definitions"), [text_column(title) for title in titles], rows)


def about(selection: Selection) -> list[tuple[str, str]]:
    """What is put last on every row of an export."""
    district = selection.district.name if selection.district else _("All districts")
    return [
        (_("Programme"), selection.programme_year.programme.name),
        (_("School year"), str(selection.year)),
        (_("As of"), dt.date.isoformat(selection.as_of)),
        (_("Selected district"), district),
    ]
