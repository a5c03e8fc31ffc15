"""The figures of a saved report that would be others today, then and now, and the tables that would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from evaluations.cells import Cell, Column, Row, Table, text_column

if TYPE_CHECKING:
    from evaluations.since_saved import Differing, Since


def since_table(since: Since, *, of_several: bool) -> Table:
    """A row for each figure and table that differs; ``of_several`` says that the report has several programmes."""
    shares = [Column(_("When it was saved"), kind="share"), Column(_("Today"), kind="share")]
    columns = [*([text_column(_("Programme"))] if of_several else []), text_column(_("Figure")), *shares]
    rows = [_row(one, of_several=of_several) for one in since.figures]
    for title in since.tables:
        said = Cell(_("%(table)s: other numbers") % {"table": title})
        rows.append([*([Cell("")] if of_several else []), said, Cell(None), Cell(None)])
    return Table("sedan", _("Since the report was saved"), columns, rows)


def _row(one: Differing, *, of_several: bool) -> Row:
    return [*([Cell(one.programme)] if of_several else []), Cell(one.then.title), Cell(one.then), Cell(one.now)]
