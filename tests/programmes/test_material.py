"""A topic's one file: which files are taken, and how it is handed out."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from programmes.actions import attach_material
from programmes.material import LARGEST
from programmes.models import SessionTopic
from tests.programmes.conftest import DOCX, MISNAMED_DOCX, ODT, PDF, PPTX, package


def upload(topic: SessionTopic, name: str, content: bytes, by) -> None:
    attach_material(topic=topic, name=name, content=ContentFile(content), by=by, now=timezone.now())


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
    ids=["pdf", "docx", "pptx", "odt"],
)
def test_a_contact_person_downloads_the_file_under_the_topics_name(
    home_topic, samira, elin, signed_in, name, content, media_type
):
    upload(home_topic, name, content, samira)
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
        ("underlag.docx", MISNAMED_DOCX, "inte en DOCX-fil"),
        ("underlag.pptx", MISNAMED_DOCX, "inte en PPTX-fil"),
        ("underlag.odt", package(("content.xml", "<office/>")), "inte en ODT-fil"),
        ("underlag.odt", package(("mimetype", "application/x-something-else-entirely-here")), "inte en ODT-fil"),
        ("underlag.pdf", PDF + b" " * LARGEST, "större än 10 MB"),
    ],
    # A zip holds the time at which it was made: it cannot name a test.
    ids=[
        "exe",
        "none",
        "html",
        "empty",
        "html-as-pdf",
        "pdf-as-docx",
        "pptx-as-docx",
        "docx-as-pptx",
        "half",
        "misnamed-docx",
        "misnamed-pptx",
        "other-zip",
        "other-odf",
        "large",
    ],
)
def test_another_kind_of_file_is_refused_with_what_to_do(home_topic, samira, name, content, said):
    with pytest.raises(ValidationError, match=said):
        upload(home_topic, name, content, samira)
    home_topic.refresh_from_db()
    assert not home_topic.material


def test_a_file_of_exactly_ten_megabytes_is_taken(home_topic, samira):
    upload(home_topic, "a.pdf", PDF.ljust(LARGEST), samira)
    assert home_topic.material.size == LARGEST


def test_a_new_file_takes_the_place_of_the_former(home_topic, samira, elin, signed_in):
    upload(home_topic, "a.pdf", PDF, samira)
    upload(home_topic, "b.pdf", PDF + b"ny", samira)
    assert b"".join(download(signed_in(elin), home_topic).streaming_content) == PDF + b"ny"


def test_the_file_s_name_cannot_lead_out_of_its_folder(home_topic, samira):
    upload(home_topic, "../../../settings.pdf", PDF, samira)
    assert home_topic.material.name == "material/vald-i-hemmet.pdf"


def test_a_topic_without_a_file_answers_404(home_topic, elin, signed_in):
    assert download(signed_in(elin), home_topic).status_code == 404


def test_a_file_that_is_gone_from_the_disk_answers_404(home_topic, samira, elin, signed_in):
    upload(home_topic, "a.pdf", PDF, samira)
    home_topic.material.storage.delete(home_topic.material.name)
    assert download(signed_in(elin), home_topic).status_code == 404


def test_only_those_who_have_signed_in_download(home_topic, samira, client):
    upload(home_topic, "a.pdf", PDF, samira)
    answer = download(client, home_topic)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_file_is_read_and_nothing_else(home_topic, elin, signed_in):
    assert signed_in(elin).post(reverse("programmes:topic-material", args=["vald-i-hemmet"])).status_code == 405


def written(topic: SessionTopic, **more):
    """The topic's form as it opens now, with what is written in it."""
    topic.refresh_from_db()
    said = {"title": topic.title, "aim": topic.aim, "preparation": topic.preparation, "parts": "Inledning"}
    return said | {"version": topic.version} | more


def test_a_coordinator_writes_parts_and_uploads_a_file(home_topic, samira, signed_in):
    address = reverse("programmes:topic-change", args=[home_topic.slug])
    client = signed_in(samira)
    said = written(home_topic, aim="**Alla** får <script>alert(1)</script> höra.", news="Ny övning")
    assert client.post(address, said | {"material": SimpleUploadedFile("underlag.pdf", PDF)}).status_code == 302
    home_topic.refresh_from_db()
    assert [part.title for part in home_topic.parts.all()] == ["Inledning"]
    with home_topic.material.open() as file:
        assert file.read() == PDF
    page = client.get(home_topic.get_absolute_url()).content.decode()
    assert "<strong>Alla</strong>" in page
    assert "<script>alert" not in page
    assert "Ny övning" in page


def test_earlier_versions_stay(home_topic, samira, elin, signed_in):
    address = reverse("programmes:topic-change", args=[home_topic.slug])
    for content in (PDF, PDF + b"ny"):
        signed_in(samira).post(address, written(home_topic, material=SimpleUploadedFile("underlag.pdf", content)))
    first = signed_in(elin).get(reverse("programmes:topic-version", args=[home_topic.slug, 1]))
    assert b"".join(first.streaming_content) == PDF
    assert b"".join(download(signed_in(elin), home_topic).streaming_content) == PDF + b"ny"


def test_a_file_that_is_withdrawn_is_not_handed_out(home_topic, samira, signed_in):
    upload(home_topic, "a.pdf", PDF, samira)
    address = reverse("programmes:topic-change", args=[home_topic.slug])
    signed_in(samira).post(address, written(home_topic, withdraw="on"))
    assert download(signed_in(samira), home_topic).status_code == 404
    assert home_topic.versions.count() == 1


def test_a_file_that_lies_about_its_type_is_refused_and_the_text_stays(home_topic, samira, signed_in):
    address = reverse("programmes:topic-change", args=[home_topic.slug])
    file = SimpleUploadedFile("underlag.pdf", b"MZ")
    answer = signed_in(samira).post(address, written(home_topic, aim="Min långa text", material=file))
    page = answer.content.decode()
    assert "Filen är inte en PDF-fil" in page
    assert "Min långa text" in page
    home_topic.refresh_from_db()
    assert not home_topic.material


def test_an_odd_zip_is_refused_and_the_text_stays(home_topic, samira, signed_in):
    address = reverse("programmes:topic-change", args=[home_topic.slug])
    file = SimpleUploadedFile("underlag.docx", MISNAMED_DOCX)
    page = signed_in(samira).post(address, written(home_topic, aim="Min långa text", material=file)).content.decode()
    assert "Filen är inte en DOCX-fil" in page
    assert "Min långa text" in page


def test_a_file_of_sixty_megabytes_is_refused_and_the_text_stays(home_topic, samira, signed_in):
    address = reverse("programmes:topic-change", args=[home_topic.slug])
    file = SimpleUploadedFile("underlag.pdf", PDF.ljust(60 * 1024 * 1024))
    page = signed_in(samira).post(address, written(home_topic, aim="Min långa text", material=file)).content.decode()
    assert "större än 10 MB" in page
    assert "Min långa text" in page


def test_a_contact_person_reads_and_does_not_write(home_topic, elin, signed_in):
    assert signed_in(elin).get(reverse("programmes:topic-change", args=[home_topic.slug])).status_code == 403
