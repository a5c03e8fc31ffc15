"""Sessions in tables and lists with hundreds of them: each row is built here instead of by a template.

Texts are escaped with ``escape``; what comes from the tags of ``look`` is escaped already.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.addresses import address_of
from accounts.templatetags.look import icon, week_no
from schools.matrix import Cell, Line
from schools.models import Group, PlannedSession
from schools.term_plan import GlanceCell, GlanceRow

register = template.Library()
# How many letters of a word fit in a column of the school's table.
LONGEST_WHOLE = 11
_VOWELS, _CONSONANTS = "aeiouyåäö", "bcdfghjklmnpqrstvwxz"
_DIVIDED = re.compile(rf"(?<=\w\w)([{_VOWELS}][{_CONSONANTS}]*)(?=[{_CONSONANTS}][{_VOWELS}]\w)", re.IGNORECASE)


@register.filter
def soft_hyphens(text: str) -> str:
    """The text with soft hyphens, so that long words can be divided in a narrow column: before the last consonant
    between two vowels."""
    return " ".join(_DIVIDED.sub("\\1\u00ad", word) if len(word) > LONGEST_WHOLE else word for word in text.split(" "))


@register.simple_tag
def matrix_row(line: Line, today: dt.date) -> SafeString:
    """A group in the school's table: its name and size, and its sessions' states and weeks, each linked to the
    session."""
    signs = {status: _sign(status) for status in {cell.status for cell in line.cells if cell}}
    nothing = f"<td>{_hidden(_('Not planned'))}</td>"
    cells = "".join(_matrix_cell(cell, signs[cell.status]) if cell else nothing for cell in line.cells)
    head = f'<th scope="row">{escape(str(line.group))}{_size(line.group, today)}</th>'
    return SafeString(f"<tr{_class('group-end' if line.ends_kind else '')}>{head}{cells}</tr>")


def _size(group: Group, today: dt.date) -> str:
    """How many pupils a class has, or that the group has ended."""
    if group.ends_on and group.ends_on < today:
        return f" <span>{escape(_('ended'))}</span>"
    if not group.is_class or not group.headcount:
        return ""
    pupils = ngettext("%(n)s pupil", "%(n)s pupils", group.headcount) % {"n": group.headcount}
    return f" <span>{escape(pupils)}</span>"


def _matrix_cell(cell: Cell, sign: str) -> str:
    session = cell.session
    led = f'<a href="{escape(session.get_absolute_url())}">{sign}{escape(week_no(session.week_start))}</small></a>'
    return f"<td{_class(cell.tint)}>{led}</td>"


def _sign(status: PlannedSession.Status) -> str:
    """A state's icon, and the beginning of the line below it with the state in words."""
    return f'<span class="is-{status} d-flex">{icon(status)}</span><small>{_hidden(f"{status.label} ")}'


@register.simple_tag
def group_links(sessions: Iterable[PlannedSession]) -> SafeString:
    """The groups of some sessions as list items, each linked to its session."""
    return SafeString("".join(_item(session.get_absolute_url(), session) for session in sessions))


@register.simple_tag
def move_links(sessions: Iterable[PlannedSession]) -> SafeString:
    """The groups of some sessions as list items, each linked to moving its session."""
    move, address = _hidden(f"{_('Move')} "), "schools:session-move"
    return SafeString("".join(_item(address_of(address, session.uuid), session, move) for session in sessions))


def _item(address: str, session: PlannedSession, before: str = "") -> str:
    return f'<li><a href="{escape(address)}">{before}{escape(str(session.group))}</a></li>'


@register.simple_tag
def log_choices(sessions: Iterable[PlannedSession]) -> SafeString:
    """The groups of sessions that can be logged at once, each with a tick box."""
    return SafeString("".join(_log_choice(f"to-log-{session.pk}", session) for session in sessions))


def _log_choice(name: str, session: PlannedSession) -> str:
    tick = f'<input class="form-check-input" type="checkbox" name="session" id="{name}"'
    # The session's own UUID is the key of its log, so that one ticked twice counts once.
    value = f"{session.uuid}:{session.uuid}"
    said = f'{tick} value="{value}" checked><span>{escape(str(session.group))}</span>'
    return f'<label class="choice" for="{name}">{said}</label>'


@register.simple_tag
def glance_cells(row: GlanceRow) -> SafeString:
    """A topic's weeks in the term at a glance: how many groups have it, and why a week has none."""
    is_chosen = row.first.topic_id is not None
    return SafeString("".join(_glance_cell(cell, is_chosen=is_chosen) for cell in row.cells))


def _glance_cell(cell: GlanceCell, *, is_chosen: bool) -> str:
    staff = _dot(" dot-staff" if is_chosen else " dot-staff dot-open", cell.staff, _("staff sessions"))
    pupils = _dot("" if is_chosen else " dot-open dot-class", cell.pupils, _("pupil sessions"))
    kind, why = "", ""
    if cell.closed_name:
        kind, why = "closed", _hidden(cell.closed_name)
    elif cell.blocked_name:
        kind, why = "blocked", _hidden(f"{_('Blocked')}: {cell.blocked_name}")
    return f"<td{_class(kind)}>{staff}{pupils}{why}</td>"


def _dot(looks: str, number: int, what: str) -> str:
    """A number in a dot; nothing for none."""
    return f'<span class="dot{looks}">{number}</span>{_hidden(f" {what}")}' if number else ""


def _hidden(text: str) -> str:
    """Text for screen readers only."""
    return f'<span class="visually-hidden">{escape(text)}</span>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
