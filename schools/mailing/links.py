"""Signed links: what somebody with a mail's link may do without a password.

A link is made for a role at a school (a membership). It carries its scopes, the day it was made, and the membership's
``link_version``; raising that revokes every link made before. Links are made when a mail is sent, and are stored
nowhere.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

from schools.models import School, SchoolMembership

SALT = "schools.links"


class Scope(enum.StrEnum):
    """What a link may be used for; the value is what the link carries."""

    READ = "r"
    ANSWER = "a"
    CHOOSE = "c"
    LOG = "l"


# Days that a scope is valid. A term's plan can be read all term; scopes that change something are shorter.
HOLDS = {Scope.READ: 180, Scope.ANSWER: 60, Scope.CHOOSE: 60, Scope.LOG: 30}


class LinkRefused(Exception):  # noqa: N818 - reads as what happened
    """The link opens nothing."""


class Tampered(LinkRefused):
    """It was not made here, or has been changed."""


class Revoked(LinkRefused):
    """The role has ended, or its links have been revoked."""


class Expired(LinkRefused):
    """It is too old for this."""


@dataclass(frozen=True)
class OpenLink:
    """A link that is valid today: for whom, and for what."""

    token: str
    membership: SchoolMembership
    scopes: frozenset[Scope]

    @property
    def school(self) -> School:
        return self.membership.person.school

    @property
    def answers(self) -> bool:
        """Whether it may still be answered with; an older one may only be read."""
        return Scope.ANSWER in self.scopes


def make_link(membership: SchoolMembership, scopes: Iterable[Scope], today: dt.date) -> str:
    """The token in the address."""
    said = [membership.pk, membership.link_version, "".join(sorted(scopes)), today.toordinal()]
    return signing.dumps(said, salt=SALT)


def open_link(token: str, today: dt.date) -> OpenLink:
    """What a link allows on a day. Reading it changes nothing. Raises ``Tampered``, ``Revoked`` or ``Expired``."""
    try:
        pk, version, letters, day = signing.loads(token, salt=SALT)
        scopes = {Scope(letter) for letter in letters}
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise Tampered from wrong
    found = SchoolMembership.objects.active(today).filter(pk=pk, link_version=version)
    membership = found.select_related("person__school__district", "person__user").first()
    if membership is None or _is_closed(membership, today):
        raise Revoked
    age = today.toordinal() - day
    holding = frozenset(scope for scope in scopes if 0 <= age <= HOLDS[scope])
    if not holding:
        raise Expired
    return OpenLink(token, membership, holding)


def _is_closed(membership: SchoolMembership, today: dt.date) -> bool:
    """Whether the account is closed, or the school has left the work."""
    person = membership.person
    return bool(person.user and not person.user.is_active) or person.school.has_closed_by(today)
