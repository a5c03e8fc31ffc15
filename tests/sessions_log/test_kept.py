"""Logs that a phone has kept are sent: each counts once, and what has changed meanwhile is the sender's to choose."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from schools.actions.cancelling import cancel_session
from schools.actions.moves import move_session
from schools.models import PlannedSession
from sessions_log.actions import LogEntry, log_as_planned, log_session
from sessions_log.models import LogRevision, SessionLog
from tests.sessions_log.conftest import NEXT_WEEK, NOON, THIS_WEEK, TODAY

URL = "/ej-skickade/"
KEY = str(uuid.UUID(int=9))


@pytest.fixture(autouse=True)
def thursday_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def planned(session, **more) -> dict:
    """What the phone keeps of the two taps."""
    url = reverse("sessions_log:log-as-planned", args=[session.uuid])
    fields = {"key": KEY, "held_on": TODAY.isoformat(), "version": session.version, **more}
    return {
        "key": KEY,
        "url": url,
        "about": f"{session.group}, {session.topic_title}",
        "at": "2026-09-16T08:00:00Z",
    } | {"fields": [[name, str(value)] for name, value in fields.items()]}


def in_full(session, **more) -> dict:
    """What the phone keeps of the full form."""
    said = {"outcome": "held", "day": TODAY.isoformat(), "leader": "me", "present": "20", "seen": "", **more}
    return planned(session, **said) | {"url": reverse("sessions_log:log-form", args=[session.uuid])}


def send(client, *logs, **more) -> str:
    response = client.post(URL, {"logs": json.dumps(logs), **more})
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " "))


def test_two_logs_are_sent_in_one_act(plan, jonas, signed_in):
    first, second = plan("1A", THIS_WEEK), plan("2A", THIS_WEEK)
    page = send(signed_in(jonas), planned(first), in_full(second, key=uuid.UUID(int=10)) | {"key": "10"})
    assert "2 loggar är skickade" in page
    assert f'data-kept-done="{KEY}"' in page
    assert {log.session: log.present for log in SessionLog.objects.all()} == {first: 24, second: 20}


def test_a_log_waits_over_night_and_keeps_its_day(session, jonas, signed_in, thursday_noon):
    log = planned(session, held_on="2026-09-16")
    send(signed_in(jonas), log)
    assert SessionLog.objects.get().held_on == dt.date(2026, 9, 16)


@pytest.mark.parametrize("kept", [planned, in_full])
@pytest.mark.parametrize("version", ["²", "9" * 5000, "x"])
def test_a_version_that_is_none_is_answered_and_nothing_is_lost(kept, version, session, jonas, signed_in):
    page = send(signed_in(jonas), kept(session, version=version))
    assert "1A" in page
    assert f'data-kept-done="{KEY}"' not in page or SessionLog.objects.filter(session=session).exists()


@pytest.mark.parametrize("kept", [planned, in_full])
def test_sent_twice_or_after_a_lost_answer_it_counts_once(kept, session, jonas, signed_in):
    client, log = signed_in(jonas), kept(session)
    for _time in range(2):
        assert f'data-kept-done="{KEY}"' in send(client, log)
    assert SessionLog.objects.count() == 1


def test_somebody_else_logged_it_meanwhile(session, samira, jonas, signed_in):
    client, mine = signed_in(jonas), in_full(session)
    log_as_planned(session=session, key=uuid.uuid4(), by=samira, now=NOON)
    page = send(client, mine)
    assert "Någon annan har loggat passet." in page
    assert "Loggat av Samira Test" in page
    assert f'data-kept-choose="{KEY}"' in page
    assert SessionLog.objects.get().present == 24
    assert "Loggen för 1A är sparad." in send(client, mine, choice="insist")
    log, before = SessionLog.objects.get(), LogRevision.objects.get()
    assert (log.present, before.before["present"], before.by) == (20, 24, jonas)
    assert "utan täckning" in before.reason


def test_what_cannot_be_saved_instead_is_mended_with_both_in_sight(session, samira, jonas, signed_in):
    client, mine = signed_in(jonas), in_full(session, present="25")
    log_as_planned(session=session, key=uuid.uuid4(), by=samira, now=NOON)
    page = send(client, mine, choice="insist")
    assert "Skriv 24 eller färre" in page
    assert "Loggat av Samira Test" in page
    assert "Öppna formuläret och rätta" in page
    assert SessionLog.objects.get().present == 24


def test_what_stands_can_be_kept_instead(session, samira, jonas, signed_in):
    client, mine = signed_in(jonas), planned(session)
    log_session(session=session, entry=LogEntry(held=False, reason="no_room"), key=uuid.uuid4(), by=samira, now=NOON)
    page = send(client, mine)
    assert "Ingen lokal" in page
    assert f'data-kept-done="{KEY}"' in send(client, mine, choice="drop")
    assert not SessionLog.objects.get().held


@pytest.mark.parametrize("kept", [planned, in_full])
def test_a_session_that_was_moved_meanwhile_is_asked_about(kept, session, samira, jonas, signed_in):
    client, mine = signed_in(jonas), kept(session)
    move_session(session=session, week_start=NEXT_WEEK, version=session.version, by=samira, now=NOON)
    page = send(client, mine)
    assert not SessionLog.objects.exists()
    assert "v. 39" in page
    move_session(session=session, week_start=THIS_WEEK, version=session.version, by=samira, now=NOON)
    assert "Passet har ändrats sedan du skrev." in send(client, mine)
    assert "är sparad" in send(client, mine, choice="insist")


def test_a_session_that_was_cancelled_meanwhile_is_not_logged(session, samira, jonas, signed_in):
    client, mine = signed_in(jonas), in_full(session)
    cancel_session(session=session, reason="no_room", version=session.version, by=samira, now=NOON)
    page = send(client, mine)
    assert "Passet är inställt och kan inte loggas." in page
    assert "Spara min ändå" not in page
    assert not SessionLog.objects.exists()


def test_what_is_wrong_leads_to_the_form(session, jonas, signed_in):
    page = send(signed_in(jonas), in_full(session, present="900"))
    assert "Skriv 200 eller färre." in page
    assert "Öppna formuläret och rätta" in page
    assert f'data-kept-choose="{KEY}"' in page


def test_another_schools_session_is_like_one_that_does_not_exist(plan, ekbacka, jonas, signed_in):
    theirs = plan("1A", THIS_WEEK, school=ekbacka)
    nowhere = PlannedSession(uuid=uuid.UUID(int=4), group=theirs.group, topic=theirs.topic)
    client = signed_in(jonas)
    pages = [send(client, planned(theirs)), send(client, planned(nowhere))]
    assert all("Det finns inget sådant pass som du kan logga." in page for page in pages)
    assert not SessionLog.objects.exists()


@pytest.mark.parametrize(
    "rubbish",
    ["{", "[1]", '[{"key": 1}]', "[" * 100_000, json.dumps([{"key": "x", "url": "/", "about": "", "fields": [1]}])],
    ids=["half", "numbers", "half a log", "deep", "fields"],
)
def test_rubbish_is_told_apart_and_loses_nothing(rubbish, jonas, signed_in):
    response = signed_in(jonas).post(URL, {"logs": rubbish})
    assert response.status_code == 400
    assert "Loggarna ligger kvar i telefonen" in response.content.decode()


@pytest.mark.parametrize("url", ["/", "/skolor/", "/finns/inte/", "https://elsewhere.example/"])
def test_a_log_for_another_address_goes_nowhere(url, session, jonas, signed_in):
    page = send(signed_in(jonas), planned(session) | {"url": url})
    assert "Det finns inget sådant pass" in page


def test_a_megabyte_of_emoji_is_too_long_a_note(session, jonas, signed_in):
    url = reverse("sessions_log:log-form", args=[session.uuid])
    said = dict(in_full(session, note="🙂" * 250_000)["fields"])
    response = signed_in(jonas).post(url, said)
    assert response.status_code == 200
    assert 'id="id_note_error"' in response.content.decode()
    assert "🙂" * 100 in response.content.decode()
    assert not SessionLog.objects.exists()


@pytest.mark.parametrize("count", ["1000000000", "-1", "tjugo", "20,5"])
def test_a_count_that_is_none_stays_in_the_form(count, session, jonas, signed_in):
    url = reverse("sessions_log:log-form", args=[session.uuid])
    page = signed_in(jonas).post(url, dict(in_full(session, present=count)["fields"])).content.decode()
    assert f'value="{count}"' in page
    assert 'aria-invalid="true"' in page
    assert not SessionLog.objects.exists()


def test_a_script_is_told_whether_the_log_is_saved(session, jonas, signed_in):
    client, url = signed_in(jonas), reverse("sessions_log:log-form", args=[session.uuid])
    said = dict(in_full(session, present="900")["fields"])
    kept = {"headers": {"X-Kept-On-Phone": "1"}}
    assert client.post(url, said, **kept).json() == {"saved": False, "next": "/start/"}
    assert client.post(url, {**said, "present": "20"}, **kept).json() == {"saved": True, "next": "/start/"}
