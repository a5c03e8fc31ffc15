"""The whole example municipality, from nothing to today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from random import Random

from django.db import transaction

from accounts.models import User
from programmes.models import Programme, SessionTopic
from schools.actions.confirmations import confirm_plan
from schools.actions.plans import apply_plan, choose_topics, join, open_programme_year
from schools.models import Participation, ProgrammeYear, School, SchoolMembership, SchoolYear
from vpc_portal.example.calendars import add_study_days, first_calendar_year, make_year
from vpc_portal.example.content import describe_topics, write_handbook
from vpc_portal.example.cooperation import make_cooperation
from vpc_portal.example.logs import at_hour, tell_year
from vpc_portal.example.municipality import (
    contact_leaves,
    holder_of,
    make_accounts,
    make_groups,
    make_school,
    takes_part,
    write_notes,
)
from vpc_portal.example.names import SCHOOLS, ExampleSchool, Fate
from vpc_portal.example.occasions import make_occasions

Say = Callable[[str], None]


@transaction.atomic
def make_example(*, seed: int, today: dt.date, say: Say, examples: Sequence[ExampleSchool] = SCHOOLS) -> None:
    """Make accounts, schools, two school years of plans and what came of them. ``say`` gets a line for each step."""
    random = Random(seed)
    users = make_accounts()
    by = users["Samira Holm"]
    describe_topics(by)
    write_handbook()
    say("Skolor och människor …")
    schools = [(example, make_school(example, users, by)) for example in examples]
    autumn = first_calendar_year(today)
    for calendar_year in (autumn - 1, autumn):
        this_year = calendar_year == autumn
        year = make_year(calendar_year, by)
        say(f"Läsåret {year}: planer och loggar …")
        taget_year = open_programme_year(programme=Programme.objects.get(slug="taget"), year=year, by=by)
        for place, (example, school) in enumerate(schools):
            if takes_part(example, this_year=this_year):
                participation = _plan_school(example, school, taget_year, place, random, by)
                logger = holder_of(SchoolMembership.Role.COORDINATOR, school)
                tell_year(participation, fate=example.fate, random=random, by=logger, today=today, over=not this_year)
                _confirm(participation, example, today)
    for place, (_example, school) in enumerate(schools):
        write_notes(school, place, at_hour(today - dt.timedelta(days=20), 9), by)
    say("Tillfällen: utbildningar, APT och föräldraträffar …")
    make_occasions([school for _example, school in schools], today, by)
    make_cooperation(today, by, users["Lena Strid"])
    _let_contacts_leave(schools, SchoolYear.objects.latest("starts_on"), today, by)


def _plan_school(
    example: ExampleSchool, school: School, taget_year: ProgrammeYear, place: int, random: Random, by: User
) -> Participation:
    year = taget_year.year
    add_study_days(year, school, place, by)
    make_groups(example, school, year, random, by)
    participation = join(school=school, programme_year=taget_year, by=by)
    extras = list(SessionTopic.objects.filter(programme=taget_year.programme, kind="extra"))
    # A few schools have not chosen all their topics, so that the pages can say so.
    wanted = taget_year.required_extra - (2 if place % 5 == 1 else 0)
    now = at_hour(year.starts_on - dt.timedelta(days=5), 9)
    choose_topics(participation=participation, topics=random.sample(extras, wanted), by=by, now=now)
    apply_plan(participation=participation, from_day=year.starts_on, by=by, now=now)
    return participation


def _confirm(participation: Participation, example: ExampleSchool, today: dt.date) -> None:
    """The contact persons have answered, but the demo's own: that answer is left to whoever tries the demo."""
    if example is SCHOOLS[0]:
        return
    contact = holder_of(SchoolMembership.Role.CONTACT, participation.school)
    for term in participation.programme_year.year.terms.filter(starts_on__lte=today):
        answered = at_hour(term.starts_on + dt.timedelta(days=6), 13)
        confirm_plan(participation=participation, term=term, by=contact, now=answered)


def _let_contacts_leave(
    schools: list[tuple[ExampleSchool, School]], year: SchoolYear, today: dt.date, by: User
) -> None:
    last_day = min(year.starts_on + dt.timedelta(days=40), today - dt.timedelta(days=1))
    for example, school in schools:
        if example.fate is Fate.NO_CONTACT:
            contact_leaves(example, school, last_day, by)
