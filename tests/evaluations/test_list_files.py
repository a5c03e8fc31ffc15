"""The list behind a figure is taken away as a file, with a row for each that the figure counts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from html import unescape
from urllib.parse import urljoin

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.lists import CLASSES, SCHOOLS
from evaluations.views import lists as views
from evaluations.views.lists import SESSIONS
from tests.evaluations.conftest import TODAY
from tests.schools.laid_out import on

pytestmark = pytest.mark.django_db
SESSION_LIST, CLASS_LIST, SCHOOL_LIST = (
    reverse(f"evaluations:{name}") for name in ("session-list", "class-list", "school-list")
)
EVERY = [
    (where, figure, part)
    for where, known in ((SESSION_LIST, SESSIONS), (CLASS_LIST, CLASSES), (SCHOOL_LIST, SCHOOLS))
    for figure, parts in known.items()
    for part in parts
]


@pytest.fixture
def maria_in(centre, plans, signed_in):
    with on(TODAY):
        yield signed_in(centre.maria)


def link_of(client: Client, where: str, **asked: str) -> str:
    """Where a list's own link to its file leads; empty if it has none."""
    found = re.search(r'href="([^"]*format=csv[^"]*)"', client.get(where, asked).content.decode())
    return where + unescape(found[1]) if found else ""


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert TODAY.isoformat() in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff")), delimiter=";"))


@pytest.mark.parametrize(("where", "figure", "part"), EVERY)
def test_a_file_has_as_many_rows_as_its_list_says(where: str, figure: str, part: str, maria_in: Client) -> None:
    number = maria_in.get(where, {"siffra": figure, "del": part}).context["page"].paginator.count
    link = link_of(maria_in, where, siffra=figure, **{"del": part})
    assert bool(link) == bool(number)
    assert len(rows_of(maria_in, link) if link else []) == number


def test_there_are_rows_in_every_kind_of_list(maria_in: Client) -> None:
    for where, figure in (
        (SESSION_LIST, "pace"),
        (SESSION_LIST, "lost"),
        (CLASS_LIST, "reach"),
        (SCHOOL_LIST, "adoption"),
    ):
        assert link_of(maria_in, where, siffra=figure), figure


def test_a_second_page_leads_to_the_file_of_all(maria_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows_of(maria_in, link_of(maria_in, SESSION_LIST, siffra="dose"))
    monkeypatch.setattr(views, "PAGE", 5)
    assert rows_of(maria_in, link_of(maria_in, SESSION_LIST, siffra="dose", sida="2")) == whole


def test_a_file_says_what_the_figure_asks_and_of_which_list_it_is(maria_in: Client) -> None:
    address = link_of(maria_in, SESSION_LIST, siffra="on_time", skola="lindangsskolan", **{"del": "ja"})
    rows = rows_of(maria_in, address)
    assert rows
    for row in rows:
        assert (row["Skola"], row["I rätt månad"], row["Del"]) == ("Lindängsskolan", "ja", "Ja")
        assert row["Nyckeltal"] == "I rätt månad"
    parts = rows_of(maria_in, link_of(maria_in, SESSION_LIST, siffra="adherence"))
    assert sum(int(row["Delar"]) for row in parts) > 0


def test_a_lost_session_says_why(maria_in: Client) -> None:
    rows = rows_of(maria_in, link_of(maria_in, SESSION_LIST, siffra="lost"))
    assert {row["Varför inte"] for row in rows} == {"Personal saknas", "Ingen lokal"}


def test_a_list_that_is_too_long_says_so_and_is_shown(maria_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = link_of(maria_in, SESSION_LIST, siffra="pace")
    monkeypatch.setattr(views, "MOST_IN_A_FILE", 3)
    for where in (f"{SESSION_LIST}?siffra=pace", address):
        answer = maria_in.get(where)
        assert answer["Content-Type"].startswith("text/html")
        assert "för lång för en fil" in answer.content.decode()
    assert not link_of(maria_in, SESSION_LIST, siffra="pace")


def test_a_file_is_not_kept_as_pages_are(maria_in: Client) -> None:
    address = link_of(maria_in, SESSION_LIST, siffra="pace")
    caches["pages"].clear()
    for _look in range(3):
        maria_in.get(address)
    assert not caches["pages"]._cache  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"siffra": "lost", "orsak": "no_room"}, {"Orsak": "Ingen lokal"}),
        ({"siffra": "pace", "termin": "ht"}, {"Termin": "HT 2026"}),
        ({"siffra": "line", "del": "plan", "manad": "2026-09"}, {"Till och med": "2026-09"}),
        ({"siffra": "pace", "amne": "normer-och-dess-konsekvenser"}, {"Ämne": "Normer och dess konsekvenser"}),
    ],
)
def test_a_file_says_what_its_list_is_narrowed_to(
    asked: dict[str, str], said: dict[str, str], maria_in: Client
) -> None:
    rows = rows_of(maria_in, link_of(maria_in, SESSION_LIST, **asked))
    assert rows
    for row in rows:
        assert said.items() <= row.items()
    whole = rows_of(maria_in, link_of(maria_in, SESSION_LIST, siffra=asked["siffra"]))
    assert not said.keys() & whole[0].keys()


def test_a_file_of_classes_says_of_which_grade(maria_in: Client) -> None:
    rows = rows_of(maria_in, link_of(maria_in, CLASS_LIST, siffra="reach", arskurs="1"))
    assert rows
    assert {row["Årskurs"] for row in rows} == {"1"}


PLACES = (
    *(reverse(f"evaluations:{name}") for name in ("overview", "districts", "programmes", "terms", "partners")),
    *(SESSION_LIST, CLASS_LIST, SCHOOL_LIST, reverse("evaluations:definitions")),
    reverse("evaluations:school", args=["lindangsskolan"]),
)


@pytest.mark.parametrize("where", PLACES)
def test_every_table_is_taken_away_as_a_workbook_with_the_definitions_too(where: str, maria_in: Client) -> None:
    page = maria_in.get(where).content.decode()
    pairs = list(zip(files_of(page, "csv"), files_of(page, "xlsx"), strict=True))
    assert pairs
    for as_csv, as_xlsx in pairs:
        answer = maria_in.get(urljoin(where, as_csv)).content.decode().removeprefix("\ufeff")
        book = load_workbook(io.BytesIO(maria_in.get(urljoin(where, as_xlsx)).content))
        assert [[shown(cell) for cell in row] for row in book.worksheets[0].values] == list(
            csv.reader(io.StringIO(answer), delimiter=";")
        )
        assert book.sheetnames[-1] == "Definitioner"
        assert "Per datum" in [cell.value for cell in book.worksheets[0][1]]


def files_of(page: str, kind: str) -> list[str]:
    """Where a page's links to files of single tables lead."""
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', page)]
    return [link for link in links if f"format={kind}" in link or (f"export.{kind}?" in link and "tabell=" in link)]


def shown(value: object) -> str:
    """A workbook's cell as a CSV file says it."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)
