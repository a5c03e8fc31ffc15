"""The centre's texts are written in Markdown and shown as HTML that can do no harm."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Headings in a text stand below the page's own; raw HTML in a text is shown as it was written.
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
    """A text's HTML: no script, no picture, links to the web, mail and telephone only, nothing higher than ``h2``."""
    lowered = _markdown.render(text).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return mark_safe(nh3.clean(lowered, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_LINKS))
