"""Sending what is due. Several senders work side by side; each may be killed at any moment.

A mail is claimed by an update that must change one row, marked as handed over in the moment between the server's 354
and the body, and then it's one of sent, failed and uncertain. Before the mark everything is tried again; after it
nothing is, blindly.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from outbox.backend import HandoverBackend, NotHandedOver, Refused, Uncertain
from outbox.kinds import kind_of
from outbox.letters import Letter, NotWanted
from outbox.models import Message, State, Told
from outbox.writing import mail_of

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


class Relay(Protocol):
    """Where mails are delivered: see ``HandoverBackend``."""

    def deliver(self, mail: EmailMessage, *, handed_over: Callable[[], None]) -> str: ...

    def close(self) -> None: ...


# A claim holds this long: more than composing, connecting and asking take, each with its time limit.
LEASE = dt.timedelta(minutes=3)
# A sender that waits for the answer after the final dot gives up after ten minutes; then nobody waits any more.
NOBODY_WAITS = dt.timedelta(minutes=11)
# An uncertain mail goes once more after this long.
ONCE_MORE_AFTER = dt.timedelta(minutes=15)
# Minutes from one attempt to the next; after the last the mail has failed.
BACKOFF = (1, 5, 15, 60, 120, 240, 480, 720, 1440)
# Looked at together: if another sender gets the first, the next one is tried.
LOOKED_AT = 20


class LeaseLost(Exception):  # noqa: N818
    """Somebody else may send the mail now: this sender must not."""


def send_waiting(*, clock: Clock = timezone.now, backend: Relay | None = None, seconds: int = 60) -> Counter[str]:
    """Send what is due, for about ``seconds``; gives how many ended in which state.

    Whatever happens to one mail, the others are sent.
    """
    relay: Relay = backend or HandoverBackend()
    me, ended, until = uuid.uuid4(), Counter[str](), clock() + dt.timedelta(seconds=seconds)
    settle(clock())
    # Content and mails are in Swedish, whatever language a worker was started in.
    with translation.override(settings.LANGUAGE_CODE):
        try:
            while message := _claim_next(me, clock):
                ended[_send(message, relay, clock)] += 1
                if clock() >= until:
                    break
        finally:
            relay.close()
    return ended


def settle(now: dt.datetime) -> None:
    """What senders that were killed have left: claims go back to the queue, what was handed over is uncertain, and
    what has been uncertain for a quarter of an hour goes once more."""
    Message.objects.filter(state=State.CLAIMED, leased_until__lt=now).update(
        state=State.QUEUED, claimed_by=None, leased_until=None
    )
    stale = Message.objects.filter(state=State.HANDED_OVER, digest=None, leased_until__lt=now)
    for message in stale:
        _finish(message, State.HANDED_OVER, State.UNCERTAIN, _("The sender stopped before the answer came."), now)
    again = Message.objects.filter(
        state=State.UNCERTAIN, digest=None, repeats=0, handed_over_at__lt=now - ONCE_MORE_AFTER
    )
    # A digest takes along again what it carried.
    Message.objects.filter(digest__in=again).update(state=State.GATHERED, digest=None)
    again.update(state=State.QUEUED, repeats=1, not_before=now, claimed_by=None, leased_until=None)


def _claim_next(me: uuid.UUID, clock: Clock) -> Message | None:
    """The most pressing mail that nobody else has claimed. One at a time: a claim that waits behind others would use up
    its lease."""
    while found := list(Message.objects.due(clock()).values_list("pk", flat=True)[:LOOKED_AT]):
        for pk in found:
            if _claim(pk, me, clock()):
                return Message.objects.select_related("user").get(pk=pk)
    return None


def _claim(pk: int, me: uuid.UUID, now: dt.datetime) -> bool:
    due = Message.objects.filter(pk=pk, state=State.QUEUED, not_before__lte=now)
    claimed = {"state": State.CLAIMED, "claimed_by": me, "leased_until": now + LEASE, "attempts": F("attempts") + 1}
    # What is claimed merges with nothing any more: another mail may wait with its key when it comes back to the queue.
    return due.update(**claimed, merge_key="") == 1


def _send(message: Message, relay: Relay, clock: Clock) -> str:
    try:
        letter = kind_of(message).compose(message, clock())
        mail = mail_of(message, letter)
    except NotWanted as reason:
        return _finish(message, State.CLAIMED, State.SKIPPED, str(reason), clock())
    except Exception as fault:  # one mail that cannot be written must not stop the others
        log.exception("The mail %s could not be written.", message.pk)
        return _finish(message, State.CLAIMED, State.FAILED, _("Could not be written: %s") % fault, clock())
    try:
        answer = relay.deliver(mail, handed_over=lambda: _hand_over(message, letter, clock()))
    except LeaseLost:
        return "lease lost"
    except Refused as failure:
        return _not_delivered(message, State.HANDED_OVER, failure, clock())
    except NotHandedOver as failure:
        return _not_delivered(message, State.CLAIMED, failure, clock())
    except Uncertain as failure:
        return _finish(message, State.HANDED_OVER, State.UNCERTAIN, str(failure), clock())
    return _finish(message, State.HANDED_OVER, State.SENT, answer, clock())


@transaction.atomic
def _hand_over(message: Message, letter: Letter, now: dt.datetime) -> None:
    """From here on the recipient may have been told. Raises ``LeaseLost`` when the claim no longer holds."""
    mine = Message.objects.filter(
        pk=message.pk, state=State.CLAIMED, claimed_by=message.claimed_by, leased_until__gt=now
    )
    kept = None if kind_of(message).is_secret else letter.kept()
    if mine.update(state=State.HANDED_OVER, handed_over_at=now, leased_until=now + NOBODY_WAITS, letter=kept) != 1:
        raise LeaseLost
    # Said again after a refusal, it is told once.
    Told.objects.filter(message=message).delete()
    if message.user is not None:
        Told.objects.bulk_create(
            Told(message=message, user=message.user, about=about, said=said) for about, said in letter.told.items()
        )
    if letter.carries:
        carried = Message.objects.filter(pk__in=letter.carries, state=State.GATHERED)
        carried.update(state=State.HANDED_OVER, digest=message, handed_over_at=now, merge_key="")


def _not_delivered(message: Message, was: State, failure: NotHandedOver, now: dt.datetime) -> str:
    if not failure.temporary or message.attempts > len(BACKOFF):
        return _finish(message, was, State.FAILED, str(failure), now)
    wait = dt.timedelta(minutes=BACKOFF[message.attempts - 1])
    return _finish(message, was, State.QUEUED, str(failure), now, not_before=now + wait)


@transaction.atomic
def _finish(
    message: Message, was: State, becomes: State, why: str, now: dt.datetime, not_before: dt.datetime | None = None
) -> str:
    """Write how it ended, unless somebody else has written meanwhile; a digest's mails follow it."""
    mine = Message.objects.filter(pk=message.pk, state=was, claimed_by=message.claimed_by)
    waits = {"not_before": not_before, "settled_at": None} if not_before else {"settled_at": now}
    about: dict[str, Any] = {"about": {}} if kind_of(message).is_secret and becomes != State.QUEUED else {}
    if mine.update(state=becomes, why=why[:500], leased_until=None, **waits, **about) != 1:
        return "taken over"
    carried = Message.objects.filter(digest=message)
    if becomes == State.QUEUED:
        carried.update(state=State.GATHERED, digest=None)
    elif becomes != State.SKIPPED:
        carried.update(state=becomes, why=why[:500], settled_at=now)
    return str(becomes)
