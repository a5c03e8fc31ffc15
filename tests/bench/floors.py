"""What every page is held beside, under the same server: a bare view, and one that does the least that a page must."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import include, path

from schools.models import School

SMALL = Template("<!doctype html><title>{{ school.name }}</title><p>{{ school.name }}, {{ user }}</p>")


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def smallest(request: HttpRequest) -> HttpResponse:
    """Reads the visitor's session and one row, and renders a small template."""
    return HttpResponse(SMALL.render(Context({"school": School.objects.get(slug="skola-0001"), "user": request.user})))


def counting_queries(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: how many queries an answer took."""

    def answer(request: HttpRequest) -> HttpResponse:
        queries = 0

        def count(execute, *call):
            nonlocal queries
            queries += 1
            return execute(*call)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response["X-Queries"] = str(queries)
        return response

    return answer


urlpatterns = [
    path("golv/tomt/", bare),
    path("golv/minst/", smallest),
    path("", include("vpc_portal.urls")),
]
