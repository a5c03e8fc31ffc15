"""A table of ``evaluations.cells`` as HTML. Built here, not by a template: a big one has tens of thousands of cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.look import grouped
from evaluations.cells import Cell, Column, Table
from evaluations.figures import Figure
from evaluations.templatetags.charts import band

register = template.Library()
NOTHING, EMPTY, TO_THE_RIGHT = SafeString("–"), SafeString(""), SafeString(' class="num"')


@register.simple_tag
def figure_table(table: Table, rendered: Sequence[SafeString] = ()) -> SafeString:
    """The table: each heading links to its figure's definition, each cell to the rows that it counts. ``rendered`` are
    its rows where they are kept as HTML already."""
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{}"><table class="table figure-table">'
        '<caption class="visually-hidden">{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody>{}</table></div>',
        _("Table: %(title)s") % {"title": table.title},
        table.title,
        _joined(_heading(column) for column in table.columns),
        _joined(rendered or map(rendered_line, table.lines)),
        format_html("<tfoot>{}</tfoot>", rendered_line(table.total_line)) if table.total else "",
    )


@register.simple_tag
def figure_cell(cell: Cell) -> SafeString:
    """What a cell says, with its link."""
    said = _said(cell)
    if cell.address:
        said = format_html('<a href="{}">{}</a>', cell.address, said)
    if isinstance(cell.value, Figure) and cell.value.denominator:
        words = _("%(n)s of %(total)s")
        words %= {"n": grouped(cell.value.numerator), "total": grouped(cell.value.denominator)}
        return format_html('{}<span class="soft of">{}</span>', said, words)
    return said


def _said(cell: Cell) -> SafeString:
    value = cell.value
    if value is None:
        return NOTHING
    if isinstance(value, Figure):
        return format_html("<b>{}</b>", value.value)
    if isinstance(value, dt.date):
        return format_html("{}", date_format(value, "j b Y"))
    return format_html("{}", grouped(value) if isinstance(value, int) else value)


def _heading(column: Column) -> SafeString:
    said: str | SafeString = column.title
    if column.definition:
        said = format_html('<a href="{}#{}">{}</a>', reverse("evaluations:definitions"), column.definition, said)
    return format_html('<th scope="col"{}>{}</th>', _number(column), said)


def rendered_line(line: Iterable[tuple[Column, Cell]]) -> SafeString:
    """A row of a table as HTML."""
    (_first, name), *others = line
    cells = _joined(format_html("<td{}>{}</td>", _number(column), _inside(column, cell)) for column, cell in others)
    return format_html('<tr><th scope="row">{}</th>{}</tr>', figure_cell(name), cells)


def _inside(column: Column, cell: Cell) -> SafeString:
    if column.has_band and isinstance(cell.value, Figure):
        bar = render_to_string("evaluations/_band.html", band(cell.value, 12))
        return format_html('<span class="topic-band">{}<b>{}</b></span>', bar, cell.value.value)
    return figure_cell(cell)


def _number(column: Column) -> SafeString:
    return EMPTY if column.is_text or column.has_band else TO_THE_RIGHT


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
