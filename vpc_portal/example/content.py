"""Example aims, parts and material for the topics: the source document has only their titles."""

from __future__ import annotations

from pathlib import Path

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from programmes.actions import attach_material, describe_topic
from programmes.models import SessionTopic

MATERIAL = Path(__file__).parent / "passunderlag-exempel.pdf"

PARTS = {
    "base": ("Inledning och samtalsregler", "Berättelsen", "Övning i smågrupper", "Avslutning"),
    "extra": ("Inledning", "Övning", "Samtal", "Avslutning"),
    "mvp": ("Incheckning", "Scenario", "Samtal", "Utcheckning"),
}


def describe_topics(by: User) -> None:
    """Write an example aim, preparation, parts and a file for each topic."""
    file = MATERIAL.read_bytes()
    for topic in SessionTopic.objects.all():
        describe_topic(
            topic=topic,
            aim=f"Exempeltext: gruppen samtalar om temat {topic.title.lower()} och prövar vad man kan göra själv.",
            preparation="Exempeltext: läs underlaget, välj två exempel som passar gruppen och boka en lugn lokal.",
            parts=PARTS[topic.kind],
            by=by,
        )
        attach_material(topic=topic, name=f"{topic.slug}.pdf", content=ContentFile(file), by=by, now=timezone.now())
