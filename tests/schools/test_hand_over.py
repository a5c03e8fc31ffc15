"""A role at a school goes to somebody else: what the new one gets, what stops for the old one, and what is refused."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.actions import close_account
from outbox.models import Message, State
from schools.actions.feeds import make_feed
from schools.actions.handover import hand_over
from schools.actions.people import add_person, end_membership, give_membership
from schools.actions.replies import say_not_me
from schools.mailing.links import Scope, make_link
from schools.mailing.telling import readers_of
from schools.models import School, SchoolMembership, SchoolPerson, SchoolReply
from sessions_log.reminders import due
from tests.conftest import AUTUMN_DAY, NOW, account
from tests.mailing import Postbox, links_in, words_of
from tests.schools.laid_out import lay_out, text_of

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NEW = {"to": "new", "name": "Nora Ny", "email": "Nora@vpc.example", "phone": "", "from_day": "2026-09-17"}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield AUTUMN_DAY


@pytest.fixture
def plan(centre: SimpleNamespace):
    return lay_out(centre, centre.lindang)


def role_of(centre: SimpleNamespace) -> SchoolMembership:
    return SchoolMembership.objects.get(person__user=centre.elin)


def address_of(membership: SchoolMembership) -> str:
    return reverse("schools:membership-hand-over", args=[membership.person.school.slug, membership.pk])


def sends(client: Client, membership: SchoolMembership, **changed: str):
    form = NEW | {"with_welcome": "on"} | changed
    return client.post(address_of(membership), form, follow=True)


def plan_by_link(membership: SchoolMembership) -> int:
    token = make_link(membership, Scope, AUTUMN_DAY)
    return Client().get(reverse("schools:link-plan", args=[token])).status_code


def test_the_new_one_is_welcomed_and_gets_the_plan_and_the_reminders(centre, plan, signed_in):
    box, old = Postbox(), role_of(centre)
    due(NOW)
    said = text_of(sends(signed_in(centre.samira), old))
    assert "Nora Ny är kontaktperson från tors 17 sep" in said
    due(NOW)
    mails = box.send(NOW)
    assert not [mail for mail in mails if "elin" in mail.to[0]]
    mails = [mail for mail in mails if mail.to == ["Nora Ny <nora@vpc.example>"]]
    [welcome] = [mail for mail in mails if "Du är nu kontaktperson på Lindängsskolan" in mail.subject]
    assert "Du tar över efter Elin Test" in words_of(welcome)
    assert [mail for mail in mails if "plan för Lindängsskolan" in mail.subject]
    assert [mail for mail in mails if "Normer och dess konsekvenser" in mail.subject]
    link = next(found for found in links_in(welcome) if found.startswith("/lank/"))
    assert Client().get(link).status_code == 200


def test_what_waited_for_the_old_one_goes_to_the_new_one_once(centre, plan):
    box = Postbox()
    due(NOW)
    waiting = list(Message.objects.waiting().filter(user=centre.elin))
    assert waiting
    hand_over(
        membership=role_of(centre),
        to=somebody(centre.lindang),
        from_day=AUTUMN_DAY,
        by=centre.samira,
        now=NOW,
        with_welcome=False,
    )
    box.send(NOW)
    assert len(box.to("pia@vpc.example")) == len(waiting)
    assert box.to("elin@vpc.example") == []
    # The scheduler finds nothing of it left to make: only the plan, which comes with the role.
    due(NOW)
    assert ["plan för" in mail.subject for mail in box.send(NOW)] == [True]


def test_what_waited_is_skipped_when_the_new_one_gets_it_anyway(centre, plan):
    box = Postbox()
    due(NOW)
    waiting = list(Message.objects.waiting().filter(user=centre.elin))
    hand_over(membership=role_of(centre), to=somebody(centre.lindang), from_day=AUTUMN_DAY, by=centre.samira, now=NOW)
    due(NOW)
    box.send(NOW)
    for mail in waiting:
        mail.refresh_from_db()
        assert (mail.state, mail.why) == (
            State.SKIPPED,
            "Mottagaren har lämnat rollen. Pia Test har den nu och får mejlet ändå.",
        )


def test_what_waited_is_skipped_when_nobody_has_the_role(centre, plan):
    due(NOW)
    waiting = list(Message.objects.waiting().filter(user=centre.elin))
    end_membership(membership=role_of(centre), last_day=AUTUMN_DAY - DAY, by=centre.samira)
    end_membership(
        membership=SchoolMembership.objects.get(person__user=centre.jonas), last_day=AUTUMN_DAY - DAY, by=centre.samira
    )
    Postbox().send(NOW)
    whys = {(mail.state, mail.why) for mail in Message.objects.filter(pk__in=[mail.pk for mail in waiting])}
    assert whys == {(State.SKIPPED, "Mottagaren har lämnat rollen, och ingen har den nu.")}


def test_the_old_ones_links_stop_at_once_and_the_old_one_sees_nothing(centre, plan, signed_in):
    old = role_of(centre)
    token = make_link(old, Scope, AUTUMN_DAY)
    link = reverse("schools:link-plan", args=[token])
    assert Client().get(link).status_code == 200
    new = hand_over(membership=old, to=somebody(centre.lindang), from_day=AUTUMN_DAY, by=centre.samira, now=NOW)
    assert Client().get(link).status_code == 410
    old.refresh_from_db()
    # Not even a link that is made today opens anything.
    assert plan_by_link(old) == 410
    assert plan_by_link(new) == 200
    assert signed_in(centre.elin).get(centre.lindang.get_absolute_url()).status_code == 404


def test_the_old_ones_calendar_stops_at_once(centre, plan):
    _feed, token = make_feed(school=centre.lindang, key=uuid.uuid4(), by=centre.elin, now=NOW)
    calendar = reverse("schools:feed", args=[token])
    assert Client().get(calendar).status_code == 200
    hand_over(membership=role_of(centre), to=somebody(centre.lindang), from_day=AUTUMN_DAY, by=centre.samira, now=NOW)
    assert Client().get(calendar).status_code == 410


def test_on_a_later_day_the_old_one_stays_until_the_day_before(centre, plan, signed_in):
    monday = AUTUMN_DAY + 11 * DAY
    old, box = role_of(centre), Postbox()
    link = reverse("schools:link-plan", args=[make_link(old, Scope, AUTUMN_DAY)])
    sends(signed_in(centre.samira), old, from_day=monday.isoformat())
    assert Client().get(link).status_code == 410
    assert signed_in(centre.elin).get(centre.lindang.get_absolute_url()).status_code == 200
    assert not [mail for mail in box.send(NOW) if "Du är nu" in mail.subject]
    with time_machine.travel(morning := dt.datetime.combine(monday, dt.time(6), tzinfo=dt.UTC), tick=False):
        assert [mail.to[0] for mail in box.send(morning)] == ["Nora Ny <nora@vpc.example>"]
        assert signed_in(centre.elin).get(centre.lindang.get_absolute_url()).status_code == 404


def test_somebody_who_is_there_takes_over_and_a_planned_last_day_stays(centre, signed_in):
    old, last = role_of(centre), dt.date(2027, 6, 11)
    end_membership(membership=old, last_day=last, by=centre.samira)
    pia = somebody(centre.lindang)
    sends(signed_in(centre.samira), old, to=str(pia.pk), name="", email="")
    new = SchoolMembership.objects.get(person=pia)
    assert (new.starts_on, new.ends_on, new.role) == (AUTUMN_DAY, last, "contact")


def test_sent_twice_it_is_done_once(centre, signed_in):
    old, client = role_of(centre), signed_in(centre.samira)
    sends(client, old)
    again = text_of(sends(client, old))
    assert "Elin Test har inte längre rollen" in again
    assert SchoolMembership.objects.filter(person__name="Nora Ny").count() == 1
    assert Message.objects.filter(kind="role-handed-over").count() == 1


def test_sent_twice_for_a_later_day_it_is_done_once(centre, signed_in):
    old, client = role_of(centre), signed_in(centre.samira)
    for _time in range(2):
        page = sends(client, old, from_day="2026-09-28")
    assert "Nora Ny på skolan har den adressen" in text_of(page)
    assert SchoolMembership.objects.filter(person__name="Nora Ny").count() == 1


def test_whoever_said_it_is_not_them_has_been_answered(centre):
    old = role_of(centre)
    say_not_me(membership=old, key=uuid.uuid4(), by=centre.elin, now=NOW)
    hand_over(membership=old, to=somebody(centre.lindang), from_day=AUTUMN_DAY, by=centre.samira, now=NOW)
    reply = SchoolReply.objects.get()
    assert (reply.state, reply.answered_by) == ("accepted", centre.samira)


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"to": ""}, "Välj vem som tar över."),
        ({"to": "999999"}, "Välj ett giltigt alternativ"),
        ({"name": ""}, "Skriv namnet."),
        ({"email": ""}, "Skriv e-postadressen."),
        ({"email": "nora"}, "giltig e-postadress"),
        ({"email": "JONAS@vpc.example"}, "Jonas Test på skolan har den adressen"),
        ({"email": "shut@vpc.example"}, "Kontot med den här adressen är stängt"),
        ({"from_day": "2025-08-01"}, "Elin Test har haft rollen sedan fre 1 aug"),
        ({"from_day": "2030-01-01"}, "Välj en dag inom ett år."),
        ({"from_day": "2026-02-29"}, "giltigt datum"),
        ({"from_day": ""}, "måste fyllas i"),
        ({"name": "N" * 121}, "120 tecken"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field_and_nothing_is_lost(centre, signed_in, changed, answer):
    close_account(user=account("shut"), today=AUTUMN_DAY, by=centre.adam)
    page = sends(signed_in(centre.samira), role_of(centre), phone="070-123 45 67", **changed)
    assert answer in text_of(page)
    assert 'value="070-123 45 67"' in page.content.decode()
    assert role_of(centre).ends_on is None
    assert not SchoolPerson.objects.filter(name__startswith="N").exists()
    assert not Message.objects.filter(kind="role-handed-over").exists()


def test_a_role_that_ends_before_is_handed_over_from_a_day_that_follows(centre, signed_in):
    old = role_of(centre)
    end_membership(membership=old, last_day=AUTUMN_DAY + 3 * DAY, by=centre.samira)
    page = sends(signed_in(centre.samira), old, from_day="2026-10-01")
    assert "Elin Test har rollen till sön 20 sep" in text_of(page)


def test_a_role_until_further_notice_may_have_the_last_day_there_is(centre, signed_in):
    SchoolMembership.objects.filter(pk=role_of(centre).pk).update(ends_on=dt.date.max)
    sends(signed_in(centre.samira), role_of(centre))
    new = SchoolMembership.objects.get(person__name="Nora Ny")
    assert (role_of(centre).ends_on, new.ends_on) == (AUTUMN_DAY - DAY, dt.date.max)


def test_another_schools_person_is_no_choice_and_neither_is_the_one_who_leaves(centre, signed_in):
    old, client = role_of(centre), signed_in(centre.samira)
    for nobody in (somebody(centre.ekbacka), old.person):
        assert "giltigt alternativ" in text_of(sends(client, old, to=str(nobody.pk)))
        with pytest.raises(ValidationError):
            hand_over(membership=old, to=nobody, from_day=AUTUMN_DAY, by=centre.samira, now=NOW)
    assert role_of(centre).ends_on is None


def test_somebody_who_has_the_role_already_cannot_take_it_over(centre, signed_in):
    pia = somebody(centre.lindang)
    give_membership(person=pia, role="contact", starts_on=AUTUMN_DAY - DAY, by=centre.samira)
    page = sends(signed_in(centre.samira), role_of(centre), to=str(pia.pk))
    assert "Personen har redan den rollen" in text_of(page)
    assert role_of(centre).ends_on is None


def test_somebody_without_an_address_takes_over_and_the_page_says_what_is_missing(centre, signed_in):
    pia = add_person(school=centre.lindang, name="Pia Utan", by=centre.samira)
    said = text_of(sends(signed_in(centre.samira), role_of(centre), to=str(pia.pk)))
    assert "Utan e-postadress får ingen mejlen" in said
    assert not Message.objects.filter(kind="role-handed-over").exists()


class TestASchoolWithoutAnActiveContact:
    def test_it_is_flagged_in_the_list_on_its_page_and_on_the_coordinators_start(self, centre, signed_in):
        client = signed_in(centre.samira)
        close_account(user=centre.elin, today=AUTUMN_DAY, by=centre.adam)
        assert "Ingen aktiv kontaktperson" in text_of(client.get(reverse("schools:school-list")))
        assert "Skolan har ingen kontaktperson" in text_of(client.get(centre.lindang.get_absolute_url()))
        start = text_of(client.get(reverse("sessions_log:start")))
        assert "2 skolor har ingen aktiv kontaktperson: Ekbackaskolan, Lindängsskolan" in start

    def test_the_schools_own_coordinator_sees_it_too_and_nothing_of_other_schools(self, centre, signed_in):
        end_membership(membership=role_of(centre), last_day=AUTUMN_DAY - DAY, by=centre.samira)
        start = text_of(signed_in(centre.jonas).get(reverse("sessions_log:start")))
        assert "1 skola har ingen aktiv kontaktperson: Lindängsskolan" in start
        assert "Ekbackaskolan" not in start

    def test_with_a_contact_nothing_is_said(self, centre, signed_in):
        assert "aktiv kontaktperson" not in text_of(signed_in(centre.jonas).get(reverse("sessions_log:start")))

    def test_when_the_only_contacts_account_is_shut_the_schools_coordinator_gets_the_mails(self, centre, plan):
        close_account(user=centre.elin, today=AUTUMN_DAY, by=centre.adam)
        due(NOW)
        # That nobody is a contact person is told to the centre.
        to_school = Message.objects.waiting().exclude(kind="school-without-contact")
        assert set(to_school.values_list("user__email", flat=True)) == {"jonas@vpc.example"}

    def test_one_who_cannot_be_written_to_is_none_and_the_coordinator_gets_the_mails(self, centre, plan, signed_in):
        reach_elin_by_no_mail(centre)
        assert "Skolan har ingen kontaktperson" in text_of(
            signed_in(centre.samira).get(centre.lindang.get_absolute_url())
        )
        assert centre.lindang in School.objects.without_contact(AUTUMN_DAY)
        assert [reader.user for reader in readers_of(centre.lindang, AUTUMN_DAY)] == [centre.jonas]
        due(NOW)
        assert Message.objects.filter(user=centre.jonas).exclude(kind="school-without-contact").exists()

    def test_nor_is_one_whose_address_has_an_account_that_is_shut(self, centre):
        reach_elin_by_no_mail(centre, email="Shut@vpc.example")
        assert centre.lindang in School.objects.with_contact(AUTUMN_DAY)
        close_account(user=account("shut"), today=AUTUMN_DAY, by=centre.adam)
        assert centre.lindang in School.objects.without_contact(AUTUMN_DAY)
        assert [reader.user for reader in readers_of(centre.lindang, AUTUMN_DAY)] == [centre.jonas]


def reach_elin_by_no_mail(centre: SimpleNamespace, email: str = "") -> None:
    """The contact person has no account, and no address but the one given."""
    SchoolPerson.objects.filter(user=centre.elin).update(user=None, email=email)


def somebody(school: School, name: str = "pia") -> SchoolPerson:
    """A teacher with an account."""
    user = account(name)
    return add_person(school=school, name=user.full_name, email=user.email, user=user, by=user)
