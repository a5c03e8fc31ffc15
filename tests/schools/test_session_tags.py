"""Rows of sessions that are written at once: what people have named stands in them as text, never as a tag."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template

from schools.matrix import Cell, Line
from schools.models import Group, PlannedSession
from schools.templatetags.sessions import soft_hyphens
from schools.term_plan import GlanceCell, GlanceRow

TAG, TEXT = '<b>"x"</b>', "&lt;b&gt;&quot;x&quot;&lt;/b&gt;"
TAGS = [
    "group_links sessions",
    "move_links sessions",
    "log_choices sessions",
    "glance_cells row",
    "matrix_row line today",
]


@pytest.mark.parametrize(
    ("text", "divided"),
    [
        ("Kroppspositivism", "Kropps|po|si|ti|vism"),
        ("Olika familjekonstellationer", "Olika famil|je|kons|tel|la|tio|ner"),
        ("Vithetsnormen", "Vithets|nor|men"),
        ("Grupptryck", "Grupptryck"),
        ("Normer och dess konsekvenser", "Normer och dess konsek|ven|ser"),
    ],
)
def test_long_words_can_be_divided_in_a_narrow_column(text: str, divided: str):
    assert soft_hyphens(text).replace("\u00ad", "|") == divided


@pytest.mark.parametrize("tag", TAGS)
def test_names_are_text(tag):
    session = PlannedSession(pk=1_234, group=Group(name=TAG), week_start=dt.date(2026, 9, 14))
    cells = (GlanceCell(1, 2, TAG, ""), GlanceCell(0, 0, "", TAG), GlanceCell(0, 3, "", ""))
    cell = Cell(session, PlannedSession.Status.NO_LOG, "is-wait")
    line = Line(session.group, (cell, None), ends_kind=True)
    context = {"sessions": [session], "row": GlanceRow(session, cells), "line": line, "today": session.week_start}
    html = Template(f"{{% load sessions %}}{{% {tag} %}}").render(Context(context))
    assert TAG not in html
    assert TEXT in html
    assert "1 234" not in html.replace("\u00a0", " ")
