"""A person's own mails: each by itself or gathered once a week, which kinds, and which are put off.

The page opens with a mail's link, without a password, or signed in. Opening it changes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from accounts.requests import GET_OR_POST, SignedInRequest
from accounts.templatetags.look import short_day
from outbox import choices
from outbox.actions import prefer
from outbox.kinds import Kind, kind_named, kind_of
from outbox.models import KindChoice, MailPreference, Message
from outbox.own_links import Closed, Tampered, open_own, open_stop, own_token


@GET_OR_POST
def preferences(request: SignedInRequest) -> HttpResponse:
    return _settings(request, request.user, here=reverse("outbox:preferences"), by_link=False)


def by_own_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view is given whose link it is; an invalid link opens a page that says so."""

    @login_not_required
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        try:
            user = open_own(token, timezone.localdate())
        except (Tampered, Closed) as refused:
            return _closed(request, refused)
        return view(request, user, token=token, **kwargs)

    return opened


def _closed(request: HttpRequest, refused: Exception) -> HttpResponse:
    return render(request, "outbox/own_closed.html", status=404 if isinstance(refused, Tampered) else 410)


@GET_OR_POST
@by_own_link
def own_mails(request: HttpRequest, user: User, *, token: str) -> HttpResponse:
    return _settings(request, user, here=reverse("outbox:own-mails", args=[token]), by_link=True)


def _settings(request: HttpRequest, user: User, *, here: str, by_link: bool) -> HttpResponse:
    now = timezone.now()
    kinds = choices.kinds_for(user, timezone.localdate(now))
    if request.method == "POST":
        messages.success(request, _change(request, user, kinds, now))
        return redirect(here)
    chosen = {one.kind: one for one in KindChoice.objects.filter(user=user)}
    today = timezone.localdate(now)
    context = {
        "owner": user,
        "weekly": MailPreference.objects.filter(user=user, weekly=True).exists(),
        "kinds": [(kind, chosen.get(kind.name)) for kind in kinds],
        "can_wait": [
            (kind, day if (day := one.snoozed_until if one else None) and day > today else None)
            for kind in kinds
            if kind.can_wait and not ((one := chosen.get(kind.name)) and one.is_off)
        ],
        "by_link": by_link,
        "here": here,
    }
    return render(request, "outbox/preferences.html", context)


def _change(request: HttpRequest, user: User, kinds: list[Kind], now: dt.datetime) -> str:
    """Do what the form or one of its buttons asks for; gives what to say about it."""
    by_name = {kind.name: kind for kind in kinds}
    if kind := by_name.get(request.POST.get("snooze", "")):
        until = choices.snooze(user=user, kind=kind.name, now=now)
        return _("%(kind)s: waits until %(day)s.") % {"kind": kind.title, "day": short_day(until)}
    if kind := by_name.get(request.POST.get("wake", "")):
        choices.wake(user=user, kind=kind.name, now=now)
        return _("%(kind)s: comes again.") % {"kind": kind.title}
    # A button for a kind that the person no longer gets has no effect: its box was not in the form.
    if "mails" not in request.POST:
        return _("Nothing has changed.")
    prefer(user=user, weekly=request.POST["mails"] == "weekly")
    wanted = set(request.POST.getlist("on"))
    for name in by_name:
        choices.turn(user=user, kind=name, is_off=name not in wanted)
    return _("Saved.")


@GET_OR_POST
@by_own_link
def own_later(request: HttpRequest, user: User, *, token: str, uuid: uuid.UUID) -> HttpResponse:
    """Remind me of this again in a week."""
    message = get_object_or_404(Message, uuid=uuid, user=user)
    now, kind = timezone.now(), kind_of(message)
    if not kind.can_wait:
        raise Http404
    if request.method == "POST":
        until = choices.remind_again(message=message, now=now)
        messages.success(request, _("We remind you again %(day)s, if it is still needed.") % {"day": short_day(until)})
        return redirect("outbox:own-mails", token)
    context = {"message": message, "kind": kind, "token": token, "day": choices.snooze_day(now)}
    return render(request, "outbox/own_later.html", context)


@csrf_exempt
@login_not_required
@never_cache
@GET_OR_POST
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Turn a kind of mail off with one press, in the mail program (RFC 8058) or on the page. Opening it changes
    nothing."""
    try:
        user, name, day = open_stop(token)
        kind = kind_named(name)
    except KeyError:
        raise Http404 from None
    except (Tampered, Closed) as refused:
        return _closed(request, refused)
    if not kind.may_be_off:
        raise Http404
    is_done = request.POST.get("List-Unsubscribe") == "One-Click" or "stop" in request.POST
    if is_done:
        choices.turn(user=user, kind=kind.name, is_off=True)
    # As old as the mail, so that an old mail does not give a newer link to the settings.
    own = reverse("outbox:own-mails", args=[own_token(user, day)])
    return render(request, "outbox/stop.html", {"kind": kind, "is_done": is_done, "own": own})
