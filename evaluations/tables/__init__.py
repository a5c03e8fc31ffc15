"""Every table about figures: page, CSV, workbook and PDF show these rows and no others.

Each function takes counts and gives a ``Table``; ``evaluations.downloads`` names those that can be downloaded. Cells
link to the rows that they count, except for readers who see totals only.
"""

from evaluations.tables.drilling import (
    district_table,
    group_table,
    place_table,
    programme_table,
    term_table,
    topic_school_table,
)
from evaluations.tables.lists import class_list_table, school_list_table, session_list_table
from evaluations.tables.overview import (
    about,
    definition_table,
    figure_table,
    grade_table,
    month_table,
    reason_table,
    school_cells,
    school_columns,
    school_table,
    topic_table,
)
from evaluations.tables.series import (
    occasion_kind_table,
    occasion_table,
    occasions_address,
    partner_table,
    series_summary,
    series_table,
    series_total,
    training_table,
)
from evaluations.tables.since import since_table

__all__ = [
    "about",
    "class_list_table",
    "definition_table",
    "district_table",
    "figure_table",
    "grade_table",
    "group_table",
    "month_table",
    "occasion_kind_table",
    "occasion_table",
    "occasions_address",
    "partner_table",
    "place_table",
    "programme_table",
    "reason_table",
    "school_cells",
    "school_columns",
    "school_list_table",
    "school_table",
    "series_summary",
    "series_table",
    "series_total",
    "session_list_table",
    "since_table",
    "term_table",
    "topic_school_table",
    "topic_table",
    "training_table",
]
