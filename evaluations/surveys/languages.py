"""The words that those who answer read: a text file a language. Swedish is shipped; which others there are is data."""

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
    """A language's file lacks something, or has something that Swedish has not."""


@dataclass(frozen=True)
class Language:
    """``code`` as HTML says it, the language's own name, ltr or rtl, and its words."""

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
    """The language that is asked for, else Swedish."""
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
    """A language's file. Raises ``LanguageFault`` when it is none."""
    said: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        language = Language(**said)
    except TypeError as fault:
        raise LanguageFault(f"{file.name}: {fault}") from None
    if language.direction not in DIRECTIONS:
        raise LanguageFault(f"{file.name}: direction is ltr or rtl")
    return language


def check(language: Language, swedish: Language) -> None:
    """Raise ``LanguageFault`` unless the language says all that Swedish says, and nothing else."""
    for part in PARTS:
        own, wanted = set(getattr(language, part)), set(getattr(swedish, part))
        if own != wanted:
            raise LanguageFault(f"{language.code}: {part} differs in {', '.join(sorted(own ^ wanted))}")
