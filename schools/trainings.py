"""Who has been trained: schools against trainings, so that gaps stand out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Exists, Max, Min, OuterRef, Q, Sum

from programmes.models import PartnerOrganisation, Programme
from programmes.training import PartnerTraining
from schools.models import Occasion, OccasionAttendance, OccasionKind, Organisation, Participation, School
from schools.models.occasions import OccasionQuerySet

TRAININGS = (
    OccasionKind.MENTORS_TRAINING,
    OccasionKind.KEY_PERSONS_TRAINING,
    OccasionKind.CONCERN,
    OccasionKind.VIOLENCE,
)
OF_MVP = (OccasionKind.MENTORS_TRAINING, OccasionKind.KEY_PERSONS_TRAINING)
# A training package for preschools: schools may have it, but do not lack it.
FOR_PRESCHOOLS = (OccasionKind.VIOLENCE,)

# Which organisation each partner's people count as; people at schools are listed by school.
PARTNERS = {
    "botkyrka-kommun": (Organisation.SOCIAL_SERVICES, Organisation.MUNICIPALITY),
    "botkyrkabyggen": (Organisation.HOUSING,),
    "lokalpolisomrade-botkyrka": (Organisation.POLICE,),
    "sodertorns-brandforsvarsforbund": (Organisation.RESCUE_SERVICES,),
}


@dataclass(frozen=True)
class Cell:
    """One training at one school: last given, or planned, or lacking, or nothing if the school does not need it."""

    kind: OccasionKind
    last: dt.date | None
    planned: dt.date | None
    is_wanted: bool

    @property
    def is_gap(self) -> bool:
        return self.is_wanted and self.last is None


@dataclass(frozen=True)
class SchoolRow:
    school: School
    cells: list[Cell]

    @property
    def gaps(self) -> int:
        return sum(cell.is_gap for cell in self.cells)

    @property
    def worst(self) -> tuple[int, int, str]:
        """Sort key: most gaps first, then those that nothing is planned for."""
        unplanned = sum(cell.is_gap and cell.planned is None for cell in self.cells)
        return (-self.gaps, -unplanned, self.school.name)


def who_is_trained(schools: Iterable[School], today: dt.date) -> list[SchoolRow]:
    """Each school with each training, the schools with most gaps first."""
    given, planned, in_mvp = last_given(), next_planned(today), _in_mvp(today)
    rows = [
        SchoolRow(
            school,
            [
                Cell(kind, given.get((school.pk, kind)), planned.get((school.pk, kind)), _wants(school, kind, in_mvp))
                for kind in TRAININGS
            ],
        )
        for school in schools
    ]
    return sorted(rows, key=lambda row: row.worst)


def who_came(kind: OccasionKind) -> Organisation:
    """The organisations whose presence means that a school is trained."""
    return Organisation.PUPIL_MENTORS if kind == OccasionKind.MENTORS_TRAINING else Organisation.SCHOOL


def training_of(partner: PartnerOrganisation) -> list[PartnerTraining]:
    """The occasions at which somebody from a partner was counted."""
    came = OccasionAttendance.objects.filter(
        occasion__held=True, organisation__in=PARTNERS.get(partner.slug, ()), count__gt=0
    )
    rows = came.values_list("occasion__date", "occasion__title").annotate(Sum("count")).order_by()
    return [PartnerTraining(on, title, taken_part) for on, title, taken_part in rows]


def last_given() -> dict[tuple[int, str], dt.date]:
    """The last day on which each training was given to somebody from each school."""
    came = OccasionAttendance.objects.filter(
        occasion__kind__in=TRAININGS, occasion__held=True, count__gt=0, school__isnull=False
    )
    latest = came.values_list("school", "occasion__kind", "organisation").annotate(Max("occasion__date")).order_by()
    return {
        (school, kind): last
        for school, kind, organisation, last in latest
        if organisation == who_came(OccasionKind(kind))
    }


def next_planned(today: dt.date) -> dict[tuple[int, str], dt.date]:
    """The next day of each kind of occasion: at the school, or to which somebody from it is invited."""
    planned: dict[tuple[int, str], dt.date] = {}
    coming = Occasion.objects.coming(today).order_by()
    own = coming.filter(school__isnull=False).values_list("school", "kind").annotate(Min("date"))
    invited = coming.filter(invitations__withdrawn_at=None, invitations__school__isnull=False)
    for school, kind, day in [*own, *invited.values_list("invitations__school", "kind").annotate(Min("date"))]:
        planned[(school, kind)] = min(day, planned.get((school, kind), day))
    return planned


def trainings_of(school: School) -> OccasionQuerySet:
    """The trainings that have been given to somebody from a school."""
    came = OccasionAttendance.objects.filter(occasion=OuterRef("pk"), school=school, count__gt=0)
    of_kind = (Q(Exists(came.filter(organisation=who_came(kind))), kind=kind) for kind in TRAININGS)
    found: OccasionQuerySet = Occasion.objects.filter(Q(*of_kind, _connector=Q.OR), held=True)
    return found


def lacking(given: Collection[str], in_series: bool) -> list[OccasionKind]:
    """The trainings that a school should have had and has not; ``in_series`` says whether it takes part in MVP."""
    return [kind for kind in TRAININGS if _is_wanted(kind, in_series) and kind not in given]


def _wants(school: School, kind: OccasionKind, in_mvp: set[int]) -> bool:
    return _is_wanted(kind, school.pk in in_mvp)


def _is_wanted(kind: OccasionKind, in_series: bool) -> bool:
    if kind in FOR_PRESCHOOLS:
        return False
    return kind not in OF_MVP or in_series


def _in_mvp(today: dt.date) -> set[int]:
    taking_part = Participation.objects.filter(
        programme_year__programme__rhythm=Programme.Rhythm.SERIES, programme_year__year__ends_on__gte=today
    )
    return set(taking_part.values_list("school", flat=True))
