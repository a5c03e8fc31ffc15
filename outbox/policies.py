"""Who sees the mails: those who answer for them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.policies import manages_schools


def user_can_see_mails(user: Any, today: dt.date) -> bool:
    """Centre coordinators and administrators: every mail, and what is done with those that wait."""
    return manages_schools(user, today)
