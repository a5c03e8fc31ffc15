"""Who may write the centre's content. Anyone signed in reads it; the ground of the work is read by all."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.policies import manages_schools


def user_can_write_content(user: Any, today: dt.date) -> bool:
    """Centre coordinators and administrators keep the content."""
    return manages_schools(user, today)
