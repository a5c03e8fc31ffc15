"""What a coordinator does with mails: holding them back, releasing them, sending them again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from outbox import actions, control
from outbox.models import Message
from outbox.piles import HELD, QUEUE
from outbox.views.guard import for_those_who_see_mails


@require_POST
@for_those_who_see_mails
def message_hold(request: SignedInRequest, uuid: str, *, now: dt.datetime) -> HttpResponse:
    return _done(request, uuid, actions.hold, _("The mail is held back. It stays until somebody lets it go."))


@require_POST
@for_those_who_see_mails
def message_at_once(request: SignedInRequest, uuid: str, *, now: dt.datetime) -> HttpResponse:
    return _done(request, uuid, partial(actions.send_at_once, now=now), _("The mail is being sent."))


@require_POST
@for_those_who_see_mails
def message_release(request: SignedInRequest, uuid: str, *, now: dt.datetime) -> HttpResponse:
    return _done(request, uuid, partial(actions.release, now=now), _("The mail has been let go."))


def _done(request: SignedInRequest, uuid: str, deed: Callable[..., None], said: str) -> HttpResponse:
    message = get_object_or_404(Message, uuid=uuid)
    try:
        deed(message=message, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, said)
    return redirect("outbox:message-detail", uuid)


@require_POST
@for_those_who_see_mails
def message_resend(request: SignedInRequest, uuid: str, *, now: dt.datetime) -> HttpResponse:
    """Make the new mail, which points back to the first, and show it."""
    message = get_object_or_404(Message.objects.select_related("user"), uuid=uuid)
    try:
        again = actions.resend(message=message, by=request.user, now=now)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("outbox:message-detail", uuid)
    messages.success(request, _("The mail is sent again to %(address)s.") % {"address": again.address})
    return redirect("outbox:message-detail", again.uuid)


@require_POST
@for_those_who_see_mails
def pause(request: SignedInRequest, *, now: dt.datetime) -> HttpResponse:
    control.pause(by=request.user, now=now)
    messages.success(request, _("The sending is paused. Mails wait until somebody starts it again."))
    return redirect("outbox:message-list")


@require_POST
@for_those_who_see_mails
def resume(request: SignedInRequest, *, now: dt.datetime) -> HttpResponse:
    try:
        control.resume(by=request.user, now=now)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, _("The sending goes on."))
    return redirect("outbox:message-list")


@require_POST
@for_those_who_see_mails
def hold_all(request: SignedInRequest, *, now: dt.datetime) -> HttpResponse:
    count = actions.hold_all(by=request.user)
    said = ngettext("%(n)s mail is held back.", "%(n)s mails are held back.", count)
    messages.success(request, said % {"n": count})
    return redirect(f"{reverse('outbox:message-list')}?lage={HELD.slug}")


@require_POST
@for_those_who_see_mails
def release_all(request: SignedInRequest, *, now: dt.datetime) -> HttpResponse:
    count = actions.release_all(by=request.user, now=now)
    said = ngettext("%(n)s mail has been let go.", "%(n)s mails have been let go.", count)
    messages.success(request, said % {"n": count})
    return redirect(f"{reverse('outbox:message-list')}?lage={QUEUE.slug}")
