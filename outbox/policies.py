"""Who sees the mails, and what can be done with a mail where it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.policies import is_administrator, manages_schools
from outbox.kinds import is_secret
from outbox.models import Message, State

CAN_BE_HELD = (State.QUEUED, State.GATHERED)
CAN_BE_RESENT = (State.SENT, State.FAILED, State.UNCERTAIN, State.SKIPPED)


def user_can_see_mails(user: Any, today: dt.date) -> bool:
    """See every mail, and act on waiting ones: the centre's coordinators and administrators."""
    return manages_schools(user, today)


def user_can_change_texts(user: Any, today: dt.date) -> bool:
    """Change what every mail of a kind says from now on: administrators."""
    return is_administrator(user, today)


def can_be_held(message: Message) -> bool:
    return message.state in CAN_BE_HELD


def can_go_at_once(message: Message) -> bool:
    """Whether it waits for quiet hours, a pause or its recipient's wish, and somebody may decide that it cannot
    wait."""
    return message.state == State.QUEUED and bool(message.waits_for)


def can_be_released(message: Message) -> bool:
    return message.state == State.HELD


def user_can_release(user: Any, message: Message, today: dt.date) -> bool:
    """What waited in a restored backup may have been sent already: only an administrator decides."""
    return can_be_released(message) and (not message.is_from_backup or is_administrator(user, today))


def can_be_resent(message: Message) -> bool:
    """Whether it can be sent again: not while it is on its way, nor if only its recipient may read it."""
    return message.state in CAN_BE_RESENT and not is_secret(message)
