"""Bounces reported by a mail service's call, and saying that an address works after all."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest, is_own_page
from outbox import webhook
from outbox.bounces import clear, record_report
from outbox.views.guard import for_those_who_see_mails


@csrf_exempt
@login_not_required
@require_POST
def bounce_hook(request: HttpRequest) -> HttpResponse:
    """A signed report of a bounce. Without a secret in the settings this address does not exist."""
    secret, now = settings.BOUNCE_WEBHOOK_SECRET, timezone.now()
    if not secret:
        raise Http404
    if int(request.META.get("CONTENT_LENGTH") or 0) > webhook.LARGEST:
        return JsonResponse({"fault": "too large"}, status=413)
    moment, signature = request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")
    try:
        webhook.check(secret=secret, moment=moment, signature=signature, body=request.body, now=now)
        report = webhook.report_in(request.body, request.content_type or "")
    except webhook.Unsigned:
        return JsonResponse({"fault": "signature"}, status=403)
    except webhook.Unreadable as wrong:
        return JsonResponse({"fault": str(wrong)}, status=400)
    return JsonResponse({"known": record_report(report, now)})


@require_POST
@for_those_who_see_mails
def address_works(request: SignedInRequest, *, now: dt.datetime) -> HttpResponse:
    """Somebody knows that mails to an address arrive: it is not flagged again until three more have bounced."""
    address = request.POST.get("address", "").strip()[:254]
    if clear(address=address, now=now):
        messages.success(request, _("%(address)s is no longer flagged.") % {"address": address})
    back = request.POST.get("next", "")
    return redirect(back if is_own_page(back) else "outbox:message-list")
