"""Parts of pages kept as rendered HTML, in the memory of the process that rendered them (ADR 27).

A part is kept under a fingerprint of everything that it is rendered from. So nobody has to check whether it is still
valid: when something changes, the fingerprint does, and another part is asked for. It is rendered without the request,
so that nothing about the reader gets in except what the fingerprint covers. A new release starts new processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.cache import caches
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.kept_pages import following_from_what_was_asked
from evaluations.fingerprints import digest_of
from evaluations.models import SummedFigures
from evaluations.selection import Selection


def kept_part(
    template: str, follows_from: Sequence[object] | None, context: Callable[[], Mapping[str, Any]]
) -> SafeString:
    """The template rendered with the context, which is only built when needed. With ``follows_from`` None it is not
    kept."""
    if follows_from is None:
        return mark_safe(render_to_string(template, dict(context())))  # as below
    key = key_of([template, *follows_from])
    kept = caches["rendered"].get(key)
    if kept is None:
        with following_from_what_was_asked():
            kept = str(render_to_string(template, dict(context())))
        caches["rendered"].set(key, kept)
    return mark_safe(kept)  # a template's own output, escaped where it was made


def key_of(follows_from: Sequence[object]) -> str:
    """The cache key of a part that is rendered from these."""
    return digest_of([get_language(), get_script_prefix(), follows_from])


def chosen(selection: Selection) -> list[object]:
    """What a page says about its selection."""
    rules, district = selection.programme_year, selection.district
    return [
        (selection.query, selection.mended, selection.totals_only, selection.year.closed_on),
        (str(rules.year), str(rules.programme), str(district) if district else ""),
    ]


def counted(row: SummedFigures) -> list[object]:
    """What identifies a sum and everything that it was added up from: schools, plans, logs, groups, topics,
    reminders."""
    return [row.as_of, row.basis, row.reminded, row.groups, row.digest]
