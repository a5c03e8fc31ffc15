"""What the browser of a computer that several use keeps of somebody's pages: nothing that it shows without asking."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def not_kept_for_the_next(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a page that was made for somebody is asked for anew each time, and whoever signs out takes the pages
    along. What a browser keeps of forms for "Back" it keeps until then; logs that wait on a phone are no page."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.session.accessed:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if request.method == "POST" and request.resolver_match and request.resolver_match.url_name == "account_logout":
            response["Clear-Site-Data"] = '"cache"'
        return response

    return answered
