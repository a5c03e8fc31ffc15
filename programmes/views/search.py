"""One search over topics, schools, people, concepts, material and the ground of the work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from programmes.search import LONGEST_QUERY, search


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    is_too_long = len(query) > LONGEST_QUERY
    found = [] if is_too_long else search(query, user=request.user, today=timezone.localdate())
    context = {
        "query": query[:LONGEST_QUERY],
        "found": found,
        "is_too_long": is_too_long,
        "longest": LONGEST_QUERY,
        "total": sum(kind.total for kind in found),
    }
    return render(request, "programmes/search.html", context)
