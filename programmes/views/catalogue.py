"""The programmes and trainings, and one of them with its session topics. Any signed-in person reads them."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from programmes.models import Programme, SessionTopic


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    by_kind: dict[str, list[Programme]] = {kind: [] for kind in Programme.Kind}
    for programme in Programme.objects.with_topic_counts():
        by_kind[programme.kind].append(programme)
    return render(request, "programmes/programme_list.html", {"kinds": by_kind})


@require_safe
def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(Programme, slug=slug)
    return render(
        request,
        "programmes/programme_detail.html",
        {
            "programme": programme,
            "topics": _by_kind(SessionTopic.objects.of(programme)),
            "sections": programme.sections.prefetch_related("items"),
        },
    )


def _by_kind(topics: Iterable[SessionTopic]) -> dict[str, list[SessionTopic]]:
    """Topics by kind, in the kinds' own order: base, extra, MVP."""
    by_kind: dict[str, list[SessionTopic]] = {kind: [] for kind in SessionTopic.Kind}
    for topic in topics:
        by_kind[topic.kind].append(topic)
    return {kind: found for kind, found in by_kind.items() if found}
