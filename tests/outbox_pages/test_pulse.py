"""The notice that mail stands still or has not come through, for those who can do something about it."""

from __future__ import annotations

import datetime as dt
from typing import NoReturn

import pytest
from django.db import OperationalError, connection
from django.template import Context, Template
from django.test import RequestFactory

from outbox.backend import NotHandedOver
from outbox.heartbeats import beat
from outbox.models import State
from outbox.sender import send_waiting
from schools.tasks import lay_out_plans
from sessions_log.tasks import remind
from tests.conftest import NOW
from tests.mailing import Postbox

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def notice(rf: RequestFactory):
    def show(user) -> str:
        request = rf.get("/")
        request.user = user
        text = Template("{% load mail %}{% pulse_notice %}").render(Context({"request": request}))
        return text.replace("\u00a0", " ").strip()

    return show


def test_nothing_is_said_while_all_is_well(samira, notice, mail):
    mail(state=State.HELD)
    beat(NOW - 3 * MINUTE)
    assert notice(samira) == ""


def test_a_heart_that_has_stopped_is_said_with_when_and_what_to_do(samira, notice):
    beat(NOW - 5 * MINUTE)
    assert "Påminnelserna står stilla sedan tors 17 sep 13.55." in notice(samira)
    assert "starta worker, beat och mejlkö" in notice(samira)


def test_a_heart_that_has_never_beaten_is_said(samira, notice):
    assert "Påminnelserna har aldrig startats." in notice(samira)


def failing(now: dt.datetime) -> None:
    raise ValueError(now)


def test_a_task_that_fails_on_and_on_is_said_until_it_succeeds(samira, notice, client, monkeypatch, at_noon):
    remind.apply()
    with monkeypatch.context() as broken:
        broken.setattr("sessions_log.reminders.due", failing)
        remind.apply()
        at_noon.move_to(NOW + 14 * MINUTE)
        remind.apply()
        beat(NOW + 14 * MINUTE)
        assert (notice(samira), client.get("/halsa/").status_code) == ("", 200)
        at_noon.move_to(NOW + 16 * MINUTE)
        assert "misslyckats sedan tors 17 sep 14.00 (remind)." in notice(samira)
        health = client.get("/halsa/")
        assert health.status_code == 503
        assert health.content.decode() == "remind misslyckas sedan 2026-09-17 14.00. Workerns logg säger varför.\n"
    remind.apply()
    assert (notice(samira), client.get("/halsa/").status_code) == ("", 200)


def test_a_task_that_is_not_run_again_by_itself_is_not_said_to_fail_for_ever(
    samira, notice, client, monkeypatch, at_noon
):
    with monkeypatch.context() as broken:
        broken.setattr("schools.tasks.PlanRun", None)
        assert lay_out_plans.apply((1,)).failed()
    beat(NOW + 16 * MINUTE)
    at_noon.move_to(NOW + 16 * MINUTE)
    assert (notice(samira), client.get("/halsa/").status_code) == ("", 200)


def test_the_health_page_says_what_stands_still(db, client):
    assert client.get("/halsa/").content.decode().startswith("Påminnelserna står stilla och har aldrig startat.")
    beat(NOW - 5 * MINUTE)
    assert client.get("/halsa/").content.decode().startswith("Påminnelserna står stilla sedan 2026-09-17 13.55.")
    assert client.get("/halsa/").status_code == 503


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_the_health_page_says_that_the_database_is_away_to_whoever_asks(samira, signed_in, client, is_signed_in):
    asking = signed_in(samira) if is_signed_in else client
    asking.raise_request_exception = False
    with connection.execute_wrapper(away):
        answer = asking.get("/halsa/")
    assert (answer.status_code, answer.content.decode()) == (503, "Databasen svarar inte.\n")


def away(*_asked: object) -> NoReturn:
    raise OperationalError


def test_mails_that_did_not_come_through_are_counted_and_linked(samira, notice, mail):
    beat(NOW)
    for _number in range(3):
        mail(state=State.FAILED)
    mail(state=State.UNCERTAIN)
    text = notice(samira)
    assert "3 mejl kom inte fram." in text
    assert "1 mejl är osäkert." in text
    assert 'href="/mejl/?lage=misslyckade"' in text
    assert 'href="/mejl/?lage=osakra"' in text


def test_mails_that_are_tried_in_vain_are_said_before_they_have_failed(samira, notice, mail, at_noon):
    mail()
    refusing = Refusing()
    for minutes in (0, 1, 6, 21):
        at_noon.move_to(NOW + minutes * MINUTE)
        beat(NOW + minutes * MINUTE)
        assert notice(samira) == ""
        assert send_waiting(backend=refusing) == {State.QUEUED: 1}
    assert "1 mejl har försökts flera gånger och kommer inte fram." in notice(samira)
    assert "Det senaste svaret: 535 fel lösenord. Gäller det mejlservern" in notice(samira)
    at_noon.move_to(NOW + 90 * MINUTE)
    beat(NOW + 90 * MINUTE)
    assert send_waiting(backend=Postbox()) == {State.SENT: 1}
    assert notice(samira) == ""


class Refusing:
    """A mail server that does not let the portal in."""

    def deliver(self, mail, *, handed_over) -> str:
        raise NotHandedOver("535 fel lösenord", temporary=True)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("name", ["maria", "jonas", "elin"])
def test_others_are_not_told(centre, notice, mail, name):
    mail(state=State.FAILED)
    assert notice(getattr(centre, name)) == ""


def test_the_list_shows_it(samira, signed_in):
    assert "Påminnelserna har aldrig startats." in signed_in(samira).get("/mejl/").content.decode()


def test_a_page_without_a_request_has_no_notice():
    assert Template("{% load mail %}{% pulse_notice %}").render(Context({})).strip() == ""
