"""Reports that the leadership saves: frozen, told apart from later corrections, the same on page and paper."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import re
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook
from pypdf import PdfReader

from evaluations.actions import change_report_text, save_report, withdraw_report
from evaluations.cells import Cell, Table
from evaluations.dashboard import dashboard_of
from evaluations.figures import Figure
from evaluations.freezing import year_content
from evaluations.frozen import FORMAT, UnknownFormat, fingerprint, read_back, to_json, without_schools
from evaluations.models import SavedReport
from evaluations.reports import content_now, sheets_of, since_last_report
from evaluations.selection import Selection, selected
from evaluations.since_saved import since_saved
from programmes import pdf
from programmes.actions.cooperation import give_partner_membership
from programmes.models import PartnerOrganisation, Programme
from schools.actions.places import add_school, district_named
from schools.actions.plans import open_programme_year
from schools.models import OccasionKind
from sessions_log.actions import change_log, remove_log
from sessions_log.entries import entry_of
from sessions_log.models import SessionLog
from tests.conftest import account
from tests.content import the_reference_content
from tests.evaluations.conftest import TODAY, due, log
from tests.evaluations.test_drilling import an_occasion, tell
from tests.evaluations.test_pages import last_years_plan
from tests.partners import START
from tests.schools.laid_out import at, on, text_of

pytestmark = pytest.mark.django_db
LIST, ADD, ADD_YEAR, OVERVIEW, WORKBOOK, EXPORT = (
    reverse(f"evaluations:{name}")
    for name in ("report-list", "report-add", "report-add-year", "overview", "workbook", "export")
)
WORDS = "Skolorna har kommit i gång. **Loggarna** behöver komma in snabbare."
AN_IDENTITY_NUMBER = "850709-9805"


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


@pytest.fixture
def maria_in(centre: SimpleNamespace, signed_in) -> Client:
    return signed_in(centre.maria)


def selection(**asked: str) -> Selection:
    found = selected(asked, TODAY)
    assert found
    return found


def saved(centre: SimpleNamespace, *, text: str = WORDS, **asked: str) -> SavedReport:
    own = selection(**asked)
    content = content_now(own)
    seen = fingerprint(to_json(content))
    said = {"text": text, "key": uuid.uuid4(), "by": centre.maria, "now": at(TODAY)}
    return save_report(selection=own, content=content, seen=seen, **said)


def form_of(client: Client, address: str = ADD, **asked: str) -> dict[str, str]:
    """The hidden fields of the page that makes a report."""
    page = client.get(address, asked).content.decode()
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("key", "seen")}


def shown_by(client: Client, report: SavedReport) -> str:
    """The report itself as the page shows it, without what is told of it since."""
    text = text_of(client.get(report.get_absolute_url()))
    return text.partition("Sedan rapporten sparades")[0].partition("Ångra")[0]


def test_the_leadership_makes_a_report_and_it_can_be_read(plans, maria_in: Client) -> None:
    page = text_of(maria_in.get(ADD))
    assert "Styrgruppsrapport TÅGET 2026/27, 12 november 2026" in page

    answer = maria_in.post(ADD, {**form_of(maria_in), "text": WORDS}, follow=True)

    report = SavedReport.objects.get()
    assert answer.redirect_chain[-1][0] == report.get_absolute_url()
    text = text_of(answer)
    assert "Rapporten är sparad." in text
    assert "Per den 12 november 2026. Sparad den 12 november 2026 av" in text
    assert "Loggarna behöver komma in snabbare." in text
    pace = read_back(report.content).board.pace
    assert pace.denominator
    assert f"Takt {pace.value} ".replace("\u00a0", " ") in text
    assert f"{pace.numerator} av {pace.denominator} pass som skulle ha hållits hittills." in text
    assert report.title in text_of(maria_in.get(LIST))


def test_a_saved_report_says_the_same_when_logs_have_been_corrected_and_tells_of_it(
    centre: SimpleNamespace, plans, maria_in: Client
) -> None:
    report = saved(centre)
    before, frozen = shown_by(maria_in, report), dict(report.content)
    assert "Inget har rättats" in text_of(maria_in.get(report.get_absolute_url()))
    assert since_in_workbook(maria_in, report) == []
    pace = read_back(report.content).board.pace

    later = TODAY + dt.timedelta(days=2)
    with on(later):
        remove_log(log=plans.held[0].log, reason="Fel klass", by=centre.samira, now=at(later))
        log(due(plans.ekbacka)[0], centre, day=later)
        log(due(plans.ekbacka)[0], centre, day=later)
    report.refresh_from_db()

    assert report.content == frozen
    assert shown_by(maria_in, report) == before
    text = text_of(maria_in.get(report.get_absolute_url()))
    assert "1 logg från tiden fram till dagen har rättats. 2 loggar har kommit in i efterhand." in text
    since = since_saved(report, read_back(report.content))
    assert since
    assert {one.then.key for one in since.figures} >= {"pace", "dose"}
    for one in since.figures:
        told = [f"{own.value} ({own.numerator} av {own.denominator})" for own in (one.then, one.now)]
        assert f"{one.then.title}: då {told[0]}, i dag {told[1]}".replace("\u00a0", " ") in text.replace("\u00a0", " ")
    [now] = [one.now for one in since.figures if one.then.key == "pace"]
    assert (now.numerator, now.denominator) == (pace.numerator + 1, pace.denominator)
    assert since_in_workbook(maria_in, report) == [
        (one.then.title, *numbers(one.then), *numbers(one.now)) for one in since.figures
    ]


def since_in_workbook(client: Client, report: SavedReport) -> list[tuple]:
    book = load_workbook(io.BytesIO(client.get(reverse("evaluations:report-workbook", args=[report.uuid])).content))
    if "Sedan rapporten sparades" not in book.sheetnames:
        return []
    header, *rows = book["Sedan rapporten sparades"].iter_rows(values_only=True)
    assert header[-1] == "Jämfört"
    assert [row[-1] for row in rows] == [TODAY.isoformat()] * len(rows)
    return [row[:7] for row in rows]


def test_a_report_tells_of_tables_that_differ_though_no_figure_does(centre: SimpleNamespace, plans, maria_in) -> None:
    lost = plans.lindang.sessions.get(outcome="not_held").log
    staff = next(one.log for one in plans.held if one.group.kind == "staff" and one.log.held_on == dt.date(2026, 10, 2))
    report = saved(centre)
    assert told_since(report) == []

    corrected(lost, centre, reason="no_room")
    assert told_since(report) == ["Orsaker"]
    # Some days earlier in its week it is in another month, and changes no figure.
    corrected(staff, centre, held_on=dt.date(2026, 9, 30))
    assert told_since(report) == ["Månad för månad", "Orsaker"]
    assert "andra siffror i dag: Månad för månad, Orsaker." in text_of(maria_in.get(report.get_absolute_url()))


def told_since(report: SavedReport) -> list[str]:
    since = since_saved(report, read_back(report.content))
    assert since and not since.figures
    return since.tables


def corrected(log: SessionLog, centre: SimpleNamespace, **said: object) -> None:
    entry = dataclasses.replace(entry_of(log), **said)  # type: ignore[arg-type]
    change_log(log=log, entry=entry, by=centre.samira, now=at(TODAY), reason="Fel i loggen")


def test_corrections_after_closing_are_told_apart(centre: SimpleNamespace, plans) -> None:
    report = saved(centre)
    later = TODAY + dt.timedelta(days=2)
    with on(later):
        remove_log(log=plans.held[0].log, reason="Fel klass", by=centre.samira, now=at(later))
    centre.year.closed_on = TODAY
    centre.year.save()

    since = since_saved(report, read_back(report.content))
    assert since
    assert (since.corrections, since.after_closing) == (1, 1)

    centre.year.closed_on = later + dt.timedelta(days=1)
    centre.year.save()
    since = since_saved(report, read_back(report.content))
    assert since
    assert (since.corrections, since.after_closing) == (1, 0)


def test_a_report_is_shown_without_the_rows_that_it_was_counted_from(centre: SimpleNamespace, plans, maria_in) -> None:
    report = saved(centre)
    before = shown_by(maria_in, report)
    SavedReport.objects.filter(pk=report.pk).update(year="1999-00", programme="nedlagt")

    text = text_of(maria_in.get(report.get_absolute_url()))
    assert text.partition("Läsåret eller programmet finns inte längre i portalen.")[0] == before


def test_a_report_of_the_first_format_is_still_read(centre: SimpleNamespace, plans, maria_in: Client) -> None:
    """The file was written by the first version, and must never be written anew."""
    content = json.loads((Path(__file__).parent / "report_format_1.json").read_text())
    report = saved(centre)
    SavedReport.objects.filter(pk=report.pk).update(content=content)

    text = text_of(maria_in.get(report.get_absolute_url()))

    assert content["format"] == 1
    assert "Takt 38–88 %" in text.replace("\u00a0", " ")
    assert "6 av 16 pass som skulle ha hållits hittills." in text
    assert "En siffra som inte längre räknas 50 %" in text.replace("\u00a0", " ")
    assert to_json(read_back(content)) == content


def test_a_report_of_a_later_format_is_refused_rather_than_misread() -> None:
    with pytest.raises(UnknownFormat):
        read_back({"format": FORMAT + 1})


def test_page_report_workbook_and_overview_have_one_set_of_numbers(
    centre: SimpleNamespace, plans, maria_in: Client
) -> None:
    dashboard = dashboard_of(selection())
    report = saved(centre)
    part = read_back(report.content).board

    counted = {figure.key: numbers(figure) for figure in dashboard.figures}
    assert {key: numbers(figure) for key, figure in part.numbers.items()} == counted
    assert part.line == dashboard.line
    assert part.reasons == dashboard.reasons
    for address in (WORKBOOK, reverse("evaluations:report-workbook", args=[report.uuid])):
        book = load_workbook(io.BytesIO(maria_in.get(address).content))
        rows = list(book["Översikt"].iter_rows(values_only=True))
        column = rows[0].index("Värde, täljare")
        in_book = {row[0]: list(row[column : column + 3]) for row in rows[1:]}
        assert in_book == {figure.title: counted[figure.key] for figure in dashboard.figures}
        schools = list(book["Skolor"].iter_rows(values_only=True))
        held = schools[0].index("Genomfört")
        assert [row[held] for row in schools[1:]] == [*(row.counts["held"] for row in dashboard.schools), part.held]


def test_every_sheet_says_its_day_and_what_was_chosen(plans, maria_in: Client) -> None:
    book = load_workbook(io.BytesIO(maria_in.get(WORKBOOK).content))

    names = ["Översikt", "Skolor", "Ämne för ämne", "Månad för månad", "Orsaker", "Årskurs för årskurs", "Definitioner"]
    assert book.sheetnames == names
    for sheet in book:
        header, *rows = sheet.iter_rows(values_only=True)
        assert header[-4:] == ("Program", "Läsår", "Per datum", "Valt distrikt")
        assert rows, sheet.title
        assert {row[-4:] for row in rows} == {("TÅGET", "2026/27", "2026-11-12", "Alla distrikt")}


def test_a_programme_with_a_long_name_has_a_sheet_named_by_each_table(centre: SimpleNamespace, plans) -> None:
    name = "Oro för barn som riskerar att fara illa"
    Programme.objects.filter(slug="taget").update(name=name)
    open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)

    names = [sheet.name for sheet in sheets_of(year_content(selection(), TODAY))]

    assert len(set(names)) == len(names) and max(map(len, names)) <= 31
    assert {"Oro för barn som riske Översikt", "MVP Översikt", "Oro för barn som risker Orsaker"} <= {*names}


def test_a_name_that_is_a_formula_is_neutralised(centre: SimpleNamespace, plans, maria_in: Client) -> None:
    centre.ekbacka.name = "=HYPERLINK(1)"
    centre.ekbacka.save()
    report = saved(centre)

    book = load_workbook(io.BytesIO(maria_in.get(reverse("evaluations:report-workbook", args=[report.uuid])).content))
    table = maria_in.get(reverse("evaluations:report-csv", args=[report.uuid]), {"tabell": "skolor"}).content.decode()

    assert "'=HYPERLINK(1)" in [row[0] for row in book["Skolor"].iter_rows(values_only=True)]
    assert "\n'=HYPERLINK(1);" in table


def test_the_overview_and_the_next_report_are_compared_with_the_last(
    centre: SimpleNamespace, plans, maria_in: Client
) -> None:
    a_week_ago = (TODAY - dt.timedelta(days=7)).isoformat()
    report = saved(centre, datum=a_week_ago)
    withdrawn = saved(centre, datum=(TODAY - dt.timedelta(days=3)).isoformat())
    withdraw_report(report=withdrawn, why="Fel dag", by=centre.maria, now=at(TODAY))
    saved(centre)  # of the same day: not before it
    pace = read_back(report.content).board.pace

    since = since_last_report(selection())

    assert since
    assert (since.as_of, since.report) == (TODAY - dt.timedelta(days=7), report.get_absolute_url())
    said = f"Rapporten 5 nov {pace.value}: ".replace("\u00a0", " ")
    assert said in text_of(maria_in.get(OVERVIEW))
    assert said in text_of(maria_in.get(ADD))
    assert since_last_report(selection(datum=a_week_ago)) is None
    [header, first, *_rest] = maria_in.get(EXPORT, {"tabell": "nyckeltal"}).content.decode().splitlines()
    column = header.split(";").index("Förra rapporten, täljare")
    assert first.split(";")[column] == str(pace.numerator)


def test_a_report_is_in_swedish_whatever_language_its_maker_reads(centre: SimpleNamespace, plans) -> None:
    swedish = to_json(content_now(selection()))
    with override("en"):
        assert to_json(content_now(selection())) == swedish
        assert saved(centre).title == "Styrgruppsrapport TÅGET 2026/27"


@pytest.mark.parametrize("asked", [{"datum": "2030-01-01"}, {"datum": "1990-01-01"}, {"program": "finns-inte"}])
def test_what_cannot_be_shown_is_mended_on_the_page_and_refused_when_saved(asked, plans, maria_in: Client) -> None:
    assert maria_in.get(ADD, asked).status_code == 200
    address = f"{ADD}?{'&'.join(f'{name}={value}' for name, value in asked.items())}"

    answer = maria_in.post(address, {**form_of(maria_in, **asked), "text": ""})

    assert answer.status_code == 200
    assert not SavedReport.objects.exists()


def test_there_is_nothing_to_save_of_a_district_without_schools(centre: SimpleNamespace, plans, maria_in) -> None:
    add_school(name="Nyskolan", district=district_named("Nytt område", by=centre.samira), by=centre.samira)
    asked, address = form_of(maria_in), f"{ADD}?distrikt=nytt-omrade"

    assert "Ingen skola i Nytt område har någon plan i programmet" in text_of(maria_in.get(address))
    assert "Inget att rapportera" in text_of(maria_in.post(address, {**asked, "text": ""}))
    assert not SavedReport.objects.exists()


def test_there_is_nothing_to_save_of_a_year_without_plans_or_before_it_begins(
    centre: SimpleNamespace, maria_in
) -> None:
    the_reference_content()
    assert maria_in.get(ADD).status_code == 200  # no year is open yet
    open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira)

    for address in (ADD, ADD_YEAR):
        assert "Ingen skola har någon plan det här läsåret" in text_of(maria_in.get(address))
        said = {"key": str(uuid.uuid4()), "seen": "x", "text": ""}
        assert "Inget att rapportera" in text_of(maria_in.post(address, said))
    with on(centre.year.starts_on - dt.timedelta(days=1)):
        assert "Läsåret 2026/27 börjar den" in text_of(maria_in.get(ADD))
    assert not SavedReport.objects.exists()


def test_sent_twice_it_is_saved_once_and_the_key_takes_no_other_text(plans, maria_in: Client) -> None:
    sent = {**form_of(maria_in), "text": ""}
    for _time in range(2):
        assert maria_in.post(ADD, sent).status_code == 302
    assert SavedReport.objects.count() == 1

    refused = maria_in.post(ADD, {**sent, "text": "Annat."})
    assert "redan skickats med annat innehåll" in text_of(refused)
    assert SavedReport.objects.count() == 1
    another = {**sent, "text": "Annat.", "key": refused.context["form"]["key"].value()}
    assert maria_in.post(ADD, another).status_code == 302
    assert [one.text for one in SavedReport.objects.order_by("made_at")] == ["", "Annat."]


def test_numbers_that_nobody_has_seen_are_not_saved(centre: SimpleNamespace, plans, maria_in: Client) -> None:
    sent = {**form_of(maria_in), "text": WORDS}
    log(due(plans.ekbacka)[0], centre)

    answer = maria_in.post(ADD, sent)

    assert "Siffrorna har ändrats sedan du öppnade sidan." in text_of(answer)
    assert not SavedReport.objects.exists()
    seen = re.search(r'name="seen" value="([^"]+)"', answer.content.decode())[1]
    assert maria_in.post(ADD, {**sent, "seen": seen}).status_code == 302


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Elev {AN_IDENTITY_NUMBER}", "Ta bort personnumret."),
        ("x" * 2001, "Texten har 2001 tecken."),
        ("x\n" * 40, "Texten tar ungefär 40 rader"),
    ],
)
def test_a_text_that_may_not_be_saved_is_refused_and_kept_in_the_field(text, said, plans, maria_in: Client) -> None:
    page = text_of(maria_in.post(ADD, {**form_of(maria_in), "text": text}))

    assert said in page
    assert page.count("Det här är inte sparat") == 1
    assert text.split("\n")[0][:30] in page
    assert not SavedReport.objects.exists()


def test_the_action_refuses_an_identity_number_too(centre: SimpleNamespace, plans) -> None:
    with pytest.raises(ValidationError):
        saved(centre, text=AN_IDENTITY_NUMBER)
    report = saved(centre)
    with pytest.raises(ValidationError):
        withdraw_report(report=report, why=AN_IDENTITY_NUMBER, by=centre.maria, now=at(TODAY))


def test_a_text_in_markdown_can_do_no_harm(centre: SimpleNamespace, plans, maria_in: Client) -> None:
    report = saved(centre, text="<script>alert(1)</script> [x](javascript:alert(1))")

    page = maria_in.get(report.get_absolute_url()).content.decode()

    assert "<script>alert(1)" not in page
    assert 'href="javascript' not in page


def test_the_text_is_changed_with_its_history_and_the_figures_stay(
    centre: SimpleNamespace, plans, maria_in: Client
) -> None:
    report = saved(centre)
    address = reverse("evaluations:report-text", args=[report.uuid])

    assert maria_in.post(address, {"text": "Nya ord.", "version": "1"}).status_code == 302
    overtaken = maria_in.post(address, {"text": "Andra ord.", "version": "1"})

    assert overtaken.status_code == 409
    assert "Andra ord." in overtaken.content.decode()
    text = text_of(maria_in.get(report.get_absolute_url()))
    assert "Nya ord." in text
    assert text.index("Vad texten sa förut") < text.index("Loggarna behöver komma in")
    assert SavedReport.objects.get().content == report.content


def test_an_unchanged_text_leaves_no_history(centre: SimpleNamespace, plans) -> None:
    report = saved(centre)
    change_report_text(report=report, text=WORDS, version=1, by=centre.maria, now=at(TODAY))
    assert not report.former_texts.exists()


def test_a_withdrawn_report_is_read_with_the_reason_and_nothing_more_is_done_with_it(
    centre: SimpleNamespace, plans, maria_in: Client, signed_in
) -> None:
    report = saved(centre)
    address = reverse("evaluations:report-withdraw", args=[report.uuid])
    assert signed_in(centre.adam).post(address, {"why": " "}).status_code == 200
    assert SavedReport.objects.standing().get() == report

    assert maria_in.post(address, {"why": "Fel läsår valt."}).status_code == 302

    assert "Tillbakadragen den 12 november 2026 av" in text_of(maria_in.get(report.get_absolute_url()))
    assert "Fel läsår valt." in text_of(maria_in.get(report.get_absolute_url()))
    assert "Tillbakadragen" in text_of(maria_in.get(LIST))
    assert maria_in.get(address).status_code == 403
    assert maria_in.get(reverse("evaluations:report-text", args=[report.uuid])).status_code == 403


def test_only_the_leadership_makes_reports_and_the_centre_reads_them(centre: SimpleNamespace, plans, signed_in) -> None:
    report = saved(centre)
    reading = [report.get_absolute_url(), LIST, reverse("evaluations:report-workbook", args=[report.uuid])]
    for user in (centre.samira, centre.maria, centre.adam):
        assert {signed_in(user).get(page).status_code for page in reading} == {200}
    for user in (centre.samira, centre.adam, centre.elin):
        assert signed_in(user).get(ADD).status_code == 403
    for user in (centre.elin, centre.jonas):
        assert {signed_in(user).get(page).status_code for page in reading} == {403}


def test_partners_read_totals_of_all_schools_and_no_school_of_its_own(
    centre: SimpleNamespace, plans, signed_in
) -> None:
    lena = account("lena")
    homes = PartnerOrganisation.objects.get(slug="botkyrkabyggen")
    give_partner_membership(user=lena, partner=homes, starts_on=START, by=centre.samira)
    few = saved(centre)
    assert not few.open_to_partners  # two schools: a total would tell of each
    SavedReport.objects.filter(pk=few.pk).update(open_to_partners=True)
    of_district = saved(centre, distrikt=centre.lindang.district.slug)

    client = signed_in(lena)
    pages = [client.get(few.get_absolute_url()).content.decode()]
    for name in ("report-pdf", "report-workbook"):
        assert client.get(reverse(f"evaluations:{name}", args=[few.uuid])).status_code in (200, 302)
    book = load_workbook(io.BytesIO(client.get(reverse("evaluations:report-workbook", args=[few.uuid])).content))
    pages += [str([list(sheet.iter_rows(values_only=True)) for sheet in book])]
    csv = reverse("evaluations:report-csv", args=[few.uuid])

    for page in pages:
        assert centre.lindang.name not in page
        assert centre.ekbacka.name not in page
    assert [client.get(csv, {"tabell": name}).status_code for name in ("nyckeltal", "skolor", "arskurser")] == [
        200,
        404,
        404,
    ]
    assert client.get(of_district.get_absolute_url()).status_code == 404
    assert of_district.title not in text_of(client.get(LIST))


def test_no_table_of_schools_is_left_for_those_who_see_totals(centre: SimpleNamespace, plans) -> None:
    whole = year_content(selection(), TODAY)
    names = {centre.lindang.name, centre.ekbacka.name}

    assert not names.isdisjoint(cell.value for _part, table in whole.all_tables() for cell in cells(table))
    totals = without_schools(whole, 2)
    assert [part.slug for part in totals.parts] == ["taget"]
    assert names.isdisjoint(cell.value for _part, table in totals.all_tables() for cell in cells(table))


def test_a_programme_at_few_schools_is_left_out_for_those_who_see_totals(centre: SimpleNamespace, plans) -> None:
    totals = without_schools(year_content(selection(), TODAY), 3)

    assert totals.parts == []
    assert "TÅGET" not in [cell.value for _part, table in totals.all_tables() for cell in cells(table)]


def test_a_report_that_compares_with_a_year_at_few_schools_is_not_for_those_who_see_totals(
    centre: SimpleNamespace, plans
) -> None:
    assert year_content(selection(), TODAY).is_for_partners(2)
    last_years_plan(centre)

    content = year_content(selection(), TODAY)

    assert [part.schools_compared for part in content.parts] == [1]
    assert not content.is_for_partners(2)
    assert without_schools(content, 2).parts == []
    assert read_back(to_json(content)) == content


def test_what_a_text_said_before_is_not_for_partners(centre: SimpleNamespace, plans, signed_in) -> None:
    report = saved(centre)
    change_report_text(
        report=report, text="Lindängsskolan har kommit i gång.", version=1, by=centre.maria, now=at(TODAY)
    )
    report.refresh_from_db()
    change_report_text(report=report, text="Alla har kommit i gång.", version=2, by=centre.maria, now=at(TODAY))
    SavedReport.objects.update(open_to_partners=True)
    lena, homes = account("lena"), PartnerOrganisation.objects.get(slug="botkyrkabyggen")
    give_partner_membership(user=lena, partner=homes, starts_on=START, by=centre.samira)

    page = report.get_absolute_url()
    assert "Lindängsskolan har kommit" in text_of(signed_in(centre.maria).get(page))
    assert "Alla har kommit i gång." in text_of(signed_in(lena).get(page))
    assert "Lindängsskolan har kommit" not in text_of(signed_in(lena).get(page))


def test_the_yearly_report_has_all_programmes_partners_and_trainings(plans, maria_in: Client) -> None:
    answer = maria_in.post(ADD_YEAR, {**form_of(maria_in, ADD_YEAR), "text": "Ett år."}, follow=True)

    text = text_of(answer)
    report = SavedReport.objects.get()
    assert (report.kind, report.programme, report.title) == ("year", "", "Verksamhetsberättelse 2026/27")
    for heading in ("Program", "Part för part", "Utbildade per organisation", "Utbildningar, träffar och handledning"):
        assert heading in text
    assert "Södertörns brandförsvarsförbund" in text
    part = read_back(report.content).board
    assert numbers(part.pace) == numbers(dashboard_of(selection()).figures[0])
    table = reverse("evaluations:report-csv", args=[report.uuid])
    assert maria_in.get(table, {"tabell": "amnen", "program": "taget"}).status_code == 200
    assert maria_in.get(table, {"tabell": "amnen", "program": "mvp"}).status_code == 404


def test_what_is_told_later_of_a_training_is_no_correction_of_a_log_and_is_said(
    centre: SimpleNamespace, plans, maria_in: Client
) -> None:
    training = an_occasion(centre, OccasionKind.CONCERN, dt.date(2026, 11, 5))
    page = maria_in.post(ADD_YEAR, {**form_of(maria_in, ADD_YEAR), "text": ""}, follow=True)
    report = SavedReport.objects.get()
    assert "Inget har rättats" in text_of(page) and "andra siffror i dag" not in text_of(page)
    before = shown_by(maria_in, report)

    tell(centre, training, police=4)

    text = text_of(maria_in.get(report.get_absolute_url()))
    titles = "Utbildade per organisation, Utbildningar, träffar och handledning"
    assert f"så de här tabellerna skulle ha andra siffror i dag: {titles}." in text
    assert "Inget har rättats" not in text and shown_by(maria_in, report) == before
    answer = maria_in.get(reverse("evaluations:report-workbook", args=[report.uuid]))
    sheet = load_workbook(io.BytesIO(answer.content))["Sedan rapporten sparades"]
    assert [row[1].value for row in sheet][1:] == [f"{title}: andra siffror" for title in titles.split(", ", 1)]


def paper(client: Client, report: SavedReport) -> PdfReader:
    answer = client.get(reverse("evaluations:report-pdf", args=[report.uuid]))
    assert answer["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content))


@pytest.mark.sheets
@pytest.mark.parametrize("longest", ["Ett ord till. " * 142, "- Ett ord till.\n" * 22])
def test_the_board_report_is_one_tagged_page_with_the_numbers(
    longest: str, centre: SimpleNamespace, plans, maria_in: Client
) -> None:
    saved(centre, datum=(TODAY - dt.timedelta(days=7)).isoformat())
    report = saved(centre, text=longest)

    file = paper(maria_in, report)

    assert len(file.pages) == 1
    root = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv"
    assert [round(side) for side in file.pages[0].mediabox[2:]] == [595, 842]
    text = re.sub(r"\s+", " ", file.pages[0].extract_text())
    for one in read_back(report.content).board.figures:
        assert one.figure.title in text
        assert one.figure.value.replace("\u00a0", " ") in text
        if one.figure.denominator:
            assert f"{one.figure.numerator} av " in text
    assert "Per den 12 november 2026" in text


def test_without_pango_the_page_says_how_to_mend_it(
    centre: SimpleNamespace, plans, maria_in: Client, monkeypatch
) -> None:
    def no_pango(*_args: object) -> bytes:
        raise pdf.NoPdf

    monkeypatch.setattr(pdf, "make_pdf", no_pango)
    report = saved(centre)

    answer = maria_in.get(reverse("evaluations:report-pdf", args=[report.uuid]), follow=True)

    assert answer.redirect_chain[-1][0] == report.get_absolute_url()
    assert "apt install libpango-1.0-0" in text_of(answer)


def numbers(figure: Figure) -> list[int]:
    return [figure.numerator, figure.denominator, figure.unknown]


def cells(table: Table) -> list[Cell]:
    return [cell for row in (*table.rows, table.total) for cell in row]
