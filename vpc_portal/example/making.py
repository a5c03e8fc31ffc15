"""The whole example municipality, from nothing to today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import cycle
from random import Random

from django.db import transaction

from accounts.models import User
from evaluations.actions import set_targets
from programmes.models import Programme, SessionTopic
from schools.actions.confirmations import confirm_plan
from schools.actions.leading import set_leader
from schools.actions.plans import apply_plan, choose_topics, join, open_programme_year
from schools.models import Participation, PlannedSession, ProgrammeYear, School, SchoolMembership, SchoolYear
from vpc_portal.example.calendars import add_study_days, first_calendar_year, make_year
from vpc_portal.example.content import describe_topics, write_handbook
from vpc_portal.example.cooperation import make_cooperation
from vpc_portal.example.indicators import make_indicators
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
from vpc_portal.example.mvp import plan_mvp
from vpc_portal.example.names import SCHOOLS, ExampleSchool, Fate
from vpc_portal.example.occasions import make_occasions
from vpc_portal.example.reports import save_reports
from vpc_portal.example.surveys import make_surveys

Say = Callable[[str], None]
# In per cent, by figure.
TAGET_TARGETS = {
    "pace": 80,
    "dose": 90,
    "on_time": 80,
    "staff_first": 90,
    "reach": 95,
    "full_dose": 60,
    "adherence": 85,
    "reporting": 90,
}
AROUND_TODAY = dt.timedelta(days=14)


@transaction.atomic
def make_example(*, seed: int, today: dt.date, say: Say, examples: Sequence[ExampleSchool] = SCHOOLS) -> None:
    """Make accounts, schools, and two school years of plans and logs. ``say`` is called with a line for each step."""
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
        mvp_year = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=year, by=by)
        if not this_year:
            _set_targets(taget_year, mvp_year, at_hour(year.starts_on, 9), users["Maria Lind"])
        for place, (example, school) in enumerate(schools):
            if takes_part(example, this_year=this_year):
                plans = [_plan_school(example, school, taget_year, place, random, by)]
                if example.sixes:
                    plans.append(plan_mvp(example, school, mvp_year, random, today, by))
                logger = holder_of(SchoolMembership.Role.COORDINATOR, school)
                for plan in plans:
                    tell_year(plan, fate=example.fate, random=random, by=logger, today=today, over=not this_year)
                    _confirm(plan, example, today)
    for place, (_example, school) in enumerate(schools):
        write_notes(school, place, at_hour(today - dt.timedelta(days=20), 9), by)
    say("Tillfällen: utbildningar, APT och föräldraträffar …")
    _name_leaders(schools, today, by)
    make_occasions([school for _example, school in schools], today, by)
    make_cooperation(today, by, users["Lena Strid"])
    say("Enkäter, med påhittade svar …")
    make_surveys(random, today, by)
    make_indicators(today, by, at_hour(today - dt.timedelta(days=40), 14))
    _let_contacts_leave(schools, SchoolYear.objects.latest("starts_on"), today, by)
    save_reports(today, users["Maria Lind"])


def _set_targets(taget_year: ProgrammeYear, mvp_year: ProgrammeYear, now: dt.datetime, by: User) -> None:
    """What the made-up leadership aims at."""
    set_targets(programme_year=taget_year, percents=TAGET_TARGETS, by=by, now=now)
    set_targets(programme_year=mvp_year, percents={"pace": 85, "dose": 90}, by=by, now=now)


def _plan_school(
    example: ExampleSchool, school: School, taget_year: ProgrammeYear, place: int, random: Random, by: User
) -> Participation:
    year = taget_year.year
    add_study_days(year, school, place, by)
    make_groups(example, school, year, random, by)
    participation = join(school=school, programme_year=taget_year, by=by)
    extras = list(SessionTopic.objects.filter(programme=taget_year.programme, kind="extra"))
    # A few schools have not chosen all their topics, so that pages can show that.
    wanted = taget_year.required_extra - (2 if place % 5 == 1 else 0)
    now = at_hour(year.starts_on - dt.timedelta(days=5), 9)
    choose_topics(participation=participation, topics=random.sample(extras, wanted), by=by, now=now)
    apply_plan(participation=participation, from_day=year.starts_on, by=by, now=now)
    return participation


def _confirm(participation: Participation, example: ExampleSchool, today: dt.date) -> None:
    """All contact persons have answered except the demo's own: that answer is left to whoever tries the demo."""
    if example is SCHOOLS[0]:
        return
    contact = holder_of(SchoolMembership.Role.CONTACT, participation.school)
    for term in participation.programme_year.year.terms.filter(starts_on__lte=today):
        answered = at_hour(term.starts_on + dt.timedelta(days=6), 13)
        confirm_plan(participation=participation, term=term, by=contact, now=answered)


def _name_leaders(schools: list[tuple[ExampleSchool, School]], today: dt.date, by: User) -> None:
    """At a school that logs by link, teachers lead the pupil sessions around today and get links to log them."""
    now = at_hour(today - dt.timedelta(days=10), 9)
    for school in (school for example, school in schools if example.logs_by_link):
        teachers = cycle(school.people.filter(user=None).order_by("pk"))
        sessions = PlannedSession.objects.without_outcome().filter(
            participation__school=school,
            group__kind="class",
            week_start__range=(today - AROUND_TODAY, today + AROUND_TODAY),
        )
        for session, teacher in zip(
            sessions.with_names().order_by("week_start", "group", "pk"), teachers, strict=False
        ):
            set_leader(session=session, leader=teacher, version=session.version, by=by, now=now)


def _let_contacts_leave(
    schools: list[tuple[ExampleSchool, School]], year: SchoolYear, today: dt.date, by: User
) -> None:
    last_day = min(year.starts_on + dt.timedelta(days=40), today - dt.timedelta(days=1))
    for example, school in schools:
        if example.fate is Fate.NO_CONTACT:
            contact_leaves(example, school, last_day, by)
