"""Topics as a coordinator meets them, and small files of each kind."""

from __future__ import annotations

import io
import zipfile

import pytest

from accounts.models import User
from programmes.actions import describe_topic
from programmes.models import Programme, SessionTopic


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    """Each test keeps its uploaded files to itself."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def taget(db) -> Programme:
    return Programme.objects.create(slug="taget", name="TÅGET", audience="Skolpersonal och elever", position=1)


@pytest.fixture
def home_topic(taget: Programme) -> SessionTopic:
    """A base topic that nobody has written about yet."""
    return SessionTopic.objects.create(
        programme=taget, slug="vald-i-hemmet", kind="base", number=3, title="Våld i hemmet", month=4
    )


@pytest.fixture
def written_topic(home_topic: SessionTopic, samira: User) -> SessionTopic:
    describe_topic(
        topic=home_topic,
        aim="Alla vet vart de kan vända sig.",
        preparation="Läs stödlistan.",
        parts=["Inledning", "Berättelsen", "Avslutning"],
        by=samira,
    )
    return home_topic


def package(*entries: tuple[str, str]) -> bytes:
    """A zip with these entries, as they stand."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, text in entries:
            package.writestr(name, text)
    return content.getvalue()


PDF = b"%PDF-1.4\n%%EOF\n"
DOCX = package(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<document/>"))
# The entry is said to be named in UTF-8, and is not.
MISNAMED_DOCX = package(("word/document.xml", "<document/>"), ("word/å.xml", "")).replace("å".encode(), b"\xff\xfe")
PPTX = package(("[Content_Types].xml", "<Types/>"), ("ppt/presentation.xml", "<presentation/>"))
ODT = package(("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<office/>"))
