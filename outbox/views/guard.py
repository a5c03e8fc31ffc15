"""Who comes in to the mails."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone

from accounts.requests import SignedInRequest
from outbox.policies import user_can_see_mails

View = Callable[..., HttpResponse]


def for_those_who_see_mails(view: View) -> View:
    """Only those who answer for the mails come in; the view gets the moment."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        if not user_can_see_mails(request.user, timezone.localdate(now)):
            raise PermissionDenied
        return view(request, *args, now=now, **kwargs)

    return guarded
