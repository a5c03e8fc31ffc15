"""Who and where the tests are about: a small made-up municipality and one person for each role."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts import actions as accounts_actions
from accounts.models import CentreRole, User
from schools.actions import calendar, groups, people, places
from schools.models import ClosedPeriod, District, School, SchoolMembership, SchoolYear

pytest_plugins = ["tests.browsing", "tests.processes.fixtures"]

AUTUMN_DAY = dt.date(2026, 9, 17)
NOW = dt.datetime(2026, 9, 17, 12, 0, tzinfo=dt.UTC)
PASSWORD = "ett-langt-losenord-26"


def account(name: str) -> User:
    return accounts_actions.make_account(
        email=f"{name}@vpc.example", full_name=f"{name.capitalize()} Test", password=PASSWORD, by=None
    )


def centre_account(name: str, role: str) -> User:
    user = account(name)
    accounts_actions.give_role(user=user, role=role, starts_on=dt.date(2020, 1, 1), by=user)
    return user


@pytest.fixture
def samira(db: None) -> User:
    """A centre coordinator."""
    return centre_account("samira", CentreRole.Role.COORDINATOR)


@pytest.fixture
def maria(db: None) -> User:
    """Leadership."""
    return centre_account("maria", CentreRole.Role.LEADERSHIP)


@pytest.fixture
def adam(db: None) -> User:
    """An administrator."""
    user = centre_account("adam", CentreRole.Role.ADMINISTRATOR)
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def year(samira: User) -> SchoolYear:
    """The school year 2026/27, with an autumn and a winter break."""
    made = calendar.make_school_year(
        starts_on=dt.date(2026, 8, 18),
        autumn_ends_on=dt.date(2026, 12, 18),
        spring_starts_on=dt.date(2027, 1, 11),
        ends_on=dt.date(2027, 6, 11),
        by=samira,
    )
    for name, first, last in [
        ("Höstlov", dt.date(2026, 10, 26), dt.date(2026, 10, 30)),
        ("Sportlov", dt.date(2027, 3, 1), dt.date(2027, 3, 5)),
        ("Påsklov", dt.date(2027, 3, 29), dt.date(2027, 4, 2)),
    ]:
        calendar.close_days(
            year=made, kind=ClosedPeriod.Kind.BREAK, name=name, starts_on=first, ends_on=last, by=samira
        )
    return made


def a_school(name: str, district: str, year: SchoolYear, by: User) -> School:
    """A school with one staff group and two classes."""
    place, _made = District.objects.get_or_create(name=district)
    school = places.add_school(name=name, district=place, by=by)
    staff = groups.add_group(school=school, year=year, kind="staff", name="Personal F–3", headcount=11, by=by)
    for grade, count in [(1, 24), (2, 22)]:
        groups.add_group(
            school=school,
            year=year,
            kind="class",
            name=f"{grade}A",
            grade=grade,
            headcount=count,
            staff_group=staff,
            by=by,
        )
    return school


@pytest.fixture
def lindang(year: SchoolYear, samira: User) -> School:
    """Elin's and Jonas's school."""
    return a_school("Lindängsskolan", "Norra", year, samira)


@pytest.fixture
def ekbacka(year: SchoolYear, samira: User) -> School:
    """Somebody else's school."""
    return a_school("Ekbackaskolan", "Södra", year, samira)


def at_school(user: User, school: School, role: str, by: User) -> User:
    person = people.add_person(
        school=school, name=user.full_name, email=user.email, phone="070-000 00 00", user=user, by=by
    )
    people.give_membership(person=person, role=role, starts_on=dt.date(2025, 8, 1), by=by)
    return user


@pytest.fixture
def elin(lindang: School, samira: User) -> User:
    """A contact person at Lindängsskolan."""
    return at_school(account("elin"), lindang, SchoolMembership.Role.CONTACT, samira)


@pytest.fixture
def jonas(lindang: School, samira: User) -> User:
    """Lindängsskolan's coordinator."""
    return at_school(account("jonas"), lindang, SchoolMembership.Role.COORDINATOR, samira)


@pytest.fixture
def signed_in():
    """A browserless client, signed in: ``signed_in(elin).get(...)``."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def centre(samira, maria, adam, elin, jonas, lindang, ekbacka, year) -> SimpleNamespace:
    """The whole small municipality."""
    return SimpleNamespace(
        samira=samira, maria=maria, adam=adam, elin=elin, jonas=jonas, lindang=lindang, ekbacka=ekbacka, year=year
    )
