"""From the dashboard to a report's content: the same numbers as the overview's, at the moment of asking.

A report is in the portal's own language, whatever language its maker reads the pages in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import override

from evaluations import drilling, sentences, series, tables, what_changed
from evaluations.cells import Table
from evaluations.changes import Change, Earlier
from evaluations.counting import FORMULAS
from evaluations.dashboard import STATES, Dashboard, Tile, dashboard_of
from evaluations.frozen import (
    Before,
    Content,
    ProgrammePart,
    ReportFigure,
    fingerprint,
    freeze_figure,
    read_back,
    to_json,
)
from evaluations.models import SavedReport
from evaluations.selection import Selection


def board_content(selection: Selection, since: Earlier | None = None, before: ProgrammePart | None = None) -> Content:
    """The content for one programme on a day. ``since`` has the figures of the last saved report, ``before`` its
    part."""
    with override(settings.LANGUAGE_CODE):
        dashboard = dashboard_of(selection, since_report=since)
        part = part_of(dashboard, before, since)
        return _content(SavedReport.Kind.BOARD, selection, [dashboard], [part], [tables.definition_table()])


def year_content(selection: Selection, today: dt.date) -> Content:
    """The content for all programmes of the year on a day, with trainings, other occasions, and the partners as they
    are today."""
    with override(settings.LANGUAGE_CODE):
        dashboards = [dashboard_of(own) for own in programmes_in(selection)]
        parts = [part_of(dashboard) for dashboard in dashboards]
        return _content(SavedReport.Kind.YEAR, selection, dashboards, parts, _of_the_centre(selection, today))


def programmes_in(selection: Selection) -> list[Selection]:
    """The same day in every programme that is open in the year."""
    return [
        dataclasses.replace(selection, programme_year=rules)
        for rules in selection.opened
        if rules.year == selection.year
    ]


def _of_the_centre(selection: Selection, today: dt.date) -> list[Table]:
    return [
        tables.programme_table(drilling.programmes_of(selection)),
        tables.partner_table(series.partners_of(selection, today), selection),
        tables.training_table(series.trained(selection), selection),
        tables.occasion_kind_table(series.held_by_kind(selection)),
        tables.definition_table(),
    ]


def _content(
    kind: str,
    selection: Selection,
    dashboards: Sequence[Dashboard],
    parts: Sequence[ProgrammePart],
    own_tables: Sequence[Table],
) -> Content:
    content = Content(
        kind=kind,
        year=str(selection.year),
        district=selection.district.name if selection.district else "",
        as_of=selection.as_of,
        is_over=selection.is_over,
        formulas=FORMULAS,
        inputs=fingerprint([_inputs(dashboard) for dashboard in dashboards]),
        parts=parts,
        tables=own_tables,
    )
    # Through JSON, which turns lazy translations into text and drops links.
    return read_back(to_json(content))


def _inputs(dashboard: Dashboard) -> list[object]:
    """A fingerprint of every school's counts: all the programme's numbers follow from them."""
    return [[row.school.slug, row.counts] for row in sorted(dashboard.schools, key=lambda row: row.school.slug)]


def part_of(dashboard: Dashboard, before: ProgrammePart | None = None, since: Earlier | None = None) -> ProgrammePart:
    """A dashboard's numbers as a part of a report. ``before`` is the same programme's part of the last saved report."""
    tiles = [*dashboard.tiles, *dashboard.more_tiles]
    figures = [_report_figure(tile) for tile in tiles]
    states = Counter(row.state for row in dashboard.schools)
    compared = [
        *([dashboard.last_year.schools] if dashboard.last_year else []),
        *([before.fewest_schools] if before else []),
    ]
    part = ProgrammePart(
        slug=dashboard.selection.programme_year.programme.slug,
        programme=dashboard.selection.programme_year.programme.name,
        lead=sentences.lead(dashboard, names_schools=False),
        figures=figures,
        held=dashboard.totals["held"],
        awaiting=dashboard.totals["awaiting"],
        lost=dashboard.totals["lost"],
        schools={state: states[state] for state in STATES},
        line=dashboard.line,
        line_title=sentences.line_title(dashboard),
        reasons=dashboard.reasons,
        lost_title=sentences.lost_title(dashboard),
        changed=[],
        tables=_tables_of(dashboard),
        schools_compared=min(compared) if compared else None,
    )
    return dataclasses.replace(part, changed=what_changed.sentences_of(part, before, since.as_of if since else None))


def _report_figure(tile: Tile) -> ReportFigure:
    last_year = next((change for change in tile.changes if not change.earlier.report), None)
    last_report = next((change for change in tile.changes if change.earlier.report), None)
    return ReportFigure(freeze_figure(tile.figure), _before(last_year), _before(last_report))


def _before(change: Change | None) -> Before | None:
    return Before(freeze_figure(change.before), change.words, change.moved) if change else None


def _tables_of(dashboard: Dashboard) -> list[Table]:
    selection = dashboard.selection
    own = [
        tables.figure_table(dashboard),
        tables.school_table(dashboard),
        tables.topic_table(dashboard.topics, selection),
        tables.month_table(dashboard),
        tables.reason_table(dashboard.reasons, selection),
        tables.grade_table(dashboard),
    ]
    found = series.series_of(selection) if selection.programme_year.is_series else None
    return [*own, tables.series_table(found)] if found and found.rows else own
