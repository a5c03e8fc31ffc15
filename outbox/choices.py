"""What somebody has chosen about their own mails: a kind turned off, or put off until a day.

Codes, changes and cancellations cannot be turned off: see ``Kind.may_be_off``.
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
    """What somebody can turn on and off: the kinds that they may get."""
    return [kind for kind in all_kinds() if kind.may_be_off and kind.for_whom(user, today)]


def turn(*, user: User, kind: str, is_off: bool) -> None:
    """Get no more mails of a kind, or get them again. Said twice it is the same."""
    KindChoice.objects.update_or_create(user=user, kind=kind, defaults={"is_off": is_off})


def snooze_day(now: dt.datetime) -> dt.date:
    return timezone.localdate(now) + SNOOZE


@transaction.atomic
def snooze(*, user: User, kind: str, now: dt.datetime) -> dt.date:
    """Mails of a kind wait for a week; gives the day on which they come, if they are still wanted."""
    until = snooze_day(now)
    KindChoice.objects.update_or_create(user=user, kind=kind, defaults={"snoozed_until": until})
    return until


@transaction.atomic
def remind_again(*, message: Message, now: dt.datetime) -> dt.date:
    """The same reminder comes once more in a week, and others of its kind wait until then. Pressed twice it is one."""
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
    """Mails of a kind come again, those that have waited included."""
    KindChoice.objects.filter(user=user, kind=kind).update(snoozed_until=None)
    look_again(WaitsFor.SNOOZE, now, user=user, kind=kind)


def look_again(waits_for: WaitsFor, now: dt.datetime, **whose: object) -> None:
    """What waits for something is looked at anew: it goes, or goes on waiting if there is a reason left."""
    waiting = Message.objects.filter(waits_for=waits_for, **whose)
    anew = {"not_before": now, "waits_for": "", "why": ""}
    gathered = list(waiting.filter(state=State.GATHERED).select_related("user"))
    waiting.filter(state__in=(State.QUEUED, State.GATHERED)).update(**anew)
    for message in gathered:
        message.not_before = now
        ensure_digest(message, now)
