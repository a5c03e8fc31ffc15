"""Who gets which reminder of a session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from accounts.models import User
from schools.actions.people import account_for
from schools.mailing.telling import Reader, readers_of
from schools.models import School, SchoolMembership, SchoolPerson
from sessions_log.reminding.kinds import Kind, To
from sessions_log.reminding.places import Place
from sessions_log.reminding.roles import Roles, centre_coordinators
from sessions_log.reminding.rules import Rules

Pairs = list[tuple[Place, int]]


@dataclass(frozen=True)
class Addressee:
    """Somebody whom a reminder goes to, and for which role.

    ``key`` is the account's, or the person's own where there is no account yet. ``reader`` is whom to write to; None
    when recipients are only looked up.
    """

    key: int | str
    to: To
    reader: Reader | User | None = None


class Readers(Protocol):
    """Who gets what: in order to send it, or only to look."""

    def at_school(self, school: int) -> list[Addressee]: ...

    def loggers(self, school: int) -> list[Addressee]: ...

    def centre(self) -> list[Addressee]: ...

    def leader(self, leader: int) -> Addressee | None: ...


def readers_of_step(readers: Readers, kind: str, lead: int, place: Place, rules: Rules) -> list[Addressee]:
    """Who gets one step of a session's reminders."""
    if kind == Kind.APPROACHING:
        return readers.at_school(place.school)
    if kind == Kind.LOG_MISSING:
        return readers.loggers(place.school) or readers.centre()
    if kind == Kind.LOG_ESCALATED:
        return readers.centre() if lead == rules[kind].leads[-1] else readers.loggers(place.school)
    found = readers.leader(place.leader) if place.leader else None
    return [found] if found else []


class Foreseen:
    """Who would get it, by the day's roles; makes no accounts, and reads nothing for each school."""

    def __init__(self, roles: Roles, leaders: Iterable[int]) -> None:
        self._roles = roles
        people = SchoolPerson.objects.filter(pk__in=set(leaders)).values_list("pk", "user")
        self._leaders = {pk: Addressee(user or f"person {pk}", To.LEADERS) for pk, user in people}
        self._at_school: dict[int, list[Addressee]] = {}
        self._loggers: dict[int, list[Addressee]] = {}

    def at_school(self, school: int) -> list[Addressee]:
        if school not in self._at_school:
            self._at_school[school] = _foreseen(self._roles.readers(school))
        return self._at_school[school]

    def loggers(self, school: int) -> list[Addressee]:
        if school not in self._loggers:
            self._loggers[school] = _foreseen(self._roles.loggers(school))
        return self._loggers[school]

    def centre(self) -> list[Addressee]:
        return [Addressee(user.pk, To.CENTRE, user) for user in self._roles.centre]

    def leader(self, leader: int) -> Addressee | None:
        return self._leaders.get(leader)


def _foreseen(memberships: Iterable[SchoolMembership]) -> list[Addressee]:
    found = {one.person.user_id or f"person {one.person_id}": one for one in memberships}
    return [Addressee(key, role_of(one)) for key, one in found.items()]


def role_of(membership: SchoolMembership) -> To:
    is_contact = membership.role == SchoolMembership.Role.CONTACT
    return To.CONTACTS if is_contact else To.SCHOOL_COORDINATORS


class Actual:
    """Who gets it, with the account that each needs; reads a school when it is needed, once."""

    def __init__(self, today: dt.date) -> None:
        self._today = today
        self._schools: dict[int, list[Addressee]] = {}
        self._loggers: dict[int, list[Addressee]] = {}

    @cached_property
    def _centre(self) -> list[Addressee]:
        return [Addressee(user.pk, To.CENTRE, user) for user in centre_coordinators(self._today)]

    def at_school(self, school: int) -> list[Addressee]:
        if school not in self._schools:
            readers = readers_of(School.objects.get(pk=school), self._today)
            self._schools[school] = [_actual(one) for one in readers]
        return self._schools[school]

    def loggers(self, school: int) -> list[Addressee]:
        if school not in self._loggers:
            self._loggers[school] = [_actual(one) for one in own_loggers(school, self._today)]
        return self._loggers[school]

    def centre(self) -> list[Addressee]:
        return self._centre

    def leader(self, leader: int) -> Addressee | None:
        user = account_for(SchoolPerson.objects.select_related("user").get(pk=leader))
        return Addressee(user.pk, To.LEADERS, user) if user else None


def _actual(reader: Reader) -> Addressee:
    return Addressee(reader.user.pk, role_of(reader.membership), reader)


def own_loggers(school: int, today: dt.date) -> Iterator[Reader]:
    """The school's coordinators who have an account to log with."""
    active = SchoolMembership.objects.coordinators().active(today).filter(person__school=school)
    memberships = active.filter(person__user__is_active=True).select_related("person__user", "person__school")
    yield from {one.person.user_id: Reader(one, one.person.user) for one in memberships}.values()
