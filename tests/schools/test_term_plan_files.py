"""The term's plan on paper and in a spreadsheet: two pages at most, tagged, Swedish, and without formulas."""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace

import pypdf
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actions import give_role, make_account
from accounts.models import CentreRole
from programmes import pdf
from programmes.models import Programme
from schools.actions import groups
from schools.actions.cancelling import cancel_session
from schools.actions.matching import match_mentors
from schools.actions.moves import move_session
from schools.actions.plans import apply_plan, join, open_programme_year
from schools.mailing.links import Scope, make_link
from schools.models import SchoolMembership
from tests.conftest import NOW
from tests.schools.laid_out import BEFORE_TERM, lay_out, on, session_of, text_of

TODAY = NOW.date()
HT = ["lindangsskolan", "2026-27", "ht"]


@pytest.fixture(autouse=True)
def clock():
    with on(TODAY):
        yield


def more_classes(centre: SimpleNamespace, number: int) -> None:
    """So many classes of years 3 to 5 beside the school's two, and two staff groups beside its one."""
    said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
    staff = [
        groups.add_group(kind="staff", name=f"Personal {name}", headcount=9, **said) for name in ("3–5", "fritids")
    ]
    for place in range(number):
        name, grade = f"{3 + place % 3}{'ABCDEFGH'[place // 3]}", 3 + place % 3
        groups.add_group(kind="class", name=name, grade=grade, headcount=22, staff_group=staff[0], **said)


def give_times(plan) -> None:
    """A day and a time for every session, no two classes alike."""
    rows = list(plan.sessions.select_related("group").order_by("group__name", "week_start"))
    for place, row in enumerate(rows):
        row.date = row.week_start + dt.timedelta(days=place % 5)
        row.start_time, row.end_time = dt.time(8 + place % 6, 10), dt.time(9 + place % 6)
    type(rows[0]).objects.bulk_update(rows, ["date", "start_time", "end_time"])


def pdf_for(client, name="schools:term-plan-pdf", args=HT) -> pypdf.PdfReader:
    answer = client.get(reverse(name, args=args))
    assert answer["Content-Type"] == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(answer.content))


def words(page) -> str:
    return " ".join(page.extract_text().split())


@pytest.mark.sheets
@pytest.mark.parametrize(("timed", "season"), [(False, "ht"), (True, "vt")])
def test_twenty_classes_stand_on_two_pages_of_a4(centre, signed_in, timed, season):
    more_classes(centre, 18)
    plan = lay_out(centre, centre.lindang)
    if timed:
        give_times(plan)
    with on(TODAY):
        found = pdf_for(signed_in(centre.elin), args=[*HT[:2], season])
        assert len(found.pages) == 2
        assert [round(float(side)) for side in found.pages[0].mediabox[2:]] == [595, 842]
        groups_page, weeks_page = map(words, found.pages)
        for name in ("1A", "2A", "3A", "5F", "Personal F–3", "Personal fritids"):
            assert name in groups_page and name in weeks_page
        assert "Vilken vecka har min grupp pass?" in groups_page and "Vecka för vecka" in weeks_page


@pytest.mark.sheets
@pytest.mark.parametrize("number", [8, 18])
def test_a_school_in_two_programmes_needs_two_pages(centre, signed_in, number):
    more_classes(centre, number)
    lay_out(centre, centre.lindang)
    said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
    for name in ("6A", "6B"):
        mentors = groups.add_group(kind="mentors", name=f"Elevmentorer {name}", grade=9, headcount=13, **said)
        six = groups.add_group(kind="class", name=name, grade=6, headcount=26, **said)
        match_mentors(school=centre.lindang, year=centre.year, matches={six: mentors}, by=centre.samira)
    rules = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    mvp = join(school=centre.lindang, programme_year=rules, by=centre.samira)
    apply_plan(participation=mvp, from_day=centre.year.starts_on, by=centre.samira, now=BEFORE_TERM)
    for season in ("ht", "vt"):
        found = pdf_for(signed_in(centre.elin), args=[*HT[:2], season])
        assert len(found.pages) == 2
        assert "MVP: Vilken vecka" in words(found.pages[0]) and "Frågor?" in words(found.pages[1])


@pytest.mark.sheets
def test_a_small_school_needs_one_page(centre, signed_in):
    lay_out(centre, centre.lindang)
    found = pdf_for(signed_in(centre.elin))
    page = words(found.pages[0])
    assert len(found.pages) == 1
    for said in ("Lindängsskolan", "Terminsplan HT 2026", "TÅGET", "Höstlov", "Utskriven 17 september 2026", "Samira"):
        assert said in page


@pytest.mark.sheets
def test_a_telephone_number_stands_on_one_line(centre, signed_in):
    lay_out(centre, centre.lindang)
    phones = [f"070-174 0{number} 05" for number in range(8)]
    for number, phone in enumerate(phones):
        name, address = f"Sam {'Andersson-' * number}Ek", f"sam{number}@vpc.example"
        sam = make_account(email=address, full_name=name, phone=phone, by=centre.samira)
        give_role(user=sam, role=CentreRole.Role.COORDINATOR, starts_on=TODAY, by=centre.samira)
    lines = pdf_for(signed_in(centre.elin)).pages[0].extract_text().splitlines()
    assert [phone for phone in phones if not any(phone in line for line in lines)] == []


@pytest.mark.sheets
def test_it_is_tagged_and_says_its_language_and_title(centre, signed_in):
    lay_out(centre, centre.lindang)
    found = pdf_for(signed_in(centre.elin))
    root = found.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        "sv",
        True,
        True,
    )
    assert found.metadata.title == "Terminsplan HT 2026, Lindängsskolan"
    assert b"pdfuaid" in root["/Metadata"].get_data() and "/StructTreeRoot" in root


def test_what_has_moved_stands_where_it_is_and_what_is_lost_says_so(centre, signed_in):
    plan = lay_out(centre, centre.lindang)
    row, lost = (session_of(plan, name, after=TODAY) for name in ("1A", "2A"))
    day = row.week_start + dt.timedelta(days=2)
    said = {"by": centre.samira, "now": NOW}
    move_session(session=row, week_start=row.week_start, date=day, start_time=dt.time(9, 10), version=1, **said)
    cancel_session(session=lost, reason="no_room", note="Kim är sjuk", version=1, **said)
    page = words(pdf_for(signed_in(centre.elin)).pages[0]).replace("\N{NO-BREAK SPACE}", " ")
    assert f"{day.day} sep 09.10" in page or f"{day.day} okt 09.10" in page
    assert "Inställt" in page and "Kim" not in page


def test_a_contact_prints_it_from_the_mails_link(centre, client):
    lay_out(centre, centre.lindang)
    link = make_link(SchoolMembership.objects.get(person__user=centre.elin), [Scope.READ], TODAY)
    assert "Lindängsskolan" in words(pdf_for(client, "schools:link-plan-pdf", [link]).pages[0])


def test_where_no_pdf_can_be_made_the_plans_page_says_how_to_install_what_is_lacking(centre, signed_in, monkeypatch):
    def lacks(*args, **kwargs):
        raise pdf.NoPdf

    lay_out(centre, centre.lindang)
    monkeypatch.setattr(pdf, "make_pdf", lacks)
    answer = signed_in(centre.elin).get(reverse("schools:term-plan-pdf", args=HT), follow=True)
    assert "apt install libpango-1.0-0" in text_of(answer) and "Höstens plan" in text_of(answer)


def test_without_a_plan_the_plans_page_says_so(centre, signed_in):
    for name in ("schools:term-plan-pdf", "schools:term-plan-workbook"):
        answer = signed_in(centre.elin).get(reverse(name, args=HT))
        assert answer.status_code == 302 and answer["Location"] == "/skolor/lindangsskolan/plan/2026-27/ht/"


def test_the_spreadsheet_has_every_session_of_the_term_and_no_formula(centre, signed_in):
    said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
    groups.add_group(kind="class", name='=HYPERLINK("http://ond.example")', grade=3, headcount=22, **said)
    plan = lay_out(centre, centre.lindang)
    row = session_of(plan, "1A", after=TODAY)
    cancel_session(session=row, reason="no_room", note="Kim", version=1, by=centre.samira, now=NOW)
    client = signed_in(centre.elin)
    assert reverse("schools:term-plan-workbook", args=HT) in client.get("/skolor/lindangsskolan/plan/").content.decode()
    answer = client.get(reverse("schools:term-plan-workbook", args=HT))
    assert 'filename="terminsplan-lindangsskolan-ht-2026.xlsx"' in answer["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.content))["HT 2026"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert header[:4] == ("Vecka", "Måndag", "Dag", "Från")
    in_autumn = plan.sessions.filter(week_start__lte=dt.date(2026, 12, 18))
    assert len(rows) == in_autumn.count()
    lost = next(line for line in rows if line[-1].endswith(f"/pass/{row.uuid}/"))
    assert (lost[0], lost[8], lost[9]) == (row.week_start.isocalendar().week, "1A", "Inställt")
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert any(str(line[8]).startswith("'=HYPERLINK") for line in rows)
