"""Links each concept where it first occurs in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe

from programmes.models import Concept

# A text's HTML from ``programmes.markdown``, split into tags and the text between them.
_TAG = re.compile(r"(<[^>]*>)")


def link_concepts(html: SafeString, concepts: Iterable[Concept]) -> SafeString:
    """The same HTML, with the first occurrence of each concept outside links and headings linked to its meaning."""
    written = {escape(word.lower()): concept for concept in concepts for word in concept.words}
    if not written:
        return html
    longest_first = sorted(written, key=len, reverse=True)
    word = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    linked: set[str] = set()
    closed_to_links = 0
    parts = []
    for part in _TAG.split(html):
        if part.startswith("<"):
            closed_to_links += _opens(part)
            parts.append(part)
        else:
            parts.append(part if closed_to_links else word.sub(lambda found: _link(found[0], written, linked), part))
    return mark_safe("".join(parts))


def _opens(tag: str) -> int:
    """1 where a link or heading begins, -1 where it ends, otherwise 0."""
    name = tag.strip("</>").split()[0] if tag.strip("</>") else ""
    if name not in ("a", "h2", "h3", "h4", "code", "pre"):
        return 0
    return -1 if tag.startswith("</") else 1


def _link(word: str, written: dict[str, Concept], linked: set[str]) -> str:
    concept = written[word.lower()]
    if concept.slug in linked:
        return word
    linked.add(concept.slug)
    return f'<a class="concept" href="{concept.get_absolute_url()}">{word}</a>'
