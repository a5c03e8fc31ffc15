"""Files of classes that are not what they seem, or not quite right: a clear answer in Swedish, and nothing read in."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from schools.imports.sheets import UnreadableFile, rows_of
from schools.models import Group
from tests.conftest import NOW

HEADER = "Skola;Klass;Årskurs;Antal elever;Personalgrupp\n"
GOOD = "Lindängsskolan;3B;3;24;Personal F–3\nEkbackaskolan;FA;F;19;\n"


@pytest.fixture
def send(centre, signed_in):
    client = signed_in(centre.samira)
    address = reverse("schools:class-import", args=["2026-27"])

    def post(content: bytes, name: str = "klasser.csv"):
        with time_machine.travel(NOW, tick=False):
            return client.post(address, {"file": SimpleUploadedFile(name, content)})

    post.client, post.address = client, address
    return post


def bomb() -> bytes:
    """An XLSX of a few hundred kilobytes that unpacks to hundreds of megabytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _megabyte in range(200):
                sheet.write(b"0" * 1_000_000)
    return file.getvalue()


def misnamed() -> bytes:
    """A zip with an entry that is said to be named in UTF-8, and is not."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/å.xml", "")
    return file.getvalue().replace("å".encode(), b"\xff\xfe")


def of_short_elements(part: str, element: str) -> bytes:
    """A table of twenty kilobytes of which one part is a million short elements."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(("Skola", "Klass")))) as table, zipfile.ZipFile(file, "w", 8) as archive:
        for name in table.namelist():
            archive.writestr(name, element * 1_000_000 if name == part else table.read(name))
    return file.getvalue()


def sheet(*rows: tuple[object, ...]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (b"", "Filen är tom"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "ingen tabell"),
        (b"%PDF-1.7 en text", "Inga kolumner"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 500, "gammal Excelfil"),
        (b"PK\x03\x04 trasig", "Excelfilen är trasig"),
        (misnamed(), "Excelfilen är trasig"),
        ("Klass;Årskurs\n3B;3\n".encode(), "Skola, Antal elever"),
        (HEADER.encode(), "inga klasser"),
        ((HEADER + GOOD * 2501).encode(), "5 000 rader"),
        ((HEADER + "Lindängsskolan;3B;3;24;\n" * 100_000).encode(), "2 MB"),
        (b"a;" * 100 + b"\n", "30 kolumner"),
    ],
)
def test_a_file_that_is_no_table_of_classes(send, content, answer):
    before = Group.objects.count()
    page = send(content)
    assert page.status_code == 200
    assert answer in page.content.decode().replace("\xa0", " ")
    assert Group.objects.count() == before


def test_an_xlsx_that_unpacks_to_far_too_much_is_refused_unread(send):
    content = bomb()
    assert len(content) < 2_000_000
    assert "packas upp till alldeles för mycket" in send(content, "klasser.xlsx").content.decode()


@pytest.mark.parametrize(("part", "element"), [("xl/worksheets/sheet1.xml", "<c/>"), ("xl/styles.xml", "<xf/>")])
def test_an_xlsx_of_a_million_elements_is_refused_before_they_are_read(part: str, element: str):
    began = time.process_time()
    with pytest.raises(UnreadableFile, match="packas upp till alldeles för mycket"):
        rows_of(of_short_elements(part, element))
    assert time.process_time() - began < 1


def test_a_table_as_large_as_one_may_be_is_read():
    rows = [(f"Skola {n}", f"{n}A", n % 10, n, "Personal", f"Text {n}", n / 2, "2026") for n in range(5000)]
    assert len(rows_of(sheet(*rows))) == 5000


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Lindangskolan;3B;3;24;", "Menar du Lindängsskolan?"),
        ("Någonannanstans;3B;3;24;", "finns inte i portalen"),
        ("Lindängsskolan;3B;3;-4;", "heltal, 0 eller mer"),
        ("Lindängsskolan;3B;3;24,5;", "heltal, 0 eller mer"),
        ("Lindängsskolan;3B;3;;", "heltal, 0 eller mer"),
        ("Lindängsskolan;3B;3;61;", "högst 60"),
        ("Lindängsskolan;3B;12;24;", "F eller en siffra"),
        ("Lindängsskolan;;3;24;", "namn saknas"),
        ("Lindängsskolan;=1+1;3;24;", "formel"),
        ("Lindängsskolan;Kalle 20120314-1234;3;24;", "personnummer"),
        ("Lindängsskolan;3B;3;24;\nLindängsskolan;3b;3;25;", "står på rad 2 också"),
    ],
)
def test_one_bad_row_stops_the_whole_file_and_says_where_and_why(send, row, reason):
    before = Group.objects.count()
    page = send((HEADER + row + "\n" + GOOD.splitlines()[1] + "\n").encode()).content.decode()
    assert reason in page
    assert "Inget är inläst" in page
    assert 'name="kept"' not in page
    assert Group.objects.count() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_what_excel_writes_is_read_in_and_a_second_time_changes_nothing(send, centre, encoding):
    content = (HEADER + GOOD).encode(encoding)
    shown = send(content)
    assert not Group.objects.filter(name="3B").exists()
    read_in(send, shown)
    made = Group.objects.get(school=centre.lindang, name="3B")
    assert (made.grade, made.headcount, made.staff_group.name) == (3, 24, "Personal F–3")
    assert Group.objects.get(school=centre.ekbacka, name="FA").grade == 0
    assert "Filen ändrar inget" in send(content).content.decode()


def test_an_excel_file_says_what_it_changes_before_it_does(send, centre):
    shown = send(sheet(("Skola", "Klass", "Årskurs", "Antal"), ("Lindängsskolan", "1A", 1, 21)), "klasser.xlsx")
    assert "elever 24 → 21" in shown.content.decode()
    assert Group.objects.get(school=centre.lindang, name="1A").headcount == 24
    read_in(send, shown)
    assert Group.objects.get(school=centre.lindang, name="1A").headcount == 21


def test_what_has_been_tampered_with_is_not_read_in(send):
    send((HEADER + GOOD).encode())
    with time_machine.travel(NOW, tick=False):
        page = send.client.post(send.address, {"kept": "x" * 500, "digest": "y"}, follow=True)
    assert "Välj den igen" in page.content.decode()
    assert not Group.objects.filter(name="3B").exists()


def test_what_somebody_else_changed_in_between_is_shown_again(send, centre):
    shown = send((HEADER + "Lindängsskolan;1A;1;21;\n").encode())
    Group.objects.filter(school=centre.lindang, name="1A").update(headcount=22)
    page = read_in(send, shown).content.decode()
    assert "Inget är inläst" in page
    assert "elever 22 → 21" in page


def read_in(send, shown):
    kept, digest = (shown.context[name] for name in ("kept", "found"))
    with time_machine.travel(NOW, tick=False):
        return send.client.post(send.address, {"kept": kept, "digest": digest.digest}, follow=True)
