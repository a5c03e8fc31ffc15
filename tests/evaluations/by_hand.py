"""A school's year written out as a table, one line a session, so that a test can be checked by reading it.

::

    group | place | topic     | week       | what came of it
    1A    | 1     | normer/9  | 2026-09-07 | held 2026-09-08, logged 2026-09-09, parts 3/4

``normer/9`` is a base topic of September; a topic without a month is an extra one, and ``?`` one that is not chosen.
What came of it is ``held DAY``, ``not held REASON``, ``cancelled REASON`` or ``-`` when nobody has said. A log is made
on the day of the session unless ``logged DAY`` says otherwise.
"""

from __future__ import annotations

import datetime as dt
import re

from evaluations.rows import GroupRow, SessionRow, YearOfSchool
from schools.calendar import SchoolCalendar

CALENDAR = SchoolCalendar(dt.date(2026, 8, 18), dt.date(2027, 6, 11), {})
STAFF, CLASS_1A, CLASS_2A = 1, 2, 3
NAMES = {"staff": STAFF, "1A": CLASS_1A, "2A": CLASS_2A}


def group(pk: int, **more: object) -> GroupRow:
    """Staff, or a class of 20 pupils in grade 1, from the year's first day unless told otherwise."""
    is_staff = pk == STAFF
    usual = {"is_staff": is_staff, "grade": None if is_staff else 1, "headcount": 20, "starts_on": CALENDAR.starts_on}
    return GroupRow(pk=pk, **{**usual, **more})  # type: ignore[arg-type]


GROUPS = (
    group(STAFF, headcount=11),
    group(CLASS_1A, headcount=24, staff_group=STAFF),
    group(CLASS_2A, grade=2, headcount=22, staff_group=STAFF),
)


def school(table: str = "", *, required: int = 2, groups: tuple[GroupRow, ...] = GROUPS) -> YearOfSchool:
    """The school whose sessions the table tells; each group is to have two unless told otherwise."""
    lines = [line for line in table.strip().splitlines() if "|" in line and not line.strip().startswith("group")]
    sessions = [_session(pk, line) for pk, line in enumerate(lines, start=1)]
    return YearOfSchool(CALENDAR, required, lowest_grade=0, highest_grade=5, groups=groups, sessions=sessions)


def _session(pk: int, line: str) -> SessionRow:
    name, place, topic, week, what = (cell.strip() for cell in line.split("|"))
    slug, _slash, month = topic.partition("/")
    return SessionRow(
        pk=pk,
        group=NAMES[name],
        slot=int(place),
        week=dt.date.fromisoformat(week),
        topic=None if slug == "?" else slug,
        base_month=int(month) if month else None,
        **_outcome(what, dt.date.fromisoformat(week)),  # type: ignore[arg-type]
    )


def _outcome(what: str, week: dt.date) -> dict[str, object]:
    if what == "-":
        return {}
    if what.startswith("cancelled"):
        return {"cancelled": True, "reason": what.split()[-1]}
    logged, parts = re.search(r"logged ([\d-]+)", what), re.search(r"parts (\d+)/(\d+)", what)
    if not_held := re.match(r"not held (\w+)", what):
        told = dt.date.fromisoformat(logged[1]) if logged else week
        return {"outcome": "not_held", "reason": not_held[1], "logged_on": told}
    held = re.match(r"held ([\d-]+)", what)
    assert held, f"{what!r} is not something that can come of a session"
    day = dt.date.fromisoformat(held[1])
    return {
        "outcome": "held",
        "held_on": day,
        "logged_on": dt.date.fromisoformat(logged[1]) if logged else day,
        "parts_done": int(parts[1]) if parts else 0,
        "parts": int(parts[2]) if parts else 0,
    }
