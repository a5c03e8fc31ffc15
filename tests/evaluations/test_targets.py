"""Targets that the leadership sets, and how a figure has changed since last year and since a report."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from evaluations.actions import set_targets
from evaluations.changes import Change, Earlier, changes_of
from evaluations.dashboard import dashboard_of
from evaluations.figures import Figure
from evaluations.models import Target
from evaluations.selection import selected
from evaluations.targets import targets_of
from schools.actions import calendar
from schools.actions.plans import open_programme_year
from tests.evaluations.conftest import TODAY
from tests.schools.laid_out import at, on, text_of

TARGETS, OVERVIEW = reverse("evaluations:targets"), reverse("evaluations:overview")
AS_OF = dt.date(2026, 11, 12)


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


def change(before: tuple[int, int], now: tuple[int, int], report: str = "") -> Change:
    """Of a hundred: so many certain and so many unknown, then and now."""
    then, today = (Figure("pace", certain, 100, unknown, AS_OF) for certain, unknown in (before, now))
    [found] = changes_of(today, [Earlier(dt.date(2026, 10, 3), {"pace": then}, report)])
    return found


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ((71, 0), (76, 0), "I fjol 71\u00a0%: upp 5 procentenheter"),
        ((71, 0), (72, 0), "I fjol 71\u00a0%: upp 1 procentenhet"),
        ((71, 0), (71, 1), "I fjol 71\u00a0%: upp 0–1 procentenheter"),
        ((71, 0), (71, 0), "I fjol 71\u00a0%: oförändrat"),
        ((71, 0), (60, 0), "I fjol 71\u00a0%: ner 11 procentenheter"),
        # A range while logs are missing: at least 76 − 71, at most 81 − 71.
        ((71, 0), (76, 5), "I fjol 71\u00a0%: upp 5–10 procentenheter"),
        ((71, 0), (60, 4), "I fjol 71\u00a0%: ner 7–11 procentenheter"),
        ((70, 4), (72, 3), "I fjol 70–74\u00a0%: mellan 2 ner och 5 upp"),
    ],
)
def test_a_change_is_told_in_percentage_points(before: tuple[int, int], now: tuple[int, int], said: str) -> None:
    assert change(before, now).words == said


def test_a_report_is_named_by_its_day() -> None:
    assert change((71, 0), (76, 0), "/rapport/").words == "Rapporten 3 okt 71\u00a0%: upp 5 procentenheter"


def test_nothing_is_compared_with_nothing() -> None:
    known, empty = Figure("pace", 1, 2, 0, AS_OF), Figure("pace", 0, 0, 0, AS_OF)

    assert changes_of(known, [Earlier(AS_OF, {"pace": empty}), Earlier(AS_OF, {})]) == []
    assert changes_of(empty, [Earlier(AS_OF, {"pace": known})]) == []


@pytest.mark.django_db
def test_the_overview_tells_the_change_since_a_report_when_it_is_given_one(plans: SimpleNamespace) -> None:
    selection = selected({}, TODAY)
    assert selection
    report = Earlier(dt.date(2026, 10, 3), {"pace": Figure("pace", 1, 2, 0, AS_OF)}, "/rapport/")

    board = dashboard_of(selection, since_report=report)

    assert [[one.earlier for one in tile.changes] for tile in board.tiles[:2]] == [[report], []]
    assert dashboard_of(selection).tiles[0].changes == []


def sent_in(page: str) -> dict[str, str]:
    """What the page's form sends as it stands."""
    form = page[page.index('<form class="form-part"') :]
    inputs = re.findall(r'<input type="(?:number|hidden)" name="([^"]+)"(?: value="([^"]*)")?', form)
    return {name: value for name, value in inputs if name != "csrfmiddlewaretoken"}


def as_shown(client: Client, address: str) -> dict[str, str]:
    """The form of the targets as it opens now."""
    return sent_in(client.get(address).content.decode())


def next_year(centre: SimpleNamespace, plans: SimpleNamespace) -> object:
    days = {"starts_on": dt.date(2027, 8, 17), "autumn_ends_on": dt.date(2027, 12, 17)}
    days |= {"spring_starts_on": dt.date(2028, 1, 10), "ends_on": dt.date(2028, 6, 9)}
    year = calendar.make_school_year(**days, by=centre.samira)
    return open_programme_year(programme=plans.rules.programme, year=year, by=centre.samira)


@pytest.mark.django_db
def test_a_target_holds_from_its_year_until_another_is_set(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    after = next_year(centre, plans)
    assert targets_of(plans.rules) == targets_of(after) == {"pace": 80, "dose": 90}

    set_targets(programme_year=after, percents={"pace": 85, "dose": None}, by=centre.maria, now=at(TODAY))

    assert targets_of(plans.rules) == {"pace": 80, "dose": 90}
    assert targets_of(after) == {"pace": 85}
    # What does not differ is not written anew.
    assert set_targets(programme_year=after, percents={"pace": 85}, by=centre.maria, now=at(TODAY)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("percent", [0, 101])
def test_the_database_refuses_a_target_that_is_no_share(
    percent: int, centre: SimpleNamespace, plans: SimpleNamespace
) -> None:
    said = {"programme": plans.rules.programme, "from_year": centre.year, "by": centre.maria, "at": at(TODAY)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.create(figure="reach", percent=percent, **said)


@pytest.mark.django_db
def test_the_leadership_sets_a_target_and_the_tile_says_whether_it_is_reached(
    centre: SimpleNamespace, plans: SimpleNamespace, signed_in
) -> None:
    maria = signed_in(centre.maria)
    assert "Sätt mål" in text_of(maria.get(OVERVIEW))

    address = f"{TARGETS}?lasar=2026-27"
    answer = maria.post(address, as_shown(maria, address) | {"reach": "95", "pace": "10", "dose": ""})

    assert answer.status_code == 302 and answer["Location"].startswith(OVERVIEW)
    text = text_of(maria.get(answer["Location"])).replace("\u00a0", " ")
    assert "Målen från 2026/27 är sparade." in text
    assert "Mål 95 %" in text and "Mål 10 % Når målet" in text and "Mål i juni" not in text
    assert targets_of(plans.rules) == {"pace": 10, "reach": 95}
    assert "Maria Test, 12 nov 2026" in text_of(maria.get(TARGETS))


@pytest.mark.django_db
def test_a_field_that_nobody_touched_takes_nothing_back(
    centre: SimpleNamespace, plans: SimpleNamespace, signed_in
) -> None:
    maria = signed_in(centre.maria)
    opened = as_shown(maria, TARGETS)
    maria.post(TARGETS, as_shown(maria, TARGETS) | {"pace": "70", "dose": ""})

    refused = maria.post(TARGETS, opened | {"reach": "950"})
    again = sent_in(refused.content.decode()) | {"reach": "95"}
    assert again == opened | {"reach": "95"}, "what was shown is sent on when the form is refused"
    maria.post(TARGETS, again)

    assert targets_of(plans.rules) == {"pace": 70, "reach": 95}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "said"),
    [("101", "Skriv 100 eller mindre."), ("0", "Skriv 1 eller mer"), ("ja", "Skriv målet i hela procent")],
)
def test_what_is_no_target_is_refused_beside_its_field(
    written: str, said: str, centre: SimpleNamespace, plans: SimpleNamespace, signed_in
) -> None:
    page = signed_in(centre.maria).post(TARGETS, {"reach": written})

    assert said in text_of(page) and f'value="{written}"' in page.content.decode()
    assert targets_of(plans.rules) == {"pace": 80, "dose": 90}


@pytest.mark.django_db
def test_targets_of_a_year_that_is_not_there_are_not_those_of_another(
    centre: SimpleNamespace, plans: SimpleNamespace, signed_in
) -> None:
    page = signed_in(centre.maria).post(f"{TARGETS}?lasar=2096-97", {"reach": "95"})

    assert "Det här är inte sparat" in text_of(page)
    assert targets_of(plans.rules) == {"pace": 80, "dose": 90}


@pytest.mark.django_db
def test_others_read_the_targets_and_set_none(centre: SimpleNamespace, plans: SimpleNamespace, signed_in) -> None:
    for user, answer in [(centre.adam, 302), (centre.samira, 403), (centre.elin, 403)]:
        assert signed_in(user).post(TARGETS, {"pace": "1"}).status_code == answer
    assert "Sätt mål" not in text_of(signed_in(centre.samira).get(OVERVIEW))
