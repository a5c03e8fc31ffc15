"""The plain rows that a school's counts are made from: its groups, sessions and calendar."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from schools.calendar import SchoolCalendar

# Days from a week's Monday to its Sunday, when the week has passed.
TO_SUNDAY = dt.timedelta(days=6)


def has_passed(week: dt.date, as_of: dt.date) -> bool:
    """Whether the week of this Monday is over at the end of the day."""
    return week + TO_SUNDAY <= as_of


@dataclass(frozen=True)
class GroupRow:
    """A staff group or a class of the school year."""

    pk: int
    is_staff: bool
    grade: int | None
    headcount: int | None
    starts_on: dt.date
    ends_on: dt.date | None = None
    staff_group: int | None = None
    # Whether the class has merged into another: its pupils are counted there, whichever day is asked about.
    has_merged: bool = False

    def exists_on(self, day: dt.date) -> bool:
        """Whether the group takes part at the end of the day; on its last day it has left."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True)
class SessionRow:
    """A planned session and what its log says."""

    pk: int
    group: int
    slot: int
    week: dt.date
    topic: str | None = None
    base_month: int | None = None
    outcome: str | None = None
    cancelled: bool = False
    reason: str = ""
    held_on: dt.date | None = None
    logged_on: dt.date | None = None
    parts: int = 0
    parts_done: int = 0
    # The reminders sent before its log came: the day, and how many days after the week.
    reminders: tuple[tuple[dt.date, int], ...] = ()
    # The primary key of the lost session that this one replaces.
    replaces: int | None = None

    @property
    def stands(self) -> bool:
        return not self.cancelled and self.outcome != "not_held"


@dataclass(frozen=True)
class YearOfSchool:
    """Everything that a school's counts are made from."""

    calendar: SchoolCalendar
    required: int
    lowest_grade: int
    highest_grade: int
    groups: Sequence[GroupRow]
    sessions: Sequence[SessionRow] = ()
    # Whether staff go through each topic before their classes; in a series they do not.
    is_for_staff: bool = True

    def targets(self, as_of: dt.date) -> list[GroupRow]:
        """The groups that the programme is for on a day: staff groups, and classes in its grades."""
        return [group for group in self.groups if self._is_target(group) and group.exists_on(as_of)]

    @cached_property
    def rows_by_group(self) -> Mapping[int, Sequence[SessionRow]]:
        rows: dict[int, list[SessionRow]] = defaultdict(list)
        for row in self.sessions:
            rows[row.group].append(row)
        return rows

    def _is_target(self, group: GroupRow) -> bool:
        if group.is_staff:
            return self.is_for_staff
        return group.grade is not None and self.lowest_grade <= group.grade <= self.highest_grade
