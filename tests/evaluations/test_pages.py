"""The overview, its lists, the export and the definitions, as the centre meets them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from evaluations.dashboard import Dashboard, compared, dashboard_of, overview_of
from evaluations.definitions import ALL, DEFINITIONS
from evaluations.figures import Figure
from evaluations.selection import selected
from evaluations.sentences import line_title
from schools.actions import calendar, groups, people, places
from schools.models import Group, Participation, School, SchoolMembership, SchoolYear
from sessions_log.actions import LogEntry, log_session
from tests.evaluations.conftest import TODAY, due, log
from tests.schools.laid_out import at, lay_out, on, text_of

pytestmark = pytest.mark.django_db
OVERVIEW = reverse("evaluations:overview")
SESSIONS, CLASSES, SCHOOLS, EXPORT, DEFINED = (
    reverse(f"evaluations:{name}") for name in ("session-list", "class-list", "school-list", "export", "definitions")
)
PAGES = (OVERVIEW, SESSIONS, CLASSES, SCHOOLS, EXPORT, DEFINED)
NUMBER = re.compile(r"\d[\d\u00a0 ]*")


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


@pytest.fixture
def maria_in(maria: User, signed_in) -> Client:
    return signed_in(maria)


def dashboard(**asked: str) -> Dashboard:
    selection = selected(asked, TODAY)
    assert selection
    return dashboard_of(selection)


def numbers(figure: Figure) -> list[int]:
    return [figure.numerator, figure.denominator, figure.unknown]


def first_number(text: str) -> int:
    """The number that a page's lead begins with."""
    found = NUMBER.match(text)
    assert found, text
    return int(re.sub(r"\D", "", found[0]))


def lead_of(client: Client, address: str) -> str:
    """What a page says under its heading."""
    html = client.get(address).content.decode()
    found = re.search(r'<p class="lead">(.*?)</p>', html, re.DOTALL)
    assert found, address
    return re.sub(r"\s+", " ", found[1]).strip()


def csv_of(client: Client, **asked: str) -> list[list[str]]:
    response = client.get(EXPORT, asked)
    text = response.content.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


@pytest.mark.parametrize("page", PAGES)
def test_everyone_with_a_role_at_the_centre_reads_the_figures_and_nobody_else(
    page: str, centre: SimpleNamespace, plans: SimpleNamespace, signed_in, client: Client
) -> None:
    for user in (centre.samira, centre.maria, centre.adam):
        assert signed_in(user).get(page).status_code == 200
    for user in (centre.elin, centre.jonas):
        assert signed_in(user).get(page).status_code == 403
    # Another verb is refused alike, whoever asks.
    assert {signed_in(user).post(page).status_code for user in (centre.samira, centre.elin)} == {405}
    assert client.get(page).status_code == 302


def test_the_menu_shows_the_overview_only_to_the_centre(centre: SimpleNamespace, signed_in) -> None:
    assert "Översikt" in text_of(signed_in(centre.maria).get(DEFINED))
    assert OVERVIEW not in signed_in(centre.elin).get(reverse("programmes:programme-list")).content.decode()


def test_the_answer_comes_first(plans: SimpleNamespace, maria_in: Client) -> None:
    text = text_of(maria_in.get(OVERVIEW))

    assert "Läget den 12 november 2026" in text
    # Nothing is logged at Ekbackaskolan: it may be in pace, and nobody knows.
    assert "2 av 2 skolor är i takt eller kan vara det." in text
    assert text.index("Ekbackaskolan") < text.index("Lindängsskolan")


def test_a_school_far_behind_is_named_first(centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client) -> None:
    for session in due(plans.ekbacka):
        session.delete()

    assert "1 av 2 skolor är i takt eller kan vara det." not in text_of(maria_in.get(OVERVIEW))
    plans.ekbacka.changes.all().delete()
    plans.ekbacka.sessions.all().delete()
    plans.ekbacka.delete()

    text = text_of(maria_in.get(OVERVIEW))
    assert "1 av 2 skolor är i takt eller kan vara det. 1 behöver hjälp: Ekbackaskolan." in text
    assert "Ingen aktiv kontaktperson. Ingen plan är gjord än." in text
    assert "Plan saknas" in text


def test_each_figure_says_its_numerator_denominator_and_what_is_unknown(
    plans: SimpleNamespace, maria_in: Client
) -> None:
    shown = text_of(maria_in.get(OVERVIEW))
    figures = {figure.key: figure for figure in dashboard().figures}

    held = len(plans.held)
    assert numbers(figures["pace"])[0] == held
    for key, figure in figures.items():
        assert f"{DEFINITIONS[key].title} {figure.value}".replace("\u00a0", " ") in shown
    pace = figures["pace"]
    assert f"{pace.numerator} av {pace.denominator} pass som skulle ha hållits hittills." in shown
    assert f"Saknar logg {pace.unknown}" in shown
    dose = figures["dose"]
    assert dose.between
    between = "mellan {} och {} %".format(*dose.between)
    assert f"{held} av läsårets 48 pass {dose.unknown} saknar logg: {between}" in shown


@pytest.mark.parametrize("definition", ALL, ids=[definition.key for definition in ALL])
def test_page_export_and_list_agree_on_a_figure(definition, plans: SimpleNamespace, maria_in: Client) -> None:
    key = definition.key
    figure = next(figure for figure in dashboard().figures if figure.key == key)
    assert figure.denominator, "a figure of nothing proves nothing"

    if key != "adoption":
        _the_export_says(figure, maria_in)

    links = re.findall(rf'href="(/oversikt/[^"#]*siffra={key}(?:&[^"]*)?)"', _unescaped(maria_in, OVERVIEW))
    assert links, "the figure leads nowhere"
    all_of_it, yes, unsure = (lead_of(maria_in, min(links, key=len) + part) for part in ("", *_parts(key)))
    if key == "adherence":
        assert all_of_it.startswith(f"{figure.numerator} av {figure.denominator} delar")
    elif key == "reach":
        assert f"med {figure.denominator} elever" in all_of_it and f"med {figure.numerator} elever" in yes
        assert f"med {figure.unknown} elever" in unsure
    elif key == "reminders":
        assert [first_number(lead) for lead in (yes, all_of_it)] == numbers(figure)[:2]
    else:
        assert [first_number(lead) for lead in (yes, all_of_it, unsure)] == numbers(figure)


def _the_export_says(figure: Figure, client: Client) -> None:
    """In the row of all schools, and its schools add up to it."""
    header, *rows = csv_of(client)
    column = header.index(f"{figure.title}, täljare")
    assert [int(cell) for cell in rows[-1][column : column + 3]] == numbers(figure)
    for place in range(3):
        assert sum(int(row[column + place]) for row in rows[:-1]) == int(rows[-1][column + place])


def _parts(key: str) -> tuple[str, str]:
    if key in ("pace", "dose"):
        return "&del=genomfort", "&del=saknar-logg"
    if key == "reminders":
        return "&del=ja", "&del=nej"
    return ("", "") if key == "adherence" else ("&del=ja", "&del=oklart")


def _unescaped(client: Client, address: str) -> str:
    return client.get(address).content.decode().replace("&amp;", "&")


def test_a_school_and_a_topic_lead_to_their_own_sessions(plans: SimpleNamespace, maria_in: Client) -> None:
    board = dashboard()
    row = next(row for row in board.schools if row.school.slug == "lindangsskolan")
    lead = lead_of(maria_in, f"{SESSIONS}?siffra=pace&skola=lindangsskolan")
    assert first_number(lead) == row.pace.denominator

    for topic in board.topics:
        lead = lead_of(maria_in, f"{SESSIONS}?siffra=pace&amne={topic.slug or 'ej-valt'}")
        assert first_number(lead) == topic.pace.denominator


def test_sessions_without_a_topic_have_a_row_and_a_list(centre: SimpleNamespace, maria_in: Client) -> None:
    lay_out(centre, centre.lindang, chosen=0)

    text = text_of(maria_in.get(OVERVIEW))

    assert "Tilläggspass, ämne ej valt" in text
    lead = lead_of(maria_in, f"{SESSIONS}?siffra=pace&amne=ej-valt")
    assert first_number(lead) == next(topic for topic in dashboard().topics if not topic.slug).pace.denominator > 0


def test_a_list_leads_to_each_session_and_says_how_it_stands(plans: SimpleNamespace, maria_in: Client) -> None:
    page = maria_in.get(f"{SESSIONS}?siffra=pace&del=inte-genomfort")

    lost = plans.lindang.sessions.exclude(cancelled_at=None, outcome="held").exclude(cancelled_at=None, outcome=None)
    assert len(lost) == 2
    for session in lost:
        assert session.get_absolute_url() in page.content.decode()
    assert text_of(page).count("Inte genomfört") > 2


def test_what_is_required_but_in_no_plan_is_listed_too(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    groups.add_group(
        school=centre.lindang, year=centre.year, kind="class", name="4C", grade=4, headcount=20, by=centre.samira
    )

    page = maria_in.get(f"{SESSIONS}?siffra=dose&del=utan-plan")

    assert lead_of(maria_in, f"{SESSIONS}?siffra=dose&del=utan-plan") == "8 pass: Utan plan"
    assert text_of(page).count("4C Lindängsskolan, ett pass till än vad som är planerat Inte planerat") == 8
    assert "8 pass saknas i planen." in text_of(maria_in.get(OVERVIEW))


def test_a_long_list_has_pages_and_any_page_number_is_answered(plans: SimpleNamespace, maria_in: Client) -> None:
    for number, shown in [("1", 48), ("9", 48), ("x", 48)]:
        page = maria_in.get(f"{SESSIONS}?siffra=dose&sida={number}")
        assert page.content.decode().count("/pass/") >= shown


def test_an_earlier_day_shows_what_had_happened_by_then(plans: SimpleNamespace, maria_in: Client) -> None:
    then = dashboard(datum="2026-09-20").totals
    now = dashboard().totals

    assert 0 < then["held"] < now["held"]
    assert "Läget den 20 september 2026" in text_of(maria_in.get(OVERVIEW, {"datum": "2026-09-20"}))


def test_a_district_shows_its_own_schools(plans: SimpleNamespace, maria_in: Client) -> None:
    text = text_of(maria_in.get(OVERVIEW, {"distrikt": "sodra"}))

    assert "Ekbackaskolan" in text and "Lindängsskolan" not in text
    assert [row[0] for row in csv_of(maria_in, distrikt="sodra")[1:]] == ["Ekbackaskolan", "Alla skolor i Södra"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"lasar": "1999-00"}, "Det läsåret finns inte att visa. Här är 2026/27."),
        ({"program": "tag"}, "Det programmet finns inte att visa. Här är TÅGET."),
        ({"distrikt": "\x00"}, "Det distriktet finns inte. Här är alla."),
        ({"datum": "i går"}, "Datumet gick inte att läsa. Skriv det som 2027-03-31."),
        ({"datum": "2027-03-31"}, "Den dagen har inte varit än. Här är den närmaste dag som går att visa."),
        ({"datum": "2020-01-01"}, "Dagen ligger utanför läsåret. Här är den närmaste dag som går att visa."),
    ],
)
def test_what_an_address_says_wrongly_is_said_and_the_nearest_is_shown(
    asked: dict[str, str], said: str, plans: SimpleNamespace, maria_in: Client
) -> None:
    assert said in text_of(maria_in.get(OVERVIEW, asked))
    assert said in text_of(maria_in.get(SESSIONS, asked))


@pytest.mark.parametrize(
    ("page", "asked", "said"),
    [
        (SESSIONS, {"siffra": "reach"}, "Den siffran finns inte. Här är Takt."),
        (CLASSES, {"siffra": "x", "del": "y"}, "Siffran har ingen sådan del. Här är hela."),
        (SESSIONS, {"skola": "\x00"}, "Den skolan finns inte här. Här är alla."),
        (SESSIONS, {"amne": "\x00"}, "Det ämnet finns inte. Här är alla."),
    ],
)
def test_a_list_that_does_not_exist_is_said_and_the_nearest_is_shown(
    page: str, asked: dict[str, str], said: str, plans: SimpleNamespace, maria_in: Client
) -> None:
    assert said in text_of(maria_in.get(page, asked))


@pytest.mark.parametrize("page", [OVERVIEW, SESSIONS, CLASSES, SCHOOLS, EXPORT])
def test_before_any_year_is_open_there_is_a_page_that_says_so(page: str, maria_in: Client) -> None:
    assert "Det finns inget att räkna än" in text_of(maria_in.get(page))


def test_before_the_year_has_begun_the_page_says_when_it_does(plans: SimpleNamespace, maria: User, signed_in) -> None:
    with on(dt.date(2026, 8, 3)):
        maria_in = signed_in(maria)
        assert "Läsåret börjar den 18 augusti 2026" in text_of(maria_in.get(OVERVIEW))
        assert text_of(maria_in.get(SESSIONS))
        assert csv_of(maria_in)[-1][0] == "Alla skolor"


def test_before_a_plan_is_made_the_page_says_so(centre: SimpleNamespace, maria_in: Client) -> None:
    participation = lay_out(centre, centre.lindang)
    participation.changes.all().delete()
    participation.sessions.all().delete()

    text = text_of(maria_in.get(OVERVIEW))

    assert "Inget pass är planerat än" in text
    assert "Ingen plan är gjord än." in text


def test_when_the_year_is_over_its_last_sunday_is_shown(plans: SimpleNamespace, maria: User, signed_in) -> None:
    with on(dt.date(2027, 7, 1)):
        text = text_of(signed_in(maria).get(OVERVIEW))

    assert "Läget den 13 juni 2027" in text
    assert "Mål i juni 90 %" in text.replace("\u00a0", " ")
    assert "Pågår" not in text


def last_years_plan(centre: SimpleNamespace) -> Participation:
    """The plan of a class and a staff group at Lindängsskolan in 2025/26."""
    year = calendar.make_school_year(
        starts_on=dt.date(2025, 8, 19),
        autumn_ends_on=dt.date(2025, 12, 19),
        spring_starts_on=dt.date(2026, 1, 12),
        ends_on=dt.date(2026, 6, 12),
        by=centre.samira,
    )
    for kind, name, grade in [("staff", "Personal", None), ("class", "1A", 1)]:
        groups.add_group(
            school=centre.lindang, year=year, kind=kind, name=name, grade=grade, headcount=20, by=centre.samira
        )
    return lay_out(SimpleNamespace(year=year, samira=centre.samira), centre.lindang)


def test_the_year_is_compared_with_the_same_time_last_year(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    assert dashboard().last_year is None
    rows = last_years_plan(centre).sessions.with_names().order_by("week_start")
    first, later = rows[0], rows[len(rows) - 1]
    for session in (first, later):
        log(session, centre)
    assert first.log.held_on < dt.date(2025, 11, 13) < later.log.held_on

    board = dashboard()

    # The second was held later in the year than today.
    assert board.last_year is not None
    assert board.last_year.totals["held"] == 1
    assert [point.last for point in board.line] == [
        int(point.month.month >= first.log.held_on.month) for point in board.line
    ]
    assert board.line[-1].plan == board.pace.denominator
    unlogged = board.last_year.totals["awaiting"]
    fewest, most = len(plans.held) - 1 - unlogged, len(plans.held) - 1 + board.totals["awaiting"]
    assert 0 <= fewest < most
    assert f"{fewest}–{most} fler pass än i fjol, och efter planen" in text_of(maria_in.get(OVERVIEW))


@pytest.mark.parametrize(
    ("now", "last", "said"),
    [
        ((12, 0), (11, 0), "1 fler pass än i fjol"),
        ((11, 0), (12, 0), "1 färre pass än i fjol"),
        ((12, 0), (12, 0), "Lika många pass som i fjol"),
        ((166, 10), (167, 0), "Mellan 1 färre och 9 fler pass än i fjol"),
        ((202, 11), (219, 0), "6–17 färre pass än i fjol"),
        ((12, 3), (12, 0), "0–3 fler pass än i fjol"),
        ((12, 0), (12, 2), "0–2 färre pass än i fjol"),
        ((20, 1), (11, 2), "7–10 fler pass än i fjol"),
        ((12, 0), (11, 1), "0–1 fler pass än i fjol"),
    ],
)
def test_the_line_says_no_more_of_last_year_than_the_logs_do(
    now: tuple[int, int], last: tuple[int, int], said: str
) -> None:
    def totals(held: int, awaiting: int) -> dict[str, int]:
        return {"held": held, "awaiting": awaiting}

    board = SimpleNamespace(
        totals=totals(*now), last_year=SimpleNamespace(totals=totals(*last)), pace=SimpleNamespace(light="green")
    )
    with override("sv"):
        assert line_title(board) == said


def test_the_line_of_last_year_ends_where_last_year_is_counted_to(centre: SimpleNamespace, plans) -> None:
    """The last of September is as far into this school year as the first of October was into the last."""
    session = last_years_plan(centre).sessions.with_names().filter(week_start__gte=dt.date(2025, 9, 29)).first()
    entry = LogEntry(held=True, held_on=dt.date(2025, 10, 1))
    log_session(session=session, entry=entry, key=uuid.uuid4(), by=centre.samira, now=at(TODAY))

    board = dashboard(datum="2026-09-30")

    assert board.last_year and board.last_year.selection.as_of == dt.date(2025, 10, 1)
    assert [point.last for point in board.line] == [0, board.last_year.totals["held"]] == [0, 1]


def test_those_who_see_totals_are_not_told_of_a_year_at_too_few_schools(
    centre: SimpleNamespace, plans: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One school last year, two this year: what that one school did stands on no page of a partner's."""
    last_years_plan(centre)
    totals = selected({}, TODAY, totals_only=True)
    assert totals is not None
    for fewest, is_told in ((1, True), (2, False)):
        monkeypatch.setattr("evaluations.dashboard.FEWEST_SCHOOLS", fewest)
        for board in (dashboard_of(totals), overview_of(totals, compared(totals))):
            assert (board.last_year is not None) is is_told
            assert any(tile.changes for tile in board.tiles) is is_told
            assert all((point.last is not None) is is_told for point in board.line)
    assert dashboard().last_year is not None


def test_a_year_in_which_the_programme_was_not_run_is_no_last_year(
    centre: SimpleNamespace, plans: SimpleNamespace
) -> None:
    last_years_plan(centre)
    SchoolYear.objects.filter(starts_on__year=2025).update(starts_on=dt.date(2024, 8, 19), ends_on=dt.date(2025, 6, 12))
    assert dashboard().last_year is None


def test_a_point_of_the_years_line_opens_what_it_counts(plans: SimpleNamespace, maria_in: Client) -> None:
    table = maria_in.get(OVERVIEW).context["dashboard"]
    september = table.line[1]
    asked = {"siffra": "line", "del": "genomfort", "manad": "2026-09"}
    page = text_of(maria_in.get(SESSIONS, asked))
    assert f"{september.held} pass: Genomfört" in page and "till och med september 2026" in page
    assert f"{table.line[-1].held} pass: Genomfört" in text_of(maria_in.get(SESSIONS, asked | {"manad": ""}))
    for wrong in ("2026-99", "2027-05", "x"):
        assert "har ingen sådan månad" in text_of(maria_in.get(SESSIONS, asked | {"manad": wrong}))


def test_why_sessions_were_lost_is_said_with_and_without_a_new_time(plans: SimpleNamespace, maria_in: Client) -> None:
    text = text_of(maria_in.get(OVERVIEW))

    assert "2 pass blev inte av, 2 saknar ny tid" in text
    assert "Ingen lokal 1 0 1" in text and "Personal saknas 1 0 1" in text
    asked = {"siffra": "lost", "orsak": "no_room"}
    listed = text_of(maria_in.get(SESSIONS, asked))
    assert "Pass som inte blev av: Ingen lokal" in listed and "1 pass" in listed
    assert "Täljare" not in listed and "Räknat: pass som ställts in" in listed
    assert "ingen sådan orsak" in text_of(maria_in.get(SESSIONS, {**asked, "orsak": "\x00"}))


def test_a_school_with_a_contact_is_not_said_to_lack_one(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    why = {row.school.slug: row.why for row in dashboard().schools}

    assert "kontaktperson" not in why["lindangsskolan"]
    assert why["ekbackaskolan"].startswith("Ingen aktiv kontaktperson.")
    person = people.add_person(
        school=centre.ekbacka, name="Kim Test", email="kim@vpc.example", phone="", by=centre.samira
    )
    people.give_membership(
        person=person, role=SchoolMembership.Role.CONTACT, starts_on=dt.date(2026, 8, 1), by=centre.samira
    )
    assert "kontaktperson" not in {row.school.slug: row.why for row in dashboard().schools}["ekbackaskolan"]


def a_school_called(name: str, centre: SimpleNamespace) -> School:
    school = places.add_school(name=name, district=centre.lindang.district, by=centre.samira)
    groups.add_group(
        school=school, year=centre.year, kind=Group.Kind.CLASS, name="1A", grade=1, headcount=20, by=centre.samira
    )
    return school


@pytest.mark.parametrize("name", ["=1+1", "+46", "-5", "@SUMMA", "\t=1+1"])
def test_the_export_holds_no_formula(
    name: str, centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    school = a_school_called("Skola", centre)
    type(school).objects.filter(pk=school.pk).update(name=name)

    assert f"'{name}" in [row[0] for row in csv_of(maria_in)]


def test_a_name_never_becomes_markup_in_page_or_chart(
    centre: SimpleNamespace, plans: SimpleNamespace, maria_in: Client
) -> None:
    school = a_school_called('"><script>x</script>', centre)
    for session in due(lay_out(centre, school)):
        log(session, centre)

    html = maria_in.get(OVERVIEW).content.decode()
    html = html.replace('<script type="module" src="/static/kept.js"></script>', "")

    assert "<script" not in html and "&lt;script&gt;" in html
    assert " style=" not in html


def test_every_tile_leads_to_its_definition(plans: SimpleNamespace, maria_in: Client) -> None:
    html, defined = (maria_in.get(page).content.decode() for page in (OVERVIEW, DEFINED))

    for definition in ALL:
        assert f'href="{DEFINED}#{definition.key}"' in html
        assert f'id="{definition.key}"' in defined
        for words in (definition.numerator, definition.denominator, definition.unknown, definition.source):
            assert str(words) in defined


def test_of_many_schools_those_that_need_help_most_are_shown(centre, plans, maria_in, monkeypatch):
    monkeypatch.setattr("evaluations.summing.MOST_SCHOOLS", 1)
    answer = maria_in.get(OVERVIEW)
    page = text_of(answer)
    assert "Det här är de 1 skolor som mest behöver hjälp, av 2." in page
    assert "Se dem distrikt för distrikt" in page
    assert [row.school.name for row in dashboard().schools] == ["Ekbackaskolan", "Lindängsskolan"]
    assert ["Ekbackaskolan" in row for row in answer.context["table_rows"]] == [True]
    assert page.count("Ekbackaskolan") > 2
    assert "Lindängsskolan" not in page
