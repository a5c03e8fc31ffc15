"""Handing over a role at a school: the new person takes over where the former one leaves."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import short_day
from outbox.actions import enqueue
from outbox.letters import local_time
from schools.actions.people import end_membership, give_account, give_membership, who_has
from schools.models import SchoolMembership, SchoolPerson

WELCOME = "role-handed-over"
# A welcome for a later day arrives before school begins that day.
MORNING = dt.time(7)
DAY = dt.timedelta(days=1)
FURTHEST_AHEAD = dt.timedelta(days=366)


@transaction.atomic
def hand_over(
    *,
    membership: SchoolMembership,
    to: SchoolPerson,
    from_day: dt.date,
    by: User,
    now: dt.datetime,
    with_welcome: bool = True,
) -> SchoolMembership:
    """Give somebody's role at the school to ``to`` from a day on; the former person has it until the day before.

    The plan, answers and history belong to the school, and stay. All links that the former person was sent stop at
    once, and waiting mails go to whoever has the role when they are sent (``schools.mailing.heirs``). ``to`` may be an
    unsaved person. The new person gets a welcome mail on the day.

    Raises ``ValidationError`` by field: ``from_day`` when the role does not last until that day, ``to`` when that
    person already has the role or has a closed account.
    """
    membership = SchoolMembership.objects.select_for_update(of=("self",)).select_related("person").get(pk=membership.pk)
    _check_day(membership, from_day, timezone.localdate(now))
    _add_if_new(to)
    _check_person(membership, to)
    until = membership.ends_on if membership.ends_on and membership.ends_on >= from_day else None
    end_membership(membership=membership, last_day=from_day - DAY, by=by)
    new = _give(to, membership.role, from_day, until, by)
    if to.email:
        user = _account_of(to, by)
        if with_welcome:
            _welcome(new, user, after=membership, now=now)
    return new


def _check_day(membership: SchoolMembership, from_day: dt.date, today: dt.date) -> None:
    said = {"name": membership.person.name}
    if membership.ends_on is not None and from_day - membership.ends_on > DAY:
        said["day"] = short_day(membership.ends_on)
        raise ValidationError({"from_day": _("%(name)s has the role until %(day)s. Choose a day that follows.") % said})
    if from_day <= membership.starts_on:
        said["day"] = short_day(membership.starts_on)
        text = _("%(name)s has had the role since %(day)s. Choose a later day.")
        raise ValidationError({"from_day": text % said})
    if from_day > today + FURTHEST_AHEAD:
        raise ValidationError({"from_day": _("Choose a day within a year.")})


def _add_if_new(person: SchoolPerson) -> None:
    if person.pk is not None:
        return
    person.email = person.email.strip().lower()
    if known := who_has(person.email, at=person.school).first():
        text = _("%(name)s at the school has this address. Choose that person in the list.")
        raise ValidationError({"email": text % {"name": known.name}})
    person.full_clean()
    person.save()


def _check_person(membership: SchoolMembership, to: SchoolPerson) -> None:
    if to.school_id != membership.person.school_id:
        raise ValidationError({"to": _("Choose somebody at the school.")})
    if to.pk == membership.person_id:
        raise ValidationError({"to": _("Choose somebody else than the one who leaves the role.")})


def _give(to: SchoolPerson, role: str, from_day: dt.date, until: dt.date | None, by: User) -> SchoolMembership:
    try:
        return give_membership(person=to, role=role, starts_on=from_day, ends_on=until, by=by)
    except ValidationError as refused:
        raise ValidationError({"to": refused.messages}) from refused


def _account_of(person: SchoolPerson, by: User) -> User:
    """The account that the mails go to; raises ``ValidationError`` by field when it is shut."""
    if person.user is None:
        return give_account(person=person, by=by)
    if not person.user.is_active:
        text = _("The account of %(name)s is closed. An administrator can open it again.")
        raise ValidationError({"to": text % {"name": person.name}})
    return person.user


def _welcome(new: SchoolMembership, user: User, *, after: SchoolMembership, now: dt.datetime) -> None:
    enqueue(
        kind=WELCOME,
        user=user,
        address=user.email,
        about={"membership": new.pk, "after": after.pk},
        once_key=f"{WELCOME}:{new.pk}",
        not_before=max(now, local_time(new.starts_on, MORNING)),
        now=now,
    )
