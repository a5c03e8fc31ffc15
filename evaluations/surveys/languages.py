"""The texts that those who answer read, one file for each language. Swedish comes with the portal; others can be added
as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

OWN = Path(__file__).parent / "languages"
SWEDISH = "sv"
PARTS = ("page", "answers", "scales", "items")
DIRECTIONS = ("ltr", "rtl")


class LanguageFault(Exception):  # noqa: N818 - reads as what it is
    """A language's file lacks something that Swedish has, or has something that Swedish lacks."""


@dataclass(frozen=True)
class Language:
    """A language: ``code`` as in HTML's ``lang``, its own name, its direction (ltr or rtl), and its texts."""

    code: str
    name: str
    direction: str
    page: Mapping[str, str]
    answers: Mapping[str, str]
    scales: Mapping[str, str]
    items: Mapping[str, str]


def languages() -> dict[str, Language]:
    """Every language by its code, Swedish first. ``SURVEY_LANGUAGES`` names a folder of more files."""
    return _read_all(OWN, settings.SURVEY_LANGUAGES)


def language_of(code: str | None) -> Language:
    """The language asked for, or else Swedish."""
    known = languages()
    return known.get(code or SWEDISH, known[SWEDISH])


def swedish() -> Language:
    return languages()[SWEDISH]


@cache
def _read_all(*folders: Path | None) -> dict[str, Language]:
    swedish = read(OWN / f"{SWEDISH}.yaml")
    found = {SWEDISH: swedish}
    for folder in folders:
        for file in sorted(folder.glob("*.yaml")) if folder else ():
            if file.stem != SWEDISH:
                language = read(file)
                check(language, swedish)
                found[language.code] = language
    return found


def read(file: Path) -> Language:
    """A language's file. Raises ``LanguageFault`` when it is not one."""
    said: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        language = Language(**said)
    except TypeError as fault:
        raise LanguageFault(f"{file.name}: {fault}") from None
    if language.direction not in DIRECTIONS:
        raise LanguageFault(f"{file.name}: direction is ltr or rtl")
    return language


def check(language: Language, swedish: Language) -> None:
    """Raise ``LanguageFault`` unless the language has exactly the texts that Swedish has."""
    for part in PARTS:
        own, wanted = set(getattr(language, part)), set(getattr(swedish, part))
        if own != wanted:
            raise LanguageFault(f"{language.code}: {part} differs in {', '.join(sorted(own ^ wanted))}")
