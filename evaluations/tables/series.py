"""The tables of series, trainings, occasions and partners."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations.addresses import address, figure_address
from evaluations.cells import Cell, Column, Row, Table, share_column, text_column
from evaluations.counting import EMPTY, Counts, add_up
from evaluations.figures import Figure, aimed
from evaluations.selection import Selection
from evaluations.series import PartnerRow, Series, SeriesRow
from evaluations.tables.columns import OF_SERIES, rows_address, share_cells
from programmes.models import Measure
from schools.models import Occasion, OccasionKind, Organisation
from schools.trainings import TRAININGS


def series_table(series: Series) -> Table:
    """MVP school by school: pupil mentors, the pupils they meet, sessions of eleven, and supervision."""
    selection = series.selection
    columns = [
        *(
            text_column(_("School")),
            Column(_("Pupil mentors"), "mentors"),
            Column(_("Pupils in grade %(grades)s") % {"grades": selection.programme_year.grades}, "mentees"),
        ),
        *(share_column(figure.__name__) for figure in OF_SERIES),
        Column(_("Supervision"), "supervision"),
    ]
    rows: list[Row] = [
        [
            Cell(row.school.name, address(selection, "school", row.school.slug)),
            Cell(row.mentors, f"{reverse('schools:group-list', args=[row.school.slug, selection.year.slug])}"),
            Cell(row.counts["pupils"], _pupils_address(row, selection)),
            *share_cells(_of_series(row.counts, selection), selection, skola=row.school.slug),
            Cell(row.supervision, occasions_address(selection, OccasionKind.SUPERVISION, skola=row.school.slug)),
        ]
        for row in series.rows
    ]
    if series.for_all:
        more = Cell(series.for_all, occasions_address(selection, OccasionKind.SUPERVISION, skola="centret"))
        rows.append([Cell(_("For the whole centre")), *([Cell(None)] * (len(columns) - 2)), more])
    return Table("mvp", _("School by school"), columns, rows, series_total(series))


def _pupils_address(row: SeriesRow, selection: Selection) -> str:
    """The link to the pupils; none where there are none, as at a school that has closed."""
    return figure_address(selection, "reach", skola=row.school.slug) if row.counts["classes"] else ""


def series_summary(series: Series) -> list[tuple[Column, Cell]]:
    """The totals with their headings, for the page's first lines and for readers who see no school's row."""
    table = series_table(series)
    return list(zip(table.columns[1:], table.total[1:], strict=True))


def series_total(series: Series) -> Row:
    selection = series.selection
    counts = add_up([EMPTY, *(row.counts for row in series.rows)])
    held = sum(row.supervision for row in series.rows) + series.for_all
    return [
        Cell(selection.all_of_them),
        Cell(sum(row.mentors for row in series.rows)),
        Cell(counts["pupils"], rows_address(selection, "reach")),
        *share_cells(_of_series(counts, selection), selection),
        Cell(held, "" if selection.totals_only else occasions_address(selection, OccasionKind.SUPERVISION)),
    ]


def _of_series(counts: Counts, selection: Selection) -> list[Figure]:
    return [aimed(figure(counts, selection.as_of), selection.targets) for figure in OF_SERIES]


def training_table(came: Mapping[tuple[str, str], int], selection: Selection) -> Table:
    """How many have been trained: organisations against trainings."""
    columns = [
        text_column(_("Organisation")),
        *(Column(str(kind.label), "trained") for kind in TRAININGS),
        Column(_("All of them"), "trained"),
    ]
    shown = [one for one in Organisation if any(came.get((one, kind)) for kind in TRAININGS)]
    rows = [
        [
            Cell(str(one.label)),
            *(_trained(came, selection, (one,), (kind,)) for kind in TRAININGS),
            _trained(came, selection, (one,), TRAININGS),
        ]
        for one in shown
    ]
    total = [
        Cell(_("All of them")),
        *(_trained(came, selection, tuple(Organisation), (kind,)) for kind in TRAININGS),
        _trained(came, selection, tuple(Organisation), TRAININGS),
    ]
    return Table("utbildade", _("Trained, by organisation"), columns, rows, total)


def _trained(
    came: Mapping[tuple[str, str], int], selection: Selection, who: Sequence[str], kinds: Sequence[str]
) -> Cell:
    number = sum(came.get((organisation, kind), 0) for organisation in who for kind in kinds)
    if not number or selection.totals_only:
        return Cell(number)
    kind = kinds[0] if len(kinds) == 1 else ""
    return Cell(number, occasions_address(selection, kind, organisation=who[0] if len(who) == 1 else ""))


def occasions_address(selection: Selection, kind: str, **more: str) -> str:
    return address(selection, "occasion-list", slag=kind, **more)


def occasion_table(rows: Iterable[tuple[Occasion, int]]) -> Table:
    """Occasions that were held, and how many came."""
    columns = [
        text_column(_("Day")),
        *map(text_column, (_("Occasion"), _("Kind"), _("Where"))),
        Column(_("Came"), "trained"),
    ]
    found = list(rows)
    cells = [
        [
            Cell(one.date),
            Cell(one.title, one.get_absolute_url()),
            Cell(str(one.get_kind_display())),
            Cell(one.school.name if one.school else _("For the whole centre")),
            Cell(came),
        ]
        for one, came in found
    ]
    total = [*(Cell(text) for text in (_("All of them"), "", "", "")), Cell(sum(came for _one, came in found))]
    return Table("tillfallen", _("Occasions"), columns, cells, total)


def occasion_kind_table(held: Sequence[tuple[OccasionKind, int, int]]) -> Table:
    """How often each kind of occasion was held, and how many came."""
    columns = [text_column(_("Occasion")), Column(_("Held")), Column(_("Came"))]
    rows = [[Cell(str(kind.label)), Cell(number), Cell(came)] for kind, number, came in held]
    return Table("tillfallen", _("Trainings, meetings and supervision"), columns, rows)


def partner_table(rows: Sequence[PartnerRow], selection: Selection) -> Table:
    """The partners: their measures by status, late follow-ups, and their people who have been trained."""
    centre = dataclasses.replace(selection, district=None)
    columns = [
        text_column(_("Partner")),
        *(Column(str(status.label), "measures") for status in Measure.Status),
        Column(_("Follow-up is late"), "measures"),
        Column(_("Trained"), "trained"),
    ]
    cells = [
        [
            Cell(row.partner.name, reverse("programmes:partner-detail", args=[row.partner.slug])),
            *(Cell(row.statuses[status], _measures_address(row, status)) for status in Measure.Status),
            Cell(row.late, _measures_address(row) if row.late else ""),
            Cell(row.trained, _trained_address(row, centre)),
        ]
        for row in rows
    ]
    return Table("parter", _("Partner by partner"), columns, cells)


def _measures_address(row: PartnerRow, status: str = "") -> str:
    """The partner's measures of a status; without one all of them, the late ones first."""
    if status and not row.statuses[status]:
        return ""
    asked = urlencode({"part": row.partner.slug, "efter": "part"} | ({"status": status} if status else {}))
    return f"{reverse('programmes:measure-list')}?{asked}"


def _trained_address(row: PartnerRow, selection: Selection) -> str:
    if not row.trained or selection.totals_only:
        return ""
    return occasions_address(selection, "", part=row.partner.slug)
