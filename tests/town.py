"""The small municipality in full work: TÅGET laid out at two schools, a session logged, a topic with material."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.actions import close_account, give_role
from accounts.models import CentreRole
from outbox.heartbeats import beat
from programmes.actions import attach_material, describe_topic
from programmes.models import Programme, SessionTopic
from schools.actions.cancelling import cancel_session
from schools.actions.people import end_membership, write_note
from schools.actions.plans import apply_plan, choose_topics, join, open_programme_year
from schools.actions.replies import propose_time
from schools.models import SchoolMembership
from sessions_log.actions import log_as_planned
from tests.conftest import NOW, account, at_school
from tests.content import the_reference_content
from tests.partners import with_partners
from tests.remembering import remembered

AUGUST = dt.datetime(2026, 8, 10, 8, tzinfo=dt.UTC)
TODAY = dt.date(2026, 9, 17)


@remembered
def in_full_work(centre: SimpleNamespace) -> SimpleNamespace:
    """Add to the small municipality what makes every page have something to show."""
    the_reference_content()
    by = centre.samira
    centre.taget_year = open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=by)
    centre.plans = {school.slug: _laid_out(school, centre) for school in (centre.lindang, centre.ekbacka)}
    centre.topic = SessionTopic.objects.get(slug="normer-och-dess-konsekvenser")
    parts = ["Inledning", "Övning", "Avslutning"]
    describe_topic(topic=centre.topic, aim="Se normer.", preparation="Läs underlaget.", parts=parts, by=by)
    attach_material(
        topic=centre.topic, name="underlag.pdf", content=ContentFile(b"%PDF-1.4\n%%EOF\n"), by=by, now=timezone.now()
    )
    write_note(school=centre.lindang, text="Rektorn vill vara med på nästa möte.", by=by, now=NOW)
    centre.due = {slug: _due(participation) for slug, participation in centre.plans.items()}
    centre.ahead = {slug: _ahead(participation) for slug, participation in centre.plans.items()}
    centre.logged = _log_one(centre)
    _cancel_one(centre)
    centre.left, centre.nobody = _left(centre), account("nobody")
    centre.petra = at_school(account("petra"), centre.ekbacka, SchoolMembership.Role.CONTACT, by)
    return centre


@remembered
def with_answers(centre: SimpleNamespace) -> SimpleNamespace:
    """Add what the walk needs beside: each school has said that a time does not work, and an account is closed."""
    for school, who in ((centre.lindang, centre.elin), (centre.ekbacka, centre.petra)):
        said = {"sessions": [centre.ahead[school.slug]], "reason": "no_room", "proposed_week": None}
        propose_time(**said, key=uuid.uuid4(), by=who, now=NOW)
    beat(NOW)
    with_partners(centre)
    centre.closed = account("closed")
    close_account(user=centre.closed, today=TODAY, by=centre.adam)
    return centre


def _laid_out(school, centre):
    participation = join(school=school, programme_year=centre.taget_year, by=centre.samira)
    topics = list(SessionTopic.objects.filter(programme__slug="taget", kind="extra")[:5])
    choose_topics(participation=participation, topics=topics, by=centre.samira, now=AUGUST)
    apply_plan(participation=participation, from_day=centre.year.starts_on, by=centre.samira, now=AUGUST)
    return participation


def _due(participation):
    """A session of this week or earlier that lacks a log."""
    return participation.sessions.without_outcome().filter(week_start__lte=TODAY).order_by("week_start").last()


def _ahead(participation):
    return participation.sessions.without_outcome().filter(week_start__gt=TODAY).order_by("week_start").first()


def _log_one(centre):
    rows = centre.plans["lindangsskolan"].sessions.without_outcome().filter(week_start__lte=TODAY)
    session = rows.order_by("week_start").first()
    return log_as_planned(session=session, key=uuid.UUID(int=7), by=centre.samira, now=NOW)


def _cancel_one(centre):
    rows = centre.plans["lindangsskolan"].sessions.without_outcome().order_by("-week_start")
    cancel_session(session=rows[0], reason="no_room", version=rows[0].version, by=centre.samira, now=NOW)


def _left(centre):
    """Someone who was a contact person and leadership, and has left."""
    user = at_school(account("left"), centre.lindang, SchoolMembership.Role.CONTACT, centre.samira)
    membership = SchoolMembership.objects.get(person__user=user)
    end_membership(membership=membership, last_day=TODAY - dt.timedelta(days=1), by=centre.samira)
    give_role(
        user=user,
        role=CentreRole.Role.LEADERSHIP,
        starts_on=dt.date(2025, 1, 1),
        ends_on=TODAY - dt.timedelta(days=1),
        by=centre.samira,
    )
    return user
