"""People whom mails do not reach, since their addresses bounce: somebody has to ring them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from outbox.bounces import Flag, flags
from schools.models import SchoolPerson


@dataclass(frozen=True)
class Unreachable:
    """A person, the address that bounces, the telephone number, and where the address is corrected."""

    flag: Flag
    name: str
    phone: str
    where: str
    url: str


def unreachable_people() -> list[Unreachable]:
    """Everybody whose address is flagged, the latest first; for an address without a person, the address itself."""
    flagged = flags()
    if not flagged:
        return []
    people = SchoolPerson.objects.filter(Q(email__in=flagged) | Q(user__email__in=flagged))
    found = [_of_person(person, flagged) for person in people.select_related("school", "user")]
    known = {one.flag.address for one in found}
    users = User.objects.filter(email__in=[address for address in flagged if address not in known])
    found += [Unreachable(flagged[user.email], str(user), user.phone, "", "") for user in users]
    known = {one.flag.address for one in found}
    found += [Unreachable(flag, address, "", "", "") for address, flag in flagged.items() if address not in known]
    return sorted(found, key=lambda one: one.flag.last_at, reverse=True)


def flag_of(person: SchoolPerson) -> Flag | None:
    """The flag on the address that a person's mails go to, if any."""
    found = flags(_addresses(person))
    return next(iter(found.values()), None)


def _of_person(person: SchoolPerson, flagged: dict[str, Flag]) -> Unreachable:
    flag = next(flagged[address] for address in _addresses(person) if address in flagged)
    phone = person.phone or (person.user.phone if person.user else "")
    url = reverse("schools:person-change", args=[person.school.slug, person.pk])
    return Unreachable(flag, person.name, phone, str(person.school), url)


def _addresses(person: SchoolPerson) -> Iterable[str]:
    return [address.lower() for address in (person.user.email if person.user else "", person.email) if address]
