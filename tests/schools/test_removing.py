"""A person who was entered by mistake is removed, unless something that anybody did rests on them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from outbox.models import Message, State
from schools.actions.confirmations import confirm_plan
from schools.actions.leading import set_leader
from schools.actions.occasions import invite, plan_occasion
from schools.actions.people import add_person, give_membership
from schools.actions.removing import can_remove, remove_person
from schools.actions.replies import say_not_me
from schools.mailing.links import Revoked, Scope, make_link, open_link
from schools.models import OccasionKind, SchoolMembership, SchoolPerson, Term
from sessions_log.actions import LogEntry, log_session, undo_logs
from sessions_log.reminders import due
from tests.conftest import AUTUMN_DAY, NOW
from tests.mailing import Postbox
from tests.schools.laid_out import text_of
from tests.town import in_full_work


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def town(centre: SimpleNamespace) -> SimpleNamespace:
    return in_full_work(centre)


@pytest.fixture
def mistaken(town: SimpleNamespace) -> SchoolPerson:
    """Somebody at the wrong school, with an account and a role."""
    person = add_person(
        school=town.lindang, name="Fel Person", email="fel@skola.example", with_account=True, by=town.samira
    )
    give_membership(person=person, role="contact", starts_on=AUTUMN_DAY, by=town.samira)
    return person


def address(person: SchoolPerson) -> str:
    return reverse("schools:person-remove", args=[person.school.slug, person.pk])


def test_somebody_entered_by_mistake_disappears_with_the_role_and_its_links(town, mistaken, signed_in):
    client, role = signed_in(town.samira), mistaken.memberships.get()
    link = make_link(role, [Scope.READ], AUTUMN_DAY)
    assert open_link(link, AUTUMN_DAY).membership == role
    page = client.get(address(mistaken))
    assert "Kontot fel@skola.example finns kvar" in text_of(page)
    assert "Ta bort</button>" in page.content.decode()
    answer = client.post(address(mistaken), follow=True)
    assert "Fel Person är borttagen." in text_of(answer)
    assert not SchoolPerson.objects.filter(name="Fel Person").exists()
    assert not SchoolMembership.objects.filter(pk=role.pk).exists()
    assert User.objects.get(email="fel@skola.example").is_active
    with pytest.raises(Revoked):
        open_link(link, AUTUMN_DAY)
    assert client.post(address(mistaken)).status_code == 404


def test_mails_that_wait_are_not_sent_and_say_why(town, mistaken):
    due(NOW)
    waiting = list(Message.objects.waiting().filter(user=mistaken.user))
    assert waiting
    remove_person(person=mistaken, by=town.samira)
    box = Postbox()
    box.send(NOW)
    assert box.to("fel@skola.example") == []
    for mail in waiting:
        mail.refresh_from_db()
        assert (mail.state, mail.why) == (State.SKIPPED, "Mottagaren är borttagen från skolan.")


def answer(town: SimpleNamespace, person: SchoolPerson) -> None:
    say_not_me(membership=person.memberships.get(), key=uuid.uuid4(), by=person.user, now=NOW)


def confirm(town: SimpleNamespace, person: SchoolPerson) -> None:
    term = Term.objects.get(year=town.year, season="autumn")
    confirm_plan(participation=town.plans["lindangsskolan"], term=term, by=person.user, now=NOW)


def be_invited(town: SimpleNamespace, person: SchoolPerson) -> None:
    said = {"kind": OccasionKind.APT, "school": None, "date": AUTUMN_DAY, "by": town.samira, "now": NOW}
    invite(occasion=plan_occasion(key=uuid.uuid4(), **said), people=[person], guests=[], by=town.samira, now=NOW)


def lead_for_a_while(town: SimpleNamespace, person: SchoolPerson) -> None:
    session = town.ahead["lindangsskolan"]
    for leader in (person, None):
        session = set_leader(session=session, leader=leader, version=session.version, by=town.samira, now=NOW)


def log(town: SimpleNamespace, **led_by: object):
    """A log of a session that was held today."""
    entry = LogEntry(held=True, held_on=AUTUMN_DAY, **led_by)
    return log_session(session=town.due["lindangsskolan"], entry=entry, key=uuid.uuid4(), by=town.samira, now=NOW)


def lead_in_a_log(town: SimpleNamespace, person: SchoolPerson) -> None:
    log(town, led_by_person=person)


def lead_together_in_a_log_that_is_undone(town: SimpleNamespace, person: SchoolPerson) -> None:
    made = log(town, led_by_user=town.samira, co_leaders=(person,))
    undo_logs(batch=made.batch, by=town.samira, now=NOW)


@pytest.mark.parametrize(
    "does",
    [answer, confirm, be_invited, lead_for_a_while, lead_in_a_log, lead_together_in_a_log_that_is_undone],
    ids=lambda does: does.__name__,
)
def test_whoever_something_rests_on_stays_and_the_page_says_so(
    town, mistaken, signed_in, does: Callable[[SimpleNamespace, SchoolPerson], None]
):
    client = signed_in(town.samira)
    assert can_remove(mistaken)
    does(town, mistaken)
    page = client.get(address(mistaken))
    assert "Fel Person är kvar" in text_of(page)
    assert "Ta bort</button>" not in page.content.decode()
    assert "Något på skolan hänger på Fel Person" in text_of(client.post(address(mistaken)))
    assert SchoolPerson.objects.filter(pk=mistaken.pk).exists()
    assert mistaken.memberships.exists()
