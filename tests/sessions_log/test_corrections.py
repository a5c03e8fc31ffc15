"""A log is corrected, removed and restored; what it said stays, with who and why. A closed year is the centre's."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from programmes.actions import describe_topic
from programmes.models import Scenario
from schools.actions.people import add_person
from schools.actions.years import close_year, reopen_year
from schools.models import PlannedSession, SchoolYear
from sessions_log.actions import LogEntry, change_log, log_as_planned, log_session, remove_log, restore_log
from sessions_log.models import LogRevision, SessionLog
from sessions_log.policies import LogRefused
from tests.sessions_log.conftest import LAST_WEEK, NEXT_WEEK, NOON, THIS_WEEK, TODAY

HOUR = dt.timedelta(hours=1)
SUMMER = dt.datetime(2027, 7, 1, 10, tzinfo=dt.UTC)


@pytest.fixture
def log(session, samira) -> SessionLog:
    return log_as_planned(session=session, key=uuid.uuid4(), by=samira, now=NOON)


def test_a_later_change_says_why(log, jonas):
    with pytest.raises(ValidationError) as refused:
        change_log(log=log, entry=LogEntry(held=False, reason="no_room"), by=jonas, now=NOON + HOUR)
    assert refused.value.message_dict == {"why": ["Skriv varför, med några ord."]}
    change_log(log=log, entry=LogEntry(held=False, reason="no_room"), by=jonas, now=NOON + HOUR, reason="Fel klass.")
    kept = LogRevision.objects.get()
    assert (kept.deed, kept.by, kept.reason) == ("change", jonas, "Fel klass.")
    assert kept.in_words.replace("\xa0", " ") == "Genomfört tors 17 sep. 24 närvarande"


def test_a_reason_holds_no_personal_number_and_is_short(log, jonas):
    for reason, said in [("Eleven 20120101-2384", "personnumret"), ("x" * 201, "kortare")]:
        with pytest.raises(ValidationError) as refused:
            remove_log(log=log, reason=reason, by=jonas, now=NOON + HOUR)
        assert said in str(refused.value.message_dict["why"]).lower()
    assert SessionLog.objects.exists()


def test_a_removed_log_is_restored_as_it_was(session, lindang, samira, jonas):
    helper = add_person(school=lindang, name="Lo Lärare", by=samira)
    parts = tuple(session.topic.parts.all()[:3])
    entry = LogEntry(held=True, held_on=TODAY, led_by_user=samira, present=20, parts_done=parts, co_leaders=(helper,))
    log = log_session(session=session, entry=entry, key=uuid.uuid4(), by=samira, now=NOON)
    kept = remove_log(log=log, reason="Loggat på fel klass.", by=jonas, now=NOON + HOUR)
    session.refresh_from_db()
    assert session.outcome is None
    assert not SessionLog.objects.exists()
    again = restore_log(revision=kept, by=jonas, now=NOON + 2 * HOUR)
    session.refresh_from_db()
    assert session.outcome == "held"
    assert (again.present, again.logged_by, again.logged_at, again.key) == (20, samira, NOON, log.key)
    assert (list(again.parts_done.all()), list(again.co_leaders.all())) == (list(parts), [helper])
    assert [one.deed for one in LogRevision.objects.order_by("at")] == ["remove", "restore"]


def test_a_log_is_restored_without_what_has_been_deleted_since(session, lindang, samira, jonas):
    """A person at the school and a scenario can be removed; a part that the topic has no more stays with its logs."""
    leader = add_person(school=lindang, name="Lo Lärare", by=samira)
    scenario = Scenario.objects.create(programme=session.topic.programme, title="I korridoren", position=1)
    parts = tuple(session.topic.parts.all())
    entry = LogEntry(held=True, held_on=TODAY, led_by_person=leader, parts_done=parts)
    log = log_session(session=session, entry=entry, key=uuid.uuid4(), by=jonas, now=NOON)
    SessionLog.objects.update(scenario=scenario)
    log.co_leaders.add(leader)
    kept = remove_log(log=log, reason="Fel pass", by=jonas, now=NOON + HOUR)
    describe_topic(topic=session.topic, aim="", preparation="", parts=["Inledning"], by=samira)
    scenario.delete()
    leader.delete()
    again = restore_log(revision=kept, by=jonas, now=NOON + 2 * HOUR)
    again.refresh_from_db()
    assert (again.led_by_person, again.scenario, list(again.co_leaders.all())) == (None, None, [])
    assert (set(again.parts_done.all()), again.parts_total) == (set(parts), 4)


def test_a_log_is_not_restored_over_another(log, samira):
    kept = remove_log(log=log, reason="Fel.", by=samira, now=NOON)
    session = PlannedSession.objects.with_names().get(pk=log.session_id)
    log_as_planned(session=session, key=uuid.uuid4(), by=samira, now=NOON)
    with pytest.raises(LogRefused, match="har en logg igen"):
        restore_log(revision=kept, by=samira, now=NOON)
    assert SessionLog.objects.count() == 1


def test_a_log_whose_session_got_a_new_time_takes_it_along(session, samira):
    entry = LogEntry(held=False, reason="no_room", new_week=NEXT_WEEK)
    log = log_session(session=session, entry=entry, key=uuid.uuid4(), by=samira, now=NOON)
    remove_log(log=log, reason="Det blev av.", by=samira, now=NOON + HOUR)
    assert not PlannedSession.objects.filter(replaces=session).exists()


class TestClosedYear:
    @pytest.fixture
    def closed(self, year, samira) -> SchoolYear:
        return close_year(year=year, today=SUMMER.date(), by=samira)

    def test_it_closes_after_its_end(self, year, samira):
        with pytest.raises(ValidationError, match="inte slutat"):
            close_year(year=year, today=year.ends_on, by=samira)

    def test_only_the_centre_corrects_its_logs(self, log, closed, samira, jonas):
        fresh = SessionLog.objects.get(pk=log.pk)
        for deed in (
            lambda by: remove_log(log=fresh, reason="Fel.", by=by, now=SUMMER),
            lambda by: change_log(
                log=fresh, entry=LogEntry(held=False, reason="no_room"), by=by, now=SUMMER, reason="Fel."
            ),
        ):
            with pytest.raises(LogRefused, match="är stängt"):
                deed(jonas)
        remove_log(log=fresh, reason="Fel.", by=samira, now=SUMMER)
        assert not SessionLog.objects.exists()

    def test_the_overview_says_that_logs_were_corrected_since(self, log, closed, samira, maria, signed_in):
        assert LogRevision.objects.after_closing(closed).count() == 0
        with time_machine.travel(SUMMER, tick=False):
            remove_log(log=SessionLog.objects.get(), reason="Fel.", by=samira, now=SUMMER)
            page = signed_in(maria).get("/oversikt/", {"lasar": closed.slug}).content.decode().replace("\xa0", " ")
        assert "Läsåret stängdes tors 1 jul. En logg har rättats sedan dess" in page

    def test_a_school_logs_nothing_more_until_it_is_open_again(self, plan, closed, samira, jonas):
        session = PlannedSession.objects.with_names().get(pk=plan("1A", LAST_WEEK).pk)
        with pytest.raises(LogRefused, match="är stängt"):
            log_as_planned(session=session, key=uuid.uuid4(), by=jonas, now=SUMMER)
        reopen_year(year=closed, by=samira)
        session = PlannedSession.objects.with_names().get(pk=session.pk)
        assert log_as_planned(session=session, key=uuid.uuid4(), by=jonas, now=SUMMER).held

    def test_a_coordinator_closes_it_on_its_page(self, plan, year, samira, signed_in):
        plan("1A", THIS_WEEK)
        url = reverse("schools:year-close", args=[year.slug])
        with time_machine.travel(SUMMER, tick=False):
            client = signed_in(samira)
            assert "Ett pass saknar fortfarande logg." in client.get(url).content.decode()
            page = client.post(url, follow=True).content.decode()
        assert "Läsåret 2026/27 är stängt." in page
        assert "Öppna läsåret igen" in page


def test_the_pages_ask_why_and_give_the_way_back(log, jonas, signed_in):
    client, session = signed_in(jonas), log.session
    with time_machine.travel(NOON + HOUR, tick=False):
        url = reverse("sessions_log:log-remove", args=[session.uuid])
        assert "Skriv varför, med några ord." in client.post(url, {"why": " "}).content.decode()
        page = client.post(url, {"why": "Fel klass."}, follow=True).content.decode()
        assert "Loggen för 1A är borttagen." in page
        assert "Orsak: Fel klass." in page
        kept = LogRevision.objects.get(deed="remove")
        page = client.post(
            reverse("sessions_log:log-restore", args=[session.uuid, kept.pk]), follow=True
        ).content.decode()
    assert "Loggen för 1A är återställd." in page
    assert SessionLog.objects.exists()
