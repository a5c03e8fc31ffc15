"""Which mails about sessions are due."""

from __future__ import annotations

import datetime as dt


def due(now: dt.datetime) -> int:
    """Make the reminders that are due at a moment and have not been made; gives how many."""
    return 0
