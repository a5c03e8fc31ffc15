"""A part of a topic's page: where and when it is planned."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from programmes.models import SessionTopic
from schools.models import PlannedSession, School, SchoolYear


def topic_plan(request: HttpRequest, topic: SessionTopic) -> SafeString:
    """The schools that the user sees, each with its weeks this school year and how many sessions are held."""
    today = timezone.localdate()
    year = SchoolYear.objects.filter(starts_on__lte=today, ends_on__gte=today).first()
    sessions = PlannedSession.objects.live().filter(
        topic=topic,
        participation__programme_year__year=year,
        participation__school__in=School.objects.visible_to(request.user, today),  # type: ignore[arg-type]
    )
    rows = sessions.values_list("participation__school__name", "participation__school__slug", "week_start", "outcome")
    by_school = groupby(sorted(rows, key=lambda row: row[:3]), key=lambda row: row[:2])
    schools = [_school(name, slug, list(found)) for (name, slug), found in by_school]
    return render_to_string("schools/_topic_plan.html", {"schools": schools, "topic": topic, "year": year})


def _school(name: str, slug: str, rows: list[tuple]) -> dict[str, object]:
    weeks = [row[2] for row in rows]
    held = sum(row[3] == PlannedSession.Outcome.HELD for row in rows)
    return {"name": name, "slug": slug, "first": weeks[0], "last": weeks[-1], "sessions": len(rows), "held": held}
