"""The rows that a figure counts: places of sessions, or classes. The same judgement as the figure's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.counting import ClassYear, Place, State, classes_of, places_of
from evaluations.keeping import years_of_schools
from evaluations.selection import Selection
from schools.models import School

Keep = Callable[[Place], bool]
KeepClass = Callable[[ClassYear], bool]


@dataclass(frozen=True)
class ListedPlace:
    school: School
    place: Place


@dataclass(frozen=True)
class ListedClass:
    school: School
    one: ClassYear


def _is_pupil_session_held(place: Place) -> bool:
    return place.state is State.HELD and not place.group.is_staff


# Each figure's rows by part: all of its denominator (or all places, for dose), and those that make it up.
PLACES: Mapping[str, Mapping[str, Keep]] = {
    "pace": {
        "alla": lambda place: place.is_due,
        "genomfort": lambda place: place.state is State.HELD,
        "saknar-logg": lambda place: place.state is State.AWAITING,
        "inte-genomfort": lambda place: place.state is State.LOST,
    },
    "dose": {
        "alla": lambda place: True,
        "genomfort": lambda place: place.state is State.HELD,
        "saknar-logg": lambda place: place.state is State.AWAITING,
        "inte-genomfort": lambda place: place.state is State.LOST,
        "framover": lambda place: place.state is State.AHEAD,
    },
    "on_time": {
        "alla": lambda place: place.is_base and place.is_due,
        "ja": lambda place: place.is_base and place.is_due and place.on_time is True,
        "nej": lambda place: place.is_base and place.is_due and place.on_time is False,
        "oklart": lambda place: place.is_base and place.is_due and place.on_time is None,
    },
    "staff_first": {
        "alla": _is_pupil_session_held,
        "ja": lambda place: _is_pupil_session_held(place) and place.staff_first is True,
        "nej": lambda place: _is_pupil_session_held(place) and place.staff_first is False,
        "oklart": lambda place: _is_pupil_session_held(place) and place.staff_first is None,
    },
}
CLASSES: Mapping[str, Mapping[str, KeepClass]] = {
    "reach": {
        "alla": lambda one: True,
        "ja": lambda one: one.reached is True,
        "nej": lambda one: one.reached is False,
        "oklart": lambda one: one.reached is None,
    },
    "full_dose": {
        "alla": lambda one: True,
        "ja": lambda one: one.full is True,
        "nej": lambda one: one.full is False,
        "oklart": lambda one: one.full is None,
    },
}
PARTS: dict[str, str | Promise] = {
    "alla": _("All"),
    "genomfort": _("Held"),
    "saknar-logg": _("Awaiting log"),
    "inte-genomfort": _("Not held"),
    "framover": _("Ahead"),
    "ja": _("Counted"),
    "nej": _("Not counted"),
    "oklart": _("Cannot be decided"),
}


def places_in(selection: Selection, figure: str, part: str, *, school: str = "", topic: str = "") -> list[ListedPlace]:
    """The sessions that a part of a figure counts, by school, week and group."""
    keep, schools = PLACES[figure][part], _schools(selection, school)
    years = years_of_schools(selection.programme_year, schools)
    found = [
        ListedPlace(one, place)
        for one in schools
        for place in places_of(years[one.pk], selection.as_of)
        if keep(place) and (not topic or place.row.topic == topic)
    ]
    return sorted(found, key=lambda listed: (listed.school.name, listed.place.row.week, listed.place.group.pk))


def classes_in(selection: Selection, figure: str, part: str, *, school: str = "") -> list[ListedClass]:
    """The target classes that a part of a figure counts, by school and class."""
    keep, schools = CLASSES[figure][part], _schools(selection, school)
    years = years_of_schools(selection.programme_year, schools)
    return [
        ListedClass(one, found)
        for one in schools
        for found in classes_of(years[one.pk], selection.as_of)
        if keep(found)
    ]


def _schools(selection: Selection, slug: str) -> list[School]:
    return [school for school in selection.schools() if not slug or school.slug == slug]
