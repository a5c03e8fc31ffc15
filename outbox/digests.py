"""The weekly digest: mails that can wait, gathered into one."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbox.letters import Letter, Link, NotWanted, local_time
from outbox.models import Message, MessageQuerySet, State
from outbox.texts import texts_of

DIGEST = "digest"
# Mondays at eight: after the week's reminders have been made, before the day begins.
DIGEST_TIME = dt.time(8)


def next_digest(moment: dt.datetime) -> dt.datetime:
    """The first Monday at eight in Stockholm, not before a moment."""
    day = timezone.localdate(moment)
    this_weeks = day - dt.timedelta(days=day.weekday())
    when = local_time(this_weeks, DIGEST_TIME)
    return when if when >= moment else local_time(this_weeks + dt.timedelta(days=7), DIGEST_TIME)


def compose_digest(message: Message, now: dt.datetime) -> Letter:
    """One letter of all that has been gathered for the recipient and is still wanted.

    The rest is skipped, goes on waiting, or goes by itself to whoever has the recipient's role now.
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
    else:
        if one.user_id == digest.user_id:
            return letter
        mine.update(state=State.QUEUED, not_before=now)
    return None


def _gathered(message: Message, now: dt.datetime) -> MessageQuerySet:
    """What waits for the recipient's weekly mail; for a digest that is sent again, what the first one carried, too."""
    waits = Q(user=message.user, state=State.GATHERED, not_before__lte=now)
    first = message
    while first.again is not None:
        first = first.again
    carried = Q(digest=first) if first != message else Q()
    return Message.objects.filter(waits | carried).order_by("pk")


def _together(letters: dict[int, Letter]) -> Letter:
    first, texts = next(iter(letters.values())), texts_of(DIGEST)
    things = ngettext("%(n)s thing", "%(n)s things", len(letters)) % {"n": len(letters)}
    told: dict[str, str] = {}
    for letter in letters.values():
        told |= letter.told
    # Each letter's own parts, under its own heading; a link that stands in all of them stands once.
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
