"""The rows that a figure counts: sessions, classes or schools. The same judgement as the figure's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.counting import Counts
from evaluations.dashboard import schools_in_the_picture
from evaluations.keeping import years_of_schools
from evaluations.places import ClassYear, Place, State, classes_of, places_of
from evaluations.selection import Selection
from schools.models import School

Keep = Callable[[Place], bool]
Answer = Callable[[Place], bool | None]
KeepClass = Callable[[ClassYear], bool]
KeepCounts = Callable[[Counts], bool]
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
    "staff_first": _answers(lambda place: place.is_held_with_pupils, lambda place: place.staff_first),
    "adherence": {"alla": lambda place: place.has_parts},
    "reporting": _answers(lambda place: place.needs_log, lambda place: place.logged_in_time),
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
# In an address, for sessions whose topic is not chosen.
NO_TOPIC = "ej-valt"


def places_in(
    selection: Selection, figure: str, part: str, *, school: School | None = None, topic: str = ""
) -> list[ListedPlace]:
    """The sessions that a part of a figure counts, by school, week and group; what is in no plan comes last."""
    keep, schools = PLACES[figure][part], _schools(selection, school)
    years = years_of_schools(selection.programme_year, schools)
    found = [
        ListedPlace(one, place)
        for one in schools
        for place in places_of(years[one.pk], selection.as_of)
        if keep(place) and _is_about(place, topic)
    ]
    return sorted(found, key=_in_order)


def classes_in(selection: Selection, figure: str, part: str, *, school: School | None = None) -> list[ListedClass]:
    """The target classes that a part of a figure counts, by school and class."""
    keep, schools = CLASSES[figure][part], _schools(selection, school)
    years = years_of_schools(selection.programme_year, schools)
    return [
        ListedClass(one, found)
        for one in schools
        for found in classes_of(years[one.pk], selection.as_of)
        if keep(found)
    ]


def schools_in(selection: Selection, figure: str, part: str) -> list[ListedSchool]:
    """The schools that a part of a figure counts."""
    schools, counts = schools_in_the_picture(selection)
    keep = SCHOOLS[figure][part]
    return [ListedSchool(school, counts[school.pk]) for school in schools if keep(counts[school.pk])]


def _schools(selection: Selection, school: School | None) -> list[School]:
    """Those that the figure counts: a school with neither target classes nor a plan is not in it."""
    schools, _counts = schools_in_the_picture(selection)
    return [one for one in schools if school is None or one == school]


def _is_about(place: Place, topic: str) -> bool:
    if not topic:
        return True
    return place.row is not None and (place.row.topic or NO_TOPIC) == topic


def _in_order(listed: ListedPlace) -> tuple[str, bool, str, int]:
    row = listed.place.row
    return listed.school.name, row is None, row.week.isoformat() if row else "", listed.place.group.pk
