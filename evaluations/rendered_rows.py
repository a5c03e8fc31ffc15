"""The overview's rows of schools, kept as rendered HTML: of many schools, few change at a time (ADR 27)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from evaluations.dashboard import SchoolRow, school_rows
from evaluations.rendered import key_of
from evaluations.selection import Selection
from evaluations.summing import counts_print
from evaluations.tables import school_cells, school_columns
from evaluations.templatetags.tables import rendered_line


@dataclass(frozen=True)
class RenderedRow:
    """A school's row as HTML: in the list, in the table, and among those that have not held a session."""

    line: SafeString
    in_table: SafeString
    never: SafeString


def rendered_rows(
    selection: Selection,
    shown: Mapping[int, str],
    contacts: Collection[int],
    months: Sequence[dt.date],
    follows_from: Sequence[object],
) -> dict[int, RenderedRow]:
    """The rows of the schools, by their primary keys.

    ``shown`` has the fingerprint of each school's counts, ``contacts`` are the schools that have a contact person, and
    ``follows_from`` is everything else that a row is rendered from.
    """
    same = [*follows_from, months]
    keys = {pk: _key(pk, own, contacts, same) for pk, own in shown.items()}
    kept = caches["rows"].get_many(keys.values())
    found = {pk: RenderedRow(*map(SafeString, kept[key])) for pk, key in keys.items() if key in kept}
    if missing := keys.keys() - found.keys():
        rows = school_rows(selection, missing, contacts, months)
        new = {pk: _rendered(row, selection) for pk, row in rows.items()}
        # Kept under the counts that they were rendered from: these may be newer than those asked for.
        kept_as = {pk: _key(pk, counts_print(row.school, row.counts), contacts, same) for pk, row in rows.items()}
        caches["rows"].set_many({kept_as[pk]: tuple(map(str, vars(row).values())) for pk, row in new.items()})
        found |= new
    return found


def _key(pk: int, counts: str, contacts: Collection[int], same: Sequence[object]) -> str:
    return key_of(["a school's row", counts, pk in contacts, same])


def _rendered(row: SchoolRow, selection: Selection) -> RenderedRow:
    context = {"row": row, "selection": selection}
    return RenderedRow(
        render_to_string("evaluations/_school_row.html", context),
        rendered_line(list(zip(school_columns(row.figures), school_cells(row, selection), strict=True))),
        render_to_string("evaluations/_never_row.html", context),
    )
