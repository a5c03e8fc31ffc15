"""Files of classes, whatever they hold: what is written comes back, and other bytes are refused in words."""

from __future__ import annotations

import csv
import io
import string
import zipfile

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from schools.imports.classes import dry_run
from schools.imports.sheets import UnreadableFile, rows_of
from tests.conftest import AUTUMN_DAY

# What municipalities write, quotes and separators among it; all of it exists in cp1252.
LETTERS = string.ascii_letters + string.digits + "åäöÅÄÖéü –-.,;'\"\t&()/"
CELLS = st.text(LETTERS, max_size=30).map(str.strip)
HEADER = ["Skola", "Klass", "Årskurs", "Antal elever", "Personalgrupp"]
TABLES = st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=20)
ENCODINGS = ["utf-8", "utf-8-sig", "cp1252"]


def as_csv(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: list[list[str]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row, start=1):
            written = book.active.cell(number, place)
            written.value, written.data_type = cell, "s"
    book.save(file)
    return file.getvalue()


def without_end(rows: list[list[str]]) -> list[list[str]]:
    """Rows without the empty cells at their ends, and without empty rows last: XLSX keeps neither."""
    rows = [row[: max((place for place, cell in enumerate(row, 1) if cell), default=0)] for row in rows]
    return rows[: max((number for number, row in enumerate(rows, 1) if row), default=0)]


@given(table=TABLES, delimiter=st.sampled_from(";,\t"), encoding=st.sampled_from(ENCODINGS))
def test_what_is_written_as_csv_comes_back(table, delimiter, encoding):
    rows = [HEADER, *table]
    assert rows_of(as_csv(rows, delimiter, encoding)) == rows


@settings(max_examples=40, deadline=None)
@given(table=TABLES)
def test_what_is_written_as_xlsx_comes_back(table):
    rows = [HEADER, *table]
    assert without_end(rows_of(as_xlsx(rows))) == without_end(rows)


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=2_000))
@example(content=b"\xef\xbb\xbf")
@example(content=b"\xef\xbb\xbf \n\n")
@example(content=b"\x1c\n;")
@example(content=b"a;b\r\x00")
@example(content=b'a;"b\nc')
@example(content=b"PK\x03\x04")
def test_any_bytes_are_a_small_table_or_refused_in_words(content):
    refused_in_words(content)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 6_000), junk=st.binary(min_size=1, max_size=40))
def test_an_excel_file_that_was_damaged_on_its_way_is_a_table_or_refused_in_words(place, junk):
    content = as_xlsx([HEADER, ["Lindängsskolan", "1A", "1", "24", ""]])
    place %= len(content)
    refused_in_words(content[:place] + junk + content[place + len(junk) :])


@settings(max_examples=60, deadline=None)
@given(sheet=st.binary(max_size=300), book=st.text(max_size=100))
def test_a_zip_that_only_looks_like_an_excel_file_is_refused_in_words(sheet, book):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", book.encode("utf-8", "replace"))
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    with pytest.raises(UnreadableFile):
        rows_of(file.getvalue())


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=TABLES, delimiter=st.sampled_from(";\t"))
def test_whatever_stands_in_the_cells_each_row_is_told(year, lindang, table, delimiter):
    assume(any(any(row) for row in table))
    found = dry_run(as_csv([HEADER, *table], delimiter, "utf-8"), year, AUTUMN_DAY)
    told = {error.row for error in found.errors} | {row.row for row in found.changed_rows + found.unchanged}
    assert told == {number for number, row in enumerate(table, start=2) if any(row)}


def refused_in_words(content: bytes) -> None:
    try:
        rows = rows_of(content)
    except UnreadableFile as reason:
        assert str(reason)
    else:
        assert all(isinstance(cell, str) for row in rows for cell in row)
