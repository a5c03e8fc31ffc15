"""Renders the centre's texts, which are written in Markdown, as safe HTML."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Headings are shown below the page's own; raw HTML is shown as text.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a", "blockquote", "h2", "h3", "h4", "hr", "code", "pre"} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_ATTRIBUTES = {"a": {"href", "title"}}
_LINKS = {"http", "https", "mailto", "tel"}


def to_html(text: str) -> SafeString:
    """A text as HTML: no scripts or pictures, links only to the web, mail and telephone, and no heading above
    ``h2``."""
    lowered = _markdown.render(text).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return mark_safe(nh3.clean(lowered, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_LINKS))
