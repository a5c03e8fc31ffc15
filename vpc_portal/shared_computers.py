"""Keeps people's pages out of the browser of a shared computer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def not_kept_for_the_next(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a signed-in user's page is revalidated each time, and signing out clears the browser's cache.

    Forms that the browser keeps for "Back" are cleared then, too. Logs waiting on a phone are not pages, and stay.
    """

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.session.accessed:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if request.method == "POST" and request.resolver_match and request.resolver_match.url_name == "account_logout":
            response["Clear-Site-Data"] = '"cache"'
        return response

    return answered
