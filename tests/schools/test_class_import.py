"""Classes from a file: what the portal says it would do, what it then does, and what it never does."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from types import SimpleNamespace

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from schools.actions.calendar import make_school_year
from schools.actions.places import close_school
from schools.imports.classes import dry_run
from schools.models import Group
from tests.conftest import AUTUMN_DAY, NOW
from tests.schools.laid_out import lay_out, on, text_of, words_of

HEADER = "Skola;Klass;Årskurs;Antal elever;Personalgrupp\n"
ADDRESS = reverse("schools:class-import", args=["2026-27"])
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def today():
    """It is Thursday 17 September 2026."""
    with on(AUTUMN_DAY):
        yield AUTUMN_DAY


@pytest.fixture
def client(centre: SimpleNamespace, signed_in):
    return signed_in(centre.samira)


def show(client, content: str | bytes, address: str = ADDRESS):
    sent = content if isinstance(content, bytes) else (HEADER + content).encode()
    return client.post(address, {"file": SimpleUploadedFile("klasser.csv", sent)})


def read_in(client, shown, address: str = ADDRESS, **changed: str):
    form = {"kept": shown.context["kept"], "digest": shown.context["found"].digest} | changed
    return client.post(address, form, follow=True)


def classes() -> set[tuple[str, str, int | None, int | None]]:
    return set(Group.objects.classes().values_list("school__name", "name", "grade", "headcount"))


def sheet(*rows: tuple[object, ...]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_the_file_does_exactly_what_was_said(client):
    before = classes()
    shown = show(client, "Lindängsskolan;1A;1;24;\nLindängsskolan;2a;2;20;\nEkbackaskolan;F–1 Björken;F;17;\n")
    said = text_of(shown)
    assert "1 ny klass, 1 ändrad, 1 som förut" in said
    assert "Lindängsskolan, 2a : elever 22 → 20" in said
    assert "Ekbackaskolan : F–1 Björken (17)" in said
    assert classes() == before
    read_in(client, shown)
    new = {("Lindängsskolan", "2A", 2, 20), ("Ekbackaskolan", "F–1 Björken", 0, 17)}
    assert classes() == before - {("Lindängsskolan", "2A", 2, 22)} | new


def test_a_class_that_the_file_does_not_name_stays(client):
    read_in(client, show(client, "Lindängsskolan;4D;4;24;\n"))
    assert {("Lindängsskolan", "1A", 1, 24), ("Lindängsskolan", "4D", 4, 24)} <= classes()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_columns_are_parted_as_the_file_parts_them(client, delimiter):
    text = (HEADER + "Lindängsskolan;4D;åk 4;24;\n").replace(";", delimiter)
    read_in(client, show(client, text.encode()))
    assert ("Lindängsskolan", "4D", 4, 24) in classes()


@pytest.mark.parametrize(
    "above", ["Klasslista, hösten 2026;;;;\n", "Klasslista, hösten 2026\n\n", "sep=;\n"], ids=["cells", "words", "sep"]
)
def test_what_stands_above_the_header_is_left_out_and_rows_keep_their_numbers(client, above):
    rows = "Lindängsskolan;4D;4;24;\n"
    read_in(client, show(client, (above + HEADER + rows).encode()))
    assert ("Lindängsskolan", "4D", 4, 24) in classes()
    shown = show(client, (above + HEADER + "Lindängsskolan;4E;fyra;24;\n").encode())
    assert [error.row for error in shown.context["found"].errors] == [above.count("\n") + 2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_letters_are_read_whichever_way_excel_has_saved_them(client, encoding):
    read_in(client, show(client, (HEADER + "Lindängsskolan;4Å;4;24;\n").replace(";", "\t").encode(encoding)))
    assert ("Lindängsskolan", "4Å", 4, 24) in classes()


def test_two_columns_that_mean_the_same_are_refused_rather_than_guessed(client):
    content = "Skola;Klass;Årskurs;Antal elever;Antal\nLindängsskolan;4D;4;24;3\n".encode()
    assert "Två kolumner betyder samma sak: Antal elever och Antal." in text_of(show(client, content))


def test_a_class_name_that_excel_has_made_a_date_is_refused(client):
    content = sheet(("Skola", "Klass", "Årskurs", "Antal"), ("Lindängsskolan", dt.date(2026, 5, 4), 4, 24))
    assert "Excel har gjort klassens namn till ett datum, 2026-05-04." in text_of(show(client, content))


def test_a_class_written_with_a_space_is_the_one_that_is_there(client):
    """1 A is 1A: otherwise every class would be there twice."""
    shown = show(client, "Lindängsskolan;1 A;1;23;\nLindängsskolan;1a;1;23;\n")
    assert "1a står på rad 2 också." in text_of(shown)
    read_in(client, show(client, "Lindängsskolan;1 A;Årskurs 1;23;\n"))
    assert {name for school, name, grade, _n in classes() if school == "Lindängsskolan" and grade == 1} == {"1A"}
    assert ("Lindängsskolan", "1A", 1, 23) in classes()


def test_a_school_is_found_by_its_unit_code_and_columns_in_any_order(client, centre):
    centre.lindang.unit_code = "12345678"
    centre.lindang.save()
    content = sheet((None,), ("Antal", "ÅRSKURS", "klass", "Skola", "Anm."), (23.0, 4, "4D", 12345678, "ny"))
    read_in(client, show(client, content))
    assert ("Lindängsskolan", "4D", 4, 23) in classes()


def test_a_staff_group_that_is_missing_is_made_once(client, centre):
    read_in(client, show(client, "Lindängsskolan;4D;4;24;Personal 4–6\nLindängsskolan;5D;5;24;personal 4–6\n"))
    made = centre.lindang.groups.staff().get(name="Personal 4–6")
    assert set(made.classes.values_list("name", flat=True)) == {"4D", "5D"}


def test_the_file_that_the_portal_offers_is_one_that_it_reads(client):
    for kind in ("csv", "xlsx"):
        template = client.get(reverse("schools:class-import-template", args=["2026-27", kind])).content
        assert "Skolan Skolans namn finns inte i portalen" in text_of(show(client, template))
    assert load_workbook(io.BytesIO(template)).active["A1"].value == "Skola"
    assert client.get(reverse("schools:class-import-template", args=["2026-27", "pdf"])).status_code == 404


def test_reading_in_raises_the_version_of_the_plans_it_touches_only(client, centre):
    plan, other = lay_out(centre, centre.lindang), lay_out(centre, centre.ekbacka)
    plan.refresh_from_db()
    other.refresh_from_db()
    versions = plan.version, other.version
    read_in(client, show(client, "Lindängsskolan;1A;1;20;\nEkbackaskolan;1A;1;24;\n"))
    plan.refresh_from_db()
    other.refresh_from_db()
    assert plan.version > versions[0]
    assert other.version == versions[1]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Lindängsskolan;4D;-4;24;", "Årskursen är -4."),
        ("Lindängsskolan;4D;4,0;24;", "Årskursen är 4,0."),
        ("Lindängsskolan;4D;;24;", "Årskursen är –."),
        ("Lindängsskolan;4D;4;+24;", "Antalet elever är +24."),
        ("Lindängsskolan;4D;4;24 st;", "Antalet elever är 24 st."),
        ("Lindängsskolan;4D;4;99999;", "Antalet elever är 99999."),
        (";4D;4;24;", "Skolan saknas."),
        ("Lindängsskolan;@SUMMA;4;24;", "formel"),
        ("Lindängsskolan;4D;4;24;=Personal", "formel"),
        (f"Lindängsskolan;{'4' * 41};4;24;", "längre än 40 tecken"),
    ],
)
def test_a_row_that_cannot_be_tells_its_number_and_why_and_nothing_is_read_in(client, row, reason):
    before = classes()
    said = text_of(show(client, f"\nEkbackaskolan;7B;7;20;\n{row}\n"))
    assert "1 rad behöver rättas. Inget är inläst." in said
    number, told = said.split("Vad som är fel ")[1].split(" ", 1)
    assert number == "4"
    assert reason in told
    assert classes() == before


def test_everything_that_is_wrong_in_a_row_stands_beside_it(client):
    """A row that stands twice is told so, even when something else in it is wrong."""
    rows = "Lindängsskolan;4D;4;24;\nLindängsskolan;4d;fyra;24 st;=Personal\nLinda;;4;24;\n"
    shown = show(client, rows)
    said = text_of(shown)
    assert "2 rader behöver rättas. Inget är inläst." in said
    assert [error.row for error in shown.context["found"].errors] == [3, 3, 3, 3, 4, 4]
    third, fourth = said.split("Vad som är fel ")[1].split(" 4 Skolan")
    assert third.startswith("3 Årskursen är fyra.")
    assert all(told in third for told in ("Antalet elever är 24 st.", "formel", "4d står på rad 2 också."))
    assert "Linda finns inte" in fourth
    assert "Klassens namn saknas." in fourth


def test_a_row_with_a_personal_number_says_only_that(client):
    shown = show(client, "Linda;=4D 20120101-2384;fyra;24 st;\n")
    assert len(shown.context["found"].errors) == 1
    assert "2384" not in text_of(shown)


def test_a_decimal_number_in_excel_is_refused_too(client):
    content = sheet(("Skola", "Klass", "Årskurs", "Antal"), ("Lindängsskolan", "4D", 4, 24.5))
    assert "Antalet elever är 24.5." in text_of(show(client, content))


def test_classes_of_a_school_that_leaves_the_work_later_are_read_in_until_then(client, centre):
    close_school(school=centre.lindang, last_day=dt.date(2026, 12, 18), by=centre.samira, now=NOW)
    rows = "Lindängsskolan;1A;1;23;\nLindängsskolan;3A;3;20;\n"
    shown = show(client, rows)
    assert shown.context["found"].errors == []
    read_in(client, shown)
    assert {("Lindängsskolan", "1A", 1, 23), ("Lindängsskolan", "3A", 3, 20)} <= classes()
    [error, _other] = dry_run((HEADER + rows).encode(), centre.year, dt.date(2026, 12, 19)).errors
    assert "finns inte i portalen" in error.reason


def test_a_class_that_has_ended_is_not_woken_by_a_file(client, centre):
    centre.lindang.groups.filter(name="1A").update(ends_on=AUTUMN_DAY - dt.timedelta(days=1))
    assert "1A har slutat" in text_of(show(client, "Lindängsskolan;1A;1;24;\n"))


def test_a_closed_schools_classes_are_not_read_in(client, centre):
    centre.lindang.closed_on = AUTUMN_DAY - dt.timedelta(days=1)
    centre.lindang.save()
    assert "finns inte i portalen" in text_of(show(client, "Lindängsskolan;1A;1;24;\n"))


@pytest.mark.parametrize(("number", "is_read"), [(5_000, True), (5_001, False), (100_000, False)])
def test_five_thousand_rows_are_read_and_no_more(client, number, is_read):
    began = time.process_time()
    page = text_of(show(client, "a;b;1;1;\n" * number)).replace("\xa0", " ")
    assert ("5000 rader behöver rättas" in page) == is_read
    assert ("fler än 5 000 rader" in page) != is_read
    assert time.process_time() - began < 10


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_an_excel_file_that_claims_gigabytes_is_refused_at_once(client, member):
    good, file = io.BytesIO(sheet(("Skola",))), io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in set(source.namelist()) - {member}:
            bomb.writestr(name, source.read(name))
        with bomb.open(member, "w", force_zip64=True) as inside:
            for _megabyte in range(300):
                inside.write(b"0" * 1_000_000)
    began = time.process_time()
    assert "packas upp till alldeles för mycket" in text_of(show(client, file.getvalue()))
    assert time.process_time() - began < 2


def test_an_excel_file_cut_short_is_told_so(client):
    content = sheet(("Skola", "Klass"), ("a", "b"))
    assert "Excelfilen är trasig" in text_of(show(client, content[: len(content) // 2]))


def test_no_file_at_all_is_told_beside_the_field(client):
    page = client.post(ADDRESS, {"csrfmiddlewaretoken": "as the browser sends it"})
    assert "måste fyllas i" in text_of(page)


def test_a_second_time_the_same_file_changes_nothing_and_says_so(client):
    read_in(client, show(client, "Lindängsskolan;4D;4;24;\n"))
    before = classes()
    again = show(client, "Lindängsskolan;4D;4;24;\n")
    assert "Filen ändrar inget" in text_of(again)
    assert classes() == before


def test_sent_twice_it_is_read_in_once(client):
    shown = show(client, "Lindängsskolan;4D;4;24;\n")
    read_in(client, shown)
    before = classes()
    assert read_in(client, shown).status_code == 200
    assert classes() == before


def test_a_file_kept_for_more_than_an_hour_has_to_be_chosen_again(client):
    shown = show(client, "Lindängsskolan;4D;4;24;\n")
    with time_machine.travel(NOW + HOUR * 2, tick=False):
        page = read_in(client, shown)
    assert "Välj den igen" in text_of(page)
    assert "4D" not in {name for _school, name, _grade, _count in classes()}


@pytest.mark.parametrize("changed", [{"digest": "0" * 64}, {"digest": ""}])
def test_what_was_not_shown_is_not_read_in(client, changed):
    page = read_in(client, show(client, "Lindängsskolan;4D;4;24;\n"), **changed)
    assert "Inget är inläst" in words_of(page.content.decode())
    assert "4D" not in {name for _school, name, _grade, _count in classes()}


def test_a_kept_file_that_was_altered_is_not_read_in(client):
    shown = show(client, "Lindängsskolan;4D;4;24;\n")
    kept = shown.context["kept"]
    page = read_in(client, shown, kept=kept[:20] + ("A" if kept[20] != "A" else "B") + kept[21:])
    assert "Välj den igen" in text_of(page)
    assert "4D" not in {name for _school, name, _grade, _count in classes()}


def test_a_file_shown_for_one_year_is_not_read_in_to_another(client, centre):
    make_school_year(
        starts_on=dt.date(2027, 8, 17),
        autumn_ends_on=dt.date(2027, 12, 17),
        spring_starts_on=dt.date(2028, 1, 10),
        ends_on=dt.date(2028, 6, 9),
        by=centre.samira,
    )
    shown = show(client, "Lindängsskolan;4D;4;24;\n")
    read_in(client, shown, reverse("schools:class-import", args=["2027-28"]))
    assert not Group.objects.filter(name="4D").exists()


def test_the_page_asks_as_many_questions_whatever_the_number_of_rows(client, django_assert_num_queries):
    few, many = (
        "".join(f"Lindängsskolan;{number % 9 + 1}{letters};{number % 9 + 1};20;\n" for number in range(rows))
        for rows, letters in ((1, "X"), (9, "Y"))
    )
    show(client, few)
    with django_assert_num_queries(6):
        show(client, few)
    with django_assert_num_queries(6):
        show(client, many)
