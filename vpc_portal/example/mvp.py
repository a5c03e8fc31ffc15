"""MVP at the example's schools that have year 6 and year 9: pupil mentors matched, a plan laid out, trainings held."""

from __future__ import annotations

import datetime as dt
from random import Random

from accounts.models import User
from schools.actions.groups import add_group
from schools.actions.matching import match_mentors
from schools.actions.occasions import log_attendance
from schools.actions.plans import apply_plan, join
from schools.models import Group, Occasion, OccasionKind, Organisation, Participation, ProgrammeYear, School
from vpc_portal.example.logs import at_hour
from vpc_portal.example.names import ExampleSchool


def plan_mvp(
    example: ExampleSchool, school: School, mvp_year: ProgrammeYear, random: Random, today: dt.date, by: User
) -> Participation:
    """Classes of year 6 with their pupil mentors, and the year's plan with its trainings and supervision."""
    year = mvp_year.year
    mentors = [_group(school, mvp_year, "mentors", f"Elevmentorer {n}", 9, random.randint(11, 14), by) for n in (1, 2)]
    sixes = [
        _group(school, mvp_year, "class", f"6{'ABC'[n]}", 6, random.randint(21, 27), by) for n in range(example.sixes)
    ]
    matches: dict[Group, Group | None] = dict(zip(sixes, mentors, strict=False))
    match_mentors(school=school, year=year, matches=matches, by=by)
    participation = join(school=school, programme_year=mvp_year, by=by)
    now = at_hour(year.starts_on - dt.timedelta(days=5), 10)
    apply_plan(participation=participation, from_day=year.starts_on, by=by, now=now)
    for occasion in Occasion.objects.filter(school=school, date__range=(year.starts_on, year.ends_on), held=None):
        if occasion.programme_id == mvp_year.programme_id and occasion.date < today:
            _hold(occasion, sum(group.headcount or 0 for group in mentors), by)
    return participation


def _group(school: School, rules: ProgrammeYear, kind: str, name: str, grade: int, headcount: int, by: User) -> Group:
    return add_group(school=school, year=rules.year, kind=kind, name=name, grade=grade, headcount=headcount, by=by)


def _hold(occasion: Occasion, mentors: int, by: User) -> None:
    key_persons: dict[tuple[str, School | None], int] = {
        (Organisation.SCHOOL, occasion.school): 4,
        (Organisation.POLICE, None): 1,
    }
    pupils: dict[tuple[str, School | None], int] = {(Organisation.PUPIL_MENTORS, occasion.school): mentors}
    log_attendance(
        occasion=occasion,
        version=occasion.version,
        held=True,
        counts=key_persons if occasion.kind == OccasionKind.KEY_PERSONS_TRAINING else pupils,
        by=by,
        now=at_hour(occasion.date, 17),
    )
