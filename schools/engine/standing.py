"""What is wrong with a plan as it stands, or would stand after some moves: the draft's warnings of rows that stay."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

from schools.engine.boards import Outline
from schools.engine.warnings import PlanWarning, Problem
from schools.models import PlannedSession
from schools.planning import plan

# What the calendar and other sessions say of a week is seen without the plan.
SEEN_OTHERWISE = {Problem.TWICE, Problem.CLOSED, Problem.BLOCKED}


def warnings_of_moves(outline: Outline, moved: Mapping[int, PlannedSession]) -> list[PlanWarning]:
    """What some rows, given by their keys as they would be, break of the plan's order and months.

    What is so already is left out, and so is what is ``SEEN_OTHERWISE``.
    """
    before = set(_warnings(outline, outline.rows))
    rows = [moved.get(row.pk, row) for row in outline.rows]
    weeks = {(row.group_id, row.week_start) for row in rows if row.is_live}
    # A session that is missing and that planning would place is no matter of theirs.
    return [
        one
        for one in _warnings(outline, rows)
        if one not in before and one.problem not in SEEN_OTHERWISE and one.group and (one.group.pk, one.week) in weeks
    ]


def _warnings(outline: Outline, rows: Sequence[PlannedSession]) -> tuple[PlanWarning, ...]:
    return plan(replace(outline, rows=[_staying(row) for row in rows], adjusted={})).warnings


def _staying(row: PlannedSession) -> PlannedSession:
    row = copy.copy(row)
    row.pinned = True
    return row
