"""The rows that a figure counts: sessions, classes or schools. The same judgement as the figure's own."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.counting import UNPROMPTED, Counts, is_logged, last_step, wants_log
from evaluations.dashboard import schools_in_the_picture
from evaluations.figures import reminders
from evaluations.keeping import years_of_schools
from evaluations.places import ClassYear, Place, State, classes_of, places_of
from evaluations.rows import SessionRow, YearOfSchool
from evaluations.selection import Selection
from schools.models import School

Keep = Callable[[Place], bool]
Judged = Callable[[YearOfSchool, dt.date], Iterable[Place]]
Answer = Callable[[Place], bool | None]
KeepClass = Callable[[ClassYear], bool]
KeepCounts = Callable[[Counts], bool]
Size = Callable[[Counts], int]
Parts = Mapping[str, str | Promise]

# The parts of a figure: all of its denominator, its numerator, what is unknown, and the rest.
STATES: Mapping[str, Keep] = {
    "genomfort": lambda place: place.is_held,
    "saknar-logg": lambda place: place.state is State.AWAITING,
    "inte-genomfort": lambda place: place.state is State.LOST,
}
TITLES: Parts = {
    "alla": pgettext_lazy("all rows of a figure", "All"),
    "genomfort": _("Held"),
    "saknar-logg": _("Awaiting log"),
    "inte-genomfort": _("Not held"),
    "framover": pgettext_lazy("sessions", "Ahead"),
    "utan-plan": pgettext_lazy("sessions", "In no plan"),
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
    """The parts of a figure that asks something of some of the places."""
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
        "alla": lambda counts: counts[all_],
        "ja": lambda counts: counts[yes],
        "nej": lambda counts: counts[all_] - counts[yes] - counts[unknown],
        "oklart": lambda counts: counts[unknown],
    }


# How many rows each part has, by a school's kept counts.
OF_STATES: Mapping[str, Size] = {
    "genomfort": lambda counts: counts["held"],
    "saknar-logg": lambda counts: counts["awaiting"],
    "inte-genomfort": lambda counts: counts["lost"],
}
SIZES: Mapping[str, Mapping[str, Size]] = {
    "pace": {"alla": lambda counts: counts["held"] + counts["awaiting"] + counts["lost"], **OF_STATES},
    "dose": {
        "alla": lambda counts: counts["required"],
        **OF_STATES,
        "framover": lambda counts: counts["planned"] - counts["held"] - counts["awaiting"] - counts["lost"],
        "utan-plan": lambda counts: counts["required"] - counts["planned"],
    },
    "on_time": _sizes("base_due", "base_on_time", "base_unknown"),
    "staff_first": _sizes("pupil_held", "staff_first", "staff_first_unknown"),
    "adherence": {"alla": lambda counts: counts["with_parts"]},
    "reporting": _sizes("logs_due", "logs_in_time", "logs_unknown"),
}
# The same of the pace of one topic, by what came of its sessions.
NOTHING: Counts = dict.fromkeys((State.HELD, State.AWAITING, State.LOST), 0)
OF_TOPIC: Mapping[str, Size] = {
    "alla": lambda states: sum(states.values()),
    "genomfort": lambda states: states[State.HELD],
    "saknar-logg": lambda states: states[State.AWAITING],
    "inte-genomfort": lambda states: states[State.LOST],
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
SCHOOLS: Mapping[str, Mapping[str, KeepCounts]] = {
    "adoption": {
        "alla": lambda counts: counts["eligible"] == 1,
        "ja": lambda counts: counts["active"] == 1,
        "nej": lambda counts: counts["eligible"] - counts["active"] - counts["active_unknown"] == 1,
        "oklart": lambda counts: counts["active_unknown"] == 1,
    },
}
# Of the sessions that somebody was reminded of: whether they have been logged since.
REMINDED: Mapping[str, bool | None] = {"alla": None, "ja": True, "nej": False}
# In an address, for sessions whose topic is not chosen.
NO_TOPIC = "ej-valt"


def places_in(
    selection: Selection, figure: str, part: str, *, school: School | None = None, topic: str = ""
) -> Sequence[ListedPlace]:
    """The sessions that a part of a figure counts, by school, week and group; what is in no plan comes last.

    Where the kept counts say how many there are at each school, only the schools of the rows that are shown are read.
    """
    keep, (schools, counts) = PLACES[figure][part], _schools(selection, school)
    if topic and figure != "pace":
        return _read(selection, schools, lambda place: keep(place) and _is_about(place, topic))
    size = OF_TOPIC[part] if topic else SIZES[figure][part]
    slug = "" if topic == NO_TOPIC else topic
    sizes = [size(counts[one.pk]["topics"].get(slug, NOTHING) if topic else counts[one.pk]) for one in schools]
    return ListedPlaces(selection, schools, sizes, lambda place: keep(place) and _is_about(place, topic))


class ListedPlaces(Sequence[ListedPlace]):
    """Many schools' rows, of which only those that are asked for are read."""

    def __init__(
        self,
        selection: Selection,
        schools: Sequence[School],
        sizes: Sequence[int],
        keep: Keep,
        places: Judged = places_of,
    ) -> None:
        self.selection, self.schools, self.keep, self.places = selection, schools, keep, places
        # The number of rows up to and including each school's.
        self.ends = list(accumulate(sizes))

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    @overload
    def __getitem__(self, index: int) -> ListedPlace: ...
    @overload
    def __getitem__(self, index: slice) -> list[ListedPlace]: ...
    def __getitem__(self, index: int | slice) -> ListedPlace | list[ListedPlace]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _step = index.indices(len(self))
        first, last = bisect_right(self.ends, start), bisect_left(self.ends, stop)
        before = self.ends[first - 1] if first else 0
        rows = _read(self.selection, self.schools[first : last + 1], self.keep, self.places)
        return rows[start - before : stop - before]


def _read(selection: Selection, schools: Sequence[School], keep: Keep, places: Judged = places_of) -> list[ListedPlace]:
    years = years_of_schools(selection.programme_year, schools)
    return [
        ListedPlace(one, place)
        for one in schools
        for place in sorted(places(years[one.pk], selection.as_of), key=_in_order)
        if keep(place)
    ]


def parts_in(selection: Selection, *, school: School | None = None) -> tuple[int, int]:
    """How many parts the logs say were done, and of how many."""
    counts = _schools(selection, school)[1]
    return sum(one["parts_done"] for one in counts.values()), sum(one["parts"] for one in counts.values())


def reminded_in(selection: Selection, part: str, *, school: School | None = None) -> Sequence[ListedPlace]:
    """The sessions that somebody was reminded of, by school and week, whatever came in their place."""
    wanted, (schools, counts) = REMINDED[part], _schools(selection, school)
    sizes = [_reminded(counts[one.pk], wanted) for one in schools]
    as_of = selection.as_of
    return ListedPlaces(
        selection,
        schools,
        sizes,
        lambda place: place.row is not None and wanted in (None, is_logged(place.row, as_of)),
        reminded_places,
    )


def _reminded(counts: Counts, wanted: bool | None) -> int:
    reminded = reminders(counts, dt.date.min)
    return {None: reminded.denominator, True: reminded.numerator, False: reminded.denominator - reminded.numerator}[
        wanted
    ]


def reminded_places(year: YearOfSchool, as_of: dt.date) -> list[Place]:
    """Of the target groups' sessions those that somebody was reminded of by the day."""
    return [
        Place(group, row, _state_by_log(row, as_of))
        for group in year.targets(as_of)
        for row in year.rows_by_group.get(group.pk, ())
        if wants_log(row, as_of) and last_step(row, as_of) != UNPROMPTED
    ]


def _state_by_log(row: SessionRow, as_of: dt.date) -> State:
    if not is_logged(row, as_of):
        return State.AWAITING
    return State.HELD if row.outcome == "held" else State.LOST


def classes_in(
    selection: Selection, figure: str, part: str, *, school: School | None = None, grade: int | None = None
) -> list[ListedClass]:
    """The target classes that a part of a figure counts, by school and class."""
    keep, (schools, _counts) = CLASSES[figure][part], _schools(selection, school)
    years = years_of_schools(selection.programme_year, schools)
    return [
        ListedClass(one, found)
        for one in schools
        for found in classes_of(years[one.pk], selection.as_of)
        if keep(found) and grade in (None, found.group.grade)
    ]


def schools_in(selection: Selection, figure: str, part: str) -> list[ListedSchool]:
    """The schools that a part of a figure counts."""
    schools, counts = schools_in_the_picture(selection)
    keep = SCHOOLS[figure][part]
    return [ListedSchool(school, counts[school.pk]) for school in schools if keep(counts[school.pk])]


def _schools(selection: Selection, school: School | None) -> tuple[list[School], dict[int, Counts]]:
    """Those that the figure counts, and their counts: a school with neither target classes nor a plan is not in it."""
    schools, counts = schools_in_the_picture(selection)
    shown = [one for one in schools if school is None or one == school]
    return shown, {one.pk: counts[one.pk] for one in shown}


def _is_about(place: Place, topic: str) -> bool:
    if not topic:
        return True
    return place.row is not None and (place.row.topic or NO_TOPIC) == topic


def _in_order(place: Place) -> tuple[bool, str, int]:
    row = place.row
    return row is None, row.week.isoformat() if row else "", place.group.pk
