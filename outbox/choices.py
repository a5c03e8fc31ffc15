"""A person's choices about their own mails: a kind turned off, or put off until a day.

Codes, changes and cancellations cannot be turned off (``Kind.may_be_off``).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from outbox.actions import enqueue, ensure_digest
from outbox.kinds import Kind, all_kinds, kind_of
from outbox.letters import local_time
from outbox.models import KindChoice, Message, State, WaitsFor
from outbox.quiet import DAY_BEGINS

SNOOZE = dt.timedelta(days=7)


def kinds_for(user: User, today: dt.date) -> list[Kind]:
    """The kinds that somebody may get, and can turn on and off."""
    return [kind for kind in all_kinds() if kind.may_be_off and kind.for_whom(user, today)]


def turn(*, user: User, kind: str, is_off: bool) -> None:
    """Turn a kind of mail off or on for a user. Doing it again changes nothing."""
    KindChoice.objects.update_or_create(user=user, kind=kind, defaults={"is_off": is_off})


def snooze_day(now: dt.datetime) -> dt.date:
    return timezone.localdate(now) + SNOOZE


@transaction.atomic
def snooze(*, user: User, kind: str, now: dt.datetime) -> dt.date:
    """Put mails of a kind off for a week; gives the day on which they come, if still wanted."""
    until = snooze_day(now)
    KindChoice.objects.update_or_create(user=user, kind=kind, defaults={"snoozed_until": until})
    return until


@transaction.atomic
def remind_again(*, message: Message, now: dt.datetime) -> dt.date:
    """Send the same reminder again in a week; others of its kind wait until then. Pressed twice it counts once."""
    user = message.user
    assert user is not None and kind_of(message).can_wait
    until = snooze(user=user, kind=message.kind, now=now)
    enqueue(
        kind=message.kind,
        user=user,
        address=user.email,
        about={key: said for key, said in message.about.items() if key != "again"} | {"later": True},
        once_key=f"later:{message.uuid}:{until}",
        not_before=local_time(until, DAY_BEGINS),
        now=now,
    )
    return until


@transaction.atomic
def wake(*, user: User, kind: str, now: dt.datetime) -> None:
    """Let mails of a kind come again, including those that have waited."""
    KindChoice.objects.filter(user=user, kind=kind).update(snoozed_until=None)
    look_again(WaitsFor.SNOOZE, now, user=user, kind=kind)


def look_again(waits_for: WaitsFor, now: dt.datetime, **whose: object) -> None:
    """Check again what waits for something: it is sent, or goes on waiting if another reason is left."""
    waiting = Message.objects.filter(waits_for=waits_for, **whose)
    anew = {"not_before": now, "waits_for": "", "why": ""}
    gathered = list(waiting.filter(state=State.GATHERED).select_related("user"))
    waiting.filter(state__in=(State.QUEUED, State.GATHERED)).update(**anew)
    for message in gathered:
        message.not_before = now
        ensure_digest(message, now)
