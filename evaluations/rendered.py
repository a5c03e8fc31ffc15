"""Parts of pages that are kept as they were written out, in the memory of the process that wrote them.

A part is kept under a fingerprint of everything that it follows from, so that it is never asked whether it still
holds: whatever changes, another part is asked for. It is written out without the request, so nothing of the one who
looks can be in it but what the fingerprint tells of. A new release is a new process.
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
    """The template written out with the context, which is only made when it has to be. Not kept if it follows from
    more than can be told."""
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
    """What a part that follows from these is kept under."""
    return digest_of([get_language(), get_script_prefix(), follows_from])


def chosen(selection: Selection) -> list[object]:
    """What a page says of its selection."""
    rules, district = selection.programme_year, selection.district
    return [
        (selection.query, selection.mended, selection.totals_only, selection.year.closed_on),
        (str(rules.year), str(rules.programme), str(district) if district else ""),
    ]


def counted(row: SummedFigures) -> list[object]:
    """What a sum and all that it was added up from is told by: schools, plans, logs, groups, topics, reminders."""
    return [row.as_of, row.basis, row.reminded, row.groups, row.digest]
