"""Keeps the ledger of reminders right when a mail changes recipient or joins another, so that nobody is reminded
twice."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from outbox.models import Message, State
from schools.models import PlannedSession, SchoolMembership
from sessions_log.models import ReminderItem


def hand_on_reminders(message: Message, membership: SchoolMembership, user: User) -> dict[str, Any] | None:
    """Move to the account those of a mail's reminders that it has not had; None when it has had them all."""
    items = list(message.reminder_items.standing())
    if not items:
        return {}
    own = ReminderItem.objects.standing().filter(
        user=user, kind=message.kind, session__in=[i.session_id for i in items]
    )
    has = set(own.values_list("session", "lead"))
    new = [item for item in items if (item.session_id, item.lead) not in has]
    if not new:
        return None
    ReminderItem.objects.filter(pk__in=[item.pk for item in new]).update(user=user)
    return {"sessions": sorted({item.session_id for item in new})}


# The position of the role in the key of a mail that is made once for each role.
ROLE_IN_KEY = {
    ReminderItem.Kind.TERM_PLAN: 1,
    ReminderItem.Kind.TOPICS_UNCHOSEN: -1,
    ReminderItem.Kind.NEXT_YEAR_SCHOOL: -1,
}


def hand_on_key(message: Message, membership: SchoolMembership, user: User) -> dict[str, Any] | None:
    """Give a mail that is made once for each role to the new role, unless that has had its mail already."""
    if message.kind not in ROLE_IN_KEY or not message.once_key:
        return {}
    parts = message.once_key.split(":")
    parts[ROLE_IN_KEY[ReminderItem.Kind(message.kind)]] = str(membership.pk)
    if Message.objects.filter(once_key=":".join(parts)).exists():
        return None
    message.once_key = ":".join(parts)
    return {}


def join_waiting(message: Message) -> bool:
    """Let a reminder that has to wait be sent within another waiting one of its kind, to the same reader and about the
    same topic. Gives whether it was."""
    waiting = Message.objects.filter(kind=message.kind, user=message.user, state=State.QUEUED).exclude(pk=message.pk)
    place = _place(message)
    # A mail that is sent again by hand is not in the ledger.
    others = [other for other in waiting.order_by("pk") if "again" not in other.about and _place(other) == place]
    return any(_take_along(other, message) for other in others)


def _place(message: Message) -> tuple[Any, ...]:
    """The participation and place in the year that a reminder is about, and the role that it is for."""
    rows = PlannedSession.objects.filter(pk__in=message.about.get("sessions", []))
    place = rows.values_list("participation", "slot_no").first()
    return (place, message.about.get("membership"), message.about.get("leader"))


def _take_along(other: Message, message: Message) -> bool:
    sessions = sorted({*other.about["sessions"], *message.about["sessions"]})
    # Of two steps, the later: fewer weeks before a session, more days after it.
    latest = min if message.kind == ReminderItem.Kind.APPROACHING else max
    about = other.about | {"sessions": sessions, "lead": latest(other.about["lead"], message.about["lead"])}
    if Message.objects.filter(pk=other.pk, state=State.QUEUED).update(about=about) != 1:
        return False
    message.reminder_items.update(mail=other)
    return True
