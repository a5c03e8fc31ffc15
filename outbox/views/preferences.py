"""How somebody who is signed in wants the mails: each by itself, or gathered once a week."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from outbox.actions import prefer
from outbox.models import MailPreference


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        prefer(user=request.user, weekly=request.POST.get("mails") == "weekly")
        messages.success(request, _("Saved."))
        return redirect("outbox:preferences")
    weekly = MailPreference.objects.filter(user=request.user, weekly=True).exists()
    return render(request, "outbox/preferences.html", {"weekly": weekly})
