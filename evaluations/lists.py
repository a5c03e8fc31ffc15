"""The rows that a figure counts (sessions, classes or schools), judged exactly as the figure judges them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.counting import (
    EMPTY,
    UNPROMPTED,
    Counts,
    is_logged,
    last_step,
    lost_and_replaced,
    month_due,
    month_held,
    reason_of,
    term_of,
    wants_log,
)
from evaluations.dashboard import schools_in_the_picture
from evaluations.keeping import counts_by_school, years_of_schools
from evaluations.places import ClassYear, Place, State, places_of
from evaluations.rows import SessionRow, YearOfSchool
from evaluations.rows_by_school import Counted, RowsBySchool
from evaluations.selection import Selection
from evaluations.sizes import Size, in_term, size
from evaluations.year_line import due_by, held_by, is_by
from schools.models import School

Keep = Callable[[Place], bool]
Judged = Callable[[YearOfSchool, dt.date], Iterable[Place]]
Answer = Callable[[Place], bool | None]
KeepClass = Callable[[ClassYear], bool]
Parts = Mapping[str, str | Promise]

# Parts of a figure, as addresses say them: the whole denominator, the numerator, what is unknown, and the rest.
STATES: Mapping[str, Keep] = {
    "genomfort": lambda place: place.is_held,
    "saknar-logg": lambda place: place.state is State.AWAITING,
    "inte-genomfort": lambda place: place.state is State.LOST,
}
TITLES: Parts = {
    "alla": pgettext_lazy("all rows of a figure", "All"),
    "plan": _("Should have been held"),
    "genomfort": _("Held"),
    "saknar-logg": _("Awaiting log"),
    "inte-genomfort": _("Not held"),
    "framover": pgettext_lazy("sessions", "Ahead"),
    "utan-plan": pgettext_lazy("sessions", "In no plan"),
    "utan-ny-tid": _("Without a new time"),
    "med-ny-tid": _("With a new time"),
    "ja": pgettext_lazy("answer of a figure", "Yes"),
    "nej": pgettext_lazy("answer of a figure", "No"),
    "oklart": pgettext_lazy("answer of a figure", "Cannot be decided"),
}


@dataclass(frozen=True)
class ListedPlace:
    school: School
    place: Place


@dataclass(frozen=True)
class ListedClass:
    school: School
    one: ClassYear


@dataclass(frozen=True)
class ListedSchool:
    school: School
    counts: Counts


def _answers(counts: Keep, answer: Answer) -> dict[str, Keep]:
    """The parts of a figure that asks a yes-or-no question about some of the places."""
    return {
        "alla": counts,
        "ja": lambda place: counts(place) and answer(place) is True,
        "nej": lambda place: counts(place) and answer(place) is False,
        "oklart": lambda place: counts(place) and answer(place) is None,
    }


PLACES: Mapping[str, Mapping[str, Keep]] = {
    "pace": {"alla": lambda place: place.is_due, **STATES},
    "dose": {
        "alla": lambda _place: True,
        **STATES,
        "framover": lambda place: place.state is State.AHEAD,
        "utan-plan": lambda place: place.state is State.UNPLANNED,
    },
    "on_time": _answers(lambda place: place.is_base and place.is_due, lambda place: place.on_time),
    "staff_first": _answers(lambda place: place.is_to_follow_staff, lambda place: place.staff_first),
    "adherence": {"alla": lambda place: place.has_parts},
    "reporting": _answers(lambda place: place.needs_log, lambda place: place.logged_in_time),
}


def _sizes(all_: str, yes: str, unknown: str) -> dict[str, Size]:
    return {
        "alla": size(all_),
        "ja": size(yes),
        "nej": size(all_, minus=(yes, unknown)),
        "oklart": size(unknown),
    }


# How many rows each part has, from a school's kept counts.
OF_STATES: Mapping[str, Size] = {
    "genomfort": size("held"),
    "saknar-logg": size("awaiting"),
    "inte-genomfort": size("lost"),
}
DUE = ("held", "awaiting", "lost")
SIZES: Mapping[str, Mapping[str, Size]] = {
    "pace": {"alla": size(*DUE), **OF_STATES},
    "dose": {
        "alla": size("required"),
        **OF_STATES,
        "framover": size("planned", minus=DUE),
        "utan-plan": size("required", minus=("planned",)),
    },
    "on_time": _sizes("base_due", "base_on_time", "base_unknown"),
    "staff_first": _sizes("pupil_held", "staff_first", "staff_first_unknown"),
    "adherence": {"alla": size("with_parts")},
    "reporting": _sizes("logs_due", "logs_in_time", "logs_unknown"),
}
# The same for the pace of one topic, from its sessions' states.
OF_TOPIC: Mapping[str, tuple[State, ...]] = {
    "alla": (State.HELD, State.AWAITING, State.LOST),
    "genomfort": (State.HELD,),
    "saknar-logg": (State.AWAITING,),
    "inte-genomfort": (State.LOST,),
}
CLASSES: Mapping[str, Mapping[str, KeepClass]] = {
    "reach": {
        "alla": lambda _one: True,
        "ja": lambda one: one.reached is True,
        "nej": lambda one: one.reached is False,
        "oklart": lambda one: one.reached is None,
    },
    "full_dose": {
        "alla": lambda _one: True,
        "ja": lambda one: one.full is True,
        "nej": lambda one: one.full is False,
        "oklart": lambda one: one.full is None,
    },
}
SCHOOLS: Mapping[str, Mapping[str, Size]] = {
    "adoption": {
        "alla": size("eligible"),
        "ja": size("active"),
        "nej": size("eligible", minus=("active", "active_unknown")),
        "oklart": size("active_unknown"),
    },
}
# Of the sessions that somebody was reminded of: whether they have been logged since.
REMINDED: Mapping[str, bool | None] = {"alla": None, "ja": True, "nej": False}
OF_REMINDED = {None: ("logged", "missing"), True: ("logged",), False: ("missing",)}
# Sessions that did not take place, by reason, as the counts tell them.
LOST = {"alla": ("lost", "again"), "utan-ny-tid": ("lost",), "med-ny-tid": ("again",)}
# The year's line: what should have been held, and what was.
LINE: Mapping[str, tuple[Callable[[Counts, str], Size], Callable[[Place, YearOfSchool, dt.date], str]]] = {
    "plan": (due_by, month_due),
    "genomfort": (held_by, lambda place, _year, _as_of: month_held(place)),
}
# Stands in addresses for sessions whose topic is not chosen.
NO_TOPIC = "ej-valt"


def places_in(
    selection: Selection, figure: str, part: str, *, school: School | None = None, topic: str = "", term: str = ""
) -> Sequence[ListedPlace]:
    """The sessions that a part of a figure counts, by school, week and group; those not planned come last. With
    ``term``, only those due in it.

    Where the kept counts tell how many there are, only the schools of the rows shown are read.
    """
    about, judged = PLACES[figure][part], _due_in(term) if term else places_of

    def keep(place: Place) -> bool:
        return about(place) and _is_about(place, topic)

    if topic and (figure != "pace" or term):
        return _read(selection, _schools(selection, school), keep, judged)
    own = _of_topic(part, topic) if topic else in_term(SIZES[figure][part], term)
    return ListedPlaces(RowsBySchool(Counted.of(selection, school), own), keep, judged)


def _of_topic(part: str, topic: str) -> Size:
    slug = "" if topic == NO_TOPIC else topic
    return Size([("topics", slug, state) for state in OF_TOPIC[part]])


def _due_in(term: str) -> Judged:
    return lambda year, as_of: [place for place in places_of(year, as_of) if term_of(place, year, as_of) == term]


@dataclass(frozen=True)
class ListedPlaces(Sequence[ListedPlace]):
    """Rows of many schools, of which only those that are asked for are read."""

    rows: RowsBySchool
    keep: Keep
    places: Judged = places_of

    def __len__(self) -> int:
        return self.rows.number

    @overload
    def __getitem__(self, index: int) -> ListedPlace: ...
    @overload
    def __getitem__(self, index: slice) -> list[ListedPlace]: ...
    def __getitem__(self, index: int | slice) -> ListedPlace | list[ListedPlace]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _step = index.indices(len(self))
        schools, before = self.rows.between(start, stop)
        return _read(self.rows.selection, schools, self.keep, self.places)[start - before : stop - before]


def _read(selection: Selection, schools: Sequence[School], keep: Keep, places: Judged = places_of) -> list[ListedPlace]:
    years = years_of_schools(selection.programme_year, schools)
    return [
        ListedPlace(one, place)
        for one in schools
        for place in sorted(places(years[one.pk], selection.as_of), key=_in_order)
        if keep(place)
    ]


def parts_in(selection: Selection, *, school: School | None = None, term: str = "") -> tuple[int, int]:
    """How many parts the logs say were done, and how many there are in all."""
    totals = Counted.of(selection, school).totals
    totals = totals["terms"].get(term, EMPTY) if term else totals
    return totals["parts_done"], totals["parts"]


def reminded_in(selection: Selection, part: str, *, school: School | None = None) -> Sequence[ListedPlace]:
    """The sessions that somebody was reminded of, by school and week, including those that were replaced."""
    wanted, as_of = REMINDED[part], selection.as_of
    counted = Counted.of(selection, school)
    steps = [step for step in counted.totals["reminders"] if int(step) != UNPROMPTED]
    own = Size([("reminders", step, name) for step in steps for name in OF_REMINDED[wanted]])
    return ListedPlaces(
        RowsBySchool(counted, own),
        lambda place: place.row is not None and wanted in (None, is_logged(place.row, as_of)),
        reminded_places,
    )


def reminded_places(year: YearOfSchool, as_of: dt.date) -> list[Place]:
    """Of the target groups' sessions, those that somebody had been reminded of by the day."""
    return [
        Place(group, row, _state_by_log(row, as_of))
        for group in year.targets(as_of)
        for row in year.rows_by_group.get(group.pk, ())
        if wants_log(row, as_of) and last_step(row, as_of) != UNPROMPTED
    ]


def lost_in(
    selection: Selection, part: str, *, school: School | None = None, reason: str = ""
) -> Sequence[ListedPlace]:
    """The sessions that did not take place, by school and week, for one reason or for all."""
    counted = Counted.of(selection, school)
    reasons = [reason] if reason else list(counted.totals["reasons"])
    return ListedPlaces(
        RowsBySchool(counted, Size([("reasons", one, name) for one in reasons for name in LOST[part]])),
        lambda place: place.row is not None and reason in ("", reason_of(place.row)),
        lambda year, as_of: lost_places(year, as_of, LOST[part]),
    )


def lost_places(year: YearOfSchool, as_of: dt.date, which: Collection[str]) -> list[Place]:
    """Of the target groups' sessions, those that had been lost by the day: ``lost`` without a new time, ``again`` with
    one."""
    for_good = [place for place in places_of(year, as_of) if place.state is State.LOST]
    again = [
        Place(group, row, State.LOST) for group in year.targets(as_of) for row in lost_and_replaced(year, group, as_of)
    ]
    return [*(for_good if "lost" in which else ()), *(again if "again" in which else ())]


def line_in(selection: Selection, part: str, *, school: School | None = None, until: str = "") -> Sequence[ListedPlace]:
    """The sessions that the year's line counts by the end of a month, such as 2026-09, or by the day: those that should
    have been held, or those that were."""
    counted = Counted.of(selection, school)
    size_of, month_of = LINE[part]

    def judged(year: YearOfSchool, as_of: dt.date) -> list[Place]:
        return [place for place in places_of(year, as_of) if is_by(month_of(place, year, as_of), until)]

    return ListedPlaces(RowsBySchool(counted, size_of(counted.totals, until)), lambda _place: True, judged)


def _state_by_log(row: SessionRow, as_of: dt.date) -> State:
    if not is_logged(row, as_of):
        return State.AWAITING
    return State.HELD if row.outcome == "held" else State.LOST


@dataclass(frozen=True)
class ListedSchools(Sequence[ListedSchool]):
    """The schools that a part of a figure counts, of which only those that are asked for are read."""

    rows: RowsBySchool

    def __len__(self) -> int:
        return self.rows.number

    @overload
    def __getitem__(self, index: int) -> ListedSchool: ...
    @overload
    def __getitem__(self, index: slice) -> list[ListedSchool]: ...
    def __getitem__(self, index: int | slice) -> ListedSchool | list[ListedSchool]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _step = index.indices(len(self))
        selection, (schools, _before) = self.rows.selection, self.rows.between(start, stop)
        counts = counts_by_school(selection.programme_year, schools, selection.as_of)
        return [ListedSchool(one, counts[one.pk]) for one in schools]


def schools_in(selection: Selection, figure: str, part: str) -> Sequence[ListedSchool]:
    """The schools that a part of a figure counts."""
    return ListedSchools(RowsBySchool(Counted.of(selection), SCHOOLS[figure][part]))


def _schools(selection: Selection, school: School | None) -> list[School]:
    """The schools that the figure counts. A school with neither target classes nor a plan is not counted."""
    return [one for one in schools_in_the_picture(selection)[0] if school in (None, one)]


def _is_about(place: Place, topic: str) -> bool:
    if not topic:
        return True
    return place.row is not None and (place.row.topic or NO_TOPIC) == topic


def _in_order(place: Place) -> tuple[bool, str, int]:
    row = place.row
    return row is None, row.week.isoformat() if row else "", place.group.pk
