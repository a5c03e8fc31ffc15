"""Who reads the figures: those with a role at the centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.policies import sees_everything
from evaluations.selection import Selection, selected

View = Callable[..., HttpResponse]


def for_the_centre(view: View) -> View:
    """Only people with a role at the centre come in, and only to read; the view gets the day."""

    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        today: dt.date = timezone.localdate()
        if not sees_everything(request.user, today):
            raise PermissionDenied
        return view(request, *args, today=today, **kwargs)

    return guarded


def with_selection(view: View) -> View:
    """The view gets what the address asks for; before any year is open there is a page that says so."""

    @wraps(view)
    def chosen(request: HttpRequest, *, today: dt.date) -> HttpResponse:
        selection: Selection | None = selected(request.GET, today)
        if selection is None:
            return render(request, "evaluations/overview_empty.html")
        return view(request, selection=selection)

    return for_the_centre(chosen)
