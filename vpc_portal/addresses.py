"""Addresses with a sign that no text has."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

NUL, WRITTEN_NUL = "\x00", "%00"
# What is written for a sign that cannot be read: U+FFFD, as an address writes it.
UNREADABLE = "%EF%BF%BD"


def without_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: PostgreSQL cannot even look for a text with the sign NUL, and what somebody tries out would be a
    fault of the portal's. No page's path has it; in what is asked for it is a sign that cannot be read, so that the
    page says that there is no such thing."""

    def answered(request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info:
            raise Http404
        asked = request.META.get("QUERY_STRING", "")
        if WRITTEN_NUL in asked:
            request.META["QUERY_STRING"] = asked.replace(WRITTEN_NUL, UNREADABLE)
        return get_response(request)

    return answered
