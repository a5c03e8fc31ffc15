"""Who gets in to the mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone

from accounts.requests import SignedInRequest
from outbox.policies import user_can_change_texts, user_can_see_mails

View = Callable[..., HttpResponse]


def for_those_who_see_mails(view: View) -> View:
    """Only those who answer for the mails get in; the view is given the moment."""
    return _guarded(view, user_can_see_mails)


def for_those_who_change_texts(view: View) -> View:
    """Only administrators get in; the view is given the moment."""
    return _guarded(view, user_can_change_texts)


def _guarded(view: View, may: Callable[[Any, dt.date], bool]) -> View:
    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        if not may(request.user, timezone.localdate(now)):
            raise PermissionDenied
        return view(request, *args, now=now, **kwargs)

    return guarded
