"""One search over everything a person may see. Apps above add sources in ``AppConfig.ready()``.

Words are compared in Python, so that å, ä, ö and small misspellings are handled alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from rapidfuzz import fuzz, process

# More words than fit in the field's 600 characters are refused with an answer, not silently cut.
LONGEST_QUERY = 100
MOST_OF_A_KIND = 12
# How similar two words must be, of 100: about one wrong letter in five, or two in ten. Shorter words must have the same
# beginning.
_ALIKE, _SHORTEST_MISSPELT = 78, 4
_EXACT, _BEGINS, _IN_TITLE = 100, 92, 50
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Entry:
    """Something that can be found: its title, its address, and the text besides the title that it is found by."""

    title: str
    url: str
    text: str = ""


@dataclass(frozen=True)
class Source:
    """A kind of entries, and a function that lists those that a user may see on a day."""

    kind: str | Promise
    entries: Callable[[Any, dt.date], Iterable[Entry]]


@dataclass(frozen=True)
class Found:
    """The entries found of a kind, best first, and how many there were in all."""

    kind: str
    entries: list[Entry]
    total: int


sources: list[Source] = []


def search(query: str, *, user: Any, today: dt.date) -> list[Found]:
    """What a user finds: entries that contain every word of the query, or nearly."""
    words = _words(query[:LONGEST_QUERY])
    found = [_of(source, words, user, today) for source in sources] if words else []
    return [kind for kind in found if kind.total]


def _of(source: Source, words: list[str], user: Any, today: dt.date) -> Found:
    entries = [(entry, set(_words(entry.title)), set(_words(entry.text))) for entry in source.entries(user, today)]
    known = set().union(*(title | text for _entry, title, text in entries)) if entries else set()
    alike = [_alike(word, known) for word in words]
    scored = [(_score(title, text, alike), entry) for entry, title, text in entries]
    ranked = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], _by_numbers(pair[1].title)))
    return Found(str(source.kind), [entry for _score, entry in ranked[:MOST_OF_A_KIND]], len(ranked))


def _by_numbers(title: str) -> list[tuple[int, str]]:
    """What titles are put in order by: session 2 comes before session 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in _NUMBER.split(title)]


def _score(title: set[str], text: set[str], alike: list[dict[str, float]]) -> float:
    """The sum of each word's best likeness, where words in the title count for more; 0 if a word is missing."""
    total: float = 0
    for likeness in alike:
        best = max(
            max((likeness.get(word, 0) + _IN_TITLE for word in title if word in likeness), default=0),
            max((likeness.get(word, 0) for word in text), default=0),
        )
        if not best:
            return 0
        total += best
    return total


def _alike(word: str, known: set[str]) -> dict[str, float]:
    """The known words that a typed word may mean, each with how alike they are."""
    found: dict[str, float] = {other: _BEGINS for other in known if other.startswith(word)}
    if len(word) >= _SHORTEST_MISSPELT:
        for other, likeness, _key in process.extract(word, known, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None):
            found[other] = max(found.get(other, 0), likeness)
    if word in known:
        found[word] = _EXACT
    return found


def _words(text: str) -> list[str]:
    """Words in lower case without diacritics: Könsnormen and konsnormen are the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(sign for sign in decomposed if not unicodedata.combining(sign)))
