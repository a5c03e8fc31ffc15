"""The texts of mails that the administrator can change, part by part.

A part has a standard text in the code and a fixed list of placeholders: ``{skola}`` is replaced by the school's name,
and nothing else in a text has any effect. Values are put in as text, and escaped when the letter becomes HTML. Apps
above register the parts of their kinds in ``AppConfig.ready()``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from outbox.models import Message, TextVersion
from outbox.together import asked_once

log = logging.getLogger(__name__)

LONGEST_LINE = 150
LONGEST_TEXT = 1_500
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_STANDARD = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Placeholder:
    """A value that can be put into a text: its name in the code, its name in texts, and what it means."""

    name: str
    word: str
    means: str | Promise


@dataclass(frozen=True)
class Part:
    """One text of a kind: a line such as the subject, or paragraphs.

    ``standard`` is a lazy translation with ``%(name)s`` for each placeholder. A text without a placeholder that is
    ``required`` is refused, because its reader could not do without it.
    """

    name: str
    title: str | Promise
    standard: str | Promise
    holds: tuple[Placeholder, ...] = ()
    required: tuple[str, ...] = ()
    is_line: bool = False
    may_be_empty: bool = False

    @cached_property
    def standard_text(self) -> str:
        """The standard text, with placeholders as the administrator writes them."""
        words = {one.name: f"{{{one.word}}}" for one in self.holds}
        # Mails are in Swedish, whatever language the administrator's pages are in.
        with translation.override(settings.LANGUAGE_CODE):
            return _STANDARD.sub(lambda found: words[found[1]], str(self.standard))

    @property
    def longest(self) -> int:
        return LONGEST_LINE if self.is_line else LONGEST_TEXT


@dataclass(frozen=True)
class Sample:
    """Something real to preview a kind's texts on.

    ``write`` writes its mail and whatever that depends on; all of it is rolled back after the preview. ``at`` is the
    moment to compose it for, if not now.
    """

    key: str
    label: str
    write: Callable[[], Message]
    at: dt.datetime | None = None


Samples = Callable[[dt.datetime], Sequence[Sample]]


@dataclass(frozen=True)
class TextSet:
    """The parts of a kind, and its samples."""

    kind: str
    parts: tuple[Part, ...]
    samples: Samples

    def part(self, name: str) -> Part:
        """Raises ``KeyError`` for a part that the kind does not have."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Part]:
        return {part.name: part for part in self.parts}


_sets: dict[str, TextSet] = {}
# Unsaved texts being previewed: the kind, and what was typed.
_tried: ContextVar[tuple[str, dict[str, str]] | None] = ContextVar("tried", default=None)


def register_texts(*several: TextSet) -> None:
    for one in several:
        _sets[one.kind] = one


def text_set(kind: str) -> TextSet:
    """Raises ``KeyError`` for a kind whose texts are fixed."""
    return _sets[kind]


def kinds_with_texts() -> list[str]:
    return list(_sets)


@dataclass(frozen=True)
class Texts:
    """A kind's present texts, to be filled in."""

    of: TextSet
    changed: dict[str, str]

    def line(self, part: str, **values: object) -> str:
        """A part as one line. Pass a value for each of its placeholders."""
        return _on_one_line(self._filled(part, values))

    def paragraphs(self, part: str, **values: object) -> list[str]:
        """A part's paragraphs; none if it has been emptied."""
        return [line.strip() for line in self._filled(part, values).splitlines() if line.strip()]

    def _filled(self, name: str, values: dict[str, object]) -> str:
        part = self.of.part(name)
        text = self.changed.get(name)
        if text is None:
            return fill(part, part.standard_text, values)
        if faults := faults_of(part, text):
            # The code's placeholders have changed since the text was saved.
            log.error("The text %s of %s is not used: %s", name, self.of.kind, " ".join(faults))
            text = part.standard_text
        return fill(part, text, values)


def texts_of(kind: str) -> Texts:
    """The present texts of a kind, or those being previewed."""
    tried = _tried.get()
    if tried is not None and tried[0] == kind:
        return Texts(text_set(kind), tried[1])
    version = asked_once(("texts", kind), lambda: latest_version(kind))
    return Texts(text_set(kind), changed_texts(version))


def latest_version(kind: str) -> TextVersion | None:
    return TextVersion.objects.filter(kind=kind).order_by("-number").first()


def changed_texts(version: TextVersion | None) -> dict[str, str]:
    return version.texts if version else {}


@contextmanager
def trying(kind: str, texts: dict[str, str]) -> Iterator[None]:
    """Within this context, letters of the kind are composed with these texts."""
    token = _tried.set((kind, texts))
    try:
        yield
    finally:
        _tried.reset(token)


def fill(part: Part, text: str, values: dict[str, object]) -> str:
    """Put the values in, in one pass: text in a value that looks like a placeholder is left alone."""
    by_word = {one.word: _on_one_line(str(values[one.name])) for one in part.holds}
    return _PLACEHOLDER.sub(lambda found: by_word[found[1].strip()], text)


def _on_one_line(text: str) -> str:
    """On one line, keeping non-breaking spaces."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip()


def faults_of(part: Part, text: str) -> list[str]:
    """Why a text cannot be used, each fault as a sentence that says how to correct it."""
    if not text.strip():
        return [] if part.may_be_empty else [_("The text must not be empty.")]
    faults = []
    if len(text) > part.longest:
        said = {"n": len(text), "most": part.longest}
        faults.append(_("The text has %(n)s characters. Use at most %(most)s.") % said)
    if part.is_line and len(text.strip().splitlines()) > 1:
        faults.append(_("Write it on one line."))
    return [*faults, *_placeholder_faults(part, text)]


def _placeholder_faults(part: Part, text: str) -> Iterator[str]:
    known = {one.word: one.name for one in part.holds}
    used = [word.strip() for word in _PLACEHOLDER.findall(text)]
    for word in dict.fromkeys(word for word in used if word not in known):
        unknown = _("There is no {%(word)s} here.") % {"word": word[:40]}
        yield f"{unknown} {_instead(word, list(known))}"
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        yield _("A brace stands alone. Braces are only for placeholders, such as {%(word)s}.") % {
            "word": next(iter(known), _("school"))
        }
    for word, name in known.items():
        if name in part.required and word not in used:
            yield _("{%(word)s} is missing. The mail cannot do without it.") % {"word": word}


def _instead(word: str, known: list[str]) -> str:
    if not known:
        return _("This text has no placeholders.")
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if near:
        return _("Do you mean {%(word)s}?") % {"word": near[0]}
    return _("Use one of: %(words)s.") % {"words": ", ".join(f"{{{one}}}" for one in known)}
