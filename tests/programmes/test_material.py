"""A topic's one file: which files are taken, and how it is handed out."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programmes.actions import attach_material
from programmes.material import LARGEST
from programmes.models import SessionTopic
from tests.programmes.conftest import DOCX, ODT, PDF, PPTX, package


def download(client, topic: SessionTopic):
    return client.get(reverse("programmes:topic-material", args=[topic.slug]))


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Passunderlag.PDF", PDF, "application/pdf"),
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.pptx", PPTX, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.odt", ODT, "application/vnd.oasis.opendocument.text"),
    ],
)
def test_a_contact_person_downloads_the_file_under_the_topics_name(
    home_topic, samira, elin, signed_in, name, content, media_type
):
    attach_material(topic=home_topic, name=name, content=content, by=samira)
    answer = download(signed_in(elin), home_topic)
    assert b"".join(answer.streaming_content) == content
    suffix = name[name.rindex(".") :].lower()
    assert answer["Content-Disposition"] == f'attachment; filename="vald-i-hemmet{suffix}"'
    assert answer["Content-Type"] == media_type
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("underlag.exe", b"MZ", "Välj en fil av typen PDF"),
        ("underlag", PDF, "Välj en fil av typen PDF"),
        ("underlag.html", b"<script>", "Välj en fil av typen PDF"),
        ("underlag.pdf", b"", "inte en PDF-fil"),
        ("underlag.pdf", b"<html>%PDF-", "inte en PDF-fil"),
        ("underlag.docx", PDF, "inte en DOCX-fil"),
        ("underlag.docx", PPTX, "inte en DOCX-fil"),
        ("underlag.pptx", DOCX, "inte en PPTX-fil"),
        ("underlag.docx", DOCX[:60], "inte en DOCX-fil"),
        ("underlag.odt", package(("content.xml", "<office/>")), "inte en ODT-fil"),
        ("underlag.odt", package(("mimetype", "application/x-something-else-entirely-here")), "inte en ODT-fil"),
        ("underlag.pdf", PDF + b" " * LARGEST, "större än 10 MB"),
    ],
)
def test_another_kind_of_file_is_refused_with_what_to_do(home_topic, samira, name, content, said):
    with pytest.raises(ValidationError, match=said):
        attach_material(topic=home_topic, name=name, content=content, by=samira)
    home_topic.refresh_from_db()
    assert not home_topic.material


def test_a_file_of_exactly_ten_megabytes_is_taken(home_topic, samira):
    attach_material(topic=home_topic, name="a.pdf", content=PDF.ljust(LARGEST), by=samira)
    assert home_topic.material.size == LARGEST


def test_a_new_file_replaces_the_former(
    home_topic, samira, elin, signed_in, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        attach_material(topic=home_topic, name="a.pdf", content=PDF, by=samira)
        attach_material(topic=home_topic, name="b.pdf", content=PDF + b"ny", by=samira)
    assert b"".join(download(signed_in(elin), home_topic).streaming_content) == PDF + b"ny"
    assert len(list((settings.MEDIA_ROOT / "material").iterdir())) == 1


def test_the_file_s_name_cannot_lead_out_of_its_folder(home_topic, samira):
    attach_material(topic=home_topic, name="../../../settings.pdf", content=PDF, by=samira)
    assert home_topic.material.name == "material/vald-i-hemmet.pdf"


def test_a_topic_without_a_file_answers_404(home_topic, elin, signed_in):
    assert download(signed_in(elin), home_topic).status_code == 404


def test_a_file_that_is_gone_from_the_disk_answers_404(home_topic, samira, elin, signed_in):
    attach_material(topic=home_topic, name="a.pdf", content=PDF, by=samira)
    home_topic.material.storage.delete(home_topic.material.name)
    assert download(signed_in(elin), home_topic).status_code == 404


def test_only_those_who_have_signed_in_download(home_topic, samira, client):
    attach_material(topic=home_topic, name="a.pdf", content=PDF, by=samira)
    answer = download(client, home_topic)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_file_is_read_and_nothing_else(home_topic, elin, signed_in):
    assert signed_in(elin).post(reverse("programmes:topic-material", args=["vald-i-hemmet"])).status_code == 405


def in_the_administration(topic: SessionTopic, **material):
    parts = {"parts-TOTAL_FORMS": 1, "parts-INITIAL_FORMS": 0, "parts-0-position": 1, "parts-0-title": "Inledning"}
    fields = ["programme_id", "slug", "kind", "number", "title", "month", "aim", "preparation"]
    return {field.removesuffix("_id"): getattr(topic, field) for field in fields} | parts | material


def test_the_administrator_writes_parts_and_uploads_a_file(home_topic, adam, signed_in):
    address = reverse("admin:programmes_sessiontopic_change", args=[home_topic.pk])
    client = signed_in(adam)
    file = SimpleUploadedFile("underlag.pdf", PDF)
    assert client.post(address, in_the_administration(home_topic, material=file)).status_code == 302
    home_topic.refresh_from_db()
    assert [part.title for part in home_topic.parts.all()] == ["Inledning"]
    assert home_topic.material.read() == PDF
    home_topic.material.close()
    link = reverse("programmes:topic-material", args=[home_topic.slug])
    assert f'href="{link}"' in client.get(address).content.decode()


def test_a_file_that_the_administrator_clears_is_gone_from_the_disk(
    home_topic, samira, adam, signed_in, settings, django_capture_on_commit_callbacks
):
    attach_material(topic=home_topic, name="a.pdf", content=PDF, by=samira)
    address = reverse("admin:programmes_sessiontopic_change", args=[home_topic.pk])
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(adam).post(address, in_the_administration(home_topic, **{"material-clear": "on"}))
    home_topic.refresh_from_db()
    assert not home_topic.material
    assert list((settings.MEDIA_ROOT / "material").iterdir()) == []


def test_the_administrator_is_told_why_a_file_is_refused(home_topic, adam, signed_in):
    address = reverse("admin:programmes_sessiontopic_change", args=[home_topic.pk])
    file = SimpleUploadedFile("underlag.pdf", b"MZ")
    answer = signed_in(adam).post(address, in_the_administration(home_topic, material=file))
    assert "Filen är inte en PDF-fil" in answer.content.decode()
    home_topic.refresh_from_db()
    assert not home_topic.material
