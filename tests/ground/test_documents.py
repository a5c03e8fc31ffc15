"""The files that README and the documents name are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
FILE = re.compile(r"`([\w./-]+\.(?:py|md|yaml|toml|txt|html|js|css|po))`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def faults_of(document: Path) -> Iterator[str]:
    """What the document leads to or names that is not there; a file is named from the project's root."""
    text = document.read_text()
    for path, anchor in LINK.findall(text):
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            yield f"{path}#{anchor}" if anchor else path
    for name in FILE.findall(text):
        if not (ROOT / name).is_file():
            yield name


def anchors_of(document: Path) -> set[str]:
    """Its headings, as addresses: small letters, hyphens between words, and no other signs."""
    return {
        re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in HEADING.findall(document.read_text())
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))
def test_what_a_document_leads_to_is_there(document: Path):
    assert list(faults_of(document)) == []


def test_what_is_not_there_is_found(tmp_path: Path):
    document = tmp_path / "page.md"
    document.write_text(
        "# Its heading\n[a](#its-heading) [b](#other) [c](gone.md) [d](https://e.example/) `x/gone.py`\n"
    )
    assert list(faults_of(document)) == ["#other", "gone.md", "x/gone.py"]
