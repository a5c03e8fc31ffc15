"""Who has been trained: schools against trainings, so that the gaps stand out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Min, Sum

from programmes.models import PartnerOrganisation
from programmes.training import PartnerTraining
from schools.models import Occasion, OccasionAttendance, OccasionKind, Organisation, Participation, School

TRAININGS = (
    OccasionKind.MENTORS_TRAINING,
    OccasionKind.KEY_PERSONS_TRAINING,
    OccasionKind.CONCERN,
    OccasionKind.VIOLENCE,
)
OF_MVP = (OccasionKind.MENTORS_TRAINING, OccasionKind.KEY_PERSONS_TRAINING)
# A training package for preschools: schools have it, but do not lack it.
FOR_PRESCHOOLS = (OccasionKind.VIOLENCE,)

# Whom each partner's people are counted as; schools are listed by school.
PARTNERS = {
    "botkyrka-kommun": (Organisation.SOCIAL_SERVICES, Organisation.MUNICIPALITY),
    "botkyrkabyggen": (Organisation.HOUSING,),
    "lokalpolisomrade-botkyrka": (Organisation.POLICE,),
    "sodertorns-brandforsvarsforbund": (Organisation.RESCUE_SERVICES,),
}


@dataclass(frozen=True)
class Cell:
    """One training at one school: last given, else planned, else lacking, else nothing for that school."""

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
        """Most gaps first; of those, gaps that nothing is planned for."""
        unplanned = sum(cell.is_gap and cell.planned is None for cell in self.cells)
        return (-self.gaps, -unplanned, self.school.name)


def who_is_trained(schools: Iterable[School], today: dt.date) -> list[SchoolRow]:
    """Each school with each training, the schools with most gaps first."""
    given, planned, in_mvp = _given(), _planned(today), _in_mvp(today)
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
    """Whose presence means that a school is trained."""
    return Organisation.PUPIL_MENTORS if kind == OccasionKind.MENTORS_TRAINING else Organisation.SCHOOL


def training_of(partner: PartnerOrganisation) -> list[PartnerTraining]:
    """The occasions at which somebody of a partner was counted."""
    came = OccasionAttendance.objects.filter(
        occasion__held=True, organisation__in=PARTNERS.get(partner.slug, ()), count__gt=0
    )
    rows = came.values_list("occasion__date", "occasion__title").annotate(Sum("count")).order_by()
    return [PartnerTraining(on, title, taken_part) for on, title, taken_part in rows]


def _wants(school: School, kind: OccasionKind, in_mvp: set[int]) -> bool:
    if kind in FOR_PRESCHOOLS:
        return False
    return kind not in OF_MVP or school.pk in in_mvp


def _in_mvp(today: dt.date) -> set[int]:
    taking_part = Participation.objects.filter(
        programme_year__programme__slug="mvp", programme_year__year__ends_on__gte=today
    )
    return set(taking_part.values_list("school", flat=True))


def _given() -> dict[tuple[int, str], dt.date]:
    """The last day on which somebody from the school was there."""
    given: dict[tuple[int, str], dt.date] = {}
    for kind in TRAININGS:
        came = OccasionAttendance.objects.filter(
            occasion__kind=kind, occasion__held=True, organisation=who_came(kind), count__gt=0, school__isnull=False
        )
        for school, last in came.values_list("school").annotate(Max("occasion__date")):
            given[(school, kind)] = last
    return given


def _planned(today: dt.date) -> dict[tuple[int, str], dt.date]:
    """The next day: at the school, or where somebody of it is invited."""
    planned: dict[tuple[int, str], dt.date] = {}
    coming = Occasion.objects.coming(today).filter(kind__in=TRAININGS).order_by()
    own = coming.filter(school__isnull=False).values_list("school", "kind").annotate(Min("date"))
    invited = coming.filter(invitations__withdrawn_at=None, invitations__school__isnull=False)
    for school, kind, day in [*own, *invited.values_list("invitations__school", "kind").annotate(Min("date"))]:
        planned[(school, kind)] = min(day, planned.get((school, kind), day))
    return planned
