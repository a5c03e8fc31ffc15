"""The weekly digest: mails that can wait, gathered into one."""

from __future__ import annotations

import datetime as dt
import logging

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbox.letters import Letter, Link, NotWanted, local_time, why_not_written
from outbox.models import Message, MessageQuerySet, State
from outbox.texts import texts_of

log = logging.getLogger(__name__)

DIGEST = "digest"
# Mondays at eight: after the week's reminders have been made, before the day begins.
DIGEST_TIME = dt.time(8)
WEEK = dt.timedelta(days=7)


def next_digest(moment: dt.datetime) -> dt.datetime:
    """The first Monday at eight in Stockholm, not before a moment."""
    day = timezone.localdate(moment)
    when = _in_week_of(day)
    return when if when >= moment else _in_week_of(day + WEEK)


def last_digest(moment: dt.datetime) -> dt.datetime:
    """The last Monday at eight, not after a moment."""
    day = timezone.localdate(moment)
    when = _in_week_of(day)
    return when if when <= moment else _in_week_of(day - WEEK)


def _in_week_of(day: dt.date) -> dt.datetime:
    return local_time(day - dt.timedelta(days=day.weekday()), DIGEST_TIME)


def waited_for(digest: Message) -> MessageQuerySet:
    """What was gathered for this very digest.

    Mails gathered since its Monday get a later digest, and so does everything that a digest sent again by hand would
    take along.
    """
    if digest.again_id is not None:
        return Message.objects.none()
    gathered = Message.objects.filter(user=digest.user, state=State.GATHERED)
    return gathered.filter(not_before__lte=last_digest(digest.not_before))


def compose_digest(message: Message, now: dt.datetime) -> Letter:
    """One letter of everything gathered for the recipient that is still wanted.

    The rest is skipped, waits longer, or is sent by itself to whoever has the recipient's role now. A mail that cannot
    be composed fails alone.
    """
    letters = {one.pk: letter for one in _gathered(message, now) if (letter := _letter_of(one, message, now))}
    if not letters:
        raise NotWanted(_("Nothing was gathered for this week's mail."))
    return _together(letters)


def _letter_of(one: Message, digest: Message, now: dt.datetime) -> Letter | None:
    from outbox.actions import ensure_digest
    from outbox.going import NotYet, chosen

    mine = Message.objects.filter(pk=one.pk, state=State.GATHERED)
    try:
        letter = chosen(one, now)
    except NotWanted as reason:
        mine.update(state=State.SKIPPED, why=str(reason), settled_at=now)
    except NotYet as later:
        mine.update(not_before=later.until, why=str(later), waits_for=later.waits_for)
        one.not_before = later.until
        ensure_digest(one, now)
    except Exception as fault:
        log.exception("The mail %s could not be written.", one.pk)
        mine.update(state=State.FAILED, why=why_not_written(fault)[:500], settled_at=now)
    else:
        if one.user_id == digest.user_id:
            return letter
        mine.update(state=State.QUEUED, not_before=now)
    return None


def _gathered(message: Message, now: dt.datetime) -> MessageQuerySet:
    """What waits for the recipient's weekly mail, and what the digest (or the first of those it is sent again for)
    carried without arriving."""
    waits = Q(user=message.user, state=State.GATHERED, not_before__lte=now)
    first = message
    while first.again is not None:
        first = first.again
    return Message.objects.filter(waits | Q(digest=first)).order_by("pk")


def _together(letters: dict[int, Letter]) -> Letter:
    first, texts = next(iter(letters.values())), texts_of(DIGEST)
    things = ngettext("%(n)s thing", "%(n)s things", len(letters)) % {"n": len(letters)}
    told: dict[str, str] = {}
    for letter in letters.values():
        told |= letter.told
    # Each letter's own parts under its own heading; a link common to all of them stands once.
    feet: list[Link] = []
    for link in (link for letter in letters.values() for link in letter.foot_links):
        if link.text not in [known.text for known in feet]:
            feet.append(link)
    return Letter(
        subject=texts.line("subject", things=things),
        preheader=" · ".join(letter.subject for letter in letters.values())[:140],
        greeting=first.greeting,
        sections=[section for letter in letters.values() for section in letter.sections],
        signature=first.signature,
        why=texts.line("why"),
        coming=first.coming,
        foot_links=feet,
        reply_to=first.reply_to,
        told=told,
        carries=list(letters),
    )
