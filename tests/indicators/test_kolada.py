"""Kolada over the network and from files: a server on this machine answers in its form, or does worse."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evaluations.indicators import kolada
from evaluations.indicators.reading import Given, compare_values
from evaluations.models import Area, Indicator, IndicatorImport, Observation
from schools.imports.fetching import Register, RegisterFault
from tests.indicators.conftest import an_area, values
from tests.indicators.kolada_answers import (
    CRIME,
    DATA,
    EXAM,
    PLACES,
    YEARS,
    answering,
    kpi,
    page,
    places,
    row,
)
from tests.schools.register_server import RegisterServer, a_register, body, cut_off, dripping, silent, status

pytestmark = pytest.mark.django_db
IMPORT = "results:kolada-import"


@pytest.fixture
def server(settings) -> Iterator[RegisterServer]:
    with a_register() as running:
        settings.KOLADA_URL = running.base
        answering(running)
        yield running


@pytest.fixture
def coordinator(centre: SimpleNamespace, signed_in) -> Client:
    return signed_in(centre.samira)


def fetched(server: RegisterServer, *, areas: tuple[str, ...] = ("0127", "0126")) -> Given:
    register = Register("Kolada", server.base, silence=0.3, within=0.5, overall=2)
    return kolada.fetch(register, kpis=[CRIME], areas=areas, years=YEARS)


def told(server: RegisterServer, **more: Any) -> list[str]:
    return [error.reason for error in compare_values(fetched(server, **more)).errors]


def kept() -> set[tuple[str, int, float]]:
    return {(one.area.name, one.year, one.value) for one in Observation.objects.select_related("area")}


def sent(**changed: object) -> dict[str, object]:
    said = {"fetch": "1", "new_kpis": CRIME, "new_areas": "0127 0126", "first_year": 2022, "last_year": 2023}
    return said | changed


def hidden(answer: Any) -> dict[str, str]:
    """What the shown changes' form carries."""
    found = re.findall(r'<input type="hidden" name="(kept|digest|fetched)" value="([^"]*)"', answer.content.decode())
    return {name: html.unescape(value) for name, value in found}


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


# What is read


def test_totals_are_read_and_what_is_missing_is_no_value(server: RegisterServer) -> None:
    given = fetched(server)

    assert [(one.area, one.year, one.value) for one in given.values] == [
        ("0127", 2022, 1234.5),
        ("0127", 2023, 1200.0),
        ("0126", 2022, 900.25),
        ("0126", 2023, None),
    ]
    assert {one.source for one in given.values} == {"Kolada"}
    assert server.asked[-1][1] == {"per_page": "5000"}


@pytest.mark.parametrize("mark", ["Missing", "missing", " MISSING "])
def test_a_value_that_is_marked_missing_is_none_whatever_stands_there(server: RegisterServer, mark: str) -> None:
    server.answers[DATA] = page(row("0127", 2022, 0, mark))
    assert [one.value for one in fetched(server).values] == [None]
    found = compare_values(fetched(server))
    assert (found.added, found.gone, found.errors) == ([], [], [])


@pytest.mark.parametrize("name", ["next_url", "next_page"])
def test_pages_are_followed_until_there_are_none(server: RegisterServer, name: str) -> None:
    second = page(row("0126", 2023, 5))
    first = {**page(row("0127", 2022, 4)), "next_url": None, name: f"{server.base}{DATA}?pageToken=1"}
    server.answers[DATA] = [first, second]
    assert [one.value for one in fetched(server).values] == [4, 5]


def test_more_than_25_years_are_asked_for_in_two_turns(server: RegisterServer) -> None:
    years = list(range(1996, 2024))
    path = f"/data/kpi/{CRIME}/municipality/0127/year/"
    for some in (years[:25], years[25:]):
        server.answers[path + ",".join(map(str, some))] = page(row("0127", some[0], some[0]))
    register = Register("Kolada", server.base)
    given = kolada.fetch(register, kpis=[CRIME], areas=["0127"], years=years)
    assert [one.value for one in given.values] == [1996, 2021]


def test_the_municipalities_of_a_group_are_found_by_its_code(server: RegisterServer) -> None:
    group = {"id": "G123", "title": "Liknande", "members": [{"member_id": "0126", "member_title": "Huddinge"}]}
    server.answers["/municipality_groups"] = page(group)
    register = Register("Kolada", server.base)
    assert kolada.members_of(register, "G123") == ["0126"]
    with pytest.raises(RegisterFault, match="Kolada har ingen grupp G999"):
        kolada.members_of(register, "G999")


def test_a_group_stands_in_for_a_municipality_and_says_how_many_it_has(server: RegisterServer) -> None:
    group = {"id": "G123", "title": "Liknande", "members": [{"member_id": "0126"}, {"member_id": "0136"}]}
    server.answers["/municipality_groups"] = page(group)
    server.answers[DATA.replace("0127,0126", "0000,G123")] = page(row("G123", 2022, 7))
    given = fetched(server, areas=("0000", "G123"))
    assert [(one.name, one.kind, one.members) for one in given.areas] == [
        ("Riket", "nation", None),
        ("Liknande", "group", 2),
    ]


# What is refused


def gone(server: RegisterServer) -> None:
    server.answers[f"/kpi/{CRIME}"] = None


def empty(server: RegisterServer) -> None:
    server.answers[f"/kpi/{CRIME}"] = page()


def no_area(server: RegisterServer) -> None:
    server.answers["/municipality"] = page({"id": "0127", "title": "Botkyrka", "type": "K"})


def with_row(*args: Any, **more: Any) -> Callable[[RegisterServer], None]:
    def change(server: RegisterServer) -> None:
        server.answers[DATA] = page(row("0126", 2022, 1), row(*args, **more))

    return change


def same_twice(server: RegisterServer) -> None:
    server.answers[DATA] = page(row("0127", 2022, 1), row("0127", 2022, 2))


def without_list(server: RegisterServer) -> None:
    server.answers[DATA] = page({**row("0127", 2022, 1), "values": "12"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (gone, "Kolada har inte längre nyckeltalet N07403."),
        (empty, "Kolada har inte längre nyckeltalet N07403."),
        (no_area, "Kolada har inget område 0126."),
        (with_row("0127", 2022, "12,5"), "Värdet för N07403 2022 är inget tal: ”12,5”."),
        (with_row("0127", 2022, "12.5"), "Värdet för N07403 2022 är inget tal: ”12.5”."),
        (with_row("0127", 2022, True), "Värdet för N07403 2022 är inget tal: ”True”."),
        (with_row("0127", 2022, 10**400), "Värdet för N07403 2022 är inget tal: ”1" + "0" * 29 + "”."),
        (with_row("0127", 2022, [1]), "Värdet för N07403 2022 är inget tal: ”[1]”."),
        (with_row("0127", "HT22", 1), "Året ”HT22” kan inte läsas."),
        (with_row("0127", 1022, 1), "Året ”1022” kan inte stämma."),
        (with_row("0180", 2022, 1), "Området 0180 har ingen frågat efter, eller så saknas dess namn."),
        (with_row("0127", 2022, 1, code=EXAM), "Nyckeltalet N17445 har ingen frågat efter, eller så saknas dess namn."),
        (same_twice, "Samma indikator, område och år (2022) som rad 1."),
        (without_list, "N07403 2022 har ingen lista med värden."),
    ],
)
def test_each_fault_is_told_and_stops_the_whole(server: RegisterServer, change: Any, reason: str) -> None:
    change(server)
    assert reason in told(server)


def test_a_title_that_has_changed_stops_the_import_with_both(server: RegisterServer, crime: Indicator) -> None:
    server.answers[f"/kpi/{CRIME}"] = kpi(CRIME, "Anmälda våldsbrott, ny beräkning")
    assert told(server) == [
        "N07403 hette ”Anmälda våldsbrott, antal/100 000 inv” och heter nu ”Anmälda våldsbrott, ny beräkning”. "
        "Det kan mäta något annat: inget läses in."
    ]


def half(server: RegisterServer, second: Any) -> None:
    """A first page that is whole, and a second that is not."""
    server.answers[DATA] = page(row("0127", 2022, 4), following=f"{server.base}/sida2")
    server.answers["/sida2"] = second


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (cut_off, "nås inte"),
        (body(b'{"values": [{"kpi": "N07403", "muni'), "trasigt"),
        (status(500), "svarar med ett fel"),
        (None, "404"),
        (silent, "i tid"),
        (dripping, "i tid"),
        (body(b"<html></html>", "text/html"), "text/html"),
        ({"rader": []}, "annan form"),
        ({"values": ["x"]}, "annan form"),
        (status(302, Location="http://127.0.0.1:9/"), "302"),
    ],
)
def test_half_an_answer_is_none(server: RegisterServer, second: Any, reason: str) -> None:
    half(server, second)
    with pytest.raises(RegisterFault, match=reason):
        fetched(server)


@pytest.mark.parametrize("following", ["http://127.0.0.1:9/v2/annat", "/sida2", "http://{base}.example/"])
def test_a_page_elsewhere_is_not_followed(server: RegisterServer, following: str) -> None:
    server.answers[DATA] = page(row("0127", 2022, 4), following=following)
    with pytest.raises(RegisterFault, match="leder vidare till en sida som inte är dess egen"):
        fetched(server)


def test_pages_that_lead_round_are_not_followed_for_ever(server: RegisterServer) -> None:
    server.answers[DATA] = page(row("0127", 2022, 4), following=f"{server.base}{DATA}")
    with pytest.raises(RegisterFault, match="leder vidare"):
        fetched(server)
    assert len([path for path in server.paths if path == DATA]) == 2


# On the page


def test_what_it_changes_is_shown_first_and_then_kept_with_its_source(
    server: RegisterServer, coordinator: Client, centre: SimpleNamespace
) -> None:
    shown = coordinator.post(reverse(IMPORT), sent())
    assert "3 nya värden" in words(shown)
    assert not Observation.objects.exists()

    done = coordinator.post(reverse(IMPORT), hidden(shown))
    made = IndicatorImport.objects.get()
    assert done.url == made.get_absolute_url()
    assert kept() == {("Botkyrka", 2022, 1234.5), ("Botkyrka", 2023, 1200), ("Huddinge", 2022, 900.25)}
    indicator = Indicator.objects.get()
    assert (indicator.kolada_kpi, indicator.unit, indicator.source) == (CRIME, "antal/100 000 inv", "Kolada")
    assert {one.source for one in Observation.objects.all()} == {"Kolada"}
    assert all(one.source_date and one.read_in == made for one in Observation.objects.all())
    assert "Källa: Kolada" in words(coordinator.get(indicator.get_absolute_url()))
    assert (made.kind, made.by, len(made.added), made.is_refused) == ("kolada", centre.samira, 3, False)


def test_read_in_again_nothing_changes_and_a_correction_keeps_what_stood_before(
    server: RegisterServer, coordinator: Client
) -> None:
    coordinator.post(reverse(IMPORT), hidden(coordinator.post(reverse(IMPORT), sent())))
    assert "Det finns inget att ändra" in words(coordinator.post(reverse(IMPORT), sent()))

    server.answers[DATA] = page(row("0127", 2022, 1240), row("0127", 2023, None))
    shown = coordinator.post(reverse(IMPORT), sent())
    assert "Källan ger inte längre något värde" in words(shown)
    coordinator.post(reverse(IMPORT), hidden(shown))
    made = IndicatorImport.objects.first()
    assert made is not None
    assert [change[2:] for change in made.changes] == [[2022, 1234.5, 1240.0]]
    assert [change[2:] for change in made.gone] == [[2023, 1200.0, None]]
    assert ("Botkyrka", 2023, 1200) in kept()


def test_with_an_error_there_is_nothing_to_press_and_a_forged_parcel_is_refused(
    server: RegisterServer, coordinator: Client
) -> None:
    server.answers[DATA] = page(row("0127", 2022, 1), row("0126", 2022, "många"))
    shown = coordinator.post(reverse(IMPORT), sent())
    assert "Inget läses in." in words(shown)
    assert hidden(shown) == {}
    coordinator.post(reverse(IMPORT), {"kept": "egen", "digest": "", "fetched": "1"})
    assert not Observation.objects.exists()


def test_what_has_changed_since_it_was_shown_is_shown_again(server: RegisterServer, coordinator: Client) -> None:
    shown = coordinator.post(reverse(IMPORT), sent())
    indicator = Indicator.objects.create(slug="x", name="X", unit="%", source="K", kolada_kpi=CRIME, kolada_title="X")
    again = coordinator.post(reverse(IMPORT), hidden(shown))
    assert "heter nu" in words(again)
    assert not indicator.observations.exists()


def test_a_fault_of_the_server_is_said_on_the_page(server: RegisterServer, coordinator: Client) -> None:
    server.answers["/municipality"] = status(503)
    assert "Kolada svarar med ett fel (503)" in words(coordinator.post(reverse(IMPORT), sent()))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"new_kpis": "../kpi"}, "är inget nyckeltal"),
        ({"new_kpis": ""}, "Välj minst ett nyckeltal."),
        ({"new_areas": "Botkyrka"}, "är inget område"),
        ({"new_areas": ""}, "Välj minst ett område."),
        ({"groups": "0127"}, "är ingen grupp"),
        ({"first_year": 2024}, "Det sista året kommer före det första."),
        ({"new_areas": " ".join(f"{n:04}" for n in range(121))}, "Högst 120 åt gången."),
    ],
)
def test_what_cannot_be_asked_is_said_before_it_is_asked(
    server: RegisterServer, coordinator: Client, changed: dict, reason: str
) -> None:
    assert reason in words(coordinator.post(reverse(IMPORT), sent(**changed)))
    assert server.asked == []


def test_groups_that_come_to_too_many_areas_are_refused_and_no_area_is_left_out(
    server: RegisterServer, coordinator: Client
) -> None:
    members = [{"member_id": f"{n:04}"} for n in range(1001, 1120)]
    server.answers["/municipality_groups"] = page({"id": "G123", "title": "Liknande", "members": members})
    answer = coordinator.post(reverse(IMPORT), sent(groups="G123"))
    assert "Högst 120 åt gången." in str(answer.context["form"].errors["groups"])
    assert server.paths == ["/municipality_groups"]


def test_a_kpi_is_found_by_its_title_and_taken_along(server: RegisterServer, coordinator: Client) -> None:
    server.answers["/kpi"] = page(kpi(CRIME)["values"][0], kpi(EXAM)["values"][0])
    answer = words(coordinator.post(reverse(IMPORT), {"search": "1", "words": "antal"}))

    assert server.asked[-1][1] == {"title": "antal", "per_page": "50"}
    assert f'<a href="?nyckeltal={EXAM}#hamta">{EXAM}</a> Gymnasieelever med examen inom 3 år' in answer
    assert f'value="{EXAM}"' in words(coordinator.get(reverse(IMPORT), {"nyckeltal": EXAM}))
    assert "script" not in words(coordinator.get(reverse(IMPORT), {"nyckeltal": "<script>x"})).split("<main")[1]


@pytest.mark.parametrize(
    ("found", "sought", "said"),
    [
        (page(), "antal", "Kolada har inget nyckeltal med det i namnet."),
        (status(500), "antal", "Kolada svarar med ett fel (500)"),
        (page({"id": CRIME}), "antal", "saknar id eller namn"),
        (page(), "an", "Skriv minst tre bokstäver."),
    ],
)
def test_a_search_that_finds_nothing_says_so(
    server: RegisterServer, coordinator: Client, found: Any, sought: str, said: str
) -> None:
    server.answers["/kpi"] = found
    assert said in words(coordinator.post(reverse(IMPORT), {"search": "1", "words": sought}))


def a_file(name: str, content: object) -> SimpleUploadedFile:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return SimpleUploadedFile(f"{name}.json", raw, "application/json")


def test_the_same_from_files(coordinator: Client) -> None:
    files = {
        "values": a_file("data", page(row("0127", 2022, 12.5), row("0126", 2022, 9))),
        "kpis": a_file("kpi", kpi(CRIME)),
        "areas": a_file("areas", places()),
    }
    shown = coordinator.post(reverse(IMPORT), files)
    coordinator.post(reverse(IMPORT), hidden(shown))
    assert kept() == {("Botkyrka", 2022, 12.5), ("Huddinge", 2022, 9)}
    assert set(Area.objects.values_list("name", flat=True)) == {PLACES["0127"], PLACES["0126"]}
    assert IndicatorImport.objects.get().kind == "kolada-file"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"values": b'{"values": [{"kpi"'}, "Det här är inte hel JSON"),
        ({"values": {"annat": 1}}, "annan form"),
        ({"kpis": {"values": [{"id": CRIME}]}}, "saknar id eller namn"),
        ({"areas": {"values": [{"id": "127", "title": "B"}]}}, "saknar id eller namn"),
        ({"kpis": {"values": [{"id": CRIME, "title": "x" * 301}]}}, "längre än 300"),
    ],
)
def test_files_of_another_form_are_told(coordinator: Client, changed: dict, reason: str) -> None:
    given = {"values": page(row("0127", 2022, 1)), "kpis": kpi(CRIME), "areas": places()} | changed
    answer = coordinator.post(reverse(IMPORT), {name: a_file(name, content) for name, content in given.items()})
    assert reason in words(answer)
    assert not Observation.objects.exists()


def test_areas_that_the_portal_has_need_no_file(crime: Indicator, coordinator: Client) -> None:
    values(crime, an_area("Huddinge", code="0126"), {2020: 1})
    files = {"values": a_file("data", page(row("0126", 2022, 2))), "kpis": a_file("kpi", kpi(CRIME))}
    coordinator.post(reverse(IMPORT), hidden(coordinator.post(reverse(IMPORT), files)))
    assert ("Huddinge", 2022, 2) in kept()
