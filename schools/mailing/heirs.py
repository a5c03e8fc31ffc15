"""Mails follow the role: a waiting mail for somebody who has left the role goes to whoever has it when the mail is
sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from outbox.letters import NotWanted
from outbox.models import MAY_HAVE_ARRIVED, WAITING, Message
from schools.actions.people import account_for
from schools.models import SchoolMembership

# Hands over what other apps keep about a mail, such as the ledger of reminders, to the account that has the membership
# now. Gives what remains for the mail to be about; None when that account gets all of it anyway.
HandOn = Callable[[Message, SchoolMembership, User], dict[str, Any] | None]
hand_on: list[HandOn] = []


def heir_of(message: Message, now: dt.datetime) -> tuple[User, dict[str, Any]]:
    """Who has the role now, and what the mail is about for them.

    Raises ``NotWanted`` when nobody has the role, or when everybody who has it gets the mail anyway.
    """
    left = SchoolMembership.objects.filter(pk=message.about.get("membership")).select_related("person__school").first()
    if left is None:
        raise NotWanted(_("The recipient has been removed from the school."))
    heirs = list(_heirs(left, timezone.localdate(now)))
    for membership, user in heirs:
        if (about := _about_for(message, membership, user)) is not None:
            return user, about
    if heirs:
        said = {"name": heirs[0][1]}
        raise NotWanted(_("The recipient has left the role. %(name)s has it now, and gets the mail anyway.") % said)
    raise NotWanted(_("The recipient has left the role, and nobody has it now."))


def _heirs(left: SchoolMembership, today: dt.date) -> Iterator[tuple[SchoolMembership, User]]:
    """Those with the role at the school, the newest first. For a contact person's mails at a school without one, its
    coordinators."""
    if left.person.school.has_closed_by(today):
        return
    active = SchoolMembership.objects.in_reach().active(today).filter(person__school=left.person.school)
    active = active.exclude(pk=left.pk).select_related("person__user", "person__school").order_by("-starts_on", "-pk")
    same = [one for one in active if one.role == left.role]
    for membership in same or [one for one in active if one.role == SchoolMembership.Role.COORDINATOR]:
        if user := account_for(membership.person):
            yield membership, user


def _about_for(message: Message, membership: SchoolMembership, user: User) -> dict[str, Any] | None:
    if _gets_it_anyway(message, user):
        return None
    about = message.about
    for rule in hand_on:
        left = rule(message, membership, user)
        if left is None:
            return None
        about |= left
    return about | {"membership": membership.pk}


def _gets_it_anyway(message: Message, user: User) -> bool:
    """Whether a mail of the same kind about the same waits for the account, or was sent to it after this one was
    made."""
    since = Q(state__in=MAY_HAVE_ARRIVED, handed_over_at__gte=message.made_at)
    others = Message.objects.filter(Q(state__in=WAITING) | since, kind=message.kind, user=user).exclude(pk=message.pk)
    return any(_matter(about) == _matter(message.about) for about in others.values_list("about", flat=True))


def _matter(about: dict[str, Any]) -> dict[str, Any]:
    return {key: said for key, said in about.items() if key not in ("membership", "left", "again")}
