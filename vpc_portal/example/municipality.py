"""The example's accounts, schools, people and groups."""

from __future__ import annotations

import datetime as dt
from random import Random

from django.utils.text import slugify

from accounts.actions import give_role, make_account
from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from accounts.models import CentreRole, User
from schools.actions.groups import add_group
from schools.actions.people import add_person, end_membership, give_membership, write_note
from schools.actions.places import add_school
from schools.models import District, Group, School, SchoolMembership, SchoolPerson, SchoolYear
from vpc_portal.example.names import SCHOOL_NOTES, SCHOOLS, TEACHERS, ExampleSchool, Fate

LONG_AGO = dt.date(2020, 8, 1)
Role = SchoolMembership.Role


def make_accounts() -> dict[str, User]:
    """One account for each role, by name; those at the centre also get their role."""
    users = {
        demo.name: make_account(
            email=demo.email, full_name=demo.name, phone=demo.phone, password=DEMO_PASSWORD, by=None
        )
        for demo in DEMO_ACCOUNTS
    }
    for demo in DEMO_ACCOUNTS:
        if demo.role in CentreRole.Role.values:
            give_role(user=users[demo.name], role=demo.role, starts_on=LONG_AGO, by=None)
    return users


def make_school(example: ExampleSchool, users: dict[str, User], by: User) -> School:
    """The school with its contact person and coordinator, who have accounts, and two teachers, who have none."""
    district, _made = District.objects.get_or_create(name=example.district)
    school = add_school(name=example.name, district=district, logs_by_link=example.logs_by_link, by=by)
    for place, (name, role) in enumerate([(example.contact, Role.CONTACT), (example.coordinator, Role.COORDINATOR)]):
        user = users.get(name) or make_account(email=_address(name, school), full_name=name, by=by)
        person = _person(school, name, user, SCHOOLS.index(example) * 10 + place, by)
        give_membership(person=person, role=role, starts_on=LONG_AGO, by=by)
    for place in range(2):
        number = SCHOOLS.index(example) * 2 + place
        _person(school, TEACHERS[number % len(TEACHERS)], None, 500 + number, by)
    return school


def contact_leaves(example: ExampleSchool, school: School, last_day: dt.date, by: User) -> None:
    """End the contact person's role, as at a school that has not found a new one."""
    membership = SchoolMembership.objects.get(person__school=school, role=Role.CONTACT, ends_on=None)
    end_membership(membership=membership, last_day=last_day, by=by)


def make_groups(example: ExampleSchool, school: School, year: SchoolYear, random: Random, by: User) -> list[Group]:
    """One or two staff groups, and the classes with between 18 and 27 pupils."""
    split = sum(example.classes) > 7
    bands = [("Personal F–2", range(3)), ("Personal 3–5", range(3, 6))] if split else [("Personal", range(6))]
    groups = []
    for name, grades in bands:
        staff = add_group(school=school, year=year, kind="staff", name=name, headcount=random.randint(8, 16), by=by)
        groups.append(staff)
        groups += [
            add_group(
                school=school,
                year=year,
                kind="class",
                name=f"{'F' if grade == 0 else grade}{'ABC'[number]}",
                grade=grade,
                headcount=random.randint(18, 27),
                staff_group=staff,
                by=by,
            )
            for grade in grades
            for number in range(example.classes[grade])
        ]
    return groups


def write_notes(school: School, place: int, now: dt.datetime, by: User) -> None:
    """A note or two about some of the schools."""
    if place % 3 == 0:
        write_note(school=school, text=SCHOOL_NOTES[place // 3 % len(SCHOOL_NOTES)], by=by, now=now)


def holder_of(role: str, school: School) -> User:
    """The person who has, or last had, a role at an example school."""
    membership = SchoolMembership.objects.filter(person__school=school, role=role).select_related("person__user").get()
    user: User = membership.person.user
    return user


def takes_part(example: ExampleSchool, *, this_year: bool) -> bool:
    return this_year or example.fate is not Fate.NEW_THIS_YEAR


def _person(school: School, name: str, user: User | None, number: int, by: User) -> SchoolPerson:
    """Telephone numbers are from the series that the Swedish Post and Telecom Authority reserves for fiction."""
    email = user.email if user else _address(name, school)
    return add_person(
        school=school, name=name, email=email, phone=f"070-174 06 {5 + number % 95:02d}", user=user, by=by
    )


def _address(name: str, school: School) -> str:
    return f"{slugify(name).replace('-', '.')}@{school.slug}.example"
