"""Writing mails to the outbox, and what a coordinator does to those that wait."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from outbox.bell import ring
from outbox.digests import next_digest
from outbox.kinds import all_kinds, kind_named, kind_of
from outbox.models import MailPreference, Message, State
from outbox.policies import CAN_BE_HELD, CAN_BE_RESENT


@transaction.atomic
def enqueue(
    *,
    kind: str,
    address: str,
    now: dt.datetime,
    user: User | None = None,
    about: dict[str, Any] | None = None,
    not_before: dt.datetime | None = None,
    merge_key: str = "",
    once_key: str | None = None,
    priority: int = 5,
) -> Message | None:
    """Write a mail in the transaction of its cause. What it says is decided when it is sent.

    With a ``merge_key``, a mail that waits already is put off to the new ``not_before`` instead. With a ``once_key``
    that has been used, nothing is written and None is given. ``kind`` must be registered.
    """
    message = Message(
        kind=kind_named(kind).name,
        user=user,
        address=address.lower(),
        about=about or {},
        merge_key=merge_key,
        once_key=once_key,
        priority=priority,
        not_before=not_before or now,
        made_at=now,
    )
    if _prefers_weekly(message):
        message.state = State.GATHERED
    if merge_key and _put_off(message):
        return Message.objects.get(merge_key=merge_key, state__in=_MERGE_IN)
    if not _insert(message):
        return None if once_key else Message.objects.filter(merge_key=merge_key).latest("pk")
    if message.state == State.GATHERED:
        _ensure_digest(message, now)
    elif message.not_before <= now:
        transaction.on_commit(ring)
    return message


_MERGE_IN = (State.QUEUED, State.HELD, State.GATHERED)


def _prefers_weekly(message: Message) -> bool:
    if message.user is None or not kind_of(message).can_wait:
        return False
    return MailPreference.objects.filter(user=message.user, weekly=True).exists()


def _put_off(message: Message) -> bool:
    waiting = Message.objects.filter(merge_key=message.merge_key, state__in=_MERGE_IN)
    return waiting.update(not_before=message.not_before, about=message.about) == 1


def _insert(message: Message) -> bool:
    """Write the row unless another one with its key is there: of many at once, one gets it."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if message.once_key and Message.objects.filter(once_key=message.once_key).exists():
            return False
        if message.merge_key and Message.objects.filter(merge_key=message.merge_key).exists():
            return False
        if not message.merge_key:
            raise
        # The mail that was in the way has been claimed meanwhile.
        message.save(force_insert=True)
    return True


def _ensure_digest(message: Message, now: dt.datetime) -> None:
    assert message.user is not None
    when = next_digest(message.not_before)
    key = f"digest:{message.user.pk}:{when:%Y-%m-%d}"
    enqueue(kind="digest", address=message.address, user=message.user, now=now, not_before=when, once_key=key)


def record_skipped(
    *, kind: str, user: User, about: dict[str, Any], why: str, once_key: str | None, now: dt.datetime
) -> Message | None:
    """Keep that a mail was not made, and why, so that nobody has to wonder."""
    message = Message(
        kind=kind,
        user=user,
        address=user.email,
        about=about,
        once_key=once_key,
        not_before=now,
        made_at=now,
        settled_at=now,
        state=State.SKIPPED,
        why=why,
    )
    return message if _insert(message) else None


def hold(*, message: Message, by: User, now: dt.datetime) -> None:
    """Keep a waiting mail back until somebody releases it. Raises ``ValidationError`` if it no longer waits."""
    if _hold(Message.objects.filter(pk=message.pk), by) != 1:
        raise ValidationError(_("The mail no longer waits, and cannot be held back."))


def hold_all(*, by: User, now: dt.datetime) -> int:
    """Keep back everything that waits, but the codes that people sign in with; gives how many."""
    return _hold(Message.objects.exclude(kind__in=[kind.name for kind in all_kinds() if kind.is_secret]), by)


def _hold(mails: models.QuerySet[Message], by: User) -> int:
    waiting = mails.filter(state__in=CAN_BE_HELD)
    return waiting.update(state=State.HELD, why=_("Held back by %(who)s.") % {"who": by})


@transaction.atomic
def release(*, message: Message, by: User, now: dt.datetime) -> None:
    """Let a mail that was held back go. Raises ``ValidationError`` if it is not held back."""
    if not _release(message):
        raise ValidationError(_("The mail is not held back."))
    transaction.on_commit(ring)


@transaction.atomic
def release_all(*, by: User, now: dt.datetime) -> int:
    """Let everything that was held back go; gives how many."""
    held = Message.objects.filter(state=State.HELD).select_related("user").order_by("pk")
    count = sum(_release(message) for message in held)
    transaction.on_commit(ring)
    return count


def _release(message: Message) -> bool:
    becomes = State.GATHERED if _digest_awaits(message) else State.QUEUED
    held = Message.objects.filter(pk=message.pk, state=State.HELD)
    return held.update(state=becomes, why="", attempts=0) == 1


def _digest_awaits(message: Message) -> bool:
    """Whether a weekly mail that has not gone will take the mail with it."""
    waits = Message.objects.filter(kind="digest", user=message.user, state__in=(State.QUEUED, State.HELD))
    return _prefers_weekly(message) and waits.exists()


@transaction.atomic
def resend(*, message: Message, by: User, now: dt.datetime) -> Message:
    """Send a mail's content, as it is now, once more: a mail of its own that points back to the first.

    Raises ``ValidationError`` while the first still waits, and for mails whose content is only their recipient's.
    """
    if message.state not in CAN_BE_RESENT:
        raise ValidationError(_("The mail is on its way already."))
    if kind_of(message).is_secret:
        raise ValidationError(_("A code to sign in with is asked for anew on the sign-in page."))
    # The button pressed twice makes one mail: a second waits until the first has gone.
    again = Message(
        kind=message.kind,
        user=message.user,
        address=message.user.email if message.user else message.address,
        about=message.about | {"again": True},
        merge_key=f"again:{message.pk}",
        not_before=now,
        made_at=now,
        again=message,
        why=_("Sent again by %(who)s.") % {"who": by},
    )
    if not _insert(again):
        return Message.objects.filter(merge_key=again.merge_key).latest("pk")
    transaction.on_commit(ring)
    return again


def prefer(*, user: User, weekly: bool) -> MailPreference:
    """How the user wants the mails that can wait."""
    return MailPreference.objects.update_or_create(user=user, defaults={"weekly": weekly})[0]
