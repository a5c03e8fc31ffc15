"""Who reads the figures: those with a role at the centre, and for totals the partners, too."""

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
from evaluations.policies import sees_figures, sees_totals_only
from evaluations.selection import Selection, selected

View = Callable[..., HttpResponse]


def for_the_centre(view: View) -> View:
    """Only people with a role at the centre get in, and only to read; the view is given the day."""
    return _guarded(view, sees_everything)


def for_partners_too(view: View) -> View:
    """The same, open to the partners' representatives as well."""
    return _guarded(view, sees_figures)


def with_selection(view: View) -> View:
    """The view is given the selection that the address asks for. Before any year is open, a page says so."""
    return for_the_centre(_chosen(view))


def with_totals(view: View) -> View:
    """The same, open to partners, whose selection is always all schools together."""
    return for_partners_too(_chosen(view))


def _guarded(view: View, may_read: Callable[[Any, dt.date], bool]) -> View:
    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        today: dt.date = timezone.localdate()
        if not may_read(request.user, today):
            raise PermissionDenied
        return view(request, *args, today=today, **kwargs)

    return guarded


def _chosen(view: View) -> View:
    @wraps(view)
    def chosen(request: HttpRequest, *args: Any, today: dt.date, **kwargs: Any) -> HttpResponse:
        totals_only = sees_totals_only(request.user, today)
        selection: Selection | None = selected(request.GET, today, totals_only=totals_only)
        if selection is None:
            return render(request, "evaluations/overview_empty.html", {"totals_only": totals_only})
        return view(request, *args, selection=selection, **kwargs)

    return chosen
