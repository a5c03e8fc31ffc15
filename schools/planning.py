"""TÅGET's plan for a school year: which group meets in which week, on what topic. Pure: no database, no clock.

Given the programme's rules, the school's calendar, its groups, its topics and the sessions that exist, ``plan`` says
how the sessions should stand. It changes as little as it can: a session that keeps the rules stays where it is, so
planning twice changes nothing. What was held, what lies in the past and what a person has placed is never touched.

The rules: a base topic in its month; the staff session of a topic before its classes' sessions; at most one session a
week for a group; no week that is wholly closed. Where a rule cannot be kept, a ``Warning`` says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from schools.calendar import SchoolCalendar

# A month with fewer open weeks than this has no room for both staff and classes.
ROOMY = 3
# Placing one session can free a week that another would rather have; a few rounds let the plan settle.
ROUNDS = 12


@dataclass(frozen=True)
class Rules:
    """A programme's rules for a year."""

    required_base: int = 3
    required_extra: int = 5
    lowest_grade: int = 0
    highest_grade: int = 5
    staff_lead_weeks: int = 1


@dataclass(frozen=True)
class BaseTopic:
    key: int
    month: int


@dataclass(frozen=True)
class Who:
    """A group as planning sees it."""

    key: int
    is_staff: bool
    name: str
    grade: int | None = None
    staff: int | None = None
    starts_on: dt.date = dt.date.min
    ends_on: dt.date | None = None


@dataclass(frozen=True)
class Slot:
    """A place in the year, from 1: a base topic's month, or one of the extra topics' months."""

    number: int
    month: int | None
    base_topic: int | None = None
    extra_position: int | None = None


@dataclass(frozen=True)
class Row:
    """A session that exists (and has a key) or is wanted. One is settled when held, pinned when placed by a person."""

    group: int
    slot: int
    week: dt.date
    topic: int | None = None
    key: int | None = None
    settled: bool = False
    pinned: bool = False

    @property
    def place(self) -> tuple[int, int]:
        return self.group, self.slot


class Worry(StrEnum):
    """What a plan could not keep to."""

    MONTH_FULL = "month_full"
    NO_ROOM = "no_room"
    STAFF_AFTER = "staff_after"
    CLOSED_WEEK = "closed_week"
    TWO_IN_A_WEEK = "two_in_a_week"


@dataclass(frozen=True)
class Warning:
    worry: Worry
    group: int
    slot: int
    week: dt.date | None = None


@dataclass(frozen=True)
class Plan:
    """How the sessions should stand, the places of the year, and what could not be kept to."""

    rows: tuple[Row, ...]
    slots: tuple[Slot, ...]
    warnings: tuple[Warning, ...]


@dataclass(frozen=True)
class Task:
    """All that a plan follows from."""

    rules: Rules
    calendar: SchoolCalendar
    groups: Sequence[Who]
    base_topics: Sequence[BaseTopic]
    extra_topics: Sequence[int]
    existing: Sequence[Row] = ()
    from_week: dt.date = dt.date.min

    def targets(self) -> list[Who]:
        """Staff groups, then the classes of the programme's grades, in school order."""
        staff = [group for group in self.groups if group.is_staff]
        classes = [group for group in self.groups if not group.is_staff and self._in_grades(group)]
        return sorted(staff, key=lambda group: group.name) + sorted(
            classes, key=lambda group: (group.grade or 0, group.name)
        )

    def _in_grades(self, group: Who) -> bool:
        return group.grade is not None and self.rules.lowest_grade <= group.grade <= self.rules.highest_grade


def plan(task: Task) -> Plan:
    """The plan that a task asks for."""
    slots = slots_of(task)
    rows: tuple[Row, ...] = tuple(task.existing)
    for _round in range(ROUNDS):
        board = Board(task, slots, rows)
        board.place_all()
        if board.standing() == rows:
            break
        rows = board.standing()
    rows = with_topics(task, slots, rows)
    return Plan(rows, slots, tuple(worries(task, slots, rows)))


def slots_of(task: Task) -> tuple[Slot, ...]:
    """The year's places in order: base topics in their months, extra ones spread over the other months."""
    order = _months_in_order(task.calendar)
    bases = sorted(task.base_topics, key=lambda topic: order.index(topic.month) if topic.month in order else 99)
    bases = bases[: task.rules.required_base]
    entries = [(topic.month, topic.key) for topic in bases]
    entries += [(month, None) for month in _extra_months(task, {topic.month for topic in bases}, order)]
    entries.sort(key=lambda entry: order.index(entry[0]) if entry[0] in order else 99)
    slots, position = [], 0
    for number, (month, topic) in enumerate(entries, start=1):
        position += topic is None
        slots.append(Slot(number, month, topic, position if topic is None else None))
    return tuple(slots)


def _months_in_order(calendar: SchoolCalendar) -> list[int]:
    months = [calendar.month_of(monday) for monday in calendar.weeks()]
    return list(dict.fromkeys(months))


def _extra_months(task: Task, base_months: set[int], order: list[int]) -> list[int | None]:
    """A month for each extra place: the one with most school days first, and a second turn when all are used."""
    weeks = {month: task.calendar.weeks_of_month(month) for month in order}
    days = {month: sum(len(task.calendar.open_days(week)) for week in weeks[month]) for month in order}
    roomy = [month for month in order if month not in base_months and len(weeks[month]) >= ROOMY]
    months = roomy or [month for month in order if weeks[month]]
    used = dict.fromkeys(months, 0)
    for _place in range(task.rules.required_extra if months else 0):
        best = max(months, key=lambda month: (days[month] / (used[month] + 1), order.index(month)))
        used[best] += 1
    return [month for month in months for _turn in range(used[month])]


class Board:
    """The year's weeks with the sessions put on them, one round of placing."""

    def __init__(self, task: Task, slots: Sequence[Slot], rows: Iterable[Row]) -> None:
        self.task, self.slots = task, slots
        self.open_weeks = task.calendar.open_weeks()
        self.rows = {row.place: row for row in rows}
        self.targets = task.targets()
        self.staff_keys = [group.key for group in self.targets if group.is_staff]

    def standing(self) -> tuple[Row, ...]:
        return tuple(self.rows[place] for place in sorted(self.rows))

    def place_all(self) -> None:
        wanted = {(group.key, slot.number) for group in self.targets for slot in self.slots}
        for place, row in list(self.rows.items()):
            if place not in wanted and not self._untouchable(row):
                del self.rows[place]
        for slot in self.slots:
            for group in self.targets:
                self._place(group, slot)

    def _place(self, group: Who, slot: Slot) -> None:
        row = self.rows.get((group.key, slot.number))
        if row and (self._untouchable(row) or self._keeps_rules(group, slot, row.week)):
            return
        week = self._best_week(group, slot)
        if week is None:
            self.rows.pop((group.key, slot.number), None)
        elif row:
            self.rows[row.place] = replace(row, week=week)
        else:
            new = Row(group.key, slot.number, week)
            self.rows[new.place] = new

    def _untouchable(self, row: Row) -> bool:
        past = row.key is not None and row.week < self.task.from_week
        return row.settled or row.pinned or past

    def _keeps_rules(self, group: Who, slot: Slot, week: dt.date) -> bool:
        if week not in self._free_weeks(group, slot) or not self._after_staff(group, slot, week):
            return False
        return slot.base_topic is None or week in self._home_weeks(slot) or not self._candidates(group, slot)

    def _best_week(self, group: Who, slot: Slot) -> dt.date | None:
        """The group's week in the slot's month; without room there the nearest free week after it, else before it."""
        candidates = self._candidates(group, slot)
        if candidates:
            return self._share(group, candidates)
        free = [week for week in self._free_weeks(group, slot) if self._after_staff(group, slot, week)]
        free = free or self._free_weeks(group, slot)
        home = self._home_weeks(slot) or self._month_start(slot)
        later = [week for week in free if not home or week > home[-1]]
        return min(later, default=max(free, default=None))

    def _candidates(self, group: Who, slot: Slot) -> list[dt.date]:
        """Free weeks that keep every rule, in the order in which the group may take them."""
        free = set(self._free_weeks(group, slot))
        if group.is_staff:
            return [week for week in self._staff_weeks(slot) if week in free]
        weeks = [week for week in self._home_weeks(slot) if week in free]
        led = [week for week in weeks if self._after_staff(group, slot, week, self.task.rules.staff_lead_weeks)]
        return led or [week for week in weeks if self._after_staff(group, slot, week)]

    def _share(self, group: Who, candidates: list[dt.date]) -> dt.date:
        """Staff take the first of theirs; classes spread evenly over the weeks, the youngest first."""
        if group.is_staff:
            return candidates[0]
        classes = [other.key for other in self.targets if not other.is_staff]
        return candidates[classes.index(group.key) * len(candidates) // len(classes)]

    def _staff_weeks(self, slot: Slot) -> list[dt.date]:
        """For a base topic the weeks before its month, the latest first; else the month's first weeks."""
        home = self._home_weeks(slot)
        if not home:
            return []
        lead = self.task.rules.staff_lead_weeks
        within = home[: max(len(home) - max(lead, 1), 1)]
        if slot.base_topic is None:
            return within
        first = self.task.calendar.staff_window(slot.month)[0] if slot.month else dt.date.min
        before = [week for week in self.open_weeks if first <= week < home[0]]
        return before[: max(len(before) - max(lead, 1) + 1, 0)][::-1] + within

    def _home_weeks(self, slot: Slot) -> list[dt.date]:
        """The open weeks of the slot's month; two slots of one month share its weeks."""
        if slot.month is None:
            return self.open_weeks
        weeks = self.task.calendar.weeks_of_month(slot.month)
        sharing = [other.number for other in self.slots if other.month == slot.month]
        if len(sharing) == 1 or slot.base_topic is not None:
            return weeks
        turn, part = sharing.index(slot.number), len(weeks) / len(sharing)
        return weeks[round(turn * part) : round((turn + 1) * part)] or weeks

    def _month_start(self, slot: Slot) -> list[dt.date]:
        weeks = [week for week in self.task.calendar.weeks() if self.task.calendar.month_of(week) == slot.month]
        return weeks[-1:]

    def _free_weeks(self, group: Who, slot: Slot) -> list[dt.date]:
        taken = {row.week for row in self.rows.values() if row.group == group.key and row.slot != slot.number}
        first, last = max(self.task.from_week, group.starts_on), group.ends_on or dt.date.max
        return [week for week in self.open_weeks if first <= week <= last and week not in taken]

    def _after_staff(self, group: Who, slot: Slot, week: dt.date, lead: int = 1) -> bool:
        if group.is_staff:
            return all(week < row.week for row in self._class_rows(group, slot))
        staff = self._staff_row(group, slot)
        return staff is None or staff.week + dt.timedelta(weeks=max(lead, 1)) <= week

    def _class_rows(self, staff: Who, slot: Slot) -> list[Row]:
        """Sessions that nothing can move and that come after this staff group's."""
        followers = [group.key for group in self.targets if not group.is_staff and self._leader_of(group) == staff.key]
        rows = [self.rows.get((key, slot.number)) for key in followers]
        return [row for row in rows if row and self._untouchable(row)]

    def _staff_row(self, group: Who, slot: Slot) -> Row | None:
        leader = self._leader_of(group)
        return self.rows.get((leader, slot.number)) if leader is not None else None

    def _leader_of(self, group: Who) -> int | None:
        if group.staff in self.staff_keys:
            return group.staff
        return self.staff_keys[0] if self.staff_keys else None


def with_topics(task: Task, slots: Sequence[Slot], rows: Sequence[Row]) -> tuple[Row, ...]:
    """Give each session its topic: base topics by slot, extra ones in the order chosen; what was held keeps its own."""
    by_number = {slot.number: slot for slot in slots}
    given: list[Row] = []
    for group in dict.fromkeys(row.group for row in rows):
        own = sorted((row for row in rows if row.group == group), key=lambda row: row.slot)
        fixed = [row for row in own if _keeps_topic(task, row)]
        settled = {row.topic for row in fixed}
        left = [topic for topic in task.extra_topics if topic not in settled]
        open_rows = [row for row in own if row not in fixed]
        chosen = dict(zip([row.slot for row in open_rows if _is_extra(by_number, row.slot)], left, strict=False))
        given += fixed + [_with_topic(row, by_number, chosen, settled) for row in open_rows]
    return tuple(sorted(given, key=lambda row: row.place))


def _keeps_topic(task: Task, row: Row) -> bool:
    """What was held, or may have been held in a week that has passed, was about its topic."""
    past = row.key is not None and row.week < task.from_week and row.topic is not None
    return row.settled or past


def _is_extra(by_number: Mapping[int, Slot], number: int) -> bool:
    return number in by_number and by_number[number].base_topic is None


def _with_topic(row: Row, slots: Mapping[int, Slot], chosen: Mapping[int, int], settled: set[int | None]) -> Row:
    if row.slot not in slots:
        return row
    base = slots[row.slot].base_topic
    topic = chosen.get(row.slot) if base is None else None if base in settled else base
    return replace(row, topic=topic)


def worries(task: Task, slots: Sequence[Slot], rows: Sequence[Row]) -> Iterable[Warning]:
    """What the plan could not keep to, in the order of the year."""
    board = Board(task, slots, rows)
    for slot in slots:
        for group in board.targets:
            row = board.rows.get((group.key, slot.number))
            if row is None:
                yield Warning(Worry.NO_ROOM, group.key, slot.number)
            elif not row.settled and row.week >= task.from_week:
                yield from _worries_of(board, group, slot, row)


def _worries_of(board: Board, group: Who, slot: Slot, row: Row) -> Iterable[Warning]:
    found = {
        Worry.CLOSED_WEEK: row.week not in board.open_weeks,
        Worry.TWO_IN_A_WEEK: sum(other.week == row.week for other in board.rows.values() if other.group == group.key)
        > 1,
        Worry.STAFF_AFTER: not board._after_staff(group, slot, row.week),
        Worry.MONTH_FULL: slot.base_topic is not None
        and not group.is_staff
        and row.week not in board._home_weeks(slot),
    }
    for worry, is_so in found.items():
        if is_so:
            yield Warning(worry, group.key, slot.number, row.week)


@dataclass(frozen=True)
class Difference:
    """What has to be done to the sessions that exist."""

    create: tuple[Row, ...] = ()
    move: tuple[tuple[Row, Row], ...] = ()
    retopic: tuple[tuple[Row, Row], ...] = ()
    cancel: tuple[Row, ...] = ()
    keep: tuple[Row, ...] = ()


def difference(existing: Iterable[Row], wanted: Iterable[Row]) -> Difference:
    """The deeds that lead from what exists to what is wanted."""
    wanted = list(wanted)
    now = {row.key: row for row in existing}
    stays = {row.key: row for row in wanted if row.key is not None}
    pairs = [(now[key], row) for key, row in stays.items()]
    return Difference(
        create=tuple(row for row in wanted if row.key is None),
        move=tuple(pair for pair in pairs if pair[0].week != pair[1].week),
        retopic=tuple(pair for pair in pairs if pair[0].topic != pair[1].topic),
        cancel=tuple(row for key, row in now.items() if key not in stays),
        keep=tuple(row for key, row in stays.items() if now[key] == row),
    )
