"""The administrator's start page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import CentreRole, User
from accounts.policies import is_administrator, user_can_use_administration_site
from accounts.requests import SignedInRequest


def administration(request: SignedInRequest) -> HttpResponse:
    """What there is to administer, with what needs a deed first."""
    today = timezone.localdate()
    if not is_administrator(request.user, today):
        raise PermissionDenied
    users = User.objects.filter(is_active=True)
    return render(
        request,
        "accounts/administration.html",
        {
            "accounts": users.count(),
            "never_signed_in": users.filter(last_login=None).count(),
            "roles": CentreRole.objects.active(today).count(),
        },
    )


def may_use_site(request: HttpRequest) -> bool:
    """Who comes into Django's administration site: asked at every request, so that a role's last day shuts it."""
    return user_can_use_administration_site(request.user, timezone.localdate())
