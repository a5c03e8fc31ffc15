"""Addresses that contain the NUL character or only take what a form sends, and requests in other encodings than the
portal's."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import parse_header_parameters

NUL, WRITTEN_NUL = "\x00", "%00"
# U+FFFD, the replacement character, percent-encoded.
UNREADABLE = "%EF%BF%BD"
NO_VERB = 405
# What the middleware refuses, in an encoding that Django can read.
REFUSED_TYPE = "text/plain; charset=us-ascii"


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


def with_a_page_for_no_verb(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: who opens an address that only takes what a form sends is told so, and led on.

    People come there when they have been signed out meanwhile: signing in leads to the address that the form sent to.
    """

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "GET" or response.status_code != NO_VERB:
            return response
        page = render(request, "405.html", status=NO_VERB)
        page["Allow"] = response["Allow"]
        return page

    return answered


def with_readable_types(application: Callable[..., Any]) -> Callable[..., Any]:
    """A WSGI application for types of content that Django fails to read before any middleware: they become one that is
    refused."""

    def answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if not _is_readable(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = REFUSED_TYPE
        return application(environ, start_response)

    return answered


def _is_readable(content_type: str) -> bool:
    """Whether a type of content can be read and names no encoding, or the portal's."""
    try:
        _kind, told = parse_header_parameters(content_type)
        return codecs.lookup(told.get("charset", settings.DEFAULT_CHARSET)).name == settings.DEFAULT_CHARSET
    except (LookupError, ValueError):
        return False
