"""Every readable line of the source is in the loaded content, in its own words; broken lines are listed with how they
were read."""

from __future__ import annotations

import difflib
import re
import unicodedata

import pytest
import yaml

from programmes import reference
from programmes.models import ContentItem, ContentSection, PartnerOrganisation, Programme, SessionTopic

SOURCE = reference.FOLDER / "source" / "slides.txt"
READINGS = reference.FOLDER / "source" / "readings.yaml"
# Different words that differ by their dots and rings alone.
PAIRS = [{"är", "år"}, {"man", "män"}, {"utsatts", "utsätts"}, {"var", "vår"}]
# What the text recognition made of the slides' bullets and tick boxes.
BULLET = re.compile(r"^(?:e|v|v'|J|\(J|O)(?:\s+|(?<=')(?=\S))")


# What the portal says of itself is not in the source.
OF_THE_PORTAL = {"orolig-for-ett-barn", "personuppgifter", "tillganglighet"}


def plain(text: str) -> str:
    """Words in lower case without diacritics or punctuation, with a space on each side."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return f" {' '.join(re.findall(r'[a-z0-9]+', letters))} "


def source_lines() -> list[str]:
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def readings() -> dict[str, list[str]]:
    """Broken line → what it was read as; nothing for a line that cannot be read."""
    listed = yaml.safe_load(READINGS.read_text(encoding="utf-8"))
    return {entry["line"]: entry.get("read_as", []) for entry in listed}


@pytest.fixture
def content(db) -> str:
    """All loaded text, in its own order."""
    reference.load()
    texts: list[str] = list(PartnerOrganisation.objects.values_list("name", flat=True))
    texts += SessionTopic.objects.values_list("title", flat=True)
    for section in ContentSection.objects.exclude(slug__in=OF_THE_PORTAL).prefetch_related("items"):
        texts += [section.title, section.intro]
        for item in section.items.all():
            texts += [item.heading, item.text, item.detail]
        texts.append(section.source)
    return plain(" ".join(texts))


def is_found(line: str, content: str) -> bool:
    return plain(BULLET.sub("", line)) in content


def test_every_line_of_the_source_is_in_the_content_or_listed_as_broken(content):
    listed = readings()
    missing = [line for line in source_lines() if line not in listed and not is_found(line, content)]
    assert missing == []


def test_every_reading_of_a_broken_line_is_in_the_content(content):
    missing = [(line, text) for line, texts in readings().items() for text in texts if plain(text) not in content]
    assert missing == []


def test_only_lines_of_the_source_that_are_not_found_as_they_stand_are_listed(content):
    lines = set(source_lines())
    assert [line for line in readings() if line not in lines or is_found(line, content)] == []


def test_a_reading_resembles_its_line():
    """A chosen reading is what the letters left on the slide suggest, not something else."""
    unlike = [line for line, texts in readings().items() if texts and likeness(line, " ".join(texts)) < 0.55]
    assert unlike == []


def likeness(line: str, reading: str) -> float:
    return difflib.SequenceMatcher(None, plain(line), plain(reading), autojunk=False).ratio()


def test_the_content_has_its_swedish_letters_back(content):
    """A letter left unrestored would still match the source, so no word stands both with and without it."""
    words: dict[str, set[str]] = {}
    for rows, fields in [
        (ContentSection.objects.exclude(slug__in=OF_THE_PORTAL), ["title", "intro"]),
        (ContentItem.objects.exclude(section__slug__in=OF_THE_PORTAL), ["heading", "text", "detail"]),
        (Programme.objects.all(), ["name", "summary", "audience"]),
        (SessionTopic.objects.all(), ["title"]),
    ]:
        for values in rows.values_list(*fields):
            for word in re.findall(r"[a-zåäöé]+", " ".join(values).lower()):
                words.setdefault(plain(word).strip(), set()).add(word)
    assert [found for found in words.values() if len(found) > 1 and found not in PAIRS] == []


def test_there_is_as_much_of_each_as_the_source_says(content):
    assert PartnerOrganisation.objects.count() == 4
    assert ContentItem.objects.filter(section__slug="politiska-plattformen").count() == 8
    assert ContentItem.objects.filter(section__slug="strategiska-omraden").count() == 4
    assert ContentItem.objects.filter(section__slug="principer").count() == 4
    assert ContentItem.objects.filter(section__slug="valdspyramiden").count() == 6
    taget, mvp = Programme.objects.get(slug="taget"), Programme.objects.get(slug="mvp")
    assert [topic.month for topic in SessionTopic.objects.of(taget).base()] == [9, 12, 4]
    assert SessionTopic.objects.of(taget).extra().count() == 15
    assert [topic.title for topic in SessionTopic.objects.of(mvp).mvp()][-1] == "MVP-pass 11"
    assert SessionTopic.objects.of(mvp).mvp().count() == 11
