"""Which mails a sender takes: a few at a time, claimed by that sender alone until they are sent or given back.

A claim is an update of queued rows, with a lease: nobody else sends the mail until the lease has expired. How many are
taken at once depends on how fast the last ones were sent.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from outbox.control import current, secret_kinds, take_turns
from outbox.models import Message, MessageQuerySet, State

# How long a claim is valid: longer than composing, connecting and sending take with their time limits.
LEASE = dt.timedelta(minutes=3)
# As many are taken at once as were sent in a second, up to a limit.
MOST = 100
# Seconds after which mails that were taken but not begun are given back, so that no lease expires behind a slow server.
HELD_FOR = 10


def paced(sent: int, seconds: float) -> int:
    """How many mails to take next, when so many were sent in so long."""
    return max(1, min(MOST, int(sent / max(seconds, 0.001))))


def take(me: uuid.UUID, most: int, now: dt.datetime) -> list[Message]:
    """Claim the most pressing mails that nobody else has, at most so many; none when nothing is due.

    While sending is paused, and when the mail server has had its mails for the minute, only codes are taken.
    """
    only_codes = current().paused_at is not None
    while found := _looked_at(now, most, only_codes):
        claimed = _claim(found, me, now)
        room = len(claimed) if only_codes else take_turns(len(claimed), now)
        give_back(claimed[room:])
        if room:
            return claimed[:room]
        only_codes = only_codes or bool(claimed)
    return []


def _looked_at(now: dt.datetime, most: int, only_codes: bool) -> list[int]:
    """The keys of what is due, one mail for each address: the second is composed knowing what the first has told."""
    due = _due(now, only_codes).values_list("address", "pk")[: 4 * most]
    first: dict[str, int] = {}
    for address, pk in due:
        first.setdefault(address, pk)
    return list(first.values())[:most]


def _due(now: dt.datetime, only_codes: bool) -> MessageQuerySet:
    due = Message.objects.due(now)
    return due.filter(kind__in=secret_kinds()) if only_codes else due


@transaction.atomic
def _claim(found: list[int], me: uuid.UUID, now: dt.datetime) -> list[Message]:
    """Claim those of the mails that are still free, skipping those that another sender is claiming now."""
    free = Message.objects.filter(pk__in=found, state=State.QUEUED, not_before__lte=now)
    pks = list(free.select_for_update(skip_locked=True).values_list("pk", flat=True))
    claimed = {"state": State.CLAIMED, "claimed_by": me, "leased_until": now + LEASE, "attempts": F("attempts") + 1}
    # A claimed mail no longer merges: another with its key may wait by the time it is back in the queue.
    Message.objects.filter(pk__in=pks).update(**claimed, merge_key="")
    return list(Message.objects.filter(pk__in=pks).select_related("user").order_by("priority", "not_before", "pk"))


def give_back(messages: Iterable[Message]) -> None:
    """Put mails back into the queue as if they had not been taken."""
    for message in messages:
        mine = Message.objects.filter(pk=message.pk, state=State.CLAIMED, claimed_by=message.claimed_by)
        mine.update(state=State.QUEUED, claimed_by=None, leased_until=None, attempts=F("attempts") - 1)
