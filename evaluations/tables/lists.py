"""The lists behind a figure as tables to take away: sessions, classes and schools, a row for each that it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _

from evaluations.cells import Cell, Column, Row, Table, text_column
from evaluations.counting import reason_of
from evaluations.dashboard import reason_title
from evaluations.definitions import DEFINITIONS
from evaluations.lists import ListedClass, ListedPlace, ListedSchool
from evaluations.places import Place, State
from evaluations.tables.drilling import answer_in_words, state_in_words
from schools.models import Group, PlannedSession

Answer = Callable[[Place], bool | None]
# What a figure asks of each session that it counts.
ANSWERS: Mapping[str, Answer] = {
    "on_time": lambda place: place.on_time,
    "staff_first": lambda place: place.staff_first,
    "reporting": lambda place: place.logged_in_time,
}


def session_list_table(
    listed: Iterable[ListedPlace],
    sessions: Mapping[int, PlannedSession],
    groups: Mapping[int, Group],
    figure: str,
) -> Table:
    """Sessions, with what the figure asks of each; those that are in no plan have neither topic nor week."""
    columns = [
        *map(text_column, (_("School"), _("District"), _("Group"), _("Session"), _("Week from"), _("Day held"))),
        *map(text_column, (_("State"), _("Why not"))),
        *([Column(str(DEFINITIONS[figure].title), figure, "text")] if figure in ANSWERS else []),
        *([Column(_("Parts done"), figure), Column(_("Parts"), figure)] if figure == "adherence" else []),
    ]
    rows = [
        [
            *(Cell(text) for text in (one.school.name, one.school.district.name, groups[one.place.group.pk].name)),
            *_session_cells(one.place, sessions),
            *_answer_cells(one.place, figure),
        ]
        for one in listed
    ]
    return Table("pass", _("Sessions"), columns, rows)


def _session_cells(place: Place, sessions: Mapping[int, PlannedSession]) -> Row:
    row = place.row
    session = sessions.get(row.pk) if row else None
    return [
        Cell(session.topic_title if session else _("One more session")),
        Cell(row.week if row else None),
        Cell(row.held_on if row and place.is_held else None),
        Cell(state_in_words(place.state)),
        Cell(reason_title(reason_of(row)) if row and place.state is State.LOST else ""),
    ]


def _answer_cells(place: Place, figure: str) -> Row:
    """What the figure says of the session, in the columns that are its own."""
    if figure in ANSWERS:
        return [Cell(answer_in_words(ANSWERS[figure](place)))]
    return [Cell(place.row.parts_done), Cell(place.row.parts)] if figure == "adherence" and place.row else []


def class_list_table(listed: Iterable[ListedClass], groups: Mapping[int, Group]) -> Table:
    """Classes, with their pupils and what came of their sessions; a size that is not known is empty."""
    columns = [
        *map(text_column, (_("Class"), _("School"), _("District"))),
        *(Column(title) for title in (_("Pupils"), _("Held"), _("Not held"), _("Awaiting log"))),
    ]
    rows = [
        [
            Cell(groups[found.one.group.pk].name),
            Cell(found.school.name),
            Cell(found.school.district.name),
            Cell(found.one.group.headcount),
            *(Cell(number) for number in (found.one.held, found.one.lost, found.one.awaiting)),
        ]
        for found in listed
    ]
    return Table("klasser", _("Classes"), columns, rows)


def school_list_table(listed: Iterable[ListedSchool]) -> Table:
    """Schools, with how many sessions are planned, held, and without a log."""
    columns = [
        *map(text_column, (_("School"), _("District"))),
        *(Column(title) for title in (_("Planned"), _("Held"), _("Awaiting log"))),
    ]
    rows = [
        [
            Cell(found.school.name),
            Cell(found.school.district.name),
            *(Cell(found.counts[name]) for name in ("planned", "held", "awaiting")),
        ]
        for found in listed
    ]
    return Table("skolor", _("Schools"), columns, rows)
