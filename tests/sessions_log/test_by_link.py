"""Logging without an account: the one who holds a session gets a link by mail, and a sheet with a code."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import pytest
import segno
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.actions import close_account
from outbox.kinds import kind_of
from outbox.letters import NotWanted
from outbox.models import Message
from schools.actions.people import add_person
from schools.mailing.links import Scope, make_link
from schools.models import PlannedSession, School, SchoolMembership, SchoolPerson
from sessions_log.models import ReminderItem, SessionLog
from sessions_log.reminders import due
from sessions_log.session_links import session_link
from tests.conftest import account
from tests.schools.laid_out import text_of
from tests.sessions_log.conftest import LAST_WEEK, NOON, THIS_WEEK, TODAY

FRIDAY = dt.datetime(2026, 9, 18, 6, tzinfo=dt.UTC)
KIND = ReminderItem.Kind.LOG_BY_LINK


@pytest.fixture(autouse=True)
def thursday_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def lo(lindang, samira) -> SchoolPerson:
    """A teacher without an account, at a school that may log by link."""
    School.objects.filter(pk=lindang.pk).update(logs_by_link=True)
    lindang.refresh_from_db()
    return add_person(school=lindang, name="Lo Lärare", email="lo@skola.example", by=samira)


@pytest.fixture
def held_by_lo(plan, lo) -> PlannedSession:
    session = plan("1A", THIS_WEEK, leader=lo)
    return PlannedSession.objects.with_names().get(pk=session.pk)


def address(session: PlannedSession) -> str:
    return "/" + session_link(session).split("/", 3)[3]


def test_the_link_goes_to_the_one_who_holds_the_session_on_its_day_and_once(held_by_lo, plan):
    plan("2A", THIS_WEEK)  # nobody is said to lead it
    due(FRIDAY - dt.timedelta(days=1))
    assert not Message.objects.filter(kind=KIND).exists()
    for _run in range(2):
        due(FRIDAY)
    mail = Message.objects.get(kind=KIND)
    assert mail.address == "lo@skola.example"
    letter = kind_of(mail).compose(mail, FRIDAY)
    assert [section.heading for section in letter.sections] == ["Normer och dess konsekvenser, 1A"]
    assert "/passlank/" in letter.sections[0].button.url


def test_a_school_that_does_not_log_by_link_sends_none(held_by_lo, lindang):
    School.objects.filter(pk=lindang.pk).update(logs_by_link=False)
    due(FRIDAY)
    assert not Message.objects.filter(kind=KIND).exists()


def test_it_is_not_sent_when_somebody_else_holds_the_session(held_by_lo, lindang, samira):
    due(FRIDAY)
    held_by_lo.leader = add_person(school=lindang, name="Kim Kollega", email="kim@skola.example", by=samira)
    held_by_lo.save()
    mail = Message.objects.get(kind=KIND)
    with pytest.raises(NotWanted):
        kind_of(mail).compose(mail, FRIDAY)


def test_reading_changes_nothing_and_two_taps_log(held_by_lo, lo):
    client, url = Client(), address(held_by_lo)
    page = client.get(url).content.decode()
    assert "Genomfört som planerat" in page
    lo.refresh_from_db()
    assert lo.user is None
    card = client.get(url).context["card"]
    said = {"key": card.key, "held_on": TODAY, "version": held_by_lo.version}
    page = client.post(f"{url}som-planerat/", said, follow=True).content.decode()
    assert "Loggen för 1A är sparad." in page
    lo.refresh_from_db()
    assert SessionLog.objects.get().logged_by == lo.user


def test_the_full_form_opens_by_the_link(held_by_lo):
    client, url = Client(), f"{address(held_by_lo)}logg/"
    form = client.get(url).context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None and name in form.fields}
    page = client.post(url, {**sent, "present": "300"}).content.decode()
    assert "Skriv 200 eller färre." in page
    client.post(url, {**sent, "present": "20"})
    assert SessionLog.objects.get().present == 20


@pytest.mark.parametrize("case", ["unticked", "another leader", "shut account", "no address", "old", "tampered"])
def test_a_link_that_does_not_hold_opens_nothing(case, held_by_lo, lindang, samira, thursday_noon):
    url = address(held_by_lo)
    if case == "unticked":
        School.objects.filter(pk=lindang.pk).update(logs_by_link=False)
    elif case == "another leader":
        PlannedSession.objects.filter(pk=held_by_lo.pk).update(leader=None)
    elif case == "shut account":
        SchoolPerson.objects.filter(pk=held_by_lo.leader_id).update(email="Lo@vpc.example")
        close_account(user=account("lo"), today=TODAY, by=samira)
    elif case == "no address":
        SchoolPerson.objects.filter(pk=held_by_lo.leader_id).update(email="")
    elif case == "old":
        thursday_noon.shift(dt.timedelta(days=40))
    else:
        url = url.replace("/passlank/", "/passlank/x")
    client = Client()
    status = 404 if case == "tampered" else 410
    assert client.get(url).status_code == status
    assert client.post(f"{url}som-planerat/", {"key": "6f2b1f0e-0000-4000-8000-000000000001"}).status_code == status
    assert not SessionLog.objects.exists()


def _kept(session: PlannedSession) -> str:
    """What a phone keeps of the two taps."""
    url = reverse("sessions_log:log-as-planned", args=[session.uuid])
    fields = [["key", "6f2b1f0e-0000-4000-8000-000000000009"], ["held_on", TODAY.isoformat()], ["version", "1"]]
    return json.dumps([{"key": "9", "url": url, "about": str(session.group), "at": "", "fields": fields}])


def test_what_was_kept_is_sent_through_the_link_and_of_its_own_session_alone(held_by_lo, plan, lo):
    other = plan("2A", THIS_WEEK)
    client, url = Client(), f"{address(held_by_lo)}ej-skickade/"
    page = client.get(address(held_by_lo)).content.decode()
    assert 'data-keep-for="' in page
    assert f'href="{url}"' in page
    assert "Det finns inget sådant pass" in client.post(url, {"logs": _kept(other)}).content.decode()
    assert "Loggen är skickad" in client.post(url, {"logs": _kept(held_by_lo)}).content.decode()
    assert SessionLog.objects.get().session == held_by_lo


def test_a_contacts_link_sends_what_was_kept_at_the_school_alone(plan, centre, lindang):
    School.objects.filter(pk=lindang.pk).update(logs_by_link=True)
    contact = SchoolMembership.objects.get(person__school=lindang, person__user=centre.elin)
    kept_url = reverse("sessions_log:link-kept", args=[make_link(contact, [Scope.READ, Scope.LOG], TODAY)])
    elsewhere = plan("1A", THIS_WEEK, school=centre.ekbacka)
    assert "Det finns inget sådant pass" in Client().post(kept_url, {"logs": _kept(elsewhere)}).content.decode()
    here = plan("1A", THIS_WEEK)
    assert "Loggen är skickad" in Client().post(kept_url, {"logs": _kept(here)}).content.decode()
    assert SessionLog.objects.get().session == here


def test_of_several_sessions_the_first_has_the_button_that_stands_out(plan, centre, lindang):
    School.objects.filter(pk=lindang.pk).update(logs_by_link=True)
    for name in ("1A", "2A"):
        plan(name, LAST_WEEK)
    token = make_link(SchoolMembership.objects.get(person__user=centre.elin), [Scope.LOG], TODAY)
    page = Client().get(reverse("sessions_log:link-log", args=[token])).content.decode()
    assert re.findall(r'<summary class="btn (btn-\w+)"', page) == ["btn-primary", "btn-secondary"]


def test_a_log_that_was_tapped_wrongly_is_changed_from_where_it_says_that_it_is_saved(plan, centre, lindang):
    School.objects.filter(pk=lindang.pk).update(logs_by_link=True)
    session = plan("1A", LAST_WEEK)
    token = make_link(SchoolMembership.objects.get(person__user=centre.elin), [Scope.LOG], TODAY)
    client = Client()
    home = client.get(reverse("sessions_log:link-log", args=[token]))
    said = {"key": str(home.context["cards"][0].key)}
    page = client.post(reverse("sessions_log:link-log-as-planned", args=[token, session.uuid]), said, follow=True)
    assert "Loggen för 1A är sparad. Ändra loggen" in text_of(page)
    form_url = reverse("sessions_log:link-log-form", args=[token, session.uuid])
    assert f'<a href="{form_url}">Ändra loggen</a>' in page.content.decode()
    assert "Ändra loggen för 1A" in text_of(client.get(form_url))


def test_many_sessions_come_thirty_to_a_page_those_that_the_mail_is_about_first(plan, centre, lindang):
    School.objects.filter(pk=lindang.pk).update(logs_by_link=True)
    for number in range(1, 32):
        plan("1A", LAST_WEEK - number * dt.timedelta(weeks=1), topic=None, slot_no=number)
    token = make_link(SchoolMembership.objects.get(person__user=centre.elin), [Scope.LOG], TODAY)
    url = reverse("sessions_log:link-log", args=[token])
    first, second = (Client().get(url, {"sida": page}) for page in (1, 2))
    assert [len(page.context["cards"]) for page in (first, second)] == [30, 1]
    weeks = [card.session.week_start for page in (first, second) for card in page.context["cards"]]
    assert weeks == sorted(weeks, reverse=True) and weeks[0] == LAST_WEEK - dt.timedelta(weeks=1)
    said = text_of(first)
    assert "31 pass har passerat utan logg, de senaste först." in said and "Sida 1 av 2 Nästa sida" in said
    assert "Föregående sida Sida 2 av 2" in text_of(second)


def test_ones_own_name_stands_first_and_once(held_by_lo, lindang, samira):
    add_person(school=lindang, name="Kim Kollega", email="kim@skola.example", by=samira)
    form = Client().get(f"{address(held_by_lo)}logg/").context["form"]
    names = [name for _value, name in form.fields["leader"].choices]
    assert names[0] == "Lo Lärare (du)"
    assert "Kim Kollega" in names
    assert "Lo Lärare" not in names


def test_the_sheets_code_opens_the_log(held_by_lo, jonas, signed_in):
    response = signed_in(jonas).get(reverse("sessions_log:session-sheet", args=[held_by_lo.uuid]))
    reader = PdfReader(io.BytesIO(response.content))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == 1
    assert "1A: Normer och dess konsekvenser" in " ".join(text.split())
    assert "Koden öppnar loggen" in " ".join(text.split())


@pytest.fixture
def coded(monkeypatch) -> list[str]:
    """The addresses that sheets have as codes."""
    addresses: list[str] = []
    make = segno.make
    monkeypatch.setattr("segno.make", lambda address, **how: addresses.append(address) or make(address, **how))
    return addresses


def test_a_sheet_has_the_leaders_own_code_only_for_those_who_may_log(held_by_lo, coded, jonas, elin, maria, signed_in):
    """A contact person, or leadership, would else log in the leader's name."""
    sheet = reverse("sessions_log:session-sheet", args=[held_by_lo.uuid])
    for reader in (jonas, elin, maria):
        assert signed_in(reader).get(sheet).status_code == 200
    behind_sign_in = reverse("sessions_log:log-form", args=[held_by_lo.uuid])
    assert coded[0] == session_link(held_by_lo)
    assert [address.endswith(behind_sign_in) for address in coded] == [False, True, True]


def test_who_leads_the_session_has_their_own_code(held_by_lo, coded, elin, signed_in):
    held_by_lo.leader = SchoolPerson.objects.get(user=elin)
    held_by_lo.save()
    signed_in(elin).get(reverse("sessions_log:session-sheet", args=[held_by_lo.uuid]))
    assert coded == [session_link(held_by_lo)]


def test_a_session_without_a_day_is_told_by_its_week(held_by_lo):
    page = Client().get(address(held_by_lo)).content.decode().replace("\xa0", " ")
    assert "<b>v. 38</b>, 14–18 sep</span>" in page
