"""What stands in a calendar: the plan as it is now, each session under one name for good."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from schools import feeds
from schools.actions.cancelling import cancel_session
from schools.actions.moves import move_session
from schools.actions.occasions import cancel_occasion, invite, plan_occasion
from schools.actions.undoing import undo_batch
from schools.models import PlannedSession, SchoolPerson
from schools.models.plans import monday_of
from tests.conftest import NOW, at_school
from tests.feeds.conftest import days_of, event_of
from tests.schools.laid_out import lay_out, on, session_of

TODAY = NOW.date()
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def clock():
    with on(TODAY):
        yield


def move(row, town, **where):
    where = {"week_start": row.week_start} | where
    return move_session(session=row, version=row.version, by=town.samira, now=NOW, **where)


def test_a_session_stands_on_its_week_until_a_day_is_set_and_then_on_the_day_and_at_the_time(town, subscribe, read):
    path, row = subscribe(town.elin), session_of(town.plan, "1A", after=TODAY)
    event = event_of(read(path), row)
    assert days_of(event) == (row.week_start, row.week_start + dt.timedelta(days=5)), "Monday to Friday, end exclusive"
    assert (event["status"], event["sequence"], event["transp"]) == ("CONFIRMED", row.version, "TRANSPARENT")
    assert event["summary"] == f"1A: {row.topic.title}"
    assert event["url"] == f"http://127.0.0.1:8000/pass/{row.uuid}/"
    assert "Elevpass i TÅGET\nPlanerat för v." in event["description"]
    tuesday = row.week_start + dt.timedelta(days=1)
    move(row, town, date=tuesday)
    assert days_of(event_of(read(path), row)) == (tuesday, tuesday + dt.timedelta(days=1))
    move(row, town, date=tuesday, start_time=dt.time(9, 10), end_time=dt.time(10))
    event = event_of(read(path), row)
    zone = ZoneInfo("Europe/Stockholm")
    assert days_of(event) == tuple(dt.datetime.combine(tuesday, at, zone) for at in (dt.time(9, 10), dt.time(10)))
    assert event["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert "transp" not in event


def test_the_sequence_only_rises_when_a_session_is_moved_and_moved_back(town, subscribe, read):
    path, row = subscribe(town.elin), session_of(town.plan, "1A", after=TODAY)
    home, sequences, stamps = row.week_start, [], []
    for week in (home, home + WEEK, home):
        if week != row.week_start:
            move_session(
                session=row, week_start=week, version=row.version, by=town.samira, now=NOW + WEEK * row.version
            )
        event = event_of(read(path), row)
        sequences.append(event["sequence"])
        stamps.append(event.decoded("dtstamp"))
    assert sequences == sorted(set(sequences)) and stamps == sorted(set(stamps))
    assert event.decoded("dtstart") == home


def test_the_sequence_rises_when_a_deed_is_undone_too(town, subscribe, read):
    path, row = subscribe(town.elin), session_of(town.plan, "1A", after=TODAY)
    said = {"session": row, "reason": "no_room", "by": town.samira, "now": NOW}
    sequences, statuses = [], []
    for undone in range(3):
        if undone == 1:
            new = cancel_session(version=row.version, new_week=dt.date(2027, 6, 7), **said)
        if undone == 2:
            undo_batch(batch=row.changes.filter(what="cancelled").get().batch, by=town.samira, now=NOW)
        event = event_of(read(path), row)
        sequences.append(event["sequence"])
        statuses.append(event["status"])
    assert sequences == sorted(set(sequences)) and statuses == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert not [uid for uid in read(path) if uid.startswith(str(new.uuid))], "what never came to be is gone"


def test_a_cancelled_session_stays_as_cancelled_and_its_new_time_stands_beside_it(town, subscribe, read):
    path, row = subscribe(town.elin), session_of(town.plan, "1A", after=TODAY)
    free = dt.date(2027, 6, 7)
    new = cancel_session(
        session=row,
        reason="staff_absent",
        note="Kim är sjuk",
        version=row.version,
        new_week=free,
        by=town.samira,
        now=NOW,
    )
    found = read(path)
    old, instead = event_of(found, row), event_of(found, new)
    assert old["status"] == "CANCELLED" and old["sequence"] == row.version
    assert old["summary"] == f"Inställt: 1A: {row.topic.title}"
    assert "Ny tid: v.\N{NO-BREAK SPACE}23." in old["description"]
    assert (instead["status"], instead.decoded("dtstart")) == ("CONFIRMED", free)
    assert "Kim" not in Client().get(path).content.decode(), "what somebody wrote as a reason is no business of a feed"


def test_a_new_time_that_is_cancelled_too_is_no_new_time_any_more(town, subscribe, read, signed_in):
    path, row = subscribe(town.elin), session_of(town.plan, "1A", after=TODAY)
    said = {"reason": "staff_absent", "by": town.samira, "now": NOW}
    second = cancel_session(session=row, version=row.version, new_week=dt.date(2027, 6, 7), **said)
    third = cancel_session(session=second, version=second.version, new_week=dt.date(2027, 5, 31), **said)
    assert "Ny tid: v.\N{NO-BREAK SPACE}22." in event_of(read(path), row)["description"]
    cancel_session(session=third, version=third.version, **said)
    found = read(path)
    for lost in (row, second, third):
        assert "Ny tid" not in event_of(found, lost)["description"]
        assert "<dt>Ny tid</dt>" not in signed_in(town.elin).get(lost.get_absolute_url()).content.decode()


def test_a_session_that_was_not_held_is_no_longer_on(town, subscribe, read):
    path, row = subscribe(town.elin), session_of(town.plan, "1A", after=TODAY)
    PlannedSession.objects.filter(pk=row.pk).update(outcome="not_held", version=row.version + 1)
    event = event_of(read(path), row)
    assert (event["status"], event["summary"]) == ("CANCELLED", f"Blev inte av: 1A: {row.topic.title}")


def test_the_calendar_says_its_name_its_page_its_zone_and_how_often_to_look(town, subscribe):
    text = Client().get(subscribe(town.elin, town.lindang)).content.decode().replace("\r\n ", "")
    for line in (
        "NAME:Terminsplan Lindängsskolan",
        "X-WR-CALNAME:Terminsplan Lindängsskolan",
        "X-WR-TIMEZONE:Europe/Stockholm",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "URL:http://127.0.0.1:8000/skolor/lindangsskolan/",
        "TZID:Europe/Stockholm",
    ):
        assert f"{line}\r\n" in text
    raw = Client().get(subscribe(town.elin, town.lindang)).content
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75, "lines are folded"


def test_a_persons_own_calendar_has_their_schools_and_a_schools_only_that(town, subscribe, read):
    at_school(town.elin, town.ekbacka, "coordinator", town.samira)
    lay_out(town, town.ekbacka)
    own, of_school = read(subscribe(town.elin)), read(subscribe(town.elin, town.ekbacka))
    everything = PlannedSession.objects.all()
    assert len(own) == everything.count() and len(of_school) == len(own) / 2
    assert {event["location"] for event in of_school.values()} == {"Ekbackaskolan"}
    first = event_of(own, everything.first())
    assert first["summary"].startswith(f"{first['location']} "), "among several schools each says its own"


def test_a_centre_coordinator_follows_all_schools_or_those_chosen(town, subscribe, read):
    lay_out(town, town.ekbacka)
    schools = {event["location"] for event in read(subscribe(town.samira)).values()}
    assert schools == {"Lindängsskolan", "Ekbackaskolan"}
    chosen = read(subscribe(town.samira, only=[town.ekbacka]))
    assert {event["location"] for event in chosen.values()} == {"Ekbackaskolan"}


def test_who_leads_is_said_to_the_person_and_not_in_the_schools_shared_calendar(town, subscribe):
    row = session_of(town.plan, "1A", after=TODAY)
    row.leader = SchoolPerson.objects.create(school=town.lindang, name="Lo Ledare", email="lo@skola.example")
    row.save(update_fields=["leader"])
    own, shared = (Client().get(subscribe(town.elin, school)).content.decode() for school in (None, town.lindang))
    assert "Leds av Lo Ledare." in own.replace("\r\n ", "") and "lo@skola" not in own
    assert "Lo Ledare" not in shared.replace("\r\n ", "")


def test_occasions_that_somebody_is_invited_to_stand_in_their_own_calendar(town, subscribe, read):
    said = {"kind": "apt", "school": town.ekbacka, "date": TODAY + WEEK, "by": town.samira, "now": NOW}
    occasion = plan_occasion(key=uuid.uuid4(), text="Ta med anteckningar", start_time=dt.time(15), **said)
    path = subscribe(town.elin)
    assert not [uid for uid in read(path) if uid.startswith(str(occasion.uuid))]
    invite(occasion=occasion, people=[town.elin.school_people.get()], guests=[], by=town.samira, now=NOW)
    event = event_of(read(path), occasion)
    assert event["summary"] == occasion.title and "description" not in event
    occasion.refresh_from_db()
    cancel_occasion(occasion=occasion, version=occasion.version, reason="other", by=town.samira, now=NOW)
    later = event_of(read(path), occasion)
    assert later["status"] == "CANCELLED" and later["sequence"] > event["sequence"]


def test_last_years_sessions_go_when_a_new_year_begins_and_not_before(town, subscribe, read):
    path = subscribe(town.elin)
    everything = town.plan.sessions.count()
    with on(dt.date(2027, 8, 1)):
        assert len(read(path)) == everything
    year = town.year
    year.pk, year.starts_on, year.ends_on = None, dt.date(2027, 8, 17), dt.date(2028, 6, 9)
    year.save()
    with on(dt.date(2027, 8, 17)):
        assert read(path) == {}


def test_a_feed_that_would_be_too_large_has_the_nearest_and_says_so(town, subscribe, read, monkeypatch):
    monkeypatch.setattr(feeds, "MOST_SESSIONS", 5)
    path = subscribe(town.elin)
    found = read(path)
    assert len(found) == 5
    assert min(event.decoded("dtstart") for event in found.values()) >= monday_of(TODAY) - 2 * WEEK
    assert "X-WR-CALDESC:Bara de närmaste 5 passen får plats." in Client().get(path).content.decode()


def test_a_feed_costs_the_same_number_of_queries_however_many_sessions(town, subscribe, django_assert_max_num_queries):
    path = subscribe(town.samira)
    with django_assert_max_num_queries(16):
        Client().get(path)
    lay_out(town, town.ekbacka)
    with django_assert_max_num_queries(16):
        Client().get(path)
