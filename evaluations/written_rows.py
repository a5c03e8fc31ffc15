"""The rows of the schools that the overview shows, kept as they were written out: few of them change at a time."""

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
from evaluations.templatetags.tables import written_line


@dataclass(frozen=True)
class Written:
    """A school in the list, in the table, and among those that have not held a session."""

    line: SafeString
    in_table: SafeString
    never: SafeString


def written_rows(
    selection: Selection,
    shown: Mapping[int, str],
    contacts: Collection[int],
    months: Sequence[dt.date],
    follows_from: Sequence[object],
) -> dict[int, Written]:
    """The rows of schools by their keys. ``shown`` has the fingerprints of their counts, ``contacts`` are those that
    have a contact person, and ``follows_from`` is what else the rows are written out from."""
    same = [*follows_from, months]
    keys = {pk: _key(pk, own, contacts, same) for pk, own in shown.items()}
    kept = caches["rows"].get_many(keys.values())
    found = {pk: Written(*map(SafeString, kept[key])) for pk, key in keys.items() if key in kept}
    if missing := keys.keys() - found.keys():
        rows = school_rows(selection, missing, contacts, months)
        new = {pk: _written(row, selection) for pk, row in rows.items()}
        # Under the counts that they were written out from, which may be later than those that were asked for.
        kept_as = {pk: _key(pk, counts_print(row.school, row.counts), contacts, same) for pk, row in rows.items()}
        caches["rows"].set_many({kept_as[pk]: tuple(map(str, vars(row).values())) for pk, row in new.items()})
        found |= new
    return found


def _key(pk: int, counts: str, contacts: Collection[int], same: Sequence[object]) -> str:
    return key_of(["a school's row", counts, pk in contacts, same])


def _written(row: SchoolRow, selection: Selection) -> Written:
    context = {"row": row, "selection": selection}
    return Written(
        render_to_string("evaluations/_school_row.html", context),
        written_line(list(zip(school_columns(row.figures), school_cells(row, selection), strict=True))),
        render_to_string("evaluations/_never_row.html", context),
    )
