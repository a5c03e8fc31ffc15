"""Whatever the numbers are: a report read back is the report, and page, paper and workbook say the same of it."""

from __future__ import annotations

import datetime as dt
import json
import re
from html import unescape

from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluations.cells import Cell, Column, Table
from evaluations.dashboard import STATES, ReasonRow
from evaluations.definitions import DEFINITIONS
from evaluations.frozen import (
    Before,
    Content,
    FrozenFigure,
    ProgrammePart,
    ReportFigure,
    fingerprint,
    read_back,
    to_json,
)
from evaluations.pictures import with_pictures
from evaluations.reports import lines_of, sheets_of
from evaluations.year_line import LinePoint

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))
NUMBERS = st.integers(0, 5000)
WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)
KEYS = ("pace", "dose", "on_time", "staff_first", "reach")


@st.composite
def figures(draw: st.DrawFn, key: str) -> FrozenFigure:
    held, unknown, lost = draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)
    target = draw(st.none() | st.integers(1, 100))
    return FrozenFigure(key, held, held + unknown + lost, unknown, draw(DAYS), target, str(DEFINITIONS[key].title))


@st.composite
def report_figures(draw: st.DrawFn, key: str) -> ReportFigure:
    before = st.none() | st.builds(Before, figures(key), WORDS, WORDS)
    return ReportFigure(draw(figures(key)), draw(before), draw(before))


@st.composite
def tables(draw: st.DrawFn, own: list[ReportFigure]) -> Table:
    """The table of the figures, and beside each a text, a number and a day."""
    columns = [Column("Nyckeltal", kind="text"), Column("Värde", kind="share"), Column("Ord", kind="text")]
    columns += [Column("Antal"), Column("Dag", kind="text")]
    rows = [
        [Cell(one.figure.title), Cell(one.figure), Cell(draw(WORDS)), Cell(draw(st.none() | NUMBERS)), Cell(draw(DAYS))]
        for one in own
    ]
    return Table("nyckeltal", "Nyckeltal", columns, rows, [])


@st.composite
def contents(draw: st.DrawFn) -> Content:
    own = [draw(report_figures(key)) for key in KEYS]
    points = st.builds(LinePoint, DAYS, NUMBERS, NUMBERS, st.none() | NUMBERS)
    part = ProgrammePart(
        slug="taget",
        programme="TÅGET",
        lead=draw(WORDS),
        figures=own,
        held=draw(NUMBERS),
        awaiting=draw(NUMBERS),
        lost=draw(NUMBERS),
        schools={state: draw(st.integers(0, 40)) for state in STATES},
        line=draw(st.lists(points, min_size=1, max_size=4)),
        line_title=draw(WORDS),
        reasons=draw(st.lists(st.builds(ReasonRow, WORDS, NUMBERS, NUMBERS), max_size=3)),
        lost_title=draw(WORDS),
        changed=draw(st.lists(WORDS, max_size=3)),
        tables=[draw(tables(own))],
    )
    return Content("board", "2026/27", "", draw(DAYS), draw(st.booleans()), 3, "f" * 64, [part], [])


@given(contents())
@settings(max_examples=40, deadline=None)
def test_a_report_read_back_from_its_json_is_the_report(content: Content) -> None:
    said = json.loads(json.dumps(to_json(content)))

    assert read_back(said) == content
    assert fingerprint(said) == fingerprint(to_json(content))


@given(contents())
@settings(max_examples=10, deadline=None)
def test_page_paper_and_workbook_say_the_same(content: Content) -> None:
    shown = read_back(to_json(content))
    web, paper = (
        plain(render_to_string(f"evaluations/{name}.html", {"content": shown, "part": shown.board}))
        for name in ("_report_part", "_report_paper_part")
    )
    [sheet] = sheets_of(shown)
    column = sheet.header.index("Värde, täljare")

    for one, row in zip(shown.board.figures, sheet.rows, strict=True):
        figure = one.figure
        assert row[column : column + 3] == [figure.numerator, figure.denominator, figure.unknown]
        for page in (web, paper):
            assert plain(f"{figure.title} {figure.value} ") in page
            assert of(figure) in page


def of(figure: FrozenFigure) -> str:
    """84 av 120, or what the figure calls it."""
    n, total = (f"{number:,}".replace(",", " ") for number in (figure.numerator, figure.denominator))
    return f"{n} av läsårets {total}" if figure.key == "dose" else f"{n} av {total}"


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).replace("\u00a0", " ")


def test_a_chart_on_paper_keeps_its_words_and_its_size() -> None:
    html = '<figure><svg class="band" role="img" height="12" aria-label="Takt: 62 &amp; 71"><rect/></svg></figure>'

    picture = with_pictures(html, 84)

    assert "<svg" not in picture
    assert 'alt="Takt: 62 &amp; 71"' in picture
    assert picture.startswith('<figure><img class="drawn" src="data:image/svg+xml;base64,')


def test_lines_are_counted_as_they_fall_on_paper() -> None:
    assert lines_of("") == 0
    assert lines_of("Kort.\n\n" + "x" * 161) == 5
