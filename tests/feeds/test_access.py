"""Who reads a calendar: whoever has its address, as long as its person may. Asked anew at each fetch."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from django.urls import reverse

from accounts.actions import close_account, end_role
from schools.actions.feeds import AlreadyMade, choose_schools, make_feed, revoke_feed
from schools.actions.moves import move_session
from schools.actions.people import end_membership
from schools.actions.places import close_school
from schools.models import CalendarFeed, SchoolMembership
from schools.views import feeds
from tests.conftest import NOW, account, at_school
from tests.schools.laid_out import on, session_of, text_of
from vpc_portal.logs import without_secrets

TODAY = NOW.date()
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with on(TODAY):
        yield


def status(path: str, **headers: str) -> int:
    return Client().get(path, headers=headers).status_code


def test_it_is_read_without_signing_in_and_only_read(town, subscribe):
    path = subscribe(town.elin)
    answer = Client(enforce_csrf_checks=True).get(path, headers={"accept-language": "en"})
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Elevpass i" in answer.content.decode() and not answer.cookies
    head = Client().head(path)
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(answer.content)))
    for method in ("post", "put", "delete", "patch"):
        assert getattr(Client(enforce_csrf_checks=True), method)(path).status_code == 405


def test_a_calendar_that_has_it_already_is_told_so(town, subscribe):
    path, row = subscribe(town.elin), session_of(town.plan, "1A", after=TODAY)
    first = Client().get(path)
    assert first["Cache-Control"] == "private, no-cache"
    same = Client().get(path, headers={"if-none-match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert status(path, **{"if-modified-since": first["Last-Modified"]}) == 304
    move_session(session=row, week_start=row.week_start, date=row.week_start, version=1, by=town.samira, now=NOW)
    later = Client().get(path, headers={"if-none-match": first["ETag"]})
    assert later.status_code == 200 and later["ETag"] != first["ETag"]
    assert later["Last-Modified"] > first["Last-Modified"], "in the very same second, too"
    assert status(path, **{"if-modified-since": first["Last-Modified"]}) == 200


def test_only_a_hash_is_kept_of_the_address(town, subscribe):
    token = subscribe(town.elin).removeprefix("/kalender/").removesuffix(".ics")
    kept = CalendarFeed.objects.values().get()
    assert len(token) >= 43 and token not in str(kept)
    assert status(f"/kalender/{kept['token_hash']}.ics") == 404
    assert status("/kalender/finns-inte.ics") == 404


def test_a_renewed_address_and_one_taken_back_are_gone_at_once(town, subscribe):
    old = subscribe(town.elin)
    new = subscribe(town.elin)
    assert (status(old), status(new)) == (410, 200)
    assert status(subscribe(town.elin, town.lindang)) == 200, "the school's calendar is another"
    assert status(new) == 200
    revoke_feed(feed=CalendarFeed.objects.standing().get(school=None), by=town.elin, now=NOW)
    assert status(new) == 410


def test_a_role_that_has_ended_ends_the_calendar(town, subscribe):
    own, of_school = subscribe(town.elin), subscribe(town.elin, town.lindang)
    membership = SchoolMembership.objects.get(person__user=town.elin)
    end_membership(membership=membership, last_day=TODAY, by=town.samira)
    assert (status(own), status(of_school)) == (200, 200), "the last day is a day"
    with on(TOMORROW):
        assert (status(own), status(of_school)) == (410, 410)


def test_a_calendar_of_two_schools_goes_on_with_the_one_that_is_left(town, subscribe, read):
    at_school(town.elin, town.ekbacka, "contact", town.samira)
    own, of_lindang = subscribe(town.elin), subscribe(town.elin, town.lindang)
    membership = SchoolMembership.objects.get(person__user=town.elin, person__school=town.lindang)
    end_membership(membership=membership, last_day=YESTERDAY, by=town.samira)
    assert read(own) == {} and status(of_lindang) == 410


def test_a_coordinators_calendar_ends_with_the_role(town, subscribe):
    own, of_school = subscribe(town.samira), subscribe(town.samira, town.lindang)
    end_role(role=town.samira.centre_roles.get(), last_day=YESTERDAY, today=TODAY, by=town.adam)
    assert (status(own), status(of_school)) == (410, 410)


def test_a_shut_account_ends_the_calendar(town, subscribe):
    path = subscribe(town.elin)
    close_account(user=town.elin, today=TODAY, by=town.adam)
    assert status(path) == 410


def test_a_closed_school_ends_its_calendar_for_a_coordinator_too(town, subscribe, read):
    paths = [subscribe(town.samira, town.lindang), subscribe(town.samira, only=[town.lindang]), subscribe(town.elin)]
    everything = subscribe(town.samira)
    close_school(school=town.lindang, last_day=YESTERDAY, by=town.samira, now=NOW)
    assert [status(path) for path in paths] == [410, 410, 410]
    assert read(everything) == {}


def test_a_choice_that_has_become_empty_opens_no_other_school(town, subscribe):
    path = subscribe(town.samira, only=[town.lindang])
    CalendarFeed.objects.standing().get().chosen.clear()
    assert status(path) == 410


def test_one_that_asks_without_end_is_told_to_wait(town, subscribe, monkeypatch):
    monkeypatch.setattr(feeds, "MOST_AN_HOUR", 2)
    path = subscribe(town.elin)
    assert [status(path) for _time in range(3)] == [200, 200, 429]
    assert Client().get(path)["Retry-After"] == "3600"
    with on(TODAY, hour=11):
        assert status(path) == 200


def test_one_whose_count_the_cache_has_forgotten_is_read_all_the_same(town, subscribe, settings):
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    path = subscribe(town.elin)
    assert [status(path), status(path)] == [200, 200]


def test_the_database_has_one_standing_address_for_the_same_sessions(town):
    said = {"user": town.elin, "made_at": NOW}
    for school in (None, town.lindang):
        CalendarFeed.objects.create(token_hash=f"one {school}", school=school, **said)
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarFeed.objects.create(token_hash=f"two {school}", school=school, **said)


def test_the_same_form_sent_twice_makes_one(town):
    key = uuid.uuid4()
    feed, _token = make_feed(school=None, key=key, by=town.elin, now=NOW)
    with pytest.raises(AlreadyMade):
        make_feed(school=None, key=key, by=town.elin, now=NOW)
    assert CalendarFeed.objects.standing().get() == feed


def test_schools_are_chosen_anew_at_the_same_address(town, subscribe, read):
    path = subscribe(town.samira, only=[town.ekbacka])
    assert read(path) == {}
    choose_schools(feed=CalendarFeed.objects.standing().get(), only=None, by=town.samira)
    assert len(read(path)) == town.plan.sessions.count()


def test_the_log_has_no_address_in_full(town, subscribe, caplog):
    path = subscribe(town.elin)
    revoke_feed(feed=CalendarFeed.objects.get(), by=town.elin, now=NOW)
    with caplog.at_level(logging.INFO, logger="django.request"):
        assert status(path) == 410
    assert f"/kalender/{path[10:14]}…" in caplog.text and path[10:-4] not in caplog.text


def test_what_servers_log_is_shortened_as_well(caplog):
    token = "a" * 43
    logging.getLogger("gunicorn.access").addHandler(caplog.handler)
    try:
        logging.getLogger("gunicorn.access").warning('%(h)s "%(r)s"', {"h": "::1", "r": f"GET /lank/{token}/ HTTP/1.1"})
    finally:
        logging.getLogger("gunicorn.access").removeHandler(caplog.handler)
    assert '"GET /lank/aaaa…/ HTTP/1.1"' in caplog.text and token not in caplog.text
    assert without_secrets("/skolor/lindangsskolan/plan/2026-27/ht/") == "/skolor/lindangsskolan/plan/2026-27/ht/"


# The pages.


def make_on_page(client: Client, page: str, **fields: str) -> tuple[str, str]:
    answer = client.post(page, {"key": str(uuid.uuid4())} | fields)
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    text = answer.content.decode()
    address = text.partition('id="address">')[2].partition("<")[0]
    return address, text


def test_the_address_is_shown_once_to_copy_with_how_to_add_it(town, signed_in):
    client = signed_in(town.elin)
    assert "Alla pass på Lindängsskolan" in text_of(client.get("/kalender/"))
    address, text = make_on_page(client, "/kalender/ny/", school="")
    assert address.startswith("http://127.0.0.1:8000/kalender/") and status(address[21:]) == 200
    assert f'href="webcal://{address.partition("://")[2]}"' in text
    for word in ("Outlook", "Google Kalender", "iPhone", "Den visas bara nu"):
        assert word in text
    page = client.get("/kalender/").content.decode()
    assert address[30:60] not in page and "En kalender hämtade den senast" in page
    client.post("/kalender/ta-bort/", {"school": ""})
    assert status(address[21:]) == 410


def test_the_same_form_again_shows_no_address_and_stops_none(town, signed_in):
    client, key = signed_in(town.elin), str(uuid.uuid4())
    address, _text = make_on_page(client, "/kalender/ny/", key=key)
    again = client.post("/kalender/ny/", {"key": key}, follow=True)
    assert "Adressen har redan visats" in text_of(again) and status(address[21:]) == 200


def test_nobody_subscribes_to_another_persons_school(town, signed_in):
    client = signed_in(town.elin)
    for page in ("/kalender/ny/", "/kalender/ta-bort/"):
        for school in ("ekbackaskolan", "finns-inte"):
            assert client.post(page, {"school": school}).status_code == 404
    assert not CalendarFeed.objects.exists()
    assert signed_in(account("nobody")).get("/kalender/").status_code == 403


def test_a_coordinator_chooses_schools_and_changes_them(town, signed_in, read):
    client = signed_in(town.samira)
    refused = client.post("/kalender/skolor/", {"key": str(uuid.uuid4()), "which": "chosen"})
    assert "Välj minst en skola." in text_of(refused) and not CalendarFeed.objects.exists()
    address, _text = make_on_page(client, "/kalender/skolor/", which="chosen", schools="ekbackaskolan")
    assert read(address[21:]) == {}
    page = client.get("/kalender/skolor/").content.decode()
    assert 'value="ekbackaskolan" ' in page and "Adressen förblir densamma" in page
    client.post("/kalender/skolor/", {"key": str(uuid.uuid4()), "which": "all"})
    assert len(read(address[21:])) == town.plan.sessions.count()


def test_a_new_address_shows_the_schools_of_the_one_before(town, signed_in, read):
    client = signed_in(town.samira)
    make_on_page(client, "/kalender/skolor/", which="chosen", schools="ekbackaskolan")
    address, _text = make_on_page(client, "/kalender/ny/", school="")
    assert read(address[21:]) == {}


def test_from_a_mails_link_a_contact_without_password_follows_the_links_own_school(town, client, read):
    from schools.mailing.links import Scope, make_link

    at_school(town.elin, town.ekbacka, "contact", town.samira)
    membership = SchoolMembership.objects.get(person__user=town.elin, person__school=town.lindang)
    link = make_link(membership, [Scope.READ, Scope.ANSWER], TODAY)
    page = reverse("schools:link-feed", args=[link])
    assert page in client.get(reverse("schools:link-plan", args=[link])).content.decode()
    address, _text = make_on_page(client, page, school="ekbackaskolan")
    assert {event["location"] for event in read(address[21:]).values()} == {"Lindängsskolan"}
    assert "Ny adress" in text_of(client.get(page)) and address[30:60] not in client.get(page).content.decode()
    client.post(reverse("schools:link-feed-revoke", args=[link]))
    assert status(address[21:]) == 410
    only_read = make_link(membership, [Scope.READ], TODAY)
    assert client.post(reverse("schools:link-feed", args=[only_read])).status_code == 410


@override_settings(PORTAL_URL="https://portal.example.se")
def test_in_production_the_address_is_https(town, signed_in):
    address, text = make_on_page(signed_in(town.elin), "/kalender/ny/")
    assert address.startswith("https://portal.example.se/kalender/") and "webcal://portal.example.se/" in text
