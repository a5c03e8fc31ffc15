"""The way down from the centre to a session: parts add up, every number leads to its rows, and the way back holds."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from html import unescape
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from accounts.models import User
from evaluations import downloads, drilling, rows_by_school, series, tables, terms
from evaluations.cells import Cell, Table
from evaluations.counting import add_up
from evaluations.dashboard import dashboard_of
from evaluations.definitions import ALL, DEFINITIONS, NUMBERS
from evaluations.figures import Figure
from evaluations.selection import Selection, selected
from evaluations.views import lists
from programmes.models import Programme
from schools.actions import calendar, groups, places
from schools.actions.cancelling import cancel_session
from schools.actions.occasions import log_attendance, plan_occasion
from schools.actions.plans import apply_plan, join, open_programme_year
from schools.models import Group, OccasionKind, Organisation, School
from tests.conftest import a_school, account
from tests.evaluations.conftest import TODAY, due, log
from tests.partners import with_partners
from tests.remembering import remembered
from tests.schools.laid_out import BEFORE_TERM, at, lay_out, on, text_of

pytestmark = pytest.mark.django_db
OVERVIEW, MVP, TERMS, PARTNERS, OCCASIONS, DEFINED = (
    reverse(f"evaluations:{name}") for name in ("overview", "mvp", "terms", "partners", "occasion-list", "definitions")
)
DISTRICTS, PROGRAMMES, EXPORT, REMINDING = (
    reverse(f"evaluations:{name}") for name in ("districts", "programmes", "export", "reminding")
)
SCHOOL = reverse("evaluations:school", args=["lindangsskolan"])
NORMS = "normer-och-dess-konsekvenser"
TOPIC = reverse("evaluations:topic", args=[NORMS])
LISTS = [reverse(f"evaluations:{name}") for name in ("session-list", "class-list", "school-list")]
ALL_PAGES = (
    OVERVIEW,
    DISTRICTS,
    SCHOOL,
    TOPIC,
    REMINDING,
    PROGRAMMES,
    TERMS,
    MVP,
    PARTNERS,
    OCCASIONS,
    DEFINED,
    *LISTS,
)
# Where each table stands; the others stand on the overview.
PLACES = {
    "distrikt": DISTRICTS,
    "program": PROGRAMMES,
    "terminer": TERMS,
    "mvp": MVP,
    "utbildade": MVP,
    "definitioner": DEFINED,
}
FIGURE = re.compile(r"(\d[\d ]*) av (\d[\d ]*)")


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


@pytest.fixture
def maria_in(maria: User, signed_in) -> Client:
    return signed_in(maria)


@pytest.fixture
def mvp(centre: SimpleNamespace, plans: SimpleNamespace) -> SimpleNamespace:
    return in_mvp(centre, plans)


@remembered
def in_mvp(centre: SimpleNamespace, plans: SimpleNamespace) -> SimpleNamespace:
    """Lindängsskolan in MVP: 13 pupil mentors, 26 pupils in 6A, two sessions held; supervised and trained."""
    said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
    groups.add_group(kind="mentors", name="Elevmentorer", grade=9, headcount=13, **said)
    groups.add_group(kind="class", name="6A", grade=6, headcount=26, **said)
    rules = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    plans.mvp = join(school=centre.lindang, programme_year=rules, by=centre.samira)
    apply_plan(participation=plans.mvp, from_day=centre.year.starts_on, by=centre.samira, now=BEFORE_TERM)
    for session in due(plans.mvp)[:2]:
        log(session, centre)
    centre.lindang.occasions.filter(kind=OccasionKind.SUPERVISION, date__lte=TODAY).exclude(
        pk=centre.lindang.occasions.filter(kind=OccasionKind.SUPERVISION).earliest("date").pk
    ).delete()
    tell(centre, centre.lindang.occasions.get(kind=OccasionKind.SUPERVISION, date__lte=TODAY), school=4)
    tell(centre, an_occasion(centre, OccasionKind.SUPERVISION, dt.date(2026, 10, 1)), school=3)
    tell(centre, an_occasion(centre, OccasionKind.CONCERN, dt.date(2026, 9, 10)), police=2, housing=5)
    tell(centre, an_occasion(centre, OccasionKind.CONCERN, dt.date(2026, 11, 5)), police=1)
    # In the school year before, and not told of yet: neither counts.
    tell(centre, an_occasion(centre, OccasionKind.CONCERN, dt.date(2026, 6, 30)), police=40)
    an_occasion(centre, OccasionKind.VIOLENCE, dt.date(2026, 11, 6))
    return plans


def an_occasion(centre: SimpleNamespace, kind: str, day: dt.date, school: School | None = None):
    planned = at(dt.date(2026, 6, 1))
    return plan_occasion(key=uuid.uuid4(), kind=kind, school=school, date=day, by=centre.samira, now=planned)


def tell(centre: SimpleNamespace, occasion, **came: int) -> None:
    counts = {(Organisation(who), centre.lindang if who == "school" else None): number for who, number in came.items()}
    log_attendance(
        occasion=occasion, version=occasion.version, held=True, counts=counts, by=centre.samira, now=at(TODAY)
    )


def selection(**asked: str) -> Selection:
    found = selected(asked, TODAY)
    assert found
    return found


def numbers(figure: Figure) -> tuple[str, int, int, int]:
    return figure.key, figure.numerator, figure.denominator, figure.unknown


def total_of(table: Table) -> list[object]:
    """What the last row says, figures as their numbers."""
    return [numbers(cell.value) if isinstance(cell.value, Figure) else cell.value for cell in table.total]


def of_topic(about: Selection, slug: str) -> Table:
    found = drilling.topic_by_school(about, slug)
    return tables.topic_school_table(found, found.schools, slug, about)


def every_table(about: Selection, school: School) -> list[Table]:
    found = drilling.school_of(about, school)
    return [
        *(build(about) for build in downloads.TABLES.values()),
        tables.group_table(found.groups, found.counts, about, school),
        tables.topic_table(found.topics, about, school=school.slug),
        of_topic(about, NORMS),
    ]


def test_districts_add_up_to_the_centre_and_schools_to_districts(mvp: SimpleNamespace) -> None:
    board = dashboard_of(selection())
    [schools, districts] = [
        tables.school_table(board),
        tables.district_table(drilling.districts_of(selection()), selection()),
    ]

    assert total_of(schools)[2:] == total_of(districts)[2:]
    for district, name in [("norra", "Norra"), ("sodra", "Södra")]:
        [row] = [row for row in districts.rows if row[0].value == name]
        own = tables.school_table(dashboard_of(selection(distrikt=district)))
        assert [cell.value for cell in row[2:]] == [cell.value for cell in own.total[2:]]


def test_terms_add_up_to_the_year_and_the_year_is_the_overviews(plans: SimpleNamespace) -> None:
    [(year, own)] = terms.years_by_term(selection())
    by_key = {figure.key: figure for figure in dashboard_of(selection()).figures}

    assert [row.name for row in own] == ["HT 2026"] and year.name == "2026/27"
    assert [numbers(figure) for figure in year.figures] == [numbers(by_key[figure.key]) for figure in year.figures]
    # Nothing lies in the spring yet, so the autumn is all that there is.
    assert [numbers(figure) for figure in own[0].figures] == [numbers(figure) for figure in year.figures]
    assert {figure.key for figure in own[0].figures} >= {"reach", "full_dose"}


def test_a_terms_numbers_lead_to_as_many_rows_as_they_count(
    centre: SimpleNamespace, plans: SimpleNamespace, maria: User, signed_in
) -> None:
    day = dt.date(2027, 3, 14)
    with on(day):
        maria_in = signed_in(maria)
        log(plans.lindang.sessions.awaiting_log(day).with_names().order_by("-week_start")[0], centre, day=day)
        found = selected({}, day)
        assert found
        rows = tables.term_table(terms.years_by_term(found)).rows
        assert [row[0].value for row in rows] == ["HT 2026", "VT 2027", "Läsåret 2026/27"]
        cells = [cell for row in rows for cell in row[1:] if cell.address]
        assert len(cells) > 25
        assert [(cell.address, cell.value) for cell in cells if not says(maria_in, cell.address, cell)] == []
        page = text_of(maria_in.get(cells[0].address))
        assert "Takt, HT 2026" in page and "Här räknas bara det som skulle ha hållits HT 2026." in page
        assert "Siffran redovisas inte för en sådan termin." in text_of(maria_in.get(LISTS[0], {"termin": "x"}))


def test_every_number_leads_to_as_many_rows(centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client) -> None:
    """Of every table: what a cell says stands in the lead of the list that it opens."""
    found = {}
    for table in every_table(selection(), centre.lindang):
        for row in (*table.rows, table.total):
            found |= {cell.address: cell for cell in row if cell.address.startswith((*LISTS, OCCASIONS))}
    assert len(found) > 40

    wrong = [(address, cell.value) for address, cell in found.items() if not says(maria_in, address, cell)]
    assert wrong == []


def says(client: Client, address: str, cell: Cell) -> bool:
    html = client.get(address).content.decode()
    lead = re.search(r'<p class="lead">(.*?)</p>', html, re.DOTALL)
    if OCCASIONS in address:
        # The table's last number is the sum of those who came; of supervision the occasions are counted.
        counted = re.findall(r'class="num">\s*(\d+)', html)[-1] if "supervision" not in address else ""
        return str(cell.value) in (counted, *re.findall(r"\d+", lead[1] if lead else ""))
    said = [int(re.sub(r"\D", "", n)) for n in re.findall(r"\d[\d\u00a0]*", lead[1] if lead else "")]
    value = cell.value
    return (value.denominator if isinstance(value, Figure) else value) in said


@pytest.mark.parametrize("name", [*downloads.TABLES])
def test_page_and_file_say_the_same(name: str, mvp: SimpleNamespace, maria_in: Client) -> None:
    page = text_of(maria_in.get(PLACES.get(name, OVERVIEW))).replace("\u00a0", " ")
    content = maria_in.get(EXPORT, {"tabell": name}).content.decode().removeprefix("\ufeff")
    header, *rows = csv.reader(io.StringIO(content), delimiter=";")
    assert rows, "an empty table proves nothing"

    for row in rows:
        assert row[0] in page
        for place, title in enumerate(header):
            if title.endswith(", täljare") and row[place + 1] not in ("", "0"):
                assert f"{row[place]} av {row[place + 1]}" in page, (row[0], title)
    assert f'tabell={name}"' in maria_in.get(PLACES.get(name, OVERVIEW)).content.decode() or name == "skolor"


def test_a_pages_own_tables_are_files_too(centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client) -> None:
    group = reverse("evaluations:group", args=["lindangsskolan", centre.lindang.groups.classes().get(name="1A").pk])
    for where, asked, name, said in [
        (SCHOOL, {}, "grupper", "Skola;Program"),
        (SCHOOL, {}, "amnen", "Skola;Program"),
        (SCHOOL, {}, "orsaker", "Skola;Program"),
        (group, {}, "pass", "Grupp;Skola;Program"),
        (TOPIC, {"sida": "2"}, "amne", "Ämne;Program"),
        (OCCASIONS, {"organisation": "police"}, "tillfallen", "Organisation;Program"),
        (PARTNERS, {"distrikt": "norra"}, "parter", "Program"),
    ]:
        page = maria_in.get(where, asked)
        links = [unescape(link) for link in re.findall(r'href="([^"]*format=csv[^"]*)"', page.content.decode())]
        [link] = [link for link in links if f"tabell={name}" in link]
        assert "sida" not in link

        answer = maria_in.get(f"{where}{link}")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert TODAY.isoformat() in answer["Content-Disposition"]
        header, *rows = csv.reader(io.StringIO(answer.content.decode().removeprefix("\ufeff")), delimiter=";")
        assert ";".join(header).endswith(f"{said};Läsår;Per datum;Valt distrikt")
        # A day is written out on the page; what was held on it stands beside.
        assert rows and all(row[0] in text_of(page) or row[1] in text_of(page) for row in rows), (name, rows)
    assert maria_in.get(SCHOOL, {"format": "csv", "tabell": "x"}).status_code == 404


def test_there_is_no_file_of_what_is_no_table(plans: SimpleNamespace, maria_in: Client) -> None:
    assert maria_in.get(EXPORT, {"tabell": "x"}).status_code == 404


def test_every_figure_shown_has_a_definition(centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client) -> None:
    group = centre.lindang.groups.classes().first()
    pages = [*ALL_PAGES, reverse("evaluations:group", args=["lindangsskolan", group.pk])]
    defined = set(re.findall(r'id="([a-z_]+)"', maria_in.get(DEFINED).content.decode()))

    linked = {
        anchor
        for page in pages
        for anchor in re.findall(rf'href="{DEFINED}#([a-z_]+)"', maria_in.get(page).content.decode())
    }
    assert linked <= defined and set(DEFINITIONS) <= defined
    assert linked >= {one.key for one in (*ALL, *NUMBERS)}
    for table in [*every_table(selection(), centre.lindang), tables.partner_table([], selection())]:
        for column in table.columns[1:]:
            # Each row of the table of key figures leads to its own definition.
            assert column.is_text or column.definition in defined or table.name == "nyckeltal", column


def test_a_topics_schools_come_page_by_page_and_their_sum_on_each(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_all = of_topic(selection(), NORMS)
    assert [row[0].value for row in of_all.rows] == ["Ekbackaskolan", "Lindängsskolan"]
    added = add_up({str(place): cell.value for place, cell in enumerate(row[3:])} for row in of_all.rows)
    assert [cell.value for cell in of_all.total[3:]] == list(added.values())

    monkeypatch.setattr(lists, "PAGE", 1)
    read, own = [], rows_by_school.counts_by_school
    monkeypatch.setattr(
        rows_by_school, "counts_by_school", lambda rules, schools, day: read.append(schools) or own(rules, schools, day)
    )
    for number, name in ((1, "Ekbackaskolan"), (2, "Lindängsskolan")):
        page = maria_in.get(TOPIC, {"sida": str(number)})
        table = page.context["table"]
        assert [row[0].value for row in table.rows] == [name] and table.total == of_all.total
        assert f"Sida {number} av 2" in text_of(page)
    assert [[school.name for school in schools] for schools in read] == [["Ekbackaskolan"], ["Lindängsskolan"]]


def test_the_school_page_shows_its_groups_and_leads_on_to_a_session(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    page = maria_in.get(SCHOOL, {"datum": "2026-11-01", "lasar": "2026-27"})
    assert "Översikt, TÅGET 2026/27 › Norra › Lindängsskolan" in crumbs_of(page)
    links = [unescape(link) for link in re.findall(r'href="(/oversikt/skola/[^"]+/\d+/[^"]*)"', page.content.decode())]
    assert len(links) == 3 and all("datum=2026-11-01" in link for link in links)

    group = maria_in.get(links[1])

    assert "Norra › Lindängsskolan › 1A" in crumbs_of(group)
    sessions = plans.lindang.sessions.filter(group__name="1A")
    assert sum(session.get_absolute_url() in group.content.decode() for session in sessions) == 8
    assert "datum=2026-11-01" in group.content.decode()


def crumbs_of(page) -> str:
    found = re.search(r'<nav class="crumbs".*?</nav>', page.content.decode(), re.DOTALL)
    assert found
    return " › ".join(unescape(text) for text in re.findall(r"<li[^>]*>(?:<a [^>]*>)?([^<]+)", found[0]))


def test_a_school_that_is_not_in_the_programme_says_so(centre: SimpleNamespace, plans, maria_in: Client) -> None:
    new = places.add_school(name="Ny skola", district=centre.lindang.district, by=centre.samira)

    text = text_of(maria_in.get(reverse("evaluations:school", args=[new.slug])))

    assert "Skolan är inte med i programmet det här läsåret" in text


def test_in_a_district_that_it_is_not_in_a_school_is_shown_as_in_all(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    group, elsewhere = centre.lindang.groups.classes().first(), centre.ekbacka.district.slug
    for where in (SCHOOL, reverse("evaluations:group", args=["lindangsskolan", group.pk])):
        answer = maria_in.get(where, {"distrikt": elsewhere})
        assert "Lindängsskolan ligger inte i Södra. Här är alla distrikt." in text_of(answer)
        assert f"distrikt={elsewhere}" not in answer.content.decode()
    # In its own it stays chosen, and leads to its own rows.
    own = maria_in.get(SCHOOL, {"distrikt": centre.lindang.district.slug}).content.decode()
    assert f"distrikt={centre.lindang.district.slug}&amp;datum" in own


def test_what_does_not_exist_is_not_found(centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client) -> None:
    own, mentors = centre.lindang.groups.classes().first(), Group.objects.mentors().get()
    for name, args in [
        ("school", ["finns-inte"]),
        ("topic", ["finns-inte"]),
        ("group", ["ekbackaskolan", own.pk]),
    ]:
        assert maria_in.get(reverse(f"evaluations:{name}", args=args)).status_code == 404
    # A group that is no target that year leads to its school, and a topic of another programme says so.
    answer = maria_in.get(reverse("evaluations:group", args=["lindangsskolan", mentors.pk]))
    assert answer["Location"].startswith(SCHOOL)
    assert "Ämnet hör inte till MVP." in text_of(maria_in.get(TOPIC, {"program": "mvp"}))


@pytest.mark.parametrize("where", [*ALL_PAGES, EXPORT])
def test_a_strange_address_is_answered(where: str, mvp: SimpleNamespace, maria_in: Client) -> None:
    for asked in (
        {"datum": "2099-01-01", "sida": "-1", "slag": "\x00", "organisation": "x", "skola": "\x00", "arskurs": "12"},
        {"datum": "1999-01-01", "program": "finns-inte", "lasar": "\x00", "distrikt": "finns-inte", "siffra": "\x00"},
        {"datum": "2026-13-45", "sida": "x", "program": "mvp", "distrikt": "sodra", "amne": "\x00", "del": "\x00"},
    ):
        assert maria_in.get(where, asked).status_code == 200, asked


def test_a_year_without_plans_is_answered(centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client) -> None:
    days = {"starts_on": dt.date(2025, 8, 19), "autumn_ends_on": dt.date(2025, 12, 19)}
    days |= {"spring_starts_on": dt.date(2026, 1, 12), "ends_on": dt.date(2026, 6, 12)}
    year = calendar.make_school_year(**days, by=centre.samira)
    open_programme_year(programme=mvp.rules.programme, year=year, by=centre.samira)

    for where in (*ALL_PAGES, EXPORT):
        assert maria_in.get(where, {"lasar": "2025-26"}).status_code == 200, where
    assert "Inget pass är planerat än" in text_of(maria_in.get(OVERVIEW, {"lasar": "2025-26"}))
    assert "Inget sådant program är öppet 2025/26." in text_of(maria_in.get(MVP, {"lasar": "2025-26"}))


def test_a_district_without_schools_says_so(centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client) -> None:
    school = places.add_school(name="Ny skola", district=centre.lindang.district, by=centre.samira)
    type(school.district).objects.create(name="Västra", slug="vastra")

    text = text_of(maria_in.get(OVERVIEW, {"distrikt": "vastra"}))

    assert "Ingen skola i Västra är med i programmet" in text and "Alla distrikt" in text


def test_schools_and_grades_that_are_never_reached_are_named(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    """Nothing is logged at Ekbackaskolan, and at Lindängsskolan both grades have had a session."""
    board = dashboard_of(selection())

    assert [row.school for row in board.never_reached] == [centre.ekbacka]
    assert [(row.label, [one.name for one in row.schools]) for row in board.missed_grades] == [
        ("1", ["Ekbackaskolan"]),
        ("2", ["Ekbackaskolan"]),
    ]
    text = text_of(maria_in.get(OVERVIEW))
    assert "1 skola har inte hållit ett enda pass i år:" in text and "Kan ha gjort det:" in text


def test_mvp_in_numbers(centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client) -> None:
    found = series.series_of(selection())
    assert found
    table = tables.series_table(found)

    # Due by v. 45: v. 38, 40, 42, 45; of them two are held. Eleven in the year. Supervised once, and once for all.
    due_now = mvp.mvp.sessions.filter(week_start__lte=TODAY - dt.timedelta(days=6)).count()
    [row, for_all] = table.rows
    assert [cell.value for cell in row[:3]] == ["Lindängsskolan", 13, 26]
    assert [numbers(cell.value) for cell in row[3:6] if isinstance(cell.value, Figure)] == [
        ("pace", 2, due_now, due_now - 2),
        ("dose", 2, 11, due_now - 2),
        ("reach", 26, 26, 0),
    ]
    assert (row[6].value, for_all[6].value, table.total[6].value) == (1, 1, 2)
    text = text_of(maria_in.get(MVP))
    assert "Varje klass ska ha 11 pass under läsåret." in text


def test_who_has_been_trained_is_counted_by_organisation(mvp: SimpleNamespace, maria_in: Client) -> None:
    table = tables.training_table(series.trained(selection()), selection())

    rows = {str(row[0].value): [cell.value for cell in row[1:]] for row in (*table.rows, table.total)}
    assert rows == {"Polisen": [0, 0, 3, 0, 3], "Bostadsbolaget": [0, 0, 5, 0, 5], "Alla": [0, 0, 8, 0, 8]}
    # One of violence, and the two that the plan for MVP made.
    assert "3 utbildningar har passerat utan att någon har sagt om de hölls." in text_of(maria_in.get(MVP))
    # As of a day before the second.
    earlier = series.trained(selection(datum="2026-11-04"))
    assert earlier == {("police", "concern"): 2, ("housing", "concern"): 5}


@pytest.fixture
def in_districts(centre: SimpleNamespace, mvp: SimpleNamespace) -> SimpleNamespace:
    """Besides 8 partners at the centre's own trainings: 6 of Lindängsskolan's staff and 4 of Ekbackaskolan's at one for
    the whole centre, and 5 of the staff and 2 from the police at one at Ekbackaskolan; nothing told of one there."""
    for_all, own = (
        _told_at(centre, OccasionKind.CONCERN, None, dt.date(2026, 10, 12), {centre.lindang: 6, centre.ekbacka: 4}),
        _told_at(centre, OccasionKind.CONCERN, centre.ekbacka, dt.date(2026, 10, 20), {centre.ekbacka: 5, None: 2}),
    )
    an_occasion(centre, OccasionKind.CONCERN, dt.date(2026, 10, 21), school=centre.ekbacka)
    return SimpleNamespace(for_all=for_all, own=own)


def _told_at(centre: SimpleNamespace, kind: str, where, day: dt.date, came: dict):
    occasion = an_occasion(centre, kind, day, school=where)
    counts = {
        (Organisation.SCHOOL if school else Organisation.POLICE, school): number for school, number in came.items()
    }
    said = {"occasion": occasion, "version": occasion.version, "held": True, "counts": counts}
    return log_attendance(**said, by=centre.samira, now=at(TODAY))


def test_in_a_district_those_from_its_schools_are_trained_and_those_who_came_to_them(
    in_districts: SimpleNamespace, maria_in: Client
) -> None:
    of_north, of_south = (series.trained(selection(distrikt=one)) for one in ("norra", "sodra"))

    assert of_north == {("school", "concern"): 6}
    assert of_south == {("school", "concern"): 9, ("police", "concern"): 2}
    text = text_of(maria_in.get(MVP, {"distrikt": "norra"}))
    assert "I Norra räknas de som kom från distriktets skolor" in text
    # Two of the police's three, and the five of housing, and the one.
    assert "8 som kom från annat håll än en skola" in text
    assert "räknas inte i något distrikt" not in text_of(maria_in.get(MVP))


def test_districts_and_what_is_in_none_add_up_to_all_who_were_trained(in_districts: SimpleNamespace) -> None:
    own = [sum(series.trained(selection(distrikt=one)).values()) for one in ("norra", "sodra")]
    assert sum(own) + series.trained_in_no_district(selection()) == sum(series.trained(selection()).values()) == 25


def test_trainings_that_nobody_has_told_of_are_of_the_district_or_of_all(
    in_districts: SimpleNamespace, mvp: SimpleNamespace
) -> None:
    """One of violence for all; two of MVP at Lindängsskolan; one at Ekbackaskolan."""
    told = [series.not_told(selection(**asked)) for asked in ({}, {"distrikt": "norra"}, {"distrikt": "sodra"})]
    assert told == [4, 3, 2]


@pytest.mark.parametrize("district", ["norra", "sodra"])
def test_a_districts_numbers_lead_to_as_many_who_were_trained_and_supervised(
    district: str, in_districts: SimpleNamespace, maria_in: Client
) -> None:
    about = selection(distrikt=district)
    found = [downloads.TABLES[name](about) for name in ("utbildade", "mvp")]
    cells = [cell for table in found for row in (*table.rows, table.total) for cell in row]
    leading = [cell for cell in cells if cell.address.startswith(OCCASIONS)]
    assert leading
    assert [cell for cell in leading if not says(maria_in, cell.address, cell)] == []


def test_supervision_for_the_whole_centre_is_in_no_district(mvp: SimpleNamespace, maria_in: Client) -> None:
    found = series.series_of(selection(distrikt="norra"))
    assert found and (found.for_all, found.left_out) == (0, 1)
    assert tables.series_total(found)[-1].value == 1
    assert "1 handledning gällde hela centret" in text_of(maria_in.get(MVP, {"distrikt": "norra"}))


def test_pupil_mentors_go_at_schools_without_a_class_to_meet(
    centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client
) -> None:
    """Ekbackaskolan has no grade 6, but nine mentors, and somebody supervised them there."""
    said = {"school": centre.ekbacka, "year": centre.year, "by": centre.samira}
    groups.add_group(kind="mentors", name="Elevmentorer", grade=9, headcount=9, **said)
    tell(centre, an_occasion(centre, OccasionKind.SUPERVISION, dt.date(2026, 10, 8), centre.ekbacka), school=2)

    found = series.series_of(selection())

    assert found
    assert [(row.school, row.mentors, row.supervision) for row in found.rows] == [
        (centre.ekbacka, 9, 1),
        (centre.lindang, 13, 1),
    ]
    table = tables.series_table(found)
    assert (table.total[1].value, table.total[-1].value) == (22, 3)
    assert says(maria_in, table.total[-1].address, table.total[-1])
    of_district = series.series_of(selection(distrikt=centre.lindang.district.slug))
    assert of_district
    assert [row.school for row in of_district.rows] == [centre.lindang]


def test_what_was_held_at_a_school_that_has_closed_since_is_found(
    centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client
) -> None:
    tell(centre, an_occasion(centre, OccasionKind.SUPERVISION, dt.date(2026, 10, 8), centre.ekbacka), school=2)
    places.close_school(school=centre.ekbacka, last_day=dt.date(2026, 10, 20), by=centre.samira, now=at(TODAY))

    found = series.series_of(selection(program="mvp"))
    assert found
    [row] = [row for row in tables.series_table(found).rows if row[0].value == centre.ekbacka.name]

    assert (row[2].value, row[2].address, row[-1].value) == (0, "", 1)
    assert "1 tillfälle" in text_of(maria_in.get(row[-1].address))


def test_partners_are_told_by_measures_and_trained(
    centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client
) -> None:
    with_partners(centre)

    table = tables.partner_table(_partners(), selection(distrikt="norra"))
    rows = {row[0].value: [cell.value for cell in row[1:]] for row in table.rows}

    # Planned, going on, done, stopped, late, trained.
    assert sum(sum(row[:4]) for row in rows.values()) == 2
    assert rows["AB Botkyrkabyggen"][4:] == [1, 5]
    assert rows["Lokalpolisområde Botkyrka"][4:] == [0, 3]
    assert "AB Botkyrkabyggen" in text_of(maria_in.get(PARTNERS))


def test_a_partners_numbers_open_the_measures_and_the_trainings_that_they_count(
    centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client
) -> None:
    with_partners(centre)
    opened = 0
    for row in tables.partner_table(_partners(), selection(distrikt="norra")).rows:
        *statuses, late, trained = row[1:]
        for cell in statuses:
            assert bool(cell.address) == bool(cell.value)
            assert not cell.value or maria_in.get(cell.address).context["total"] == cell.value
        if late.value:
            assert len(maria_in.get(late.address).context["late"]) == late.value
        if trained.value:
            assert maria_in.get(trained.address).context["table"].total[-1].value == trained.value
        opened += sum(bool(cell.address) for cell in row[1:])
    # Two measures, one of them late, and the trained of two partners.
    assert opened == 5
    assert "Den organisationen finns inte" in text_of(maria_in.get(OCCASIONS, {"part": "finns-inte"}))


def _partners() -> list[series.PartnerRow]:
    # A district changes nothing: none is a partner's.
    own, of_all = (series.partners_of(selection(distrikt=one), TODAY) for one in ("norra", ""))
    assert own == of_all
    return own


def test_a_partner_sees_totals_and_never_a_schools_rows(
    centre: SimpleNamespace, mvp: SimpleNamespace, signed_in
) -> None:
    lena_in = signed_in(with_partners(centre).lena)
    assert "Färre än 3 skolor deltar" in text_of(lena_in.get(OVERVIEW))
    third = a_school("Sjöviksskolan", "Västra", centre.year, centre.samira)
    log(due(lay_out(centre, third))[0], centre)

    for page in (OVERVIEW, TERMS, MVP, PARTNERS, DEFINED):
        # A district can have a single school: it is not asked for.
        html = lena_in.get(page, {"distrikt": "vastra"}).content.decode()
        assert not any(name in html for name in ("Sjöviksskolan", "Ekbackaskolan", "Lindängsskolan", "Västra")), page
        assert not any(
            address in html for address in (*LISTS, OCCASIONS, EXPORT, "/oversikt/skola/", "format=", "export.xlsx")
        ), page
    assert "3 av 3 skolor är i takt" in text_of(lena_in.get(OVERVIEW, {"distrikt": "vastra"}))
    # MVP has one school: its numbers would be that school's. The trained are the whole centre's.
    text = text_of(lena_in.get(MVP))
    assert "Färre än 3 skolor deltar" in text and "Elevmentorer 13" not in text and "Polisen" in text
    for page in (DISTRICTS, SCHOOL, TOPIC, REMINDING, PROGRAMMES, OCCASIONS, EXPORT, *LISTS):
        assert lena_in.get(page).status_code == 403
    assert "text/html" in lena_in.get(PARTNERS, {"format": "csv"})["Content-Type"]


def test_someone_with_no_role_sees_no_figures(plans: SimpleNamespace, signed_in) -> None:
    kim_in = signed_in(account("kim"))
    assert {kim_in.get(page).status_code for page in (OVERVIEW, TERMS, MVP, DEFINED)} == {403}


def queries_of(client: Client, django_assert_max_num_queries) -> dict[str, int]:
    found = {}
    group = Group.objects.classes().filter(school__slug="lindangsskolan").earliest("pk")
    for page in (*ALL_PAGES, reverse("evaluations:group", args=["lindangsskolan", group.pk])):
        client.get(page)
        caches["pages"].clear()
        with django_assert_max_num_queries(60) as queries:
            client.get(page)
        found[page] = len(queries)
    return found


def test_no_pages_queries_grow_with_schools_or_sessions(
    centre: SimpleNamespace, mvp: SimpleNamespace, maria_in: Client, django_assert_max_num_queries
) -> None:
    before = queries_of(maria_in, django_assert_max_num_queries)

    for number in range(2):
        school = a_school(f"Skola {number}", f"Distrikt {number}", centre.year, centre.samira)
        more = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
        groups.add_group(kind="class", name=f"3{number}", grade=3, headcount=20, **more)
        rows = due(lay_out(centre, school))
        log(rows[0], centre)
        said = {"reason": "no_room", "version": rows[1].version, "by": centre.samira}
        cancel_session(session=rows[1], now=at(rows[1].week_start), **said)

    assert queries_of(maria_in, django_assert_max_num_queries) == before
