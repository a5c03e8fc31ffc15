"""Sending the logs that a phone has kept, in one deliberate act whose result is a page."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.requests import GET_OR_POST, SignedInRequest
from sessions_log.kept import NotReadable, Sender, Sent, drop, read_kept, send, signed_in

INSIST, DROP = "insist", "drop"


@never_cache
@GET_OR_POST
def kept_logs(request: SignedInRequest) -> HttpResponse:
    """The logs on the phone, listed by its script; once sent, the result for each, and what has to be chosen."""
    return send_kept(request, signed_in(request.user, timezone.localdate()))


def send_kept(request: HttpRequest, sender: Sender) -> HttpResponse:
    """The page of kept logs for a sender."""
    context = {"sender": sender}
    if not request.POST.get("logs"):
        return render(request, "sessions_log/kept_logs.html", context)
    try:
        sent = _sent(request, sender, timezone.now())
    except NotReadable:
        return render(request, "sessions_log/kept_logs.html", context | {"not_readable": True}, status=400)
    done = [one for one in sent if one.is_done]
    left = [(one, sender.form_url(one.session) if one.session else "") for one in sent if not one.is_done]
    return render(request, "sessions_log/kept_logs.html", context | {"sent": sent, "done": done, "left": left})


def _sent(request: HttpRequest, sender: Sender, now: dt.datetime) -> list[Sent]:
    """The result for each log. Raises ``NotReadable``."""
    logs, choice = read_kept(request.POST.get("logs", "")), request.POST.get("choice", "")
    if choice == DROP:
        return [drop(log) for log in logs]
    return [send(log, sender=sender, now=now, insist=choice == INSIST) for log in logs]
