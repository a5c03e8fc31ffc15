"""Writing mails to the outbox, and what a coordinator does with waiting ones."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.policies import is_administrator
from accounts.validators import refuse_personal_number
from outbox.bell import ring_when_committed
from outbox.bounces import clear
from outbox.digests import DIGEST, next_digest
from outbox.going import wait_from_the_beginning
from outbox.kinds import all_kinds, kind_named, kind_of
from outbox.models import MailPreference, Message, State, TextVersion
from outbox.policies import CAN_BE_HELD, CAN_BE_RESENT
from outbox.texts import Part, faults_of, latest_version, text_set


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
    adds_to: str = "",
) -> Message | None:
    """Write a mail in the transaction of its cause. Its content is decided when it is sent.

    With a ``merge_key``, a mail that already waits with that key is put off to the new ``not_before`` instead, and the
    list ``adds_to`` in what it is about grows by the new one's. A mail that can be added to waits out the quiet hours.
    With a ``once_key`` that has been used, nothing is written and None is returned. ``kind`` must be registered.
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
    written = _write(message, adds_to)
    if written is message:
        _see_that_it_goes(message, now)
    return written


def _write(message: Message, adds_to: str) -> Message | None:
    """The mail that was written, or the waiting one that it was merged with; None if its ``once_key`` has been used."""
    if message.merge_key:
        if waiting := _put_off(message, adds_to):
            return waiting
        wait_from_the_beginning(message, message.not_before)
    if not _insert(message):
        if message.once_key:
            return None
        if waiting := _put_off(message, adds_to):
            return waiting
        # That mail has been claimed at this very moment.
        message.save(force_insert=True)
    return message


def _see_that_it_goes(message: Message, now: dt.datetime) -> None:
    if message.state == State.GATHERED:
        ensure_digest(message, now)
    elif message.not_before <= now:
        ring_when_committed()


_MERGE_IN = (State.QUEUED, State.HELD, State.GATHERED)


def _prefers_weekly(message: Message) -> bool:
    if message.user is None or not kind_of(message).can_wait:
        return False
    return MailPreference.objects.filter(user=message.user, weekly=True).exists()


def _put_off(message: Message, adds_to: str) -> Message | None:
    """Put off the waiting mail with the same key and add the new one's matter to it; None if none waits."""
    rows = Message.objects.select_for_update(of=("self",)).filter(merge_key=message.merge_key, state__in=_MERGE_IN)
    waiting = rows.first()
    if waiting is None:
        return None
    about = message.about
    if adds_to:
        both = [*waiting.about.get(adds_to, []), *about.get(adds_to, [])]
        about = about | {adds_to: [one for place, one in enumerate(both) if one not in both[:place]]}
    waiting.about = about
    held = waiting.why if waiting.state == State.HELD else ""
    wait_from_the_beginning(waiting, message.not_before)
    waiting.why = held or waiting.why
    waiting.save(update_fields=["not_before", "about", "why", "waits_for"])
    return waiting


def _insert(message: Message) -> bool:
    """Insert the row unless there is one with its key: of several at once, one succeeds."""
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
        # The mail with the key has been claimed meanwhile.
        message.save(force_insert=True)
    return True


def ensure_digest(message: Message, now: dt.datetime) -> None:
    """Make sure that a weekly mail takes the mail along: an existing one put off until that day, or a new one."""
    assert message.user is not None
    when = next_digest(message.not_before)
    if Message.objects.filter(kind=DIGEST, user=message.user, state=State.QUEUED, not_before=when).exists():
        return
    key = f"digest:{message.user.pk}:{when:%Y-%m-%d}"
    enqueue(kind=DIGEST, address=message.address, user=message.user, now=now, not_before=when, once_key=key)


def record_skipped(
    *, kind: str, user: User, about: dict[str, Any], why: str, once_key: str | None, now: dt.datetime
) -> Message | None:
    """Record that a mail was not made, and why, so that nobody has to wonder."""
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


def hold(*, message: Message, by: User) -> None:
    """Hold a waiting mail back until somebody releases it. Raises ``ValidationError`` if it no longer waits."""
    if _hold(Message.objects.filter(pk=message.pk), by) != 1:
        raise ValidationError(_("The mail no longer waits, and cannot be held back."))


def hold_all(*, by: User) -> int:
    """Hold back everything that waits except codes for signing in; gives how many."""
    return _hold(Message.objects.exclude(kind__in=[kind.name for kind in all_kinds() if kind.is_secret]), by)


def _hold(mails: models.QuerySet[Message], by: User) -> int:
    waiting = mails.filter(state__in=CAN_BE_HELD)
    return waiting.update(state=State.HELD, why=_("Held back by %(who)s.") % {"who": by})


@transaction.atomic
def send_at_once(*, message: Message, by: User, now: dt.datetime) -> None:
    """Send a mail that waits for a morning or for the end of a pause. Raises ``ValidationError`` if it no longer
    waits."""
    waiting = Message.objects.filter(pk=message.pk, state=State.QUEUED).exclude(waits_for="")
    why = _("Sent at once by %(who)s.") % {"who": by}
    about = message.about | {"again": True}
    if waiting.update(about=about, not_before=now, waits_for="", why=why, merge_key="") != 1:
        raise ValidationError(_("The mail no longer waits."))
    ring_when_committed()


@transaction.atomic
def release(*, message: Message, by: User, now: dt.datetime) -> None:
    """Release a mail that was held back. Raises ``ValidationError`` if it is not held back."""
    if message.is_from_backup and not is_administrator(by, timezone.localdate(now)):
        raise ValidationError(_("The mail waited in a backup. Only an administrator lets it go."))
    if not _release(message):
        raise ValidationError(_("The mail is not held back."))
    ring_when_committed()


@transaction.atomic
def release_all(*, by: User, now: dt.datetime) -> int:
    """Release everything that was held back; what waited in a restored backup only if an administrator does it. Gives
    how many."""
    held = Message.objects.filter(state=State.HELD).select_related("user").order_by("pk")
    if not is_administrator(by, timezone.localdate(now)):
        held = held.filter(is_from_backup=False)
    count = sum(_release(message) for message in held)
    ring_when_committed()
    return count


def _release(message: Message) -> bool:
    becomes = State.GATHERED if _digest_awaits(message) else State.QUEUED
    held = Message.objects.filter(pk=message.pk, state=State.HELD)
    return held.update(state=becomes, why="", attempts=0, is_from_backup=False) == 1


def _digest_awaits(message: Message) -> bool:
    """Whether a weekly mail that has not been sent will take the mail along."""
    waits = Message.objects.filter(kind=DIGEST, user=message.user, state__in=(State.QUEUED, State.HELD))
    return _prefers_weekly(message) and waits.exists()


@transaction.atomic
def resend(*, message: Message, by: User, now: dt.datetime) -> Message:
    """Send a mail's content, as it is now, once more, in a new mail that points back to the first.

    Raises ``ValidationError`` while the first still waits, and for mails whose content is only for their recipient.
    """
    if message.state not in CAN_BE_RESENT:
        raise ValidationError(_("The mail is on its way already."))
    if kind_of(message).is_secret:
        raise ValidationError(_("A code to sign in with is asked for anew on the sign-in page."))
    # Pressed twice it makes one mail: a second has to wait until the first has been sent.
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
    ring_when_committed()
    return again


def readdress(user: User, before: str, now: dt.datetime) -> None:
    """Send what waits for a corrected address to the new one, and forget bounces from the former."""
    Message.objects.waiting().filter(user=user).exclude(state=State.CLAIMED).update(address=user.email)
    clear(address=before, now=now)


def prefer(*, user: User, weekly: bool) -> MailPreference:
    """Set how the user wants mails that can wait."""
    return MailPreference.objects.update_or_create(user=user, defaults={"weekly": weekly})[0]


_SAVED_MEANWHILE = gettext_lazy("Somebody else has saved these texts meanwhile. See what they say now, and save again.")


@transaction.atomic
def save_texts(*, kind: str, texts: dict[str, str], based_on: int, by: User, now: dt.datetime) -> TextVersion | None:
    """Save the kind's texts. A part equal to its standard is not stored, so that it follows the standard.

    ``based_on`` is the number of the version that was changed, 0 for the standard. Returns None when nothing has
    changed. Raises ``ValidationError`` by part for a text that cannot be used, and when somebody else has saved
    meanwhile.
    """
    parts = text_set(kind).parts
    faults = {part.name: found for part in parts if (found := text_faults(part, texts[part.name]))}
    if faults:
        raise ValidationError(faults)
    latest = latest_version(kind)
    if based_on != (latest.number if latest else 0):
        raise ValidationError(_SAVED_MEANWHILE)
    own = {part.name: texts[part.name] for part in parts if texts[part.name] != part.standard_text}
    if own == (latest.texts if latest else {}):
        return None
    try:
        with transaction.atomic():
            return TextVersion.objects.create(kind=kind, number=based_on + 1, texts=own, by=by, at=now)
    except IntegrityError as taken:
        raise ValidationError(_SAVED_MEANWHILE) from taken


def text_faults(part: Part, text: str) -> list[str]:
    """Why a text cannot be used; a personal identity number is refused in a mail, too."""
    try:
        refuse_personal_number(text)
    except ValidationError as refused:
        return [*faults_of(part, text), *refused.messages]
    return faults_of(part, text)
