"""Addresses that contain the NUL character, and requests in other encodings than the portal's."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

NUL, WRITTEN_NUL = "\x00", "%00"
# U+FFFD, the replacement character, percent-encoded.
UNREADABLE = "%EF%BF%BD"


def without_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware for addresses with NUL, which PostgreSQL cannot even search for: the page would fail.

    No page's path contains it, so that is a 404. In a query string it becomes the replacement character, so that the
    page finds nothing.

    A request that names another encoding than the portal's is refused: some write NUL in another way, and others what
    the database does not take either.
    """

    def answered(request: HttpRequest) -> HttpResponse:
        if request.encoding and codecs.lookup(request.encoding).name != settings.DEFAULT_CHARSET:
            raise BadRequest
        if NUL in request.path_info:
            raise Http404
        asked = request.META.get("QUERY_STRING", "")
        if WRITTEN_NUL in asked:
            request.META["QUERY_STRING"] = asked.replace(WRITTEN_NUL, UNREADABLE)
        return get_response(request)

    return answered
