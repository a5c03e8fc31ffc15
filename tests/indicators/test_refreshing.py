"""The yearly refresh: when it is due, that it is all or nothing, and what the centre is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from accounts.actions import end_role
from evaluations.indicators import refreshing
from evaluations.indicators.mails import compose_refreshed
from evaluations.models import Area, Indicator, IndicatorImport
from outbox.letters import NotWanted
from outbox.models import Message
from tests.conftest import NOW
from tests.indicators.kolada_answers import CRIME, kpi, page, places, row
from tests.schools.register_server import RegisterServer, a_register, status

pytestmark = pytest.mark.django_db
DATA = f"/data/kpi/{CRIME}/municipality/0127/year/2020,2021,2022,2023,2024,2025,2026"
DAY = dt.timedelta(days=1)


@pytest.fixture
def server(settings) -> Iterator[RegisterServer]:
    with a_register() as running:
        settings.KOLADA_URL = running.base
        running.answers |= {f"/kpi/{CRIME}": kpi(CRIME), "/municipality": places()}
        running.answers[DATA] = page(row("0127", 2023, 1218), row("0127", 2024, 1199.5), row("0127", 2025, None))
        yield running


def values() -> dict[int, float]:
    return dict(Indicator.objects.get(kolada_kpi=CRIME).observations.values_list("year", "value"))


def test_it_takes_in_what_is_new_and_corrected_and_tells_coordinators_and_leadership(
    server: RegisterServer, crime: Indicator, centre: SimpleNamespace
) -> None:
    made = refreshing.due(NOW)

    assert made is not None and not made.is_refused
    assert values() == {2018: 1250.5, 2020: 1240, 2023: 1218, 2024: 1199.5}
    mails = Message.objects.filter(kind=refreshing.KIND)
    assert {mail.user for mail in mails} == {centre.samira, centre.maria}
    letter = compose_refreshed(mails.get(user=centre.maria), NOW)
    assert letter.subject == "Nya värden från Kolada, 17 september 2026"
    assert letter.preheader == "1 nytt värde, 1 ändrat värde."
    assert list(letter.sections[0].rows) == [
        ("Anmälda våldsbrott, Botkyrka 2024", "1\u00a0199,5"),
        ("Anmälda våldsbrott, Botkyrka 2023", "1\u00a0220,5 → 1\u00a0218"),
    ]


def test_it_is_due_again_after_a_year_and_not_before(server: RegisterServer, crime: Indicator, centre) -> None:
    assert refreshing.due(NOW) is not None
    assert refreshing.due(NOW) is None
    assert refreshing.due(NOW + 364 * DAY) is None
    server.answers[DATA.replace("2020,", "") + ",2027"] = page()
    assert refreshing.due(NOW + 366 * DAY) is not None


def test_what_somebody_fetches_puts_off_nothing(server: RegisterServer, crime: Indicator, centre) -> None:
    IndicatorImport.objects.create(kind=IndicatorImport.Kind.KOLADA, at=NOW - DAY, by=centre.samira)
    assert refreshing.due(NOW) is not None


def test_what_went_wrong_is_kept_told_and_tried_again_in_a_week(
    server: RegisterServer, crime: Indicator, centre: SimpleNamespace
) -> None:
    server.answers[f"/kpi/{CRIME}"] = kpi(CRIME, "Något annat")
    before = values()
    made = refreshing.due(NOW)

    assert made is not None and made.is_refused
    assert values() == before
    mail = Message.objects.filter(kind=refreshing.KIND, user=centre.samira).get()
    letter = compose_refreshed(mail, NOW)
    assert letter.subject == "Värdena från Kolada kunde inte läsas in, 17 september 2026"
    assert "heter nu ”Något annat”" in letter.sections[0].rows[0][1]

    assert refreshing.due(NOW + 6 * DAY) is None
    server.answers[f"/kpi/{CRIME}"] = kpi(CRIME)
    again = refreshing.due(NOW + 8 * DAY)
    assert again is not None and not again.is_refused


def test_a_server_that_answers_with_a_fault_changes_nothing(server: RegisterServer, crime: Indicator, centre) -> None:
    server.answers[DATA] = status(500)
    made = refreshing.due(NOW)
    assert made is not None
    assert (made.is_refused, made.errors) == (True, [[0, "Kolada svarar med ett fel (500). Försök igen senare."]])


def test_without_anything_from_kolada_or_its_address_nothing_is_asked(server: RegisterServer, crime, settings) -> None:
    settings.KOLADA_URL = ""
    assert refreshing.due(NOW) is None
    settings.KOLADA_URL = server.base
    Area.objects.update(code=None)
    assert refreshing.due(NOW) is None
    assert server.asked == []
    assert not IndicatorImport.objects.exists()


def test_who_has_left_the_role_gets_no_mail(server: RegisterServer, crime: Indicator, centre: SimpleNamespace) -> None:
    refreshing.due(NOW)
    mail = Message.objects.filter(kind=refreshing.KIND, user=centre.maria).get()
    end_role(role=centre.maria.centre_roles.get(), last_day=NOW.date() - DAY, today=NOW.date(), by=centre.adam)
    mail.refresh_from_db()
    mail = Message.objects.get(pk=mail.pk)
    with pytest.raises(NotWanted):
        compose_refreshed(mail, NOW)
