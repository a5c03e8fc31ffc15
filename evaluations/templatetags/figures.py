"""The way from a figure to the rows that it counts."""

from __future__ import annotations

from django import template
from django.urls import reverse

from evaluations.definitions import DEFINITIONS
from evaluations.selection import Selection

register = template.Library()


@register.simple_tag
def rows_address(selection: Selection, figure: str, **more: str) -> str:
    """The address of the rows that a figure counts; ``skola``, ``amne`` and ``del`` narrow it."""
    return f"{reverse(f'evaluations:{_NAMES[DEFINITIONS[figure].rows]}')}?{selection.query_with(siffra=figure, **more)}"


_NAMES = {"sessions": "session-list", "classes": "class-list", "schools": "school-list"}
