"""The programmes and trainings, and one of them with its session topics. Any signed-in person reads them; the centre
writes."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programmes.forms.catalogue import ProgrammeForm
from programmes.models import Programme, SessionTopic
from programmes.views.access import may_write, writers_only


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


def programme_change(request: HttpRequest, slug: str) -> HttpResponse:
    writers_only(request)
    programme = get_object_or_404(Programme, slug=slug)
    form = ProgrammeForm(request.POST or None, instance=programme)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("“%(title)s” is saved.") % {"title": programme})
        return redirect(programme)
    name = Programme.objects.get(pk=programme.pk).name
    return render(request, "programmes/programme_change.html", {"form": form, "programme": programme, "name": name})


def _by_kind(topics: Iterable[SessionTopic]) -> dict[str, list[SessionTopic]]:
    """Topics by kind, in the kinds' own order: base, extra, MVP."""
    by_kind: dict[str, list[SessionTopic]] = {kind: [] for kind in SessionTopic.Kind}
    for topic in topics:
        by_kind[topic.kind].append(topic)
    return {kind: found for kind, found in by_kind.items() if found}
