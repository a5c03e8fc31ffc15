"""How the centre's texts are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from django import template
from django.utils.safestring import SafeString

from programmes.concepts import link_concepts
from programmes.markdown import to_html
from programmes.models import Concept, is_checked_lately

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """A text in Markdown as safe HTML."""
    return to_html(text)


@register.filter
def checked_lately(checked_on: dt.date | None, today: dt.date) -> bool:
    """Whether a row was checked within half a year."""
    return is_checked_lately(checked_on, today)


@register.filter
def telephone(detail: str) -> str:
    """020-50 50 50 as a telephone link dials it: 020505050."""
    return "".join(sign for sign in detail if sign.isdigit() or sign == "+")


@register.filter
def with_concepts(html: SafeString, concepts: Iterable[Concept]) -> SafeString:
    """A text's HTML where each concept leads to its meaning."""
    return link_concepts(html, concepts)


@register.filter
def web_host(link: str) -> str:
    """https://www.skr.se/… as people say it: skr.se."""
    return (urlsplit(link).hostname or link).removeprefix("www.")
