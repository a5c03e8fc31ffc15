"""Values from CSV and XLSX: decimals, spaces, and each thing that can be wrong, with its row."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from evaluations.indicators.reading import compare_values
from evaluations.indicators.tables import given_in, number_in
from evaluations.models import Indicator, IndicatorImport, Observation
from schools.imports.sheets import UnreadableFile
from tests.indicators.conftest import an_area

TODAY = dt.date(2026, 10, 15)
HEADER = "Indikator;Område;År;Värde;Antal personer;Källa;Källans datum"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows]).encode()


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in [HEADER.split(";"), *rows]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def errors(content: bytes) -> list[tuple[int, str]]:
    return [(error.row, error.reason) for error in compare_values(given_in(content, TODAY)).errors]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234\u202f567", 1234567),
        ("−3,25", -3.25),
        ("-3", -3),
        ("+14", 14),
        ("77 %", 77),
        ("0", 0),
        ("33,33333333333334", 33.33333333333334),
        ("0.1000000000000000055", 0.1),
        ("9" * 15, 999_999_999_999_999),
        ("", None),
        ("..", None),
        ("–", None),
        ("Missing", None),
    ],
)
def test_a_number_as_people_write_it(text: str, value: float | None) -> None:
    assert number_in(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.234", "kan läsas på två sätt. Skriv 1234 eller 1,234."),
        ("-12.345", "kan läsas på två sätt"),
        ("1.234,5", "är inget tal"),
        ("1,234.5", "är inget tal"),
        ("1 23", "är inget tal"),
        ("12,5,1", "är inget tal"),
        ("cirka 4", "är inget tal"),
        ("nan", "är inget tal"),
        ("1e5", "är inget tal"),
        ("१२", "är inget tal"),
        ("1" * 16, "fler siffror"),
        ("1" * 16 + ",5", "fler siffror"),
        ("9" * 15 + ",99", "fler siffror"),
    ],
)
def test_what_is_no_number_or_two_is_told(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        number_in(text)


@pytest.mark.django_db
def test_a_table_is_read_by_name_kpi_or_code(crime: Indicator) -> None:
    an_area("Huddinge", code="0126")
    found = compare_values(
        given_in(
            table(
                "Anmälda våldsbrott;Botkyrka;2022;1 230,5;;BRÅ;2023-04-01",
                "N07403;0126;2022;900;94000;BRÅ;",
                ";;;;;;",
                "valdsbrott;huddinge;2023;..;;BRÅ;",
                "Anmälda våldsbrott;Botkyrka;2018;1250,5;;BRÅ;",
            ),
            TODAY,
        )
    )
    assert found.errors == []
    assert [(one.area, one.given.year, one.given.value, one.given.count) for one in found.added] == [
        ("Botkyrka", 2022, 1230.5, None),
        ("Huddinge", 2022, 900, 94000),
    ]
    assert found.unchanged == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Annat;Botkyrka;2022;1;;BRÅ;", "Portalen har ingen indikator ”Annat”."),
        ("N07403;Atlantis;2022;1;;BRÅ;", "Portalen har inget område ”Atlantis”."),
        ("N07403;0127;HT22;1;;BRÅ;", "Skriv ett år från 1990 till 2100."),
        ("N07403;0127;2222;1;;BRÅ;", "Skriv ett år från 1990 till 2100."),
        ("N07403;0127;0020220;1;;BRÅ;", "Skriv ett år från 1990 till 2100."),
        ("N07403;0127;2022;många;;BRÅ;", "”många” är inget tal. Skriv det som 1\u00a0234,5."),
        ("N07403;0127;2022;1;;;", "Källan saknas: skriv vem som säger det."),
        ("N07403;0127;2022;1;;BRÅ;i går", "Källans datum kan inte läsas. Skriv det som 2027-03-31."),
        ("N07403;0127;2022;1;;BRÅ;2026-10-16", "Källans datum, 2026-10-16, har inte varit än."),
        ("N07403;0127;2022;1;9;BRÅ;", "Värdet bygger på färre än 10 personer"),
        ("N07403;0127;2022;1;9,5;BRÅ;", "”9,5” är inget antal personer."),
        ("N07403;0127;2022;1;-3;BRÅ;", "”-3” är inget antal personer."),
        ("N07403;0127;2022;1;;20010101-2384;", "Raden innehåller ett personnummer. Ta bort det."),
        ("N07403;0127;2020;1;;BRÅ;", "Samma indikator, område och år (2020) som rad 2."),
    ],
)
def test_each_fault_has_its_row_and_reason(crime: Indicator, row: str, reason: str) -> None:
    [(number, told)] = errors(table("N07403;0127;2020;1240;;BRÅ;", row))
    assert number == 3
    assert reason in told


@pytest.mark.django_db
def test_a_row_tells_all_that_is_wrong_in_it(crime: Indicator) -> None:
    found = errors(table("N07403;0127;2020;1240;;BRÅ;", "Annat;Atlantis;HT22;många;9;;i går"))
    assert [row for row, _reason in found] == [3] * 7
    assert found[0][1].startswith("Portalen har ingen indikator")
    assert found[-1][1].startswith("Källans datum kan inte läsas")


@pytest.mark.django_db
def test_decimals_written_in_two_ways_are_told_by_row(crime: Indicator) -> None:
    mixed = table("N07403;0127;2020;12,5;;BRÅ;", "N07403;0127;2021;13.5;;BRÅ;", "N07403;0127;2022;14;;BRÅ;")
    assert errors(mixed) == [
        (3, "Decimaler skrivs med både komma och punkt i filen. Skriv ”13.5” som de andra."),
    ]
    assert errors(table("N07403;0127;2020;12.5;;BRÅ;", "N07403;0127;2021;13.5;;BRÅ;")) == []


@pytest.mark.django_db
def test_a_workbooks_numbers_have_decimals_of_their_own(crime: Indicator) -> None:
    given = given_in(
        workbook(
            ["N07403", "Botkyrka", 2021, 12.345, None, "BRÅ", None],
            ["N07403", "Botkyrka", 2022, "1 234,5", None, "BRÅ", None],
            ["N07403", "Botkyrka", 2023, 0.00001, None, "BRÅ", "2024-05-06 00:00:00"],
        ),
        TODAY,
    )
    assert given.errors == []
    assert [one.value for one in given.values] == [12.345, 1234.5, 0.00001]
    assert given.values[2].source_date == "2024-05-06"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Filen är tom."),
        (table(header="Indikator;År;Värde"), "De här kolumnerna saknas: Område, Källa"),
        (table(), "Filen har en rubrik men inga värden."),
        (b"\x00\x01;;", "Det här är ingen tabell"),
        (table(*["N07403;0127;2020;1;;B;"] * 5002), "fler än 5"),
    ],
)
def test_what_is_no_table_of_values_is_told(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        given_in(content, TODAY)


@pytest.mark.django_db
def test_on_the_page_it_is_shown_first_and_kept_all_or_nothing(centre: SimpleNamespace, crime: Indicator, signed_in):
    client: Client = signed_in(centre.samira)

    def send(*rows: str) -> str:
        answer = client.post(reverse("results:table-import"), {"file": SimpleUploadedFile("v.csv", table(*rows))})
        return answer.content.decode()

    wrong = send("N07403;0127;2021;1230;;BRÅ;", "N07403;0127;2022;många;;;")
    assert "är inget tal. Skriv det som 1\u00a0234,5.<br>Källan saknas" in html.unescape(wrong)
    assert 'name="kept"' not in wrong

    right = send("N07403;0127;2021;1230;;BRÅ;2022-04-01", "N07403;0127;2023;1220;;BRÅ;")
    fields = dict(re.findall(r'name="(kept|digest)" value="([^"]*)"', right))
    assert Observation.objects.count() == 3
    client.post(reverse("results:table-import"), {name: html.unescape(value) for name, value in fields.items()})

    made = IndicatorImport.objects.get()
    assert [change[1:] for change in made.changes] == [
        ["Botkyrka", 2021, None, 1230.0],
        ["Botkyrka", 2023, 1220.5, 1220.0],
    ]
    row = Observation.objects.get(year=2021)
    assert (row.value, row.source, str(row.source_date)) == (1230, "BRÅ", "2022-04-01")


@pytest.mark.django_db
def test_the_template_reads_as_a_table_without_values(centre: SimpleNamespace, signed_in) -> None:
    client = signed_in(centre.samira)
    for kind in ("csv", "xlsx"):
        content = client.get(reverse("results:table-template", args=[kind])).content
        with pytest.raises(UnreadableFile, match="inga värden"):
            given_in(content, TODAY)
    assert client.get(reverse("results:table-template", args=["exe"])).status_code == 404
