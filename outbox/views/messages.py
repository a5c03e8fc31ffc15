"""The mails: what needs somebody, what waits and what has been said. Reading changes nothing."""

from __future__ import annotations

import datetime as dt

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.policies import is_administrator
from accounts.requests import SignedInRequest
from outbox import policies
from outbox.control import current
from outbox.kinds import all_kinds
from outbox.models import Message, MessageQuerySet
from outbox.piles import ALL, HELD, NEEDS, PILES, QUEUE, Pile, counts, mails_in
from outbox.previews import comes_next, preview
from outbox.views.guard import for_those_who_see_mails

PAGE = 50


@require_safe
@for_those_who_see_mails
def message_list(request: SignedInRequest, *, now: dt.datetime) -> HttpResponse:
    """One pile of mails, with the numbers in the others."""
    sought = request.GET.get("sok", "").strip()[:100]
    kind = next((one for one in all_kinds() if one.name == request.GET.get("sort")), None)
    found = counts(now)
    control = current()
    pile = _chosen(request.GET.get("lage", ""), found)
    mails = _narrowed(mails_in(pile, now), sought, kind.name if kind else "")
    context = {
        "pile": pile,
        "piles": PILES,
        "counts": [(one, found[one]) for one in found],
        "kinds": all_kinds(),
        "kind": kind,
        "sought": sought,
        "page": Paginator(mails.select_related("user").with_what_came_back(), PAGE).get_page(request.GET.get("sida")),
        "all": ALL,
        "waiting": found[QUEUE],
        "held": found[HELD],
        "control": control,
        "may_resume": not control.is_restored or is_administrator(request.user, timezone.localdate(now)),
        "may_change_texts": policies.user_can_change_texts(request.user, timezone.localdate(now)),
    }
    return render(request, "outbox/message_list.html", context)


def _chosen(slug: str, found: dict[Pile, int]) -> Pile:
    """The pile asked for; otherwise those that need somebody, or the queue if none do."""
    asked = next((pile for pile in PILES if pile.slug == slug), None)
    if asked:
        return asked
    return NEEDS if any(number for pile, number in found.items() if pile != QUEUE) else QUEUE


def _narrowed(mails: MessageQuerySet, sought: str, kind: str) -> MessageQuerySet:
    if sought:
        mails = mails.filter(Q(address__icontains=sought) | Q(user__in=User.objects.found_by(sought)))
    return mails.filter(kind=kind) if kind else mails


@require_safe
@for_those_who_see_mails
def message_detail(request: SignedInRequest, uuid: str, *, now: dt.datetime) -> HttpResponse:
    """One mail: its state and why, what it says, and what can be done with it."""
    message = get_object_or_404(
        Message.objects.select_related("user", "digest", "again").with_what_came_back(), uuid=uuid
    )
    shown = preview(message, now)
    context = {
        "message": message,
        "preview": shown,
        "letter": shown.letter,
        "next": comes_next(message, now),
        "carries": message.carries.select_related("user").order_by("pk"),
        "sent_again": Message.objects.filter(again=message).order_by("pk"),
        "bounces": message.bounces.order_by("pk"),
        "may_go_at_once": policies.can_go_at_once(message),
        "may_hold": policies.can_be_held(message),
        "may_release": policies.user_can_release(request.user, message, timezone.localdate(now)),
        "may_resend": policies.can_be_resent(message),
    }
    return render(request, "outbox/message_detail.html", context)
