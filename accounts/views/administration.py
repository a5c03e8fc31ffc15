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
    """Everything that an administrator can do, with what needs attention first."""
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
    """Who gets into Django's administration site. Asked at every request, so that it closes when the role ends."""
    return user_can_use_administration_site(request.user, timezone.localdate())
