"""The programmes and trainings, and one of them with its session topics. Anyone signed in reads them; the centre
writes."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from programmes.forms.catalogue import ProgrammeForm
from programmes.models import Programme, SessionTopic
from programmes.views.access import may_write, writers_only
from programmes.views.sending import answer, saved, send_row


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
            "encounters": list(programme.encounters.select_related("programme")),
            "may_write": may_write(request),
        },
    )


def programme_change(request: SignedInRequest, slug: str) -> HttpResponse:
    writers_only(request)
    programme = get_object_or_404(Programme, slug=slug)
    name, form = programme.name, ProgrammeForm(request.POST or None, instance=programme)
    sending = send_row(request, form)
    said, template = saved(programme), "programmes/programme_change.html"
    return answer(request, form, sending, said=said, back=programme, template=template, programme=programme, name=name)


def _by_kind(topics: Iterable[SessionTopic]) -> dict[str, list[SessionTopic]]:
    """Topics by kind, in order: base, extra, MVP."""
    by_kind: dict[str, list[SessionTopic]] = {kind: [] for kind in SessionTopic.Kind}
    for topic in topics:
        by_kind[topic.kind].append(topic)
    return {kind: found for kind, found in by_kind.items() if found}
