"""The tables on the way down: districts, groups, sessions, programmes and terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluations import figures
from evaluations.addresses import address
from evaluations.cells import Cell, Column, Row, Table, share_column, text_column
from evaluations.counting import EMPTY, Counts, add_up
from evaluations.drilling import Part, TopicBySchool
from evaluations.figures import aimed
from evaluations.places import Place
from evaluations.selection import Selection
from evaluations.tables.columns import added, due_cells, due_columns, share_cells, share_columns, state_cells
from evaluations.terms import TermRow
from evaluations.topic_rows import pace_of
from schools.models import District, Group, PlannedSession, School


def topic_school_table(
    found: TopicBySchool, shown: Iterable[tuple[School, Counts]], slug: str, selection: Selection
) -> Table:
    """One topic, school by school: the schools shown, and all schools together."""
    columns = [text_column(_("School")), text_column(_("District")), share_column("pace", "band"), *due_columns()]
    rows = [
        [
            Cell(school.name, address(selection, "school", school.slug)),
            Cell(school.district.name),
            Cell(pace_of(states, selection)),
            *state_cells(states, selection, amne=slug, skola=school.slug),
        ]
        for school, states in ((school, found.states_of(counts)) for school, counts in shown)
    ]
    last = [
        *(Cell(selection.all_of_them), Cell(""), Cell(pace_of(found.total, selection))),
        *state_cells(found.total, selection, amne=slug),
    ]
    return Table("amne", _("School by school"), columns, rows, last)


def district_table(parts: Sequence[Part[District]], selection: Selection) -> Table:
    """District by district, on the same day; together they are the centre."""
    columns = [text_column(_("District")), Column(_("Schools"), "adoption"), *due_columns()]
    shown = parts[0].figures if parts else []
    columns += share_columns(shown)
    rows = [
        [
            Cell(
                str(part.about), f"{reverse('evaluations:overview')}?{selection.query_with(distrikt=part.about.slug)}"
            ),
            Cell(part.schools),
            *due_cells(part.counts, selection, distrikt=part.about.slug),
            *share_cells(part.figures, selection, distrikt=part.about.slug),
        ]
        for part in parts
    ]
    return Table("distrikt", _("Districts"), columns, rows, _district_total(parts, selection))


def _district_total(parts: Sequence[Part[District]], selection: Selection) -> Row:
    if not parts:
        return ()
    counts = add_up([EMPTY, *(part.counts for part in parts)])
    return [
        Cell(_("The whole centre")),
        Cell(sum(part.schools for part in parts)),
        *due_cells(counts, selection, distrikt=""),
        *share_cells(added([part.figures for part in parts]), selection, distrikt=""),
    ]


def group_table(parts: Sequence[Part[Group]], counts: Counts, selection: Selection, school: School) -> Table:
    """The school's groups; together they are the school."""
    columns = [text_column(_("Group")), *due_columns()]
    own = [aimed(figure(counts, selection.as_of), selection.targets) for figure in figures.ALL]
    columns += share_columns(own)
    rows = [
        [
            Cell(str(part.about), address(selection, "group", school.slug, part.about.pk)),
            *due_cells(part.counts),
            *share_cells(part.figures),
        ]
        for part in parts
    ]
    total = [
        Cell(_("The whole school")),
        *due_cells(counts, selection, skola=school.slug),
        *share_cells(own, selection, skola=school.slug),
    ]
    return Table("grupper", _("Group by group"), columns, rows, total)


def place_table(places: Sequence[Place], sessions: Mapping[int, PlannedSession]) -> Table:
    """A group's sessions one by one, with the answers that make up its figures."""
    columns = [
        *(text_column(_("Session")), text_column(_("Week")), text_column(_("State"))),
        *(Column(_("On time"), "on_time", "text"), Column(_("Staff first"), "staff_first", "text")),
        Column(_("Logged in time"), "reporting", "text"),
    ]
    return Table("pass", _("Session by session"), columns, [_place_cells(place, sessions) for place in places])


def _place_cells(place: Place, sessions: Mapping[int, PlannedSession]) -> Row:
    session = sessions.get(place.row.pk) if place.row else None
    return [
        Cell(session.topic_title, session.get_absolute_url()) if session else Cell(_("One more session")),
        Cell(_("w. %(week)s") % {"week": place.row.week.isocalendar().week} if place.row else "–"),
        Cell(state_in_words(place.state)),
        Cell(answer_in_words(place.on_time, asked=place.is_base and place.is_due)),
        Cell(answer_in_words(place.staff_first, asked=place.is_to_follow_staff)),
        Cell(answer_in_words(place.logged_in_time, asked=place.needs_log)),
    ]


def state_in_words(state: str) -> str:
    """What has come of a session by the day."""
    states = {
        "held": _("Held"),
        "nolog": _("Awaiting log"),
        "notheld": _("Not held"),
        "planned": pgettext("sessions", "Ahead"),
        "unplanned": pgettext("sessions", "In no plan"),
    }
    return states[state]


def answer_in_words(answer: bool | None, *, asked: bool = True) -> str:
    """What a figure says of a session; a dash if it does not ask about this one."""
    if not asked:
        return "–"
    if answer is None:
        return _("cannot be decided")
    return _("yes") if answer else _("no")


def programme_table(parts: Sequence[Part[Selection]]) -> Table:
    """The programmes of the year side by side."""
    columns = [text_column(_("Programme")), Column(_("Schools"), "adoption"), *due_columns()]
    columns += share_columns(parts[0].figures if parts else [])
    rows = [
        [
            Cell(str(part.about.programme_year.programme), address(part.about, "overview")),
            Cell(part.schools),
            *due_cells(part.counts, part.about),
            *share_cells(part.figures, part.about),
        ]
        for part in parts
    ]
    return Table("program", _("Programmes"), columns, rows)


def term_table(years: Sequence[tuple[TermRow, Sequence[TermRow]]]) -> Table:
    """Terms in order, each school year's sum after its own."""
    rows = [row for year, terms in years for row in (*terms, year)]
    columns = [text_column(_("Term")), *due_columns(), *share_columns(rows[0].figures if rows else [])]
    cells = [
        [
            Cell(row.name if row.season else _("The school year %(year)s") % {"year": row.name}),
            *due_cells(row.counts, row.selection, termin=row.asked),
            *share_cells(row.figures, row.selection, termin=row.asked),
        ]
        for row in rows
    ]
    return Table("terminer", _("Term by term"), columns, cells)
