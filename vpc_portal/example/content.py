"""Example aims, parts and material for the topics: the source document has only their titles."""

from __future__ import annotations

from pathlib import Path

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from programmes.actions import attach_material, describe_topic
from programmes.models import Concept, Programme, Scenario, SessionTopic

MATERIAL = Path(__file__).parent / "passunderlag-exempel.pdf"

PARTS = {
    "base": ("Inledning och samtalsregler", "Berättelsen", "Övning i smågrupper", "Avslutning"),
    "extra": ("Inledning", "Övning", "Samtal", "Avslutning"),
    "mvp": ("Incheckning", "Scenario", "Samtal", "Utcheckning"),
}


CONCEPTS = (
    ("norm", "normer, normen, normerna", "Exempeltext: en oskriven regel om hur man *ska* vara."),
    ("åskådare", "åskådaren, åskådarna", "Exempeltext: den som ser eller hör något hända och kan göra skillnad."),
    ("grupptryck", "grupptrycket", "Exempeltext: när gruppen får någon att göra det hen annars inte gjort."),
    ("samtycke", "samtycket", "Exempeltext: att alla som är med vill, och visar det."),
)
SCENARIOS = (
    ("I korridoren", "Några elever skrattar åt en kompis kläder. En **åskådare** ser på.", "Vad kan åskådaren göra?"),
    ("I gruppchatten", "En bild sprids utan samtycke. Flera skickar den vidare.", "Vem kan stoppa det?\nVad säger du?"),
    ("På planen", "Grupptryck får en spelare att hota en motståndare.", "Vilka normer märks?\nHur bryter man dem?"),
    ("På bussen", "Någon får höra en kommentar om sitt utseende.", "Vad är minsta möjliga sak att göra?"),
)


def write_handbook() -> None:
    """Example concepts and scenarios: the source says that the handbook has them, not what they say."""
    Concept.objects.bulk_create(
        Concept(slug=slugify(term), term=term, forms=forms, meaning=meaning) for term, forms, meaning in CONCEPTS
    )
    mvp = Programme.objects.get(slug="mvp")
    Scenario.objects.bulk_create(
        Scenario(
            slug=slugify(title),
            programme=mvp,
            title=title,
            text=f"Exempel. {text}",
            questions=questions,
            position=place,
        )
        for place, (title, text, questions) in enumerate(SCENARIOS, 1)
    )


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
