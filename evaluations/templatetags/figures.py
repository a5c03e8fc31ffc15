"""The link from a figure to the rows that it counts, and charts for paper."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from evaluations.addresses import figure_address
from evaluations.pictures import with_pictures
from evaluations.selection import Selection

register = template.Library()


@register.simple_tag
def rows_address(selection: Selection, figure: str, **more: str) -> str:
    """The address of the rows that a figure counts; ``skola``, ``amne`` and ``del`` narrow it."""
    return figure_address(selection, figure, **more)


@register.simple_block_tag
def pictures(content: str, width: int) -> SafeString:
    """The enclosed HTML with its charts as pictures ``width`` pixels wide: for a PDF."""
    return mark_safe(with_pictures(content, width))  # the page's own HTML, escaped where it was made
