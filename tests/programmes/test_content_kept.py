"""A form of the content makes one row however often it is sent, and never writes over what somebody else wrote."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import CentreRole, User
from programmes.models import (
    Concept,
    ContentItem,
    ContentSection,
    Encounter,
    Programme,
    Scenario,
    SessionTopic,
)
from tests.conftest import centre_account
from tests.programmes.conftest import PDF
from tests.schools.laid_out import text_of

CONCEPT = {"term": "Norm", "forms": "normer", "meaning": "En oskriven regel."}
SCENARIO = {"title": "På bussen", "text": "Någon knuffas.", "questions": "Vad gör du?", "position": 1}
ENCOUNTER = {"who": "Elever", "what": "MVP", "lane": "pupils", "first_stage": 1, "last_stage": 3, "position": 1}
ITEM = {"heading": "Bris", "text": "För barn", "detail": "116 111"}


@pytest.fixture
def siri(db) -> User:
    """Another coordinator."""
    return centre_account("siri", CentreRole.Role.COORDINATOR)


@pytest.fixture
def rows(written_topic: SessionTopic) -> dict[str, object]:
    """A row of each kind that is changed by a form."""
    mvp = Programme.objects.create(slug="mvp", name="MVP")
    section = ContentSection.objects.create(slug="stodlista", title="Stödlista")
    return {
        "concept": Concept.objects.create(slug="norm", **CONCEPT),
        "scenario": Scenario.objects.create(slug="bussen", programme=mvp, **SCENARIO),
        "encounter": Encounter.objects.create(slug="elever", **ENCOUNTER),
        "item": ContentItem.objects.create(section=section, slug="bris", **ITEM),
        "section": section,
        "programme": mvp,
        "topic": written_topic,
    }


ADDED = [
    ("concept", [], CONCEPT | {"term": "Åskådare"}, "term"),
    ("scenario", [], SCENARIO, "title"),
    ("encounter", [], ENCOUNTER, "who"),
    ("item", ["stodlista"], ITEM, "heading"),
]
CHANGED = [
    ("concept", ["norm"], CONCEPT, "meaning"),
    ("scenario", ["bussen"], SCENARIO, "text"),
    ("encounter", ["elever"], ENCOUNTER, "what"),
    ("item", ["stodlista", "bris"], ITEM, "detail"),
    ("section", ["stodlista"], {"title": "Stödlista", "intro": "Ring."}, "intro"),
    (
        "programme",
        ["mvp"],
        {"name": "MVP", "kind": "programme", "status": "running", "summary": "Elva pass"},
        "summary",
    ),
    (
        "topic",
        ["vald-i-hemmet"],
        {"title": "Våld i hemmet", "aim": "Vet vart.", "parts": "Inledning\r\nBerättelsen", "preparation": "Läs."},
        "aim",
    ),
]


@pytest.mark.parametrize(("noun", "args", "said", "field"), ADDED, ids=[one[0] for one in ADDED])
def test_a_form_that_is_sent_twice_makes_one_row(rows, samira, signed_in, noun, args, said, field):
    client, model = signed_in(samira), type(rows[noun])
    address, former = reverse(f"programmes:{noun}-add", args=args), model.objects.count()
    form = said | {"key": client.get(address).context["form"]["key"].value()}
    first, second = (client.post(address, form) for _press in range(2))

    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    assert model.objects.count() == former + 1
    made = model.objects.get(key=form["key"])
    assert (made.changed_by, getattr(made, field)) == (samira, said[field])
    refused = client.post(address, form | {field: "Något annat"})
    assert "redan skickats med annat innehåll" in text_of(refused)
    assert 'value="Något annat"' in refused.content.decode()
    assert model.objects.count() == former + 1
    another = form | {field: "Något annat", "key": refused.context["form"]["key"].value()}
    assert client.post(address, another).status_code == client.post(address, another).status_code == 302
    assert model.objects.count() == former + 2


def test_another_file_under_the_same_key_is_other_content(rows, samira, signed_in):
    client, address = signed_in(samira), reverse("programmes:item-add", args=["stodlista"])
    said = ITEM | {"key": str(uuid.uuid4())}
    answers = [
        client.post(address, said | {"file": SimpleUploadedFile("a.pdf", content)})
        for content in (PDF, PDF, PDF + b"2")
    ]
    assert [one.status_code for one in answers] == [302, 302, 200]
    with ContentItem.objects.get(key=said["key"]).file.open() as kept:
        assert kept.read() == PDF


@pytest.mark.parametrize(("noun", "args", "said", "field"), CHANGED, ids=[one[0] for one in CHANGED])
def test_who_comes_second_sees_what_the_first_wrote_and_loses_nothing(
    rows, samira, siri, signed_in, noun, args, said, field
):
    address, row = reverse(f"programmes:{noun}-change", args=args), rows[noun]
    client, other = signed_in(samira), signed_in(siri)
    opened = said | {"version": client.get(address).context["form"]["version"].value()}
    assert other.post(address, opened | {field: "Siris ord"}).status_code == 302

    overtaken = client.post(address, opened | {field: "Samiras ord"})

    assert overtaken.status_code == 409
    page = overtaken.content.decode()
    assert f"{siri} har ändrat detta sedan du öppnade det" in page
    [(_label, saved)] = overtaken.context["sending"].overtaken
    assert saved == "Siris ord" and f"</b> {saved}" in page and "Samiras ord" in page
    row.refresh_from_db()
    assert (getattr(row, field), row.changed_by) == ("Siris ord", siri)

    again = overtaken.context["form"].data.dict()
    assert client.post(address, again).status_code == 302
    assert client.post(address, again).status_code == 302, "pressed twice it is saved as it was"
    row.refresh_from_db()
    assert (getattr(row, field), row.changed_by, row.version) == ("Samiras ord", samira, 3)


def test_a_topic_that_was_overtaken_keeps_its_parts_and_its_file(rows, samira, siri, signed_in):
    address, topic = reverse("programmes:topic-change", args=["vald-i-hemmet"]), rows["topic"]
    said = {"title": topic.title, "aim": topic.aim, "preparation": topic.preparation, "version": topic.version}
    file = SimpleUploadedFile("underlag.pdf", PDF)
    signed_in(siri).post(address, said | {"parts": "Inledning\nSamtal", "material": file, "news": "Nytt"})

    late = signed_in(samira).post(address, said | {"parts": "Inledning", "withdraw": "on"})

    assert late.status_code == 409
    assert [saved for _label, saved in late.context["sending"].overtaken] == ["Inledning\nSamtal", "–"]
    topic.refresh_from_db()
    assert [part.title for part in topic.parts.all()] == ["Inledning", "Samtal"] and topic.material


def test_a_row_that_somebody_has_checked_meanwhile_is_not_unchecked(rows, samira, siri, signed_in):
    address, item = reverse("programmes:item-change", args=["stodlista", "bris"]), rows["item"]
    signed_in(siri).post(reverse("programmes:item-checked", args=["stodlista", "bris"]))

    late = signed_in(samira).post(address, ITEM | {"detail": "116 112", "version": 1})

    assert late.status_code == 409
    item.refresh_from_db()
    assert item.checked_on is not None and item.changed_by == siri and item.detail == "116 111"
