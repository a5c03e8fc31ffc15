"""Sending what is due. Several senders work side by side; each may be killed at any moment.

Mails are claimed a few at a time. Each is marked as handed over in the moment between the server's 354 and the body,
and then it's one of sent, failed and uncertain. Before the mark everything is tried again; after it nothing is,
blindly.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from outbox.backend import HandoverBackend, NotHandedOver, Refused, Uncertain
from outbox.bounces import record_refusal
from outbox.claims import HELD_FOR, give_back, paced, take
from outbox.control import look_for_restored_backup
from outbox.digests import DIGEST
from outbox.going import NotYet, letter_for, put_off
from outbox.kinds import kind_of
from outbox.letters import Letter, NotWanted
from outbox.models import Message, State, Told
from outbox.together import written_together
from outbox.writing import mail_of

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


class Relay(Protocol):
    """Where mails are delivered: see ``HandoverBackend``."""

    def deliver(self, mail: EmailMessage, *, handed_over: Callable[[], None]) -> str: ...

    def close(self) -> None: ...


# A sender that waits for the answer after the final dot gives up after ten minutes; then nobody waits any more.
NOBODY_WAITS = dt.timedelta(minutes=11)
# An uncertain mail goes once more after this long.
ONCE_MORE_AFTER = dt.timedelta(minutes=15)
# Minutes from one attempt to the next; after the last the mail has failed.
BACKOFF = (1, 5, 15, 60, 120, 240, 480, 720, 1440)


class LeaseLost(Exception):  # noqa: N818
    """Somebody else may send the mail now: this sender must not."""


def send_waiting(*, clock: Clock = timezone.now, backend: Relay | None = None, seconds: int = 60) -> Counter[str]:
    """Send what is due, for about ``seconds``; gives how many ended in which state.

    Whatever happens to one mail, the others are sent.
    """
    relay: Relay = backend or HandoverBackend()
    me, ended, until = uuid.uuid4(), Counter[str](), clock() + dt.timedelta(seconds=seconds)
    look_for_restored_backup(clock())
    settle(clock())
    size = 1
    # Content and mails are in Swedish, whatever language a worker was started in.
    with translation.override(settings.LANGUAGE_CODE):
        try:
            while clock() < until and (batch := take(me, size, clock())):
                began = time.monotonic()
                with written_together(batch):
                    sent = _send_each(batch, relay, clock)
                size = paced(len(sent), time.monotonic() - began)
                ended.update(sent)
        finally:
            relay.close()
    return ended


def _send_each(batch: list[Message], relay: Relay, clock: Clock) -> list[str]:
    """How each ended; what a slow server would keep waiting is given back."""
    began, ended = time.monotonic(), list[str]()
    for message in batch:
        if ended and time.monotonic() - began > HELD_FOR:
            give_back(batch[len(ended) :])
            break
        ended.append(_send(message, relay, clock))
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


def _send(message: Message, relay: Relay, clock: Clock) -> str:
    try:
        now = clock()
        letter = letter_for(message, now)
        mail = mail_of(message, letter, now)
    except NotYet as later:
        return put_off(message, later, clock())
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
        if failure.of_recipient and not failure.temporary:
            record_refusal(message, str(failure), clock())
        return _not_delivered(message, State.CLAIMED, failure, clock())
    except Uncertain as failure:
        return _finish(message, State.HANDED_OVER, State.UNCERTAIN, str(failure), clock())
    return _finish(message, State.HANDED_OVER, State.SENT, answer, clock())


def _hand_over(message: Message, letter: Letter, now: dt.datetime) -> None:
    """From here on the recipient may have been told. Raises ``LeaseLost`` when the claim no longer holds."""
    with transaction.atomic() if letter.told or letter.carries else nullcontext():
        _mark_handed_over(message, letter, now)
        _keep_told(message, letter)
        if letter.carries:
            carried = Message.objects.filter(pk__in=letter.carries, state=State.GATHERED)
            carried.update(state=State.HANDED_OVER, digest=message, handed_over_at=now, merge_key="")


def _mark_handed_over(message: Message, letter: Letter, now: dt.datetime) -> None:
    mine = Message.objects.filter(
        pk=message.pk, state=State.CLAIMED, claimed_by=message.claimed_by, leased_until__gt=now
    )
    kept = None if kind_of(message).is_secret else letter.kept()
    if mine.update(state=State.HANDED_OVER, handed_over_at=now, leased_until=now + NOBODY_WAITS, letter=kept) != 1:
        raise LeaseLost


def _keep_told(message: Message, letter: Letter) -> None:
    """Said again after a refusal, it is told once."""
    if message.attempts > 1:
        Told.objects.filter(message=message).delete()
    if message.user is not None:
        Told.objects.bulk_create(
            Told(message=message, user=message.user, about=about, said=said) for about, said in letter.told.items()
        )


def _not_delivered(message: Message, was: State, failure: NotHandedOver, now: dt.datetime) -> str:
    if not failure.temporary or message.attempts > len(BACKOFF):
        return _finish(message, was, State.FAILED, str(failure), now)
    wait = dt.timedelta(minutes=BACKOFF[message.attempts - 1])
    return _finish(message, was, State.QUEUED, str(failure), now, not_before=now + wait)


def _finish(
    message: Message, was: State, becomes: State, why: str, now: dt.datetime, not_before: dt.datetime | None = None
) -> str:
    """Write how it ended, unless somebody else has written meanwhile; a digest's mails follow it."""
    with transaction.atomic() if message.kind == DIGEST else nullcontext():
        if not _settle(message, was, becomes, why, now, not_before):
            return "taken over"
        if message.kind == DIGEST:
            _settle_carried(message, becomes, why, now)
    return str(becomes)


def _settle(
    message: Message, was: State, becomes: State, why: str, now: dt.datetime, not_before: dt.datetime | None
) -> bool:
    mine = Message.objects.filter(pk=message.pk, state=was, claimed_by=message.claimed_by)
    waits = {"not_before": not_before, "settled_at": None} if not_before else {"settled_at": now}
    about: dict[str, Any] = {"about": {}} if kind_of(message).is_secret and becomes != State.QUEUED else {}
    return mine.update(state=becomes, why=why[:500], leased_until=None, **waits, **about) == 1


def _settle_carried(digest: Message, becomes: State, why: str, now: dt.datetime) -> None:
    carried = Message.objects.filter(digest=digest)
    if becomes == State.QUEUED:
        carried.update(state=State.GATHERED, digest=None)
    elif becomes != State.SKIPPED:
        carried.update(state=becomes, why=why[:500], settled_at=now)
