"""Mails that ask for something once: topics, an answer to an invitation, a contact person, and next school year."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest

from outbox.models import Message
from schools.actions.calendar import make_school_year
from schools.actions.groups import add_group
from schools.actions.occasions import answer_invitation, invite, plan_occasion
from schools.actions.people import add_person, end_membership, give_membership
from schools.actions.places import close_school
from schools.actions.plans import choose_topics
from schools.models import OccasionInvitation, PlannedSession, SchoolMembership
from sessions_log.reminders import due
from tests.mailing import Postbox, words_of

pytestmark = pytest.mark.django_db

D, DAY, WEEK = dt.date, dt.timedelta(days=1), dt.timedelta(weeks=1)
NEXT_YEAR = {
    "starts_on": D(2027, 8, 17),
    "autumn_ends_on": D(2027, 12, 17),
    "spring_starts_on": D(2028, 1, 10),
    "ends_on": D(2028, 6, 9),
}


def at(day: dt.date, hour: int = 8) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC)


def run(day: dt.date, postbox: Postbox, kind: str, hour: int = 8) -> list:
    """Who got what of a kind on a day."""
    due(at(day, hour))
    before = set(Message.objects.filter(kind=kind, state="sent").values_list("pk", flat=True))
    postbox.send(at(day, hour))
    sent = Message.objects.filter(kind=kind, state="sent").exclude(pk__in=before)
    return sorted((one.address.partition("@")[0], one.subject) for one in sent)


@pytest.fixture
def unchosen(taget: SimpleNamespace) -> dt.date:
    """The school takes its choice back; gives the week of the first session that lacks a topic."""
    choose_topics(participation=taget.participation, topics=[], by=taget.elin, now=at(D(2026, 8, 3)))
    return taget.participation.sessions.filter(topic=None).earliest("week_start").week_start


def test_topics_are_asked_for_six_and_three_weeks_before_the_first_session(unchosen, taget, postbox: Postbox):
    days = {n: run(unchosen - n * DAY, postbox, "topics-unchosen") for n in (43, 42, 41, 22, 21, 20, 0)}
    mail = ("elin", "Välj era ämnen: 5 ämnen kvar på Lindängsskolan")
    # Six weeks before is the day before the school year's first, for which the mail waits.
    assert unchosen - 41 * DAY == taget.year.starts_on
    assert {n: mails for n, mails in days.items() if mails} == {41: [mail], 21: [mail]}


def test_a_reminder_of_topics_that_was_missed_is_kept_as_too_late(unchosen, taget, postbox: Postbox):
    assert len(run(unchosen - 3 * WEEK, postbox, "topics-unchosen")) == 1
    [kept] = Message.objects.filter(kind="topics-unchosen", state="skipped")
    assert kept.why == "För sent: mejlet hade behövts senast sön\u00a06\u00a0sep."


def test_topics_chosen_meanwhile_stop_the_mail(unchosen, taget, postbox: Postbox):
    due(at(unchosen - 3 * WEEK))
    assert Message.objects.waiting().filter(kind="topics-unchosen").exists()
    PlannedSession.objects.filter(topic=None).delete()
    postbox.send(at(unchosen - 3 * WEEK, 9))
    assert "Ämnena är valda." in {one.why for one in Message.objects.filter(kind="topics-unchosen")}


@pytest.fixture
def training(centre: SimpleNamespace) -> SimpleNamespace:
    """Elin and Jonas are invited to a training on the first of October."""
    said = {"kind": "further", "title": "Vad är våld?", "school": None, "date": D(2026, 10, 1)}
    said |= {"start_time": None, "end_time": None, "place": "", "text": ""}
    centre.occasion = plan_occasion(key=uuid.uuid4(), by=centre.samira, now=at(D(2026, 9, 1)), **said)
    people = [SchoolMembership.objects.get(person__user=one).person for one in (centre.elin, centre.jonas)]
    invite(occasion=centre.occasion, people=people, guests=[], by=centre.samira, now=at(D(2026, 9, 1)))
    return centre


def test_an_unanswered_invitation_is_asked_about_a_week_before(training, postbox: Postbox):
    kind = "invitation-unanswered"
    assert run(D(2026, 9, 23), postbox, kind) == []
    subject = "Kommer ni? Vad är våld?, tors\u00a01\u00a0okt, v.\u00a040"
    assert run(D(2026, 9, 24), postbox, kind) == [("elin", subject), ("jonas", subject)]
    assert run(D(2026, 9, 25), postbox, kind) == []


def test_one_answer_from_the_school_is_enough(training, postbox: Postbox):
    due(at(D(2026, 9, 24)))
    jonas = OccasionInvitation.objects.get(person__user=training.jonas)
    answer_invitation(invitation=jonas, yes=True, coming=2, by=training.jonas, now=at(D(2026, 9, 24)))
    assert run(D(2026, 9, 24), postbox, "invitation-unanswered", hour=9) == []


def test_who_has_just_been_invited_is_left_in_peace(training, postbox: Postbox):
    OccasionInvitation.objects.all().delete()
    person = SchoolMembership.objects.get(person__user=training.elin).person
    invite(occasion=training.occasion, people=[person], guests=[], by=training.samira, now=at(D(2026, 9, 27)))
    asked = [n for n in range(27, 31) if run(D(2026, 9, n), postbox, "invitation-unanswered")]
    assert asked == [30]


def test_a_school_without_contact_person_is_told_once_each_time(taget: SimpleNamespace, postbox: Postbox):
    kind, role = "school-without-contact", SchoolMembership.objects.get(person__user=taget.elin)
    end_membership(membership=role, last_day=D(2026, 9, 30), by=taget.samira)
    told = {n: run(D(2026, 10, n), postbox, kind) for n in range(1, 12)}
    # The third day after is a Saturday: the mail waits for the Monday.
    assert {n: mails for n, mails in told.items() if mails} == {5: [("samira", "Lindängsskolan saknar kontaktperson")]}
    [mail] = [one for one in postbox.to("samira@") if "saknar kontaktperson" in one.subject]
    assert "Jonas Test, 070-000 00 00" in words_of(mail)
    new = add_person(school=taget.lindang, name="Nya Test", email="nya@vpc.example", by=taget.samira)
    again = give_membership(person=new, role="contact", starts_on=D(2026, 10, 12), by=taget.samira)
    assert run(D(2026, 10, 13), postbox, kind) == []
    end_membership(membership=again, last_day=D(2026, 11, 1), by=taget.samira)
    assert run(D(2026, 11, 4), postbox, kind) == [("samira", "Lindängsskolan saknar kontaktperson")]


def test_a_contact_person_appointed_meanwhile_stops_the_mail(taget: SimpleNamespace, postbox: Postbox):
    role = SchoolMembership.objects.get(person__user=taget.elin)
    end_membership(membership=role, last_day=D(2026, 9, 30), by=taget.samira)
    due(at(D(2026, 10, 5)))
    person = SchoolMembership.objects.get(person__user=taget.jonas).person
    give_membership(person=person, role="contact", starts_on=D(2026, 10, 5), by=taget.samira)
    postbox.send(at(D(2026, 10, 5), 9))
    [mail] = Message.objects.filter(kind="school-without-contact")
    assert mail.why == "Skolan har en kontaktperson, eller deltar inte längre."


def test_next_year_is_asked_about_in_spring_until_it_is_there(taget: SimpleNamespace, postbox: Postbox):
    # The year ends on the eleventh of June: ten weeks before is the second of April, five weeks the seventh of May.
    assert run(D(2027, 4, 1), postbox, "next-year-centre") == []
    assert run(D(2027, 4, 2), postbox, "next-year-centre") == [("samira", "Förbered nästa läsår")]
    assert run(D(2027, 5, 7), postbox, "next-year-school") == [("elin", "Lindängsskolan 2027/28: vad ändras?")]
    assert run(D(2027, 5, 8), postbox, "next-year-school") == []


@pytest.mark.parametrize("coming_is_made", [False, True])
def test_a_school_that_has_left_by_next_year_is_not_asked(
    taget: SimpleNamespace, postbox: Postbox, coming_is_made: bool
):
    if coming_is_made:
        make_school_year(**NEXT_YEAR, by=taget.samira)
    close_school(school=taget.lindang, last_day=D(2027, 6, 30), by=taget.samira, now=at(D(2027, 4, 20)))
    assert run(D(2027, 5, 7), postbox, "next-year-school") == []


def test_a_school_whose_classes_are_in_is_not_asked(taget: SimpleNamespace, postbox: Postbox):
    coming = make_school_year(**NEXT_YEAR, by=taget.samira)
    add_group(school=taget.lindang, year=coming, kind="class", name="2A", grade=2, by=taget.samira)
    assert run(D(2027, 5, 7), postbox, "next-year-school") == []
