"""Accounts and roles at the centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import CentreRole, User

ADMINISTRATOR = CentreRole.Role.ADMINISTRATOR

# Apps above this one register here what follows from a corrected address; called with the user, the former address and
# the moment.
AddressFollower = Callable[[User, str, dt.datetime], object]
address_followers: list[AddressFollower] = []


@transaction.atomic
def make_account(*, email: str, full_name: str, phone: str = "", password: str | None = None, by: User | None) -> User:
    """Make an account. Without a password its owner chooses one by a link. ``by`` is None only for the first
    account."""
    user = User(email=email.strip().lower(), full_name=full_name, phone=phone)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user


@transaction.atomic
def change_account(*, user: User, by: User, now: dt.datetime) -> None:
    """Save an account's changed fields. When the address is corrected, its mails go to the new one, those already
    waiting included."""
    before = User.objects.values_list("email", flat=True).get(pk=user.pk)
    user.email = user.email.strip().lower()
    user.full_clean(exclude=["password"])
    user.save(update_fields=["email", "full_name", "phone"])
    if user.email != before:
        for follow in address_followers:
            follow(user, before, now)


@transaction.atomic
def give_role(
    *, user: User, role: str, starts_on: dt.date, ends_on: dt.date | None = None, by: User | None
) -> CentreRole:
    """Give a role for the whole centre from a day on. Raises ``ValidationError`` when the user already has it for some
    of that time.

    An administrator also becomes a superuser of Django's administration site, because the reference content is kept
    there and an administrator may change all of it. The site itself is open only on the days of the role
    (``policies.user_can_use_administration_site``).
    """
    held = CentreRole(user=user, role=role, starts_on=starts_on, ends_on=ends_on)
    held.full_clean()
    # Locked, so that two who give it at once can't both succeed.
    list(User.objects.select_for_update().filter(pk=user.pk))
    if _overlapping(held).exists():
        raise ValidationError({"starts_on": _("The person already has this role in that time.")})
    held.save()
    if role == ADMINISTRATOR:
        _open_administration_site(user, is_open=True)
    return held


@transaction.atomic
def end_role(*, role: CentreRole, last_day: dt.date, today: dt.date, by: User) -> CentreRole:
    """Set the last day of a role. One that began today, or has not begun, is taken back by a day before its first: a
    role that was given to the wrong person stops at once.

    Raises ``ValidationError`` when nobody would be left to administer the portal, and when the role's new last day
    would overlap a later row of the same role.
    """
    if role.role == ADMINISTRATOR:
        _refuse_if_last_administrator(role.user, today)
    if last_day < role.starts_on and role.can_be_taken_back(today):
        role.delete()
    else:
        _set_last_day(role, last_day)
    if role.role == ADMINISTRATOR:
        left = role.user.centre_roles.filter(role=ADMINISTRATOR).exclude(ends_on__lt=today)
        _open_administration_site(role.user, is_open=left.exists())
    return role


def _set_last_day(role: CentreRole, last_day: dt.date) -> None:
    role.ends_on = last_day
    role.full_clean()
    if _overlapping(role).exists():
        raise ValidationError({"last_day": _("The person already has this role in that time.")})
    role.save()


@transaction.atomic
def close_account(*, user: User, today: dt.date, by: User) -> None:
    """The person can no longer sign in, from the next request on. What they did stays."""
    _refuse_if_last_administrator(user, today)
    user.is_active = False
    user.save(update_fields=["is_active"])


@transaction.atomic
def reopen_account(*, user: User, by: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])


def _overlapping(held: CentreRole) -> QuerySet[CentreRole]:
    """The user's other rows of the same role that share a day with this one."""
    others = CentreRole.objects.filter(user=held.user, role=held.role).exclude(pk=held.pk)
    others = others.exclude(ends_on__lt=held.starts_on)
    return others if held.ends_on is None else others.filter(starts_on__lte=held.ends_on)


def _open_administration_site(user: User, *, is_open: bool) -> None:
    user.is_staff = user.is_superuser = is_open
    user.save(update_fields=["is_staff", "is_superuser"])


def _refuse_if_last_administrator(user: User, today: dt.date) -> None:
    # Locked, so that two administrators who end each other's role at once can't both succeed.
    list(CentreRole.objects.select_for_update().filter(role=ADMINISTRATOR))
    others = CentreRole.objects.active(today).filter(role=ADMINISTRATOR, user__is_active=True, ends_on=None)
    if user.pk in others.values_list("user", flat=True) and not others.exclude(user=user).exists():
        raise ValidationError(_("The portal needs an administrator. Give somebody else that role first."))
