"""One school's year in a programme, counted as of a day. Pure: rows in, a dict of counts out, which can be added up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from evaluations.places import ClassYear, Place, State, classes_of, current_rows, places_of
from evaluations.rows import GroupRow, SessionRow, YearOfSchool, has_passed
from schools.calendar import SchoolCalendar
from schools.models.plans import CancelReason

Counts = dict[str, Any]

# Raise this when the same rows give another figure than before.
FORMULAS = 6
# Raise the second number when the same rows give other counts, so that kept counts are counted anew.
COUNTED = (FORMULAS, 3)
# Reasons why a session does not count as held, besides those that a person gives.
HELD_LATER = "held_later"
AUTUMN, SPRING = "autumn", "spring"
# The step of sessions that nobody was reminded of.
UNPROMPTED = -1
OF_GRADES = ("classes", "reached", "unknown", "pupils", "pupils_reached", "pupils_missed")
WEDNESDAY = dt.timedelta(days=2)


def count(year: YearOfSchool, as_of: dt.date) -> Counts:
    """The numbers that every figure is added up from."""
    places = places_of(year, as_of)
    return _counts(year, year.targets(as_of), places, classes_of(year, as_of, places), as_of)


def count_groups(year: YearOfSchool, as_of: dt.date) -> dict[int, Counts]:
    """The same counts for each target group, by its key. They add up to the school's, except for counts of the school
    itself."""
    places = places_of(year, as_of)
    classes = classes_of(year, as_of, places)
    return {
        group.pk: _counts(
            year,
            [group],
            [place for place in places if place.group.pk == group.pk],
            [one for one in classes if one.group.pk == group.pk],
            as_of,
        )
        for group in year.targets(as_of)
    }


def _counts(
    year: YearOfSchool,
    groups: Sequence[GroupRow],
    places: Sequence[Place],
    classes: Sequence[ClassYear],
    as_of: dt.date,
) -> Counts:
    return {
        **_states(places),
        **_base(places),
        **_staff_first(places),
        **_logs(places),
        **_pupils(classes),
        **_full(classes),
        **_school(places, classes),
        "months": _months(year, places, as_of),
        "held_months": _held_months(places),
        "topics": _topics(places),
        "reasons": _reasons(year, groups, places, as_of),
        "terms": _terms(year, places, classes, as_of),
        "grades": _grades(classes),
        "reminders": _reminders(year, groups, as_of),
    }


def add_up(all_counts: Iterable[Counts]) -> Counts:
    """The sum of several schools' counts; nested counts are added, too."""
    total: Counts = {}
    for counts in all_counts:
        _add(total, counts)
    return total


def _add(total: Counts, counts: Counts) -> None:
    for name, value in counts.items():
        if isinstance(value, dict):
            _add(total.setdefault(name, {}), value)
        else:
            total[name] = total.get(name, 0) + value


def _states(places: Sequence[Place]) -> Counts:
    states = Counter(place.state for place in places)
    return {
        "required": len(places),
        "held": states[State.HELD],
        "awaiting": states[State.AWAITING],
        "lost": states[State.LOST],
        "planned": len(places) - states[State.UNPLANNED],
    }


def _base(places: Iterable[Place]) -> Counts:
    base = [place.on_time for place in places if place.is_base and place.is_due]
    return {"base_due": len(base), "base_on_time": base.count(True), "base_unknown": base.count(None)}


def _staff_first(places: Iterable[Place]) -> Counts:
    answers = [place.staff_first for place in places if place.is_to_follow_staff]
    return {
        "pupil_held": len(answers),
        "staff_first": answers.count(True),
        "staff_first_unknown": answers.count(None),
    }


def _logs(places: Sequence[Place]) -> Counts:
    """What logs say about parts of sessions, and how many logs came in time."""
    rows = [place.row for place in places if place.row and place.has_parts]
    in_time = [place.logged_in_time for place in places if place.needs_log]
    return {
        "with_parts": len(rows),
        "parts": sum(row.parts for row in rows),
        "parts_done": sum(row.parts_done for row in rows),
        "logs_due": len(in_time),
        "logs_in_time": in_time.count(True),
        "logs_unknown": in_time.count(None),
    }


def _pupils(classes: Iterable[ClassYear]) -> Counts:
    """Who has been reached: in pupils, and in classes, whose list has a row for each."""
    pupils, found = _by_answer((one.reached, one.pupils) for one in classes)
    return {
        "pupils": pupils.total(),
        "pupils_reached": pupils[True],
        "pupils_unknown": pupils[None],
        "classes_reached": found[True],
        "classes_reach_unknown": found[None],
    }


def _full(classes: Iterable[ClassYear]) -> Counts:
    """Which classes have had every session, and how many pupils those have."""
    pupils, found = _by_answer((one.full, one.pupils) for one in classes)
    return {
        "classes": found.total(),
        "classes_full": found[True],
        "classes_unknown": found[None],
        "pupils_full": pupils[True],
        "pupils_full_unknown": pupils[None],
    }


def _by_answer(answers: Iterable[tuple[bool | None, int]]) -> tuple[Counter[bool | None], Counter[bool | None]]:
    """The number of pupils and of classes by answer."""
    pupils: Counter[bool | None] = Counter()
    classes: Counter[bool | None] = Counter()
    for answer, number in answers:
        pupils[answer] += number
        classes[answer] += 1
    return pupils, classes


def _school(places: Iterable[Place], classes: Sequence[ClassYear]) -> Counts:
    """One school that should take part, and whether it does."""
    states = {place.state for place in places}
    active = State.HELD in states
    return {
        "eligible": int(bool(classes)),
        "active": int(bool(classes) and active),
        "active_unknown": int(bool(classes) and not active and State.AWAITING in states),
    }


def _months(year: YearOfSchool, places: Iterable[Place], as_of: dt.date) -> dict[str, dict[str, int]]:
    """By the month of the planned week: how many were due on the day, and of those held and awaiting log."""
    months: dict[str, dict[str, int]] = {}
    for place in places:
        name = month_due(place, year, as_of)
        if not name:
            continue
        month = months.setdefault(name, {"plan": 0, "held": 0, "awaiting": 0})
        month["plan"] += 1
        month["held"] += place.is_held
        month["awaiting"] += place.state is State.AWAITING
    return months


def month_due(place: Place, year: YearOfSchool, as_of: dt.date) -> str:
    """The month in which a place was due, such as 2026-09; empty if it was not due."""
    if not place.is_due or place.row is None:
        return ""
    return _month(_day_of(place.row, year, as_of))


def month_held(place: Place) -> str:
    """The month of the day on which a place was held; empty if it was not held."""
    day = place.row.held_on if place.is_held and place.row else None
    return _month(day) if day else ""


def _day_of(row: SessionRow, year: YearOfSchool, as_of: dt.date) -> dt.date:
    """The day that decides a due session's month and term: the middle of its planned week."""
    return min(max(row.week + WEDNESDAY, year.calendar.starts_on), as_of)


def _terms(
    year: YearOfSchool, places: Iterable[Place], classes: Iterable[ClassYear], as_of: dt.date
) -> dict[str, Counts]:
    """By term: what was due in it, and what its sessions have been to the classes. The two terms' due sessions add up
    to the year's."""
    due: dict[str, list[Place]] = {AUTUMN: [], SPRING: []}
    for place in places:
        if term := term_of(place, year, as_of):
            due[term].append(place)
    in_terms = {term: classes_in_term(year, classes, term, as_of) for term in due}
    return {
        term: {**_of_due(own), **_pupils(in_terms[term]), **_full(in_terms[term])}
        for term, own in due.items()
        if own or in_terms[term]
    }


def term_of(place: Place, year: YearOfSchool, as_of: dt.date) -> str:
    """The term in which a place was due; empty if it was not due."""
    if not place.is_due or place.row is None:
        return ""
    return AUTUMN if _day_of(place.row, year, as_of).year == year.calendar.starts_on.year else SPRING


def classes_in_term(year: YearOfSchool, classes: Iterable[ClassYear], term: str, as_of: dt.date) -> list[ClassYear]:
    """The classes that existed in a term that has begun, each with only those of its places that were due in it."""
    turn = year.calendar.starts_on.year
    if term == SPRING and as_of.year == turn:
        return []
    return [
        ClassYear(one.group, False, [place for place in one.places if term_of(place, year, as_of) == term])
        for one in classes
        if term == SPRING or one.group.starts_on.year <= turn
    ]


def _of_due(places: Sequence[Place]) -> Counts:
    states = _states(places)
    return {
        **{name: states[name] for name in ("held", "awaiting", "lost")},
        **_base(places),
        **_staff_first(places),
        **_logs(places),
    }


def _grades(classes: Iterable[ClassYear]) -> dict[str, dict[str, int]]:
    """By grade: how many target classes there are, how many are reached, and how many may turn out to be when missing
    logs come; and how many pupils they have."""
    grades: dict[str, dict[str, int]] = {}
    for one in classes:
        grade = grades.setdefault(str(one.group.grade), dict.fromkeys(OF_GRADES, 0))
        grade["classes"] += 1
        grade["reached"] += one.reached is True
        grade["unknown"] += one.reached is None
        grade["pupils"] += one.pupils
        grade["pupils_reached"] += one.pupils if one.reached else 0
        grade["pupils_missed"] += one.pupils if one.reached is False else 0
    return grades


def _reminders(year: YearOfSchool, groups: Iterable[GroupRow], as_of: dt.date) -> dict[str, dict[str, int]]:
    """Of the sessions whose week has passed: how many are logged and how many not, by the last reminder that was sent
    before the log."""
    steps: dict[str, dict[str, int]] = {}
    for row in (row for group in groups for row in year.rows_by_group.get(group.pk, ())):
        if wants_log(row, as_of):
            step = steps.setdefault(str(last_step(row, as_of)), {"logged": 0, "missing": 0})
            step["logged" if is_logged(row, as_of) else "missing"] += 1
    return steps


def wants_log(row: SessionRow, as_of: dt.date) -> bool:
    """Whether somebody should log the session: its week has passed and it was not cancelled."""
    return not row.cancelled and has_passed(row.week, as_of)


def is_logged(row: SessionRow, as_of: dt.date) -> bool:
    return row.logged_on is not None and row.logged_on <= as_of


def last_step(row: SessionRow, as_of: dt.date) -> int:
    """The last reminder that was sent by the day and before the log, as days after the session's week; UNPROMPTED if
    none."""
    return max((lead for day, lead in row.reminders if day <= as_of), default=UNPROMPTED)


def _held_months(places: Iterable[Place]) -> dict[str, int]:
    """How many were held, by the month in which they were held."""
    return dict(Counter(month for month in map(month_held, places) if month))


def _topics(places: Iterable[Place]) -> dict[str, dict[str, int]]:
    topics: dict[str, dict[str, int]] = {}
    for place in places:
        if place.is_due and place.row:
            topic = topics.setdefault(place.row.topic or "", {"held": 0, "nolog": 0, "notheld": 0})
            topic[place.state] += 1
    return topics


def _reasons(
    year: YearOfSchool, groups: Iterable[GroupRow], places: Sequence[Place], as_of: dt.date
) -> dict[str, dict[str, int]]:
    """By reason, how many sessions were lost by the day: ``lost`` have no new time, ``again`` have one."""
    reasons: dict[str, dict[str, int]] = {}
    for place in places:
        if place.state is State.LOST and place.row:
            reasons.setdefault(reason_of(place.row), {"lost": 0, "again": 0})["lost"] += 1
    for group in groups:
        for row in lost_and_replaced(year, group, as_of):
            reasons.setdefault(reason_of(row), {"lost": 0, "again": 0})["again"] += 1
    return reasons


def reason_of(row: SessionRow) -> str:
    """Why a session was lost."""
    return HELD_LATER if row.outcome == "held" else row.reason or CancelReason.OTHER


def lost_and_replaced(year: YearOfSchool, group: GroupRow, as_of: dt.date) -> list[SessionRow]:
    """The group's sessions that were lost by the day and have a new time."""
    rows = year.rows_by_group.get(group.pk, ())
    current = {row.pk for row in current_rows(rows)}
    return [row for row in rows if not row.stands and row.pk not in current and has_passed(row.week, as_of)]


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"


# The counts of no school at all: what a sum begins with.
EMPTY: Counts = count(
    YearOfSchool(SchoolCalendar(dt.date(2000, 8, 15), dt.date(2001, 6, 10), {}), 0, 0, 0, ()), dt.date(2000, 9, 1)
)
