"""What a person may do at a school. Each ``user_can_x`` serves both the button and the enforcement."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.policies import is_administrator, is_coordinator, is_leadership, manages_schools, sees_everything
from accounts.roles import held_by
from schools.models import Occasion, OccasionInvitation, School, SchoolMembership

CONTACT = SchoolMembership.Role.CONTACT
COORDINATOR = SchoolMembership.Role.COORDINATOR


def school_roles(user: Any, today: dt.date) -> dict[int, frozenset[str]]:
    """The roles that a user holds at schools on a day, by school."""
    roles: dict[int, set[str]] = {}
    for held in held_by(user, "school", today):
        roles.setdefault(held.place, set()).add(held.role)
    return {school: frozenset(some) for school, some in roles.items()}


def roles_at(user: Any, school: School, today: dt.date) -> frozenset[str]:
    """The roles that a user holds at a school on a day."""
    return school_roles(user, today).get(school.pk, frozenset())


def has_own_start(user: Any, today: dt.date) -> bool:
    """Whether the start page is for this user. The leadership starts on the overview and administrators on the
    administration, which have menu entries of their own."""
    if is_coordinator(user, today) or any(COORDINATOR in roles for roles in school_roles(user, today).values()):
        return True
    return not (is_leadership(user, today) or is_administrator(user, today))


def user_can_see(user: Any, school: School, today: dt.date) -> bool:
    return sees_everything(user, today) or bool(roles_at(user, school, today))


def user_can_manage(user: Any, school: School, today: dt.date) -> bool:
    """Change the school itself, its people and its groups."""
    return manages_schools(user, today)


def user_can_plan(user: Any, school: School, today: dt.date) -> bool:
    """Generate a plan and choose its settings."""
    return is_coordinator(user, today)


def user_can_move(user: Any, school: School, today: dt.date) -> bool:
    """Move and cancel sessions."""
    return is_coordinator(user, today) or COORDINATOR in roles_at(user, school, today)


def user_can_log(user: Any, school: School, today: dt.date) -> bool:
    """Centre coordinators log everywhere, a school's coordinator at that school."""
    return is_coordinator(user, today) or COORDINATOR in roles_at(user, school, today)


def user_can_choose_topics(user: Any, school: School, today: dt.date) -> bool:
    return is_coordinator(user, today) or bool(roles_at(user, school, today))


def user_can_confirm(user: Any, school: School, today: dt.date) -> bool:
    """Say that the term's plan is right: the contact person's answer."""
    return CONTACT in roles_at(user, school, today)


def user_can_see_notes(user: Any, school: School, today: dt.date) -> bool:
    return sees_everything(user, today) or COORDINATOR in roles_at(user, school, today)


def user_can_write_notes(user: Any, school: School, today: dt.date) -> bool:
    """Leadership reads the notes, and leaves writing them to those who do the work."""
    return manages_schools(user, today) or COORDINATOR in roles_at(user, school, today)


def only_at_school(user: Any, today: dt.date) -> bool:
    """Whether the user has a role at a school and none at the centre. (With one at the centre, the list of schools has
    them all.)"""
    return user.is_authenticated and not sees_everything(user, today) and bool(school_roles(user, today))


def title_at_school(user: Any, today: dt.date) -> str:
    """What a person's role at a school is called in the page's head; coordinator rather than contact person."""
    roles = {role for held in school_roles(user, today).values() for role in held}
    return next((str(role.label) for role in (COORDINATOR, CONTACT) if role in roles), "")


def sees_some_school(user: Any, today: dt.date) -> bool:
    """Whether there is any school whose occasions the user may read."""
    return sees_everything(user, today) or bool(school_roles(user, today))


def user_can_plan_occasions(user: Any, today: dt.date) -> bool:
    """Whether there is any school for which the user may plan occasions."""
    own = school_roles(user, today).values()
    return manages_schools(user, today) or any(COORDINATOR in roles for roles in own)


def user_can_manage_occasions(user: Any, school: School | None, today: dt.date) -> bool:
    """Plan, change, invite to, cancel and log occasions at a school; with None, those for the whole centre."""
    if manages_schools(user, today):
        return True
    return school is not None and COORDINATOR in roles_at(user, school, today)


def can_change_occasion(occasion: Occasion) -> bool:
    """Until somebody has said whether it was held. A cancelled one stays cancelled."""
    return occasion.held is None and occasion.cancelled_at is None


def can_invite(occasion: Occasion, today: dt.date) -> bool:
    return can_change_occasion(occasion) and occasion.date >= today


def can_log_attendance(occasion: Occasion, today: dt.date) -> bool:
    """From its day on; what was said can be corrected."""
    return occasion.cancelled_at is None and occasion.date <= today


def can_answer(invitation: OccasionInvitation, today: dt.date) -> bool:
    return invitation.withdrawn_at is None and can_invite(invitation.occasion, today)


def user_can_subscribe(user: Any, today: dt.date) -> bool:
    """Whether there is any school whose plan the user may follow in a calendar."""
    return is_coordinator(user, today) or bool(school_roles(user, today))
