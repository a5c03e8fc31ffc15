"""A made-up municipality of any size, for measuring: schools of twenty classes and one staff group each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.core.management import call_command

from accounts import actions as accounts_actions
from accounts.models import CentreRole, User
from programmes import reference
from programmes.models import Programme, SessionTopic
from schools.actions import calendar, people
from schools.actions.plans import open_programme_year
from schools.models import (
    ClosedPeriod,
    District,
    Group,
    Participation,
    PlannedSession,
    School,
    SchoolMembership,
    SchoolYear,
    TopicChoice,
)

CLASSES = 20
FIRST, LAST = dt.date(2026, 8, 18), dt.date(2027, 6, 11)
# A Monday for sessions that are reminded of.
SOON = dt.date(2026, 10, 5)
# When the year is planned.
BEFORE = dt.datetime(2026, 8, 10, 10, tzinfo=dt.UTC)


def make(schools: int) -> tuple[User, SchoolYear]:
    """An empty database with so many schools, of which nothing is planned; the coordinator and the year are given."""
    call_command("flush", interactive=False, verbosity=0)
    reference.load()
    coordinator = _coordinator()
    year = _year(coordinator)
    taget = Programme.objects.get(slug="taget")
    rules = open_programme_year(programme=taget, year=year, by=coordinator)
    district = District.objects.create(name="Norra")
    made = School.objects.bulk_create(
        School(name=f"Skola {number:03}", slug=f"skola-{number:03}", district=district) for number in range(schools)
    )
    _groups(made, year)
    _choices(made, rules, list(SessionTopic.objects.of(taget).extra()[: rules.required_extra]))
    return coordinator, year


@dataclass(frozen=True)
class ToRemind:
    """A contact person's account, address and role, and the sessions of one topic at the school."""

    user: int
    address: str
    membership: int
    sessions: list[int]


def readers(schools: int = 100) -> list[ToRemind]:
    """A contact person for each of so many schools, with six sessions ahead; made once."""
    if not PlannedSession.objects.exists():
        coordinator, _year = make(schools)
        topic = SessionTopic.objects.base().order_by("number").first()
        for school in School.objects.all():
            name = f"{school.slug}@skola.example"
            user = accounts_actions.make_account(email=name, full_name="Elin Test", password=None, by=coordinator)
            at = {"school": school, "name": "Elin Test", "email": name, "phone": ""}
            person = people.add_person(**at, user=user, by=coordinator)
            people.give_membership(person=person, role="contact", starts_on=FIRST, by=coordinator)
            joined = school.participations.get()
            PlannedSession.objects.bulk_create(
                PlannedSession(participation=joined, group=group, slot_no=1, topic=topic, week_start=SOON)
                for group in school.groups.filter(kind="class")[:6]
            )
    sessions: dict[int, list[int]] = defaultdict(list)
    for pk, school in PlannedSession.objects.values_list("pk", "participation__school"):
        sessions[school].append(pk)
    return [
        ToRemind(one.person.user_id, one.person.email, one.pk, sessions[one.person.school_id])
        for one in SchoolMembership.objects.select_related("person").order_by("pk")
    ]


def _coordinator() -> User:
    made = accounts_actions.make_account(
        email="samira@vpc.example", full_name="Samira Test", password="ett-langt-losenord-26", by=None
    )
    role = CentreRole.Role.COORDINATOR
    accounts_actions.give_role(user=made, role=role, starts_on=dt.date(2020, 1, 1), by=made)
    return made


def _year(by: User) -> SchoolYear:
    """With breaks, and at every school nothing else closed."""
    autumn_ends, spring_starts = dt.date(2026, 12, 18), dt.date(2027, 1, 11)
    year = calendar.make_school_year(
        starts_on=FIRST, autumn_ends_on=autumn_ends, spring_starts_on=spring_starts, ends_on=LAST, by=by
    )
    for name, monday in (("Höstlov", dt.date(2026, 10, 26)), ("Sportlov", dt.date(2027, 3, 1))):
        closed = {"starts_on": monday, "ends_on": monday + dt.timedelta(days=4)}
        calendar.close_days(year=year, kind=ClosedPeriod.Kind.BREAK, name=name, **closed, by=by)
    return year


def _groups(schools: list[School], year: SchoolYear) -> None:
    staff = Group.objects.bulk_create(
        Group(school=school, year=year, kind="staff", name="Personal", headcount=20, starts_on=FIRST)
        for school in schools
    )
    Group.objects.bulk_create(
        Group(
            school=own.school,
            year=year,
            kind="class",
            name=f"{number % 6}{'ABCD'[number // 6]}",
            grade=number % 6,
            headcount=24,
            starts_on=FIRST,
            staff_group=own,
        )
        for own in staff
        for number in range(CLASSES)
    )


def _choices(schools: list[School], rules, topics: list[SessionTopic]) -> None:
    joined = Participation.objects.bulk_create(Participation(school=school, programme_year=rules) for school in schools)
    TopicChoice.objects.bulk_create(
        TopicChoice(participation=one, topic=topic, position=position)
        for one in joined
        for position, topic in enumerate(topics, start=1)
    )
