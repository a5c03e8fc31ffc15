"""The pages of indicators and studies: what they show, and who writes."""

from __future__ import annotations

import html
import re
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.definitions import PRACTICE
from evaluations.indicators.practice import figures_of, practice_figures
from evaluations.models import Indicator, Observation, Study
from evaluations.selection import Selection, selected
from programmes import reference
from sessions_log.models import SessionLog
from tests.content import the_reference_content
from tests.evaluations.conftest import TODAY, plans
from tests.indicators.conftest import an_area, values

pytestmark = pytest.mark.django_db
__all__ = ["plans"]
GRADUATION = "gymnasieexamen-rapporten"


def words(client: Client, name: str, *args: str, **query: str) -> str:
    answer = client.get(reverse(f"results:{name}", args=args), query)
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(html.unescape(text).replace("\u00a0", " ").split())


@pytest.fixture
def leader(centre: SimpleNamespace, signed_in) -> Client:
    the_reference_content()
    return signed_in(centre.maria)


@pytest.fixture
def coordinator(centre: SimpleNamespace, signed_in) -> Client:
    the_reference_content()
    return signed_in(centre.samira)


def test_the_reports_four_results_stand_as_it_gives_them_with_the_portals_own_count(leader: Client):
    page = words(leader, "indicator-list")

    for row in (
        "Gymnasieelever som tog examen 77 % (2015) → 91 % (2019) Stockholm: 90 % (2015) → 87 % (2019)",
        "Ungdomar 12–20 år som är misstänkta för våldsbrott minskat med cirka 4 % (2015–2019) –",
        "Elever i årskurs 6 som klarar kunskapskraven ökat (2014–2019), störst i länet –",
        "Föräldrar som gått ABC fördubblat –",
    ):
        assert f"{row} Länsstyrelsen Stockholm, Rapport 2020:24, 2020" in page
    assert "(91 − 77) − (87 − 90) = 17 procentenheter" in page
    assert "Två tidpunkter och en jämförelse räcker inte till någon prövning." in page
    assert "Lägg till en indikator" not in page


def test_where_the_report_gives_no_number_none_is_kept(leader: Client):
    with_values = Indicator.objects.filter(observations__isnull=False).distinct()
    assert [one.slug for one in with_values] == [GRADUATION]
    page = words(leader, "indicator-detail", "abc-foraldrar-rapporten")
    assert "Det har skett en fördubbling av antalet föräldrar" in page
    assert "<svg role" not in page


def test_an_indicator_shows_its_values_with_their_source_and_the_gaps_between(leader: Client, crime: Indicator):
    values(crime, an_area("Huddinge"), {2018: 900})
    page = words(leader, "indicator-detail", crime.slug)

    assert "Botkyrka 1 250,5 1 240 1 220,5 Källa: Källan, 1 sep 2026" in page
    assert "Huddinge 900 inget värde inget värde Källa: Källan, 1 sep 2026" in page
    assert "Utelämnade, eftersom ett värde saknas något av åren: Huddinge." in page


def test_the_start_of_the_work_and_the_target_are_marked(leader: Client, crime: Indicator):
    Indicator.objects.update(start_year=2019, target_year=2025, target_value=1100.5)
    page = words(leader, "indicator-detail", crime.slug)

    assert "Arbetet började 2019" in page
    assert "Streck: mål 1 100,5 per 100 000 invånare år 2025." in page


def form(**changed: object) -> dict[str, object]:
    said = {"name": "Trygghet", "unit": "%", "direction": "up", "source": "Trygghetsmätningen", "key": uuid.uuid4()}
    return said | changed


def test_a_coordinator_adds_an_indicator_once_and_changes_it(coordinator: Client, centre: SimpleNamespace):
    sent = form(target_value="75,5", target_year="2028")
    for _time in range(2):
        assert coordinator.post(reverse("results:indicator-add"), sent).status_code == 302
    indicator = Indicator.objects.get(name="Trygghet")
    assert (indicator.target_value, indicator.changed_by) == (75.5, centre.samira)

    changed = form(name="Trygghet i skolan", version=1)
    coordinator.post(reverse("results:indicator-change", args=[indicator.slug]), changed)
    indicator.refresh_from_db()
    assert (indicator.name, indicator.target_value, indicator.version) == ("Trygghet i skolan", None, 2)
    overtaken = coordinator.post(
        reverse("results:indicator-change", args=[indicator.slug]), form(name="Annat", version=1)
    )
    assert overtaken.status_code == 409


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"target_value": "75"}, "Ett mål behöver både värde och år."),
        ({"target_year": "2028"}, "Ett mål behöver både värde och år."),
        ({"start_year": "19"}, "Skriv ett år från 1990 till 2100."),
        ({"name": "Om 20010101-2384"}, "Ta bort personnumret"),
        ({"unit": "Om 20010101-2384"}, "Ta bort personnumret"),
        ({"target_value": "1" + "0" * 15, "target_year": "2028"}, "har fler siffror än"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(coordinator: Client, changed: dict, said: str):
    answer = coordinator.post(reverse("results:indicator-add"), form(**changed))
    assert said in html.unescape(answer.content.decode())
    assert not Indicator.objects.filter(unit="%", source="Trygghetsmätningen").exists()


def test_a_study_is_written_with_its_figures(coordinator: Client):
    said = {"title": "Enkät till elevmentorer", "author": "Centret", "year": 2026, "figures": ["adapted", "pace"]}
    answer = coordinator.post(reverse("results:study-add"), said | {"key": uuid.uuid4()})
    study = Study.objects.get(title="Enkät till elevmentorer")

    assert answer.url == study.get_absolute_url()
    assert study.figures == ["adapted", "pace"]
    assert "Framgår inte av portalens källor." in words(coordinator, "study-list")


def test_what_a_log_does_not_say_is_unknown_in_the_shares_of_practice(plans: SimpleNamespace):
    """Of the sessions held, one was shortened and prepared for in full, one neither; the rest say nothing of it."""
    logs = SessionLog.objects.filter(held=True).order_by("pk")
    held = logs.count()
    logs.update(adaptation="", time_to_prepare="", group_split=None)
    first, second = logs[0], logs[1]
    SessionLog.objects.filter(pk=first.pk).update(adaptation="shortened", time_to_prepare="yes", group_split=True)
    SessionLog.objects.filter(pk=second.pk).update(adaptation="none", time_to_prepare="partly", group_split=False)
    selection = selected({}, TODAY)
    assert isinstance(selection, Selection)

    found = {figure.key: figure for figure in practice_figures(selection)}

    assert list(found) == [definition.key for definition in PRACTICE]
    for figure in found.values():
        assert (figure.numerator, figure.unknown, figure.denominator) == (1, held - 2, held)
    earlier = selected({"datum": "2026-08-20"}, TODAY)
    assert earlier is not None
    assert {figure.denominator for figure in practice_figures(earlier)} == {0}


def test_the_figures_of_a_study_are_of_its_own_programme(centre: SimpleNamespace, plans: SimpleNamespace):
    the_reference_content()
    study = Study.objects.get(slug="fou-sodertorn-2019")
    other = Study.objects.get(slug="stockholms-universitet-2021")
    study.programme, study.figures = plans.rules.programme, ["pace", "adapted", "no-such-figure"]
    found = figures_of([study, other], TODAY, totals_only=False)

    practice = found[study.pk]
    assert practice is not None
    assert [figure.key for figure in practice.figures] == ["pace", "adapted"]
    assert found[other.pk] is None  # MVP is not open in the year
    assert figures_of([study], TODAY, totals_only=True)[study.pk] is None  # two schools would tell of one


def test_what_somebody_has_edited_is_kept_when_the_reference_content_is_loaded_again(db):
    reference.load()
    Indicator.objects.filter(slug=GRADUATION).update(caveat="Vår egen.")
    Observation.objects.filter(slug="rapporten-examen-botkyrka-2015").update(value=78)
    Study.objects.filter(slug="fou-sodertorn-2019").delete()
    report = reference.load()

    assert (report.created, report.updated) == ([], [])
    assert set(report.kept) == {
        f"indicators {GRADUATION}.caveat",
        "observations rapporten-examen-botkyrka-2015.value",
        "studies fou-sodertorn-2019",
    }
