"""What a person's roles at the centre allow. Roles at a school are in ``schools.policies``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import CentreRole
from accounts.roles import held_by

Role = CentreRole.Role


def centre_roles(user: Any, today: dt.date) -> frozenset[str]:
    """The roles that a user holds at the centre on a day."""
    return frozenset(held.role for held in held_by(user, "centre", today))


def is_coordinator(user: Any, today: dt.date) -> bool:
    """A centre coordinator plans and logs for every school."""
    return Role.COORDINATOR in centre_roles(user, today)


def is_leadership(user: Any, today: dt.date) -> bool:
    return Role.LEADERSHIP in centre_roles(user, today)


def is_administrator(user: Any, today: dt.date) -> bool:
    return Role.ADMINISTRATOR in centre_roles(user, today)


def sees_everything(user: Any, today: dt.date) -> bool:
    """Every role at the centre reads every school."""
    return bool(centre_roles(user, today))


def manages_schools(user: Any, today: dt.date) -> bool:
    """Who may add and change schools, people, groups, calendars and plans for the whole centre."""
    return bool(centre_roles(user, today) & {Role.COORDINATOR, Role.ADMINISTRATOR})


def user_can_use_administration_site(user: Any, today: dt.date) -> bool:
    """Only administrators, on the days of their role, even if the account still has Django's flags."""
    return user.is_staff and is_administrator(user, today)
