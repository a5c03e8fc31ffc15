"""MVP in numbers: pupil mentors, the pupils they meet, sessions of eleven and supervision; and who has been trained."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from evaluations import figures
from evaluations.counting import EMPTY, Counts
from evaluations.dashboard import schools_in_the_picture
from evaluations.figures import Figure
from evaluations.selection import Selection
from programmes.models import PartnerOrganisation
from schools.models import Group, Occasion, OccasionAttendance, OccasionKind, School
from schools.models.occasions import OccasionQuerySet
from schools.trainings import PARTNERS, TRAININGS


@dataclass(frozen=True)
class SeriesRow:
    """A school's row in a series such as MVP."""

    school: School
    counts: Counts
    mentors: int
    supervision: int
    figures: list[Figure]


@dataclass(frozen=True)
class Series:
    """A series in a year.

    ``for_all`` counts supervision held for several schools at once. It belongs to no school and so to no district: with
    a district chosen it is ``left_out``.
    """

    selection: Selection
    rows: list[SeriesRow]
    for_all: int
    left_out: int = 0


def series_of(selection: Selection) -> Series | None:
    """The series that is open in the selection's year, or None; the schools by name."""
    rules = [one for one in selection.opened if one.year == selection.year and one.is_series]
    if not rules:
        return None
    chosen = selection.programme_year if selection.programme_year in rules else rules[0]
    own = dataclasses.replace(selection, programme_year=chosen)
    _schools, counts = schools_in_the_picture(own)
    mentors = _mentors(own)
    supervision: Counter[int | None] = Counter(
        occasions_of(own, OccasionKind.SUPERVISION).values_list("school", flat=True)
    )
    # Schools without a class in the series' grades can still have pupil mentors, who may be supervised there.
    known = {pk for pk in (*counts, *mentors, *supervision) if pk is not None}
    schools = School.objects.filter(pk__in=known).order_by("name")
    rows = [
        SeriesRow(
            school,
            counts.get(school.pk, EMPTY),
            mentors[school.pk],
            supervision[school.pk],
            figures.all_figures(counts.get(school.pk, EMPTY), own.as_of, own.targets),
        )
        for school in (schools.filter(district=own.district) if own.district else schools)
    ]
    left_out = _of_the_year(own, OccasionKind.SUPERVISION).filter(school=None).count() if own.district else 0
    return Series(own, rows, supervision[None], left_out)


def _mentors(selection: Selection) -> Counter[int]:
    """How many pupil mentors each school has."""
    rows = Group.objects.mentors().active(selection.as_of).filter(year=selection.year)
    mentors: Counter[int] = Counter()
    for school, headcount in rows.values_list("school", "headcount"):
        mentors[school] += headcount or 0
    return mentors


def occasions_of(selection: Selection, *kinds: str) -> OccasionQuerySet:
    """The occasions of these kinds held in the school year up to the day; in a district, those at its schools."""
    found = _of_the_year(selection, *kinds)
    return found.filter(school__district=selection.district) if selection.district else found


def trainings_of(selection: Selection, *kinds: str) -> OccasionQuerySet:
    """The trainings held in the school year up to the day; in a district, those at its schools and those that somebody
    from its schools came to."""
    found = _of_the_year(selection, *kinds)
    if selection.district is None:
        return found
    came = OccasionAttendance.objects.filter(occasion=OuterRef("pk"), school__district=selection.district, count__gt=0)
    return found.filter(Q(school__district=selection.district) | Exists(came))


def who_came(selection: Selection, occasions: Iterable[Occasion] | OccasionQuerySet) -> QuerySet[OccasionAttendance]:
    """How many came to some occasions.

    In a district, people from its schools count wherever the occasion was, and people from elsewhere count where it was
    at one of its schools. So the districts and what is left out add up to the whole centre.
    """
    rows = OccasionAttendance.objects.filter(occasion__in=occasions)
    if selection.district is None:
        return rows
    of_no_school = Q(school=None, occasion__school__district=selection.district)
    return rows.filter(Q(school__district=selection.district) | of_no_school)


def trained_in_no_district(selection: Selection) -> int:
    """How many came to trainings for the whole centre from elsewhere than a school: they count in no district."""
    trainings = _of_the_year(selection, *TRAININGS).filter(school=None)
    rows = OccasionAttendance.objects.filter(occasion__in=trainings, school=None)
    return rows.aggregate(number=Sum("count"))["number"] or 0


def _of_the_year(selection: Selection, *kinds: str) -> OccasionQuerySet:
    found: OccasionQuerySet = Occasion.objects.filter(kind__in=kinds, held=True)
    return found.filter(date__range=(first_day_of(selection), selection.as_of)).order_by("date", "pk")


def held_by_kind(selection: Selection) -> list[tuple[OccasionKind, int, int]]:
    """Each kind of occasion held in the school year up to the day: how many times, and how many came in all."""
    found = occasions_of(selection, *OccasionKind)
    held = Counter(found.values_list("kind", flat=True))
    rows = OccasionAttendance.objects.filter(occasion__in=found).order_by().values_list("occasion__kind")
    came = dict(rows.annotate(Sum("count")))
    return [(kind, held[kind], came.get(kind) or 0) for kind in OccasionKind if held[kind]]


def not_told(selection: Selection) -> int:
    """How many trainings have passed without anybody saying whether they were held. In a district: those at its
    schools, and those for the whole centre, which people from its schools may have come to."""
    passed: OccasionQuerySet = Occasion.objects.undecided().filter(kind__in=TRAININGS)
    if selection.district:
        passed = passed.filter(Q(school__district=selection.district) | Q(school=None))
    return passed.filter(date__range=(first_day_of(selection), selection.as_of)).count()


def first_day_of(selection: Selection) -> dt.date:
    """The first day of a year of occasions: 1 July, since those held in the summer before belong to the school year
    that they prepare."""
    return dt.date(selection.year.starts_on.year, 7, 1)


def trained(selection: Selection) -> dict[tuple[str, str], int]:
    """How many have come, by organisation and training."""
    came = who_came(selection, trainings_of(selection, *TRAININGS)).filter(count__gt=0)
    rows = came.order_by().values_list("organisation", "occasion__kind").annotate(Sum("count"))
    return {(organisation, kind): number for organisation, kind, number in rows}


@dataclass(frozen=True)
class PartnerRow:
    """A partner: its measures by status, its late follow-ups, and how many of its people have been trained."""

    partner: PartnerOrganisation
    statuses: Counter[str]
    late: int
    trained: int


def partners_of(selection: Selection, today: dt.date) -> list[PartnerRow]:
    """Each partner, in the whole centre: partners belong to no district."""
    came: Counter[str] = Counter()
    for (organisation, _kind), number in trained(dataclasses.replace(selection, district=None)).items():
        came[organisation] += number
    partners = PartnerOrganisation.objects.prefetch_related("measures")
    return [
        PartnerRow(
            partner,
            Counter(measure.status for measure in partner.measures.all()),
            sum(measure.is_overdue(today) for measure in partner.measures.all()),
            sum(came[organisation] for organisation in PARTNERS.get(partner.slug, ())),
        )
        for partner in partners
    ]
