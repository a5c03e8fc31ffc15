"""A session topic, and the files that go with it. Any signed-in person reads them; the centre writes."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from programmes.actions import change_topic
from programmes.asides import topic_asides
from programmes.forms.topics import TopicForm
from programmes.material import TYPES, open_file, suffix_of
from programmes.models import MaterialVersion, SessionTopic
from programmes.views.access import concepts_for, may_write, writers_only
from programmes.views.sending import answer, saved, send


@require_safe
def topic_detail(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(SessionTopic.objects.select_related("programme"), slug=slug)
    context = {
        "topic": topic,
        "parts": list(topic.parts.all()),
        "file_type": TYPES.get(suffix_of(topic.material.name or "")),
        "versions": list(topic.versions.all()),
        "asides": [aside(request, topic) for aside in topic_asides],
        "concepts": concepts_for(request),
        "may_write": may_write(request),
    }
    return render(request, "programmes/topic_detail.html", context)


def topic_change(request: SignedInRequest, slug: str) -> HttpResponse:
    writers_only(request)
    topic = get_object_or_404(SessionTopic, slug=slug)
    form = TopicForm(request.POST or None, request.FILES or None, topic=topic)

    def save() -> SessionTopic:
        return change_topic(topic=topic, **form.cleaned_data, by=request.user, now=timezone.now())

    sending = send(request, form, save, lambda: SessionTopic.objects.get(pk=topic.pk))
    said, template = saved(topic), "programmes/topic_change.html"
    return answer(request, form, sending, said=said, back=topic, template=template, topic=topic)


@require_safe
def topic_material(request: HttpRequest, slug: str) -> FileResponse:
    """The topic's file in force, to download."""
    topic = get_object_or_404(SessionTopic, slug=slug)
    return open_file(topic.material, topic.slug)


@require_safe
def topic_version(request: HttpRequest, slug: str, number: int) -> FileResponse:
    """One of the files that there have been."""
    version = get_object_or_404(MaterialVersion, topic__slug=slug, number=number)
    return open_file(version.file, f"{slug}-{number}")
