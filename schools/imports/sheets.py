"""Reads a CSV or XLSX file into rows of text, whatever the file claims to be."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

MAX_BYTES = 2_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 30
MAX_CELL = 200
# The lines of a CSV file that tell how its columns are parted.
FIRST_LINES = 10
# An XLSX of classes unpacks to a few hundred kilobytes.
MAX_UNPACKED = 10_000_000
# What takes time is the number of elements, however short: a million of them half a minute. A table of 5,000 rows and
# eight columns has some 220,000 tags.
MAX_TAGS = 500_000
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class UnreadableFile(Exception):  # noqa: N818 - reads as what happened
    """The file cannot be read as a table; the message tells the user what to do."""


def rows_of(content: bytes, *, decimal: str = ".") -> list[list[str]]:
    """The file's rows as stripped texts. Empty rows are included, so that row numbers are the file's own.

    ``decimal`` is the decimal sign to write numbers from an XLSX with. Raises ``UnreadableFile`` for anything that is
    not a CSV or XLSX table of limited size.
    """
    if not content.strip():
        raise UnreadableFile(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise UnreadableFile(_("The file is too large. It may hold at most 2 MB."))
    if content.startswith(OLD_EXCEL):
        raise UnreadableFile(_("This is an old Excel file. Save it as .xlsx or CSV, and try again."))
    found = _xlsx_rows(content, decimal) if content.startswith(ZIP) else _csv_rows(content)
    return _within_limits(found)


def named_rows(
    table: Sequence[Sequence[str]], headings: Mapping[str, str], required: Mapping[str, str]
) -> list[tuple[int, dict[str, str]]]:
    """The rows below the header by column, with their numbers in the file; empty ones are left out.

    The header is the first row with all the ``required`` columns, in any order; what stands above it, such as a title,
    is left out. ``headings`` maps plain titles to columns, ``required`` has the titles of columns that must be there.
    Raises ``UnreadableFile`` when they are not, or when two columns are the same.
    """
    filled = [(number, cells) for number, cells in enumerate(table, 1) if any(cells)]
    if not filled:
        raise UnreadableFile(_("The file is empty."))
    above = next((place for place, (_number, cells) in enumerate(filled) if _has_all(cells, headings, required)), 0)
    places = _places(filled[above][1], headings)
    missing = [title for name, title in required.items() if name not in places]
    if missing:
        raise UnreadableFile(_("These columns are missing: %(columns)s.") % {"columns": ", ".join(missing)})
    return [
        (number, {name: cells[place] if place < len(cells) else "" for name, place in places.items()})
        for number, cells in filled[above + 1 :]
    ]


def _has_all(cells: Sequence[str], headings: Mapping[str, str], required: Mapping[str, str]) -> bool:
    return set(required) <= {headings.get(plain(cell)) for cell in cells}


def _places(header: Sequence[str], headings: Mapping[str, str]) -> dict[str, int]:
    """Where each column stands. Raises ``UnreadableFile`` when two mean the same: nobody can tell which counts."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        if name := headings.get(plain(cell)):
            earlier = places.setdefault(name, place)
            if earlier != place:
                said = {"one": header[earlier], "other": cell}
                raise UnreadableFile(_("Two columns mean the same: %(one)s and %(other)s. Remove one of them.") % said)
    return places


def plain(text: str) -> str:
    """A heading or name without case, accents, spaces and punctuation: ``Årskurs`` and ``ARSKURS`` are the same."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def _within_limits(rows: Iterable[list[str]]) -> list[list[str]]:
    kept = list(islice(rows, MAX_ROWS + 2))
    if len(kept) > MAX_ROWS + 1:
        raise UnreadableFile(_("The file has more than 5,000 rows. Divide it into smaller ones."))
    if any(len(row) > MAX_COLUMNS for row in kept):
        raise UnreadableFile(_("The file has more than 30 columns. Use the template."))
    if any(len(cell) > MAX_CELL for row in kept for cell in row):
        raise UnreadableFile(_("A cell holds more than 200 characters. Use the template."))
    return kept


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise UnreadableFile(_("This is not a table. Choose a CSV or XLSX file."))
    # A title may stand above the header.
    beginning = "\n".join(text.lstrip().splitlines()[:FIRST_LINES])
    delimiter = max(";,\t", key=beginning.count)
    if delimiter not in beginning:
        raise UnreadableFile(_("No columns were found. Choose a CSV or XLSX file, as in the template."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise UnreadableFile(_("The file is broken at row %(row)s.") % {"row": reader.line_num}) from error


def _decoded(content: bytes) -> str:
    """Decoded as UTF-8, with or without a byte order mark, as Excel's Unicode text, or else as Excel writes in
    Sweden."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _xlsx_rows(content: bytes, decimal: str) -> Iterator[list[str]]:
    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # A sheet's own size cannot be trusted, so reading stops at the limit.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1, max_row=MAX_ROWS + 2):
            yield _trimmed([_text(cell, decimal) for cell in row])
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl can raise anything on a broken file
        raise UnreadableFile(_("The Excel file is broken. Save it again, or as CSV.")) from error


def _refuse_bombs(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {info.filename for info in archive.infolist()}
            unpacked = sum(info.file_size for info in archive.infolist())
            is_bomb = unpacked > MAX_UNPACKED or _tags_of(archive) > MAX_TAGS
    except Exception as error:  # zipfile can raise anything on a broken list of entries
        raise UnreadableFile(_("The Excel file is broken. Save it again, or as CSV.")) from error
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(_("This is not a table. Choose a CSV or XLSX file."))
    if is_bomb:
        raise UnreadableFile(_("The Excel file unpacks to far too much. Save only the table, or use CSV."))


def _tags_of(archive: zipfile.ZipFile) -> int:
    return sum(archive.read(entry).count(b"<") for entry in archive.infolist())


def _text(cell: Any, decimal: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}".replace(".", decimal)
    return str(cell).strip()


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells
