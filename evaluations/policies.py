"""Who reads which figures, and who sets their targets."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.policies import is_administrator, is_coordinator, is_leadership, sees_everything
from programmes.policies import partners_of
from schools.models import School
from schools.policies import roles_at, school_roles

# Totals of fewer schools could tell of a single school.
FEWEST_SCHOOLS = 3


def user_can_set_targets(user: Any, today: dt.date) -> bool:
    return is_leadership(user, today) or is_administrator(user, today)


def user_can_make_reports(user: Any, today: dt.date) -> bool:
    """Save reports, and write their texts."""
    return is_leadership(user, today)


def user_can_withdraw_reports(user: Any, today: dt.date) -> bool:
    return is_leadership(user, today) or is_administrator(user, today)


def sees_totals_only(user: Any, today: dt.date) -> bool:
    """Whether the user is a partner's representative, who sees what schools have done together and never one school's
    rows."""
    return not sees_everything(user, today) and bool(partners_of(user, today))


def sees_figures(user: Any, today: dt.date) -> bool:
    return sees_everything(user, today) or sees_totals_only(user, today)


def gets_refreshes(user: Any, today: dt.date) -> bool:
    """Coordinators and leadership get the mail about the indicators' yearly refresh."""
    return is_coordinator(user, today) or is_leadership(user, today)


def user_can_run_surveys(user: Any, school: School, today: dt.date) -> bool:
    """Plan a school's surveys, open and close their rounds: those with a role at the school, and the centre's
    coordinators."""
    return is_coordinator(user, today) or bool(roles_at(user, school, today))


def user_can_end_surveys(user: Any, today: dt.date) -> bool:
    """End a survey at every school, so that its results are shown."""
    return is_coordinator(user, today)


def sees_surveys(user: Any, today: dt.date) -> bool:
    return sees_figures(user, today) or bool(school_roles(user, today))
