"""Sends what is due. Several senders can work side by side, and each may be killed at any moment.

Mails are claimed a few at a time. Each is marked as handed over between the server's 354 and the body, and then becomes
sent, failed or uncertain. What fails before the mark is tried again; what fails after it is not, since the mail may
have arrived. While the server thinks, the result of the mail before is written down and the next mail is composed
(``Round``).
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from outbox.backend import HandoverBackend, NotHandedOver, Refused, Uncertain, nothing
from outbox.bounces import record_refusal
from outbox.claims import HELD_FOR, give_back, paced, take
from outbox.control import look_for_restored_backup
from outbox.digests import DIGEST, waited_for
from outbox.going import NotYet, letter_for, put_off
from outbox.kinds import kind_of
from outbox.letters import Letter, NotWanted, why_not_written
from outbox.marks import mark, mark_and_tell
from outbox.models import Message, State, Told
from outbox.together import written_together
from outbox.writing import mail_of, written_out

log = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]


class Relay(Protocol):
    """What mails are delivered to; see ``HandoverBackend``."""

    def deliver(self, mail: EmailMessage, *, handed_over: Callable[[], None]) -> str: ...

    def close(self) -> None: ...


# A sender waits at most ten minutes for the answer after the final dot, so after this nobody waits any more.
NOBODY_WAITS = dt.timedelta(minutes=11)
# An uncertain mail is sent once more after this long.
ONCE_MORE_AFTER = dt.timedelta(minutes=15)
# Minutes from one attempt to the next; after the last the mail has failed.
BACKOFF = (1, 5, 15, 60, 120, 240, 480, 720, 1440)


class LeaseLost(Exception):  # noqa: N818
    """Somebody else may send the mail now, so this sender must not."""


def send_waiting(*, clock: Clock = timezone.now, backend: Relay | None = None, seconds: int = 60) -> Counter[str]:
    """Send what is due, for about ``seconds``; gives how many mails ended in each state.

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
                    sent = Round(batch, relay, clock).go()
                size = paced(len(sent), time.monotonic() - began)
                ended.update(sent)
        finally:
            relay.close()
    return ended


@dataclass(frozen=True)
class Composed:
    """A letter that is to be sent now."""

    message: Message
    letter: Letter


@dataclass(frozen=True)
class Written(Composed):
    """A mail that is ready to be handed over."""

    mail: EmailMessage


class Round:
    """A batch of mails, sent one after the other.

    ``HandoverBackend`` calls back three times a mail while the server thinks: when it has heard of the mail, when it is
    asked whether it takes the body, and when it has the body. Each time one thing is done: the result of the mail
    before is written down, the next letter is composed, or the next mail is written out. So at most one of a sender's
    mails is handed over without its row saying how it ended. What has not been done by then is done between mails. A
    batch has one mail for each address, so what one tells changes nothing in the next.
    """

    def __init__(self, batch: Sequence[Message], relay: Relay, clock: Clock) -> None:
        self._to_compose = deque(batch)
        self._composed: Composed | None = None
        self._ready: Written | None = None
        # What the server has taken, with its answer, until it is written in the row.
        self._taken: tuple[Message, str] | None = None
        self._relay, self._clock = relay, clock
        self._ended = list[str]()

    def go(self) -> list[str]:
        """How each mail ended. Mails that a slow server would keep waiting are given back."""
        began = time.monotonic()
        if isinstance(self._relay, HandoverBackend):
            self._relay.meanwhile = self._meanwhile
        try:
            while (written := self._next()) and not self._is_slow(began):
                self._send(written)
            if written:
                give_back([written.message, *self._to_compose])
        finally:
            if isinstance(self._relay, HandoverBackend):
                self._relay.meanwhile = nothing
            self._write_down()
        return self._ended

    def _is_slow(self, began: float) -> bool:
        """Whether mails that have not been begun should be given back; the first is always sent."""
        return bool(self._ended or self._taken) and time.monotonic() - began > HELD_FOR

    def _next(self) -> Written | None:
        if self._ready is None:
            self._write_down()
        while self._ready is None and (self._composed or self._to_compose):
            self._write_on()
        ready, self._ready = self._ready, None
        return ready

    def _meanwhile(self) -> None:
        if self._taken:
            self._write_down()
        elif self._ready is None:
            self._write_on()

    def _write_on(self) -> None:
        """Write out the composed letter, or compose the next one."""
        if self._composed:
            composed, self._composed = self._composed, None
            self._keep(_written(composed, self._clock))
        elif self._to_compose:
            self._keep(_composed(self._to_compose.popleft(), self._clock))

    def _keep(self, come_to: Composed | Written | str) -> None:
        if isinstance(come_to, Written):
            self._ready = come_to
        elif isinstance(come_to, Composed):
            self._composed = come_to
        else:
            self._ended.append(come_to)

    def _write_down(self) -> None:
        """Write in the row that a mail was sent."""
        if self._taken:
            message, answer = self._taken
            ended = _finish(message, State.HANDED_OVER, State.SENT, answer, self._clock())
            self._taken = None
            self._ended.append(ended)

    def _send(self, written: Written) -> None:
        message = written.message

        def hand_over() -> None:
            self._write_down()
            _hand_over(message, written.letter, self._clock())

        try:
            answer = self._relay.deliver(written.mail, handed_over=hand_over)
        except (LeaseLost, NotHandedOver, Uncertain) as failure:
            self._write_down()
            self._ended.append(_not_sent(message, failure, self._clock()))
        else:
            self._taken = message, answer


def settle(now: dt.datetime) -> None:
    """Deal with what killed senders have left.

    Claimed mails go back to the queue, those handed over become uncertain, and those uncertain for a quarter of an hour
    are sent once more.
    """
    Message.objects.filter(state=State.CLAIMED, leased_until__lt=now).update(
        state=State.QUEUED, claimed_by=None, leased_until=None
    )
    stale = Message.objects.filter(state=State.HANDED_OVER, digest=None, leased_until__lt=now)
    for message in stale:
        _finish(message, State.HANDED_OVER, State.UNCERTAIN, _("The sender stopped before the answer came."), now)
    again = Message.objects.filter(
        state=State.UNCERTAIN, digest=None, repeats=0, handed_over_at__lt=now - ONCE_MORE_AFTER
    )
    # The digest takes the mails that it carried along again.
    Message.objects.filter(digest__in=again).update(state=State.GATHERED, digest=None)
    again.update(state=State.QUEUED, repeats=1, not_before=now, claimed_by=None, leased_until=None)


def _composed(message: Message, clock: Clock) -> Composed | str:
    """The letter to send now; otherwise the state in which the mail has ended."""
    try:
        return Composed(message, letter_for(message, clock()))
    except NotYet as later:
        return put_off(message, later, clock())
    except NotWanted as reason:
        return _finish(message, State.CLAIMED, State.SKIPPED, str(reason), clock())
    except Exception as fault:  # one mail that cannot be composed must not stop the others
        return _not_written(message, fault, clock)


def _written(composed: Composed, clock: Clock) -> Written | str:
    """The letter as a mail; otherwise the state in which the mail has ended."""
    message, letter = composed.message, composed.letter
    try:
        mail = mail_of(message, letter, clock())
        written_out(mail)
    except Exception as fault:
        return _not_written(message, fault, clock)
    return Written(message, letter, mail)


def _not_written(message: Message, fault: Exception, clock: Clock) -> str:
    log.exception("The mail %s could not be written.", message.pk)
    return _finish(message, State.CLAIMED, State.FAILED, why_not_written(fault), clock())


def _not_sent(message: Message, failure: LeaseLost | NotHandedOver | Uncertain, now: dt.datetime) -> str:
    if isinstance(failure, LeaseLost):
        return "lease lost"
    if isinstance(failure, Uncertain):
        return _finish(message, State.HANDED_OVER, State.UNCERTAIN, str(failure), now)
    if isinstance(failure, Refused):
        return _not_delivered(message, State.HANDED_OVER, failure, now)
    if failure.of_recipient and not failure.temporary:
        record_refusal(message, str(failure), now)
    return _not_delivered(message, State.CLAIMED, failure, now)


def _hand_over(message: Message, letter: Letter, now: dt.datetime) -> None:
    """Mark the mail as handed over: from here on the recipient may have been told. Raises ``LeaseLost`` when the claim
    has expired."""
    # Most mails are handed over for the first time and carry no others: that takes one statement.
    with transaction.atomic() if message.attempts > 1 or letter.carries else nullcontext():
        if message.attempts > 1:
            # Handed over again after a refusal, what it tells is kept once.
            Told.objects.filter(message=message).delete()
        _mark_handed_over(message, letter, now)
        if letter.carries:
            carried = Message.objects.filter(pk__in=letter.carries, state=State.GATHERED)
            carried.update(state=State.HANDED_OVER, digest=message, handed_over_at=now, merge_key="")


def _mark_handed_over(message: Message, letter: Letter, now: dt.datetime) -> None:
    kept = None if kind_of(message).is_secret else letter.kept()
    becomes = {"state": State.HANDED_OVER, "handed_over_at": now, "leased_until": now + NOBODY_WAITS, "letter": kept}
    told = letter.told if message.user_id is not None else {}
    if told:
        marked = mark_and_tell(message, State.CLAIMED, becomes, told, held_at=now)
    else:
        marked = mark(message, State.CLAIMED, becomes, held_at=now)
    if not marked:
        raise LeaseLost


def _not_delivered(message: Message, was: State, failure: NotHandedOver, now: dt.datetime) -> str:
    if not failure.temporary or message.attempts > len(BACKOFF):
        return _finish(message, was, State.FAILED, str(failure), now)
    wait = dt.timedelta(minutes=BACKOFF[message.attempts - 1])
    return _finish(message, was, State.QUEUED, str(failure), now, not_before=now + wait)


def _finish(
    message: Message, was: State, becomes: State, why: str, now: dt.datetime, not_before: dt.datetime | None = None
) -> str:
    """Write how it ended, unless somebody else has written meanwhile; the mails that a digest carries follow it."""
    with transaction.atomic() if message.kind == DIGEST else nullcontext():
        if not _settle(message, was, becomes, why, now, not_before):
            return "taken over"
        if message.kind == DIGEST:
            _settle_carried(message, becomes, why, now)
    return str(becomes)


def _settle(
    message: Message, was: State, becomes: State, why: str, now: dt.datetime, not_before: dt.datetime | None
) -> bool:
    waits = {"not_before": not_before, "settled_at": None} if not_before else {"settled_at": now}
    about: dict[str, Any] = {"about": {}} if kind_of(message).is_secret and becomes != State.QUEUED else {}
    return mark(message, was, {"state": becomes, "why": why[:500], "leased_until": None, **waits, **about})


def _settle_carried(digest: Message, becomes: State, why: str, now: dt.datetime) -> None:
    if becomes == State.FAILED:
        # It may not have been handed over; no other digest comes for what waited for this one.
        waited_for(digest).update(digest=digest, merge_key="")
    carried = Message.objects.filter(digest=digest)
    if becomes == State.QUEUED:
        carried.update(state=State.GATHERED, digest=None)
    elif becomes != State.SKIPPED:
        carried.update(state=becomes, why=why[:500], settled_at=now)
