"""Accounts and roles at the centre."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import CentreRole, User


@transaction.atomic
def make_account(
    *, email: str, full_name: str, phone: str = "", password: str | None = None, by: User | None
) -> User:
    """An account; without a password its owner chooses one by a link. ``by`` is None only for the first account."""
    user = User(email=email.strip().lower(), full_name=full_name, phone=phone)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user


@transaction.atomic
def give_role(
    *, user: User, role: str, starts_on: dt.date, ends_on: dt.date | None = None, by: User | None
) -> CentreRole:
    """A role for the whole centre, from a day. Administrators may also use Django's administration site."""
    held = CentreRole(user=user, role=role, starts_on=starts_on, ends_on=ends_on)
    held.full_clean()
    held.save()
    return held
