"""Who and where the tests are about: a small made-up municipality and one person for each role."""

from __future__ import annotations

import datetime as dt
import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client, TransactionTestCase

from accounts import actions as accounts_actions
from accounts.models import CentreRole, User
from schools.actions import calendar, groups, people, places
from schools.models import ClosedPeriod, District, School, SchoolMembership, SchoolYear
from tests import emptying, migrated, remembering
from tests.remembering import remembered

pytest_plugins = ["tests.browsing", "tests.processes.fixtures"]

# The same examples each time, however slow the machine: a change must not fail for what only this run has come upon.
# To look for more: pytest --hypothesis-profile=default.
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")

# Which of pytest-django's fixtures ask for the database, and which for one that other threads see.
DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server", "django_db_setup"}
SEEN_BY_OTHERS = {"transactional_db", "live_server"}


# How a test fails that waited in vain for a browser or a process: the machine may have been busy with much else. It
# is tried once more, and the last lines name it. Whatever else is wrong there fails the first time.
WAITED_IN_VAIN = ["^TimeoutError", "^AssertionError: (Locator|Page) expected", "^Failed: Waited .* in vain"]


def pytest_itemcollected(item: pytest.Item) -> None:
    if {"browser", "processes"}.intersection(mark.name for mark in item.iter_markers()):
        item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=WAITED_IN_VAIN))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what asks a database is tried: the rest is no other there than beside SQLite. And on SQLite
    all but what PostgreSQL alone does.

    Nor does the walk post there: who is let in to write is decided before anything is written. How many pages a sheet
    fills is no other either.
    """
    on_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    there = {True: [], False: []}
    for item in items:
        there[_is_other_there(item) if on_postgresql else item.get_closest_marker("postgresql") is None].append(item)
    items[:] = there[True]
    config.hook.pytest_deselected(items=there[False])


def _is_other_there(item: pytest.Item) -> bool:
    if item.get_closest_marker("doors") is not None or item.get_closest_marker("sheets") is not None:
        return False
    if item.get_closest_marker("django_db") is not None or not DATABASE.isdisjoint(getattr(item, "fixturenames", ())):
        return True
    return issubclass(getattr(item, "cls", None) or object, TransactionTestCase)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    remembering.begin()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool, django_db_modify_db_settings: None) -> bool:
    """Whether the tests' database is there already: on SQLite, a copy of one that ``make check`` has migrated."""
    database = settings.DATABASES["default"]
    return django_db_keepdb or ("sqlite" in database["ENGINE"] and migrated.copied_to(Path(database["TEST"]["NAME"])))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """What the migrations write is not yet the first test's."""
    remembering.begin()
    if connection.vendor == "postgresql":
        emptying.by_deleting()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Where threads, servers and processes write, too, nobody sees all that has been written since."""
    remembering.settle()
    marker = item.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or SEEN_BY_OTHERS.intersection(getattr(item, "fixturenames", ())):
        remembering.end()


AUTUMN_DAY = dt.date(2026, 9, 17)
NOW = dt.datetime(2026, 9, 17, 12, 0, tzinfo=dt.UTC)
PASSWORD = "ett-langt-losenord-26"


@remembered
def account(name: str) -> User:
    return accounts_actions.make_account(
        email=f"{name}@vpc.example", full_name=f"{name.capitalize()} Test", password=PASSWORD, by=None
    )


@remembered
def centre_account(name: str, role: str) -> User:
    user = account(name)
    accounts_actions.give_role(user=user, role=role, starts_on=dt.date(2020, 1, 1), by=user)
    return user


@remembered
def an_administrator() -> User:
    user = centre_account("adam", CentreRole.Role.ADMINISTRATOR)
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@remembered
def a_year(by: User) -> SchoolYear:
    """The school year 2026/27, with its breaks."""
    made = calendar.make_school_year(
        starts_on=dt.date(2026, 8, 18),
        autumn_ends_on=dt.date(2026, 12, 18),
        spring_starts_on=dt.date(2027, 1, 11),
        ends_on=dt.date(2027, 6, 11),
        by=by,
    )
    for name, first, last in [
        ("Höstlov", dt.date(2026, 10, 26), dt.date(2026, 10, 30)),
        ("Sportlov", dt.date(2027, 3, 1), dt.date(2027, 3, 5)),
        ("Påsklov", dt.date(2027, 3, 29), dt.date(2027, 4, 2)),
    ]:
        calendar.close_days(year=made, kind=ClosedPeriod.Kind.BREAK, name=name, starts_on=first, ends_on=last, by=by)
    return made


@remembered
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


@remembered
def at_school(user: User, school: School, role: str, by: User) -> User:
    person = people.add_person(
        school=school, name=user.full_name, email=user.email, phone="070-000 00 00", user=user, by=by
    )
    people.give_membership(person=person, role=role, starts_on=dt.date(2025, 8, 1), by=by)
    return user


@remembered
def a_small_municipality() -> SimpleNamespace:
    """Two schools, a year, and one person for each role: what the fixtures below give one by one."""
    samira = centre_account("samira", CentreRole.Role.COORDINATOR)
    maria, adam = centre_account("maria", CentreRole.Role.LEADERSHIP), an_administrator()
    year = a_year(samira)
    lindang = a_school("Lindängsskolan", "Norra", year, samira)
    elin = at_school(account("elin"), lindang, SchoolMembership.Role.CONTACT, samira)
    jonas = at_school(account("jonas"), lindang, SchoolMembership.Role.COORDINATOR, samira)
    return SimpleNamespace(
        samira=samira,
        maria=maria,
        adam=adam,
        elin=elin,
        jonas=jonas,
        lindang=lindang,
        ekbacka=a_school("Ekbackaskolan", "Södra", year, samira),
        year=year,
    )


@remembered
def together(**who_and_where: Any) -> SimpleNamespace:
    return SimpleNamespace(**who_and_where)


@pytest.fixture(autouse=True)
def nothing_is_written_out_before() -> None:
    """A test's rows can have the keys of another's."""
    for name in ("pages", "rendered", "rows"):
        caches[name].clear()


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
    return an_administrator()


@pytest.fixture
def year(samira: User) -> SchoolYear:
    """The school year 2026/27, with an autumn and a winter break."""
    return a_year(samira)


@pytest.fixture
def lindang(year: SchoolYear, samira: User) -> School:
    """Elin's and Jonas's school."""
    return a_school("Lindängsskolan", "Norra", year, samira)


@pytest.fixture
def ekbacka(year: SchoolYear, samira: User) -> School:
    """Somebody else's school."""
    return a_school("Ekbackaskolan", "Södra", year, samira)


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
    return together(
        samira=samira, maria=maria, adam=adam, elin=elin, jonas=jonas, lindang=lindang, ekbacka=ekbacka, year=year
    )
