"""The warnings of a plan as it is, or would be after some moves: those that a draft would give for rows that stay."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

from schools.engine.boards import Outline
from schools.engine.warnings import PlanWarning, Problem
from schools.models import PlannedSession
from schools.planning import plan

# What the calendar and other sessions say about a week can be seen without the plan.
SEEN_OTHERWISE = {Problem.TWICE, Problem.CLOSED, Problem.BLOCKED}


def warnings_of_moves(outline: Outline, moved: Mapping[int, PlannedSession]) -> list[PlanWarning]:
    """Which of the plan's rules about order and months some rows would break; they are given, by key, as they would be.

    Leaves out what is broken already, and what is ``SEEN_OTHERWISE``.
    """
    before = set(_warnings(outline, outline.rows))
    rows = [moved.get(row.pk, row) for row in outline.rows]
    weeks = {(row.group_id, row.week_start) for row in rows if row.is_live}
    # A missing session that planning would place has nothing to do with them.
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
