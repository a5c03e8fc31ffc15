"""Slugs."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import chain, count
from typing import Any

from django.utils.text import slugify


def free_slug(
    among: Any, name: str, *, otherwise: str, longest: int = 74, reserved: AbstractSet[str] = frozenset()
) -> str:
    """The name's slug; if one of the rows ``among`` already has it, with a number after it.

    ``otherwise`` is used for a name that gives an empty slug. Before the number the slug has at most ``longest``
    characters.
    """
    wanted = slugify(name)[:longest].strip("-") or otherwise
    taken = reserved | set(among.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(slug for slug in chain([wanted], (f"{wanted}-{n}" for n in count(2))) if slug not in taken)
