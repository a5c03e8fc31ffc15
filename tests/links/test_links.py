"""Signed links: what they open, what they never change by being opened, and when they stop."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions import close_account
from accounts.models import User
from outbox.models import MailPreference
from schools.actions.people import add_person, end_membership, give_membership
from schools.actions.places import close_school
from schools.mailing.letters import PLAN_SCOPES
from schools.mailing.links import HOLDS, SALT, Scope, make_link
from schools.models import PlanConfirmation, SchoolMembership, SchoolReply, TopicChoice
from sessions_log.models import SessionLog
from tests.conftest import NOW
from tests.statements import writes
from tests.town import TODAY, in_full_work

pytestmark = pytest.mark.django_db

ALL = tuple(Scope)


@pytest.fixture
def town(centre: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with time_machine.travel(NOW, tick=False):
        yield in_full_work(centre)


def membership_of(user: User) -> SchoolMembership:
    return SchoolMembership.objects.get(person__user=user)


def address(name: str, user: User, *args, scopes=ALL, today: dt.date = TODAY) -> str:
    return reverse(name, args=[make_link(membership_of(user), scopes, today), *args])


def confirm(client: Client, user: User, **kwargs):
    page = client.get(address("schools:link-plan", user, **kwargs))
    plan = page.context["plan"]
    said = {"term": "2026-27/ht", "seen": list(plan.digests.values())}
    return client.post(address("schools:link-confirm", user, **kwargs), said, follow=True)


def test_the_plan_opens_without_a_password_and_is_confirmed_in_one_tap(town: SimpleNamespace):
    client = Client()
    page = confirm(client, town.elin)
    assert "Elin Test bekräftade" in page.content.decode()
    assert PlanConfirmation.objects.get().by == town.elin
    assert "_auth_user_id" not in client.session


def test_opening_a_link_writes_nothing(town: SimpleNamespace):
    session = town.ahead["lindangsskolan"]
    names = [("schools:link-plan",), ("schools:link-time", session.uuid), ("schools:link-topics",)]
    names += [("schools:link-not-me",)]
    for name, *args in names:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert Client().get(address(name, town.elin, *args)).status_code == 200, name
        assert writes(queries) == [], name


def test_the_material_of_the_plan_is_handed_out(town: SimpleNamespace):
    answer = Client().get(address("schools:link-material", town.elin, town.topic.slug))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    answer.close()


def test_a_link_does_not_open_what_asks_for_a_sign_in(town: SimpleNamespace):
    client = Client()
    client.get(address("schools:link-plan", town.elin))
    assert client.get(reverse("schools:term-plan", args=["lindangsskolan"])).status_code == 302


@pytest.mark.parametrize("scope", list(Scope))
def test_a_link_opens_only_what_its_scope_says(scope: Scope, town: SimpleNamespace):
    session = town.ahead["lindangsskolan"]
    doors = {
        "schools:link-plan": (Scope.READ, []),
        "schools:link-time": (Scope.ANSWER, [session.uuid]),
        "schools:link-not-me": (Scope.ANSWER, []),
        "schools:link-topics": (Scope.CHOOSE, []),
        "sessions_log:link-log": (Scope.LOG, []),
    }
    for name, (needed, args) in doors.items():
        user = town.jonas if needed == Scope.LOG else town.elin
        status = Client().get(address(name, user, *args, scopes=[scope])).status_code
        assert status == (200 if needed == scope else 410), name


@pytest.mark.parametrize("scope", list(Scope))
def test_a_link_expires(scope: Scope, town: SimpleNamespace):
    name = {Scope.READ: "schools:link-plan", Scope.ANSWER: "schools:link-not-me", Scope.CHOOSE: "schools:link-topics"}
    user, page = (town.jonas, "sessions_log:link-log") if scope == Scope.LOG else (town.elin, name[scope])
    for age, status in [(HOLDS[scope], 200), (HOLDS[scope] + 1, 410), (-1, 410)]:
        made = TODAY - dt.timedelta(days=age)
        assert Client().get(address(page, user, scopes=[scope], today=made)).status_code == status, age


def test_a_link_that_is_too_old_to_answer_with_says_so_and_how_to_come_in(town: SimpleNamespace):
    """Its page leads nowhere that the link itself no longer opens."""
    client, made = Client(), TODAY - dt.timedelta(days=HOLDS[Scope.ANSWER] + 1)
    where = address("schools:link-plan", town.elin, scopes=PLAN_SCOPES, today=made)
    page = client.get(where).content.decode()
    assert "Länken är för gammal att svara med." in page
    assert f'href="{reverse("account_request_login_code")}"' in page
    for href in set(re.findall(rf'href="({re.escape(where)}[^"]+)"', page)):
        answer = client.get(href)
        answer.getvalue()
        assert answer.status_code in (200, 302), href
    assert "för gammal" not in client.get(address("schools:link-plan", town.elin, scopes=PLAN_SCOPES)).content.decode()


def test_when_the_role_ends_every_link_stops_at_once(town: SimpleNamespace):
    link = address("schools:link-plan", town.elin)
    # The last day is today: the role holds until tonight, but what was sent for it does not.
    end_membership(membership=membership_of(town.elin), last_day=TODAY, by=town.samira)
    answer = Client().get(link)
    assert answer.status_code == 410
    assert "Länken gäller inte längre" in answer.content.decode()
    assert "Få en kod i mejlen" in answer.content.decode()


def test_when_the_account_or_the_school_is_closed_the_link_stops(town: SimpleNamespace):
    link, other = address("schools:link-plan", town.elin), address("schools:link-plan", town.jonas)
    close_account(user=town.elin, today=TODAY, by=town.adam)
    assert Client().get(link).status_code == 410
    close_school(school=town.lindang, last_day=TODAY, by=town.samira, now=NOW)
    assert Client().get(other).status_code == 410


def test_a_tampered_link_opens_nothing(town: SimpleNamespace):
    token = make_link(membership_of(town.elin), ALL, TODAY)
    forged = signing.dumps([1, 1, "rac", TODAY.toordinal()], key="x" * 50, salt=SALT)
    other_salt = signing.dumps([membership_of(town.elin).pk, 1, "r", TODAY.toordinal()], salt="something else")
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), token.swapcase(), "x", forged, other_salt):
        assert Client().get(reverse("schools:link-plan", args=[wrong])).status_code == 404, wrong


def test_another_schools_session_is_not_there(town: SimpleNamespace):
    elsewhere = town.ahead["ekbackaskolan"]
    for name in ("schools:link-time",):
        assert Client().get(address(name, town.elin, elsewhere.uuid)).status_code == 404
    due = town.due["ekbackaskolan"]
    post = {"key": str(uuid.uuid4())}
    assert Client().post(address("sessions_log:link-log-as-planned", town.jonas, due.uuid), post).status_code == 404
    assert SessionLog.objects.filter(session=due).count() == 0


def test_a_time_that_does_not_work_becomes_a_reply(town: SimpleNamespace):
    session, client = town.ahead["lindangsskolan"], Client()
    link = address("schools:link-time", town.elin, session.uuid)
    form = client.get(link).context["form"]
    said = {
        "key": str(uuid.uuid4()),
        "groups": [str(session.uuid)],
        "reason": "no_room",
        "week": form.offered[0].isoformat(),
        "note": "Aulan är upptagen.",
    }
    for _twice in range(2):
        page = client.post(link, said, follow=True)
        assert "Tack. Centrets samordnare ser det" in page.content.decode()
    reply = SchoolReply.objects.get()
    assert (reply.by, reply.proposed_week, reply.note) == (town.elin, form.offered[0], "Aulan är upptagen.")
    session.refresh_from_db()
    assert session.week_start == reply.week_start


def test_the_same_key_with_other_content_is_refused(town: SimpleNamespace):
    session, client = town.ahead["lindangsskolan"], Client()
    link = address("schools:link-time", town.elin, session.uuid)
    said = {"key": str(uuid.uuid4()), "groups": [str(session.uuid)], "reason": "no_room", "week": "", "note": ""}
    client.post(link, said)
    page = client.post(link, said | {"reason": "other"})
    assert "redan skickats med annat innehåll" in page.content.decode()
    assert SchoolReply.objects.get().reason == "no_room"
    assert page.context["form"]["key"].value() != said["key"], "sent again it is another form"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reason": ""}, "Välj varför tiden inte fungerar."),
        ({"groups": []}, "Välj minst en grupp."),
        ({"week": "other", "other_week": ""}, "Välj en vecka."),
        ({"week": "2026-10-26"}, "giltigt alternativ"),
        ({"note": "Gäller 20100101-1234"}, "personnumret"),
        ({"groups": ["00000000-0000-0000-0000-000000000001"]}, "giltigt alternativ"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(wrong: dict, says: str, town: SimpleNamespace):
    session = town.ahead["lindangsskolan"]
    link = address("schools:link-time", town.elin, session.uuid)
    said = {
        "key": str(uuid.uuid4()),
        "groups": [str(session.uuid)],
        "reason": "no_room",
        "week": "",
        "note": "Vi flyttar",
    }
    text = Client().post(link, said | wrong).content.decode()
    assert says in text
    assert (wrong.get("note") or "Vi flyttar") in text
    assert not SchoolReply.objects.exists()


def test_topics_are_chosen_by_the_link(town: SimpleNamespace):
    client = Client()
    page = client.get(address("schools:link-topics", town.elin))
    form, names = page.context["form"], list(page.context["form"].fields)
    said = {name: str(form.fields[name].initial) for name in names} | {"seen": page.context["seen"]}
    said[names[-2]], said[names[-1]] = said[names[-1]], said[names[-2]]
    assert client.post(address("schools:link-topics", town.elin), said | {"seen": "1,2"}).status_code == 409
    client.post(address("schools:link-topics", town.elin), said)
    chosen = TopicChoice.objects.filter(participation=town.plans["lindangsskolan"]).order_by("position")
    assert [str(choice.topic_id) for choice in chosen] == [said[name] for name in names]


def test_the_link_to_the_settings_of_older_mails_leads_to_the_readers_own(town: SimpleNamespace):
    client = Client()
    own = client.get(address("schools:link-mail", town.elin))
    client.post(own["Location"], {"mails": "weekly"})
    assert MailPreference.objects.get(user=town.elin).weekly


def test_somebody_without_an_account_gets_one_when_answering_not_when_reading(town: SimpleNamespace):
    person = add_person(school=town.lindang, name="Nils Ny", email="nils@skola.example", by=town.samira)
    membership = give_membership(person=person, role="contact", starts_on=dt.date(2026, 9, 1), by=town.samira)
    token = make_link(membership, ALL, TODAY)
    page = Client().get(reverse("schools:link-plan", args=[token]))
    assert not User.objects.filter(email="nils@skola.example").exists()
    said = {"term": "2026-27/ht", "seen": list(page.context["plan"].digests.values())}
    Client().post(reverse("schools:link-confirm", args=[token]), said)
    assert PlanConfirmation.objects.get().by.full_name == "Nils Ny"
    assert not User.objects.get(email="nils@skola.example").has_usable_password()


def test_a_log_is_written_by_the_link_in_two_taps_and_once(town: SimpleNamespace):
    waiting = town.plans["lindangsskolan"].sessions.awaiting_log(TODAY + dt.timedelta(days=14)).first()
    with time_machine.travel(NOW + dt.timedelta(days=14), tick=False):
        today = TODAY + dt.timedelta(days=14)
        page = Client().get(address("sessions_log:link-log", town.jonas, today=today))
        card = next(card for card in page.context["cards"] if card.session == waiting)
        link = address("sessions_log:link-log-as-planned", town.jonas, waiting.uuid, today=today)
        for _twice in range(2):
            Client().post(link, {"key": str(card.key)})
    assert SessionLog.objects.get(session=waiting).logged_by == town.jonas


def test_a_contact_persons_link_never_logs(town: SimpleNamespace):
    assert Client().get(address("sessions_log:link-log", town.elin)).status_code == 404
