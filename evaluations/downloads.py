"""The tables that can be downloaded, by their names in addresses. Each holds what its page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evaluations import drilling, series, tables, terms
from evaluations.cells import Table
from evaluations.dashboard import dashboard_of
from evaluations.reports import since_last_report
from evaluations.selection import Selection

Build = Callable[[Selection], Table]


def _series(selection: Selection) -> Table:
    own = series.series_of(selection) or series.Series(selection, [], 0)
    return tables.series_table(own)


def _figures(selection: Selection) -> Table:
    return tables.figure_table(dashboard_of(selection, since_report=since_last_report(selection)))


TABLES: Mapping[str, Build] = {
    "skolor": lambda selection: tables.school_table(dashboard_of(selection)),
    "nyckeltal": _figures,
    "amnen": lambda selection: tables.topic_table(dashboard_of(selection).topics, selection),
    "orsaker": lambda selection: tables.reason_table(dashboard_of(selection).reasons, selection),
    "manader": lambda selection: tables.month_table(dashboard_of(selection)),
    "terminer": lambda selection: tables.term_table(terms.years_by_term(selection)),
    "utbildade": lambda selection: tables.training_table(series.trained(selection), selection),
    "arskurser": lambda selection: tables.grade_table(dashboard_of(selection)),
    "distrikt": lambda selection: tables.district_table(drilling.districts_of(selection), selection),
    "program": lambda selection: tables.programme_table(drilling.programmes_of(selection)),
    "mvp": _series,
    "definitioner": lambda selection: tables.definition_table(),
}
