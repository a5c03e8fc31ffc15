"""Tells those who hold a session next what is new in its material."""

from __future__ import annotations

from django.utils import timezone

from programmes.models import MaterialVersion
from schools.models import PlannedSession


def new_since_last_time(session: PlannedSession) -> MaterialVersion | None:
    """The current file, if it came after the school last held a session on the topic; None if the school never has."""
    topic = session.topic
    if topic is None or not topic.material:
        return None
    held = PlannedSession.objects.filter(
        topic=topic, participation__school=session.participation.school, outcome=PlannedSession.Outcome.HELD
    )
    last_time = held.exclude(pk=session.pk).order_by("-week_start").first()
    newest = topic.versions.first()
    if last_time is None or newest is None:
        return None
    return newest if timezone.localdate(newest.uploaded_at) > (last_time.date or last_time.week_start) else None
