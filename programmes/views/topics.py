"""A session topic, and the file that goes with it. Any signed-in person reads them."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from programmes.material import TYPES, suffix_of
from programmes.models import SessionTopic
from programmes.views.files import hand_out


@require_safe
def topic_detail(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(SessionTopic.objects.select_related("programme"), slug=slug)
    context = {
        "topic": topic,
        "parts": list(topic.parts.all()),
        "file_type": TYPES.get(suffix_of(topic.material.name or "")),
        "may_write": request.user.is_staff and request.user.has_perm("programmes.change_sessiontopic"),
    }
    return render(request, "programmes/topic_detail.html", context)


@require_safe
def topic_material(request: HttpRequest, slug: str) -> FileResponse:
    """The topic's file to download."""
    return download(get_object_or_404(SessionTopic, slug=slug))


def download(topic: SessionTopic) -> FileResponse:
    """A topic's file, under the topic's name. Raises ``Http404`` if it has none."""
    return hand_out(topic.material, name=topic.slug)
