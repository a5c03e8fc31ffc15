"""The mails as those who answer for them see them: in piles, those that need somebody first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.models import Bounce, Message, MessageQuerySet, State

# A failure that nobody has dealt with for this long is history, and is found among all mails.
NEEDS_SOMEBODY = dt.timedelta(days=28)

# A server that was away for a moment has taken the mail by then: after twenty minutes it has been tried this often.
TRIED_OFTEN = 4


@dataclass(frozen=True)
class Pile:
    """Mails that are shown together; ``slug`` is in the address."""

    slug: str
    title: str | Promise
    is_waiting: bool = False


NEEDS = Pile("behover", _("Need somebody"))
FAILED = Pile("misslyckade", pgettext_lazy("mails", "Failed"))
UNCERTAIN = Pile("osakra", pgettext_lazy("mails", "Uncertain"))
BOUNCED = Pile("studsade", pgettext_lazy("mails", "Come back"))
HELD = Pile("pausade", pgettext_lazy("mails", "Held back"), is_waiting=True)
QUEUE = Pile("ko", _("In the queue"), is_waiting=True)
SENT = Pile("skickade", pgettext_lazy("mails", "Sent"))
SKIPPED = Pile("overhoppade", pgettext_lazy("mails", "Skipped"))
ALL = Pile("alla", pgettext_lazy("mails", "All"))
PILES = (NEEDS, FAILED, UNCERTAIN, BOUNCED, HELD, QUEUE, SENT, SKIPPED, ALL)
# The piles that can be counted without reading every mail there has ever been.
COUNTED = (FAILED, UNCERTAIN, BOUNCED, HELD, QUEUE)


def mails_in(pile: Pile, now: dt.datetime) -> MessageQuerySet:
    """The mails of a pile: waiting ones by when they are sent, others newest first, and trouble before everything."""
    mails: MessageQuerySet = Message.objects.filter(_condition(pile, now))
    if pile == NEEDS:
        return mails.order_by(Case(When(state=State.HELD, then=1), default=0), "-not_before", "-pk")
    return mails.order_by("not_before", "pk") if pile.is_waiting else mails.order_by("-not_before", "-pk")


def counts(now: dt.datetime) -> dict[Pile, int]:
    """How many mails are in each pile that calls for action."""
    return {pile: mails_in(pile, now).count() for pile in COUNTED}


def tried_in_vain() -> MessageQuerySet:
    """Mails that have been tried often and wait for the next try, the one tried last first.

    The mail server is away, refuses the portal, or has been refusing a recipient for a while.
    """
    mails: MessageQuerySet = Message.objects.filter(state=State.QUEUED, attempts__gte=TRIED_OFTEN)
    return mails.order_by("-not_before", "-pk")


def _condition(pile: Pile, now: dt.datetime) -> Q:
    conditions = {
        NEEDS: _unmended(now, State.FAILED, State.UNCERTAIN) | _came_back(now) | Q(state=State.HELD),
        FAILED: _unmended(now, State.FAILED),
        UNCERTAIN: _unmended(now, State.UNCERTAIN),
        BOUNCED: _came_back(now),
        HELD: Q(state=State.HELD),
        QUEUE: Q(state__in=(State.QUEUED, State.GATHERED, State.CLAIMED)),
        SENT: Q(state__in=(State.SENT, State.HANDED_OVER)),
        SKIPPED: Q(state=State.SKIPPED),
        ALL: Q(),
    }
    return conditions[pile]


def _came_back(now: dt.datetime) -> Q:
    """Taken by the mail server and bounced, whether for good or not, without anybody having dealt with the address
    since."""
    lately = Bounce.objects.filter(message=OuterRef("pk"), cleared_at=None, at__gt=now - NEEDS_SOMEBODY)
    return Q(Exists(lately)) & ~Q(state=State.FAILED)


def _unmended(now: dt.datetime, *states: State) -> Q:
    """Those that nobody has sent again. Of a failed digest and the mails that it carries, only the digest."""
    sent_again = Exists(Message.objects.filter(again=OuterRef("pk")))
    return Q(~sent_again, state__in=states, digest=None, not_before__gt=now - NEEDS_SOMEBODY)
