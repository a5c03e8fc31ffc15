"""A session topic, and the file that goes with it. Any signed-in person reads them."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programmes.material import TYPES, suffix_of
from programmes.models import SessionTopic


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
    suffix = suffix_of(topic.material.name or "")
    file_type = TYPES.get(suffix)
    if file_type is None:
        raise Http404(_("The topic has no file."))
    try:
        file = topic.material.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The topic's file is missing.")) from error
    return FileResponse(file, as_attachment=True, filename=f"{topic.slug}{suffix}", content_type=file_type.media_type)
