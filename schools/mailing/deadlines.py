"""When a mail would be too late, which is when what it is about begins. ``None`` means that nothing of it lies
ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from outbox.letters import local_time
from outbox.models import Message
from schools.mailing.telling import LOST, known_to, sessions_changed
from schools.models import OccasionInvitation, PlannedSession

# A day without a known time begins with the first lesson.
FIRST_LESSON = dt.time(8)


def begins(week_start: dt.date, date: dt.date | None, start_time: dt.time | None) -> dt.datetime:
    """When a session begins at the latest: on its day, or when its week's school days are over."""
    if date is None:
        return local_time(week_start + dt.timedelta(days=5), dt.time(0))
    return local_time(date, start_time or FIRST_LESSON)


def of_sessions(sessions: Iterable[PlannedSession], now: dt.datetime) -> dt.datetime | None:
    """The first beginning that is still ahead."""
    live = (one for one in sessions if one.is_live and one.outcome is None)
    return _first((begins(one.week_start, one.date, one.start_time) for one in live), now)


def _first(moments: Iterable[dt.datetime], now: dt.datetime) -> dt.datetime | None:
    return min((moment for moment in moments if moment > now), default=None)


def of_reminder(message: Message, now: dt.datetime) -> dt.datetime | None:
    return of_sessions(PlannedSession.objects.filter(pk__in=message.about.get("sessions", [])), now)


def of_changes(message: Message, now: dt.datetime) -> dt.datetime | None:
    """Before the new time, and before the old time, to which somebody might still come."""
    rows = list(sessions_changed(message))
    told = known_to(message.user, rows).values()
    found = [of_sessions(rows, now), _first((_said_to_begin(said) for said in told if said != LOST), now)]
    return min((moment for moment in found if moment), default=None)


def _said_to_begin(said: str) -> dt.datetime:
    """See ``telling.said_of``."""
    _topic, week, day, start, _end = said.split(" ")
    date = None if day == "-" else dt.date.fromisoformat(day)
    return begins(dt.date.fromisoformat(week), date, None if start == "-" else dt.time.fromisoformat(start))


def of_reply(message: Message, now: dt.datetime) -> dt.datetime | None:
    return of_sessions(PlannedSession.objects.filter(replies=message.about.get("reply")), now)


def of_invitation(message: Message, now: dt.datetime) -> dt.datetime | None:
    invitation = (
        OccasionInvitation.objects.filter(pk=message.about.get("invitation")).select_related("occasion").first()
    )
    if invitation is None:
        return None
    return _first([local_time(invitation.occasion.date, invitation.occasion.start_time or FIRST_LESSON)], now)
