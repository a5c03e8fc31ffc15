"""Which of the centre's programmes and trainings go on at the schools in a year, and what is missing.

The columns are the rows of the picture of who meets what. Each row's trace says what is kept about it at a school.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programmes.models import Encounter, Stage
from schools.models import (
    Group,
    Occasion,
    OccasionAttendance,
    OccasionKind,
    Participation,
    PlannedSession,
    School,
    SchoolYear,
)
from schools.trainings import last_given, next_planned

Trace = Encounter.Trace
# The kinds of occasions for each trace; traces not listed here are sessions of groups.
KINDS: dict[str, tuple[OccasionKind, ...]] = {
    Trace.APT: (OccasionKind.APT,),
    Trace.ABC: (OccasionKind.ABC,),
    Trace.CONCERN: (OccasionKind.CONCERN,),
    Trace.VIOLENCE: (OccasionKind.VIOLENCE,),
    Trace.MENTORS: (OccasionKind.MENTORS_TRAINING, OccasionKind.SUPERVISION, OccasionKind.MENTORS_MEETING),
    Trace.KEY_PERSONS: (OccasionKind.KEY_PERSONS_TRAINING,),
}
# Compulsory school with its preparatory class: the years that a school in the work may have.
OF_A_SCHOOL = range(Stage.PRESCHOOL_CLASS, Stage.UPPER_SECONDARY)


class State(models.TextChoices):
    """How something stands at a school; the values are the names of icons."""

    GOING_ON = "held", pgettext_lazy("of things at a school", "Goes on")
    PLANNED = "planned", pgettext_lazy("of things at a school", "Planned")
    MISSING = "nolog", _("Missing")
    NOT_FOR = "", _("does not concern the school")


@dataclass(frozen=True)
class Sign:
    """What is kept of one thing at one school: how much has been held, how much is planned in all, and when; and for
    how many occasions nobody has said whether they were held."""

    held: int = 0
    planned: int = 0
    unlogged: int = 0
    last: dt.date | None = None
    coming: dt.date | None = None


@dataclass(frozen=True)
class Cell:
    """One thing at one school."""

    encounter: Encounter
    sign: Sign
    is_wanted: bool

    @property
    def of_sessions(self) -> bool:
        return self.encounter.trace not in KINDS

    @property
    def first_kind(self) -> str:
        """The first kind of occasion to plan where it is missing."""
        return "" if self.of_sessions else KINDS[self.encounter.trace][0].value

    @property
    def state(self) -> State:
        if self.sign.held or self.sign.last:
            return State.GOING_ON
        if self.sign.planned or self.sign.coming or self.sign.unlogged:
            return State.PLANNED
        return State.MISSING if self.is_wanted else State.NOT_FOR


@dataclass(frozen=True)
class Row:
    """A school, and how everything stands there."""

    school: School
    cells: list[Cell]

    def with_state(self, state: State) -> list[Cell]:
        return [cell for cell in self.cells if cell.state == state]

    @property
    def going_on(self) -> list[Cell]:
        return self.with_state(State.GOING_ON)

    @property
    def planned(self) -> list[Cell]:
        return self.with_state(State.PLANNED)

    @property
    def missing(self) -> list[Cell]:
        return self.with_state(State.MISSING)

    @property
    def not_for(self) -> list[Cell]:
        return self.with_state(State.NOT_FOR)


@dataclass
class GoingOn:
    """Some schools in a year, against everything that they may have."""

    schools: Sequence[School]
    year: SchoolYear
    today: dt.date
    encounters: list[Encounter] = field(default_factory=list)

    @classmethod
    def at(cls, schools: Iterable[School], year: SchoolYear, today: dt.date) -> GoingOn:
        followed = Encounter.objects.exclude(trace="").select_related("programme")
        return cls(list(schools), year, today, [one for one in followed if not one.is_developing])

    @cached_property
    def rows(self) -> list[Row]:
        """Each school, the one that lacks most first."""
        rows = [Row(school, [self._cell(school, one) for one in self.encounters]) for school in self.schools]
        return sorted(rows, key=lambda row: (-len(row.missing), row.school.name))

    @cached_property
    def columns(self) -> list[Encounter]:
        """Those that concern at least one of the schools."""
        return [one for one in self.encounters if any(self._concerns(one, row) for row in self.rows)]

    @property
    def for_none(self) -> list[Encounter]:
        return [one for one in self.encounters if one not in self.columns]

    @property
    def table(self) -> list[Row]:
        """The rows, with cells for these columns only."""
        return [Row(row.school, [cell for cell in row.cells if cell.encounter in self.columns]) for row in self.rows]

    def counts(self) -> list[tuple[Encounter, int, int]]:
        """For each column, at how many schools it goes on, and how many it concerns."""
        return [(one, *self._count(one)) for one in self.columns]

    def _count(self, encounter: Encounter) -> tuple[int, int]:
        states = [cell.state for row in self.rows for cell in row.cells if cell.encounter == encounter]
        return states.count(State.GOING_ON), sum(state != State.NOT_FOR for state in states)

    @staticmethod
    def _concerns(encounter: Encounter, row: Row) -> bool:
        return any(cell.encounter == encounter and cell.state != State.NOT_FOR for cell in row.cells)

    def _cell(self, school: School, encounter: Encounter) -> Cell:
        signs = self._occasion_signs if encounter.trace in KINDS else self._session_signs
        sign = signs.get((school.pk, encounter.pk), Sign())
        return Cell(encounter, sign, self._is_wanted(school, encounter))

    def _is_wanted(self, school: School, encounter: Encounter) -> bool:
        """Whether it concerns the school: it takes part in the programme, or has pupils in its years, or its years are
        not known."""
        if encounter.programme_id in self._taking_part[school.pk]:
            return True
        met = set(OF_A_SCHOOL) & set(range(encounter.first_stage, encounter.last_stage + 1))
        stages = self._stages[school.pk]
        return bool(met & stages) if stages else bool(met)

    @cached_property
    def _taking_part(self) -> defaultdict[int, set[int]]:
        found: defaultdict[int, set[int]] = defaultdict(set)
        rows = Participation.objects.filter(school__in=self.schools, programme_year__year=self.year)
        for school, programme in rows.values_list("school", "programme_year__programme"):
            found[school].add(programme)
        return found

    @cached_property
    def _stages(self) -> defaultdict[int, set[int]]:
        """The years of each school's classes."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        classes = Group.objects.filter(school__in=self.schools, year=self.year, kind=Group.Kind.CLASS)
        for school, grade in classes.values_list("school", "grade").distinct().order_by():
            found[school].add(Stage.PRESCHOOL_CLASS + (grade or 0))
        return found

    @cached_property
    def _session_signs(self) -> dict[tuple[int, int], Sign]:
        """Held and planned sessions, by school and encounter."""
        rows = (
            PlannedSession.objects.live()
            .filter(participation__school__in=self.schools, participation__programme_year__year=self.year)
            .values_list("participation__school", "participation__programme_year__programme", "group__kind")
            .annotate(held=Count("pk", filter=Q(outcome="held")), planned=Count("pk"))
            .order_by()
        )
        held: Counter[tuple[int, int, bool]] = Counter()
        planned: Counter[tuple[int, int, bool]] = Counter()
        for school, programme, kind, held_here, planned_here in rows:
            where = (school, programme, kind == Group.Kind.STAFF)
            held[where] += held_here
            planned[where] += planned_here
        return {
            (school.pk, one.pk): Sign(held[where], planned[where])
            for school in self.schools
            for one in self.encounters
            if one.trace not in KINDS and (where := (school.pk, one.programme_id or 0, _of_staff(one)))
        }

    @cached_property
    def _occasion_signs(self) -> dict[tuple[int, int], Sign]:
        """Held and coming occasions, by school and encounter. A training that the school has had counts in later years,
        too."""
        held, unlogged, last, coming = self._held(), self._unlogged(), last_given(), next_planned(self.today)
        signs = {}
        for school in self.schools:
            for one in self.encounters:
                wheres = [(school.pk, kind) for kind in KINDS.get(one.trace, ())]
                days = [last[where] for where in wheres if where in last]
                ahead = [coming[where] for where in wheres if where in coming]
                signs[school.pk, one.pk] = Sign(
                    held=sum(len(held[where]) for where in wheres),
                    unlogged=sum(unlogged[where] for where in wheres),
                    last=max(days, default=None),
                    coming=min(ahead, default=None),
                )
        return signs

    def _held(self) -> defaultdict[tuple[int, str], set[int]]:
        """The year's occasions held at each school, or attended by somebody from it."""
        year = Occasion.objects.filter(held=True, date__range=(self.year.starts_on, self.year.ends_on))
        came = OccasionAttendance.objects.filter(count__gt=0, occasion__in=year, school__in=self.schools)
        found: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
        own: QuerySet[Any, Any] = year.filter(school__in=self.schools).values_list("school", "kind", "pk")
        for school, kind, pk in [*own, *came.values_list("school", "occasion__kind", "occasion")]:
            found[school, kind].add(pk)
        return found

    def _unlogged(self) -> Counter[tuple[int, str]]:
        """The year's past occasions at each school without attendance recorded."""
        passed = Occasion.objects.without_attendance(self.today).filter(
            school__in=self.schools, date__gte=self.year.starts_on
        )
        return Counter(passed.order_by().values_list("school", "kind"))


def _of_staff(encounter: Encounter) -> bool:
    return encounter.trace == Trace.STAFF_SESSIONS
