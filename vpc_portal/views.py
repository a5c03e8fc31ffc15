"""The portal's health, for monitoring."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.heartbeats import hearts

WELL, UNWELL = 200, 503


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, beat, broker and worker are alive and no task keeps failing; otherwise 503, with
    what is wrong."""
    try:
        found = hearts(timezone.now())
    except DatabaseError:
        return _said("Databasen svarar inte.", UNWELL)
    if found.worker.is_stopped:
        since = _since(found.worker.at) if found.worker.at else "och har aldrig startat"
        return _said(f"Påminnelserna står stilla {since}. Starta worker, beat och mejlkö.", UNWELL)
    if found.failing:
        return _said(
            f"{found.failing.task} misslyckas {_since(found.failing.since)}. Workerns logg säger varför.", UNWELL
        )
    return _said("Allt fungerar.", WELL)


class SignInRequired(LoginRequiredMiddleware):
    """Does not ask who is signed in before a page that is open to all: that of the health is shown without a database,
    too."""

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> Any:
        is_open = not getattr(view, "login_required", True)
        return None if is_open else super().process_view(request, view, *arguments)


def _since(at: dt.datetime) -> str:
    return f"sedan {timezone.localtime(at):%Y-%m-%d %H.%M}"


def _said(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
