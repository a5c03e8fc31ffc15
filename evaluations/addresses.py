"""Links from a figure to the rows that it counts, with the selection in the address."""

from __future__ import annotations

from functools import cache

from django.urls import reverse

from evaluations.definitions import DEFINITIONS
from evaluations.selection import Selection

LISTS = {"sessions": "session-list", "reminded": "session-list", "classes": "class-list", "schools": "school-list"}


def address(selection: Selection, name: str, *args: object, **more: str) -> str:
    """The address of a page about the selection."""
    return f"{reverse(f'evaluations:{name}', args=args)}?{selection.query_with(**more)}"


def figure_address(selection: Selection, figure: str, **more: str) -> str:
    """The page with the rows that a figure counts, narrowed by ``skola``, ``amne``, ``arskurs``, ``orsak`` and
    ``del``."""
    return f"{_path(LISTS[DEFINITIONS[figure].rows])}?{selection.query_with(siffra=figure, **more)}"


@cache
def _path(name: str) -> str:
    """The path of a page by its URL name; kept, since a big table has thousands of links."""
    return reverse(f"evaluations:{name}")
