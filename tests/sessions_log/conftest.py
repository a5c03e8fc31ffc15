"""A plan of single sessions, so that a test says which week it is about."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from programmes.actions import describe_topic
from programmes.models import Programme, SessionTopic
from schools.actions.plans import join, open_programme_year
from schools.models import Participation, PlannedSession, School
from tests.conftest import AUTUMN_DAY

THIS_WEEK = dt.date(2026, 9, 14)
LAST_WEEK = THIS_WEEK - dt.timedelta(weeks=1)
NEXT_WEEK = THIS_WEEK + dt.timedelta(weeks=1)
TODAY = AUTUMN_DAY  # Thursday, v. 38
# Noon in Stockholm, as the pages say it.
NOON = dt.datetime(2026, 9, 17, 10, 0, tzinfo=dt.UTC)

Plan = Callable[..., PlannedSession]


@pytest.fixture
def norms(centre: SimpleNamespace) -> SessionTopic:
    """A base topic with four parts."""
    programme = Programme.objects.create(slug="taget", name="TÅGET", position=1)
    topic = SessionTopic.objects.create(
        programme=programme, slug="normer", kind="base", number=1, title="Normer och dess konsekvenser", month=9
    )
    parts = ["Inledning", "Övning", "Samtal", "Avslutning"]
    describe_topic(topic=topic, aim="Se normer.", preparation="Läs underlaget.", parts=parts, by=centre.samira)
    return topic


@pytest.fixture
def plan(centre: SimpleNamespace, norms: SessionTopic) -> Plan:
    """``plan("1A", THIS_WEEK)`` plans the topic for a group of a school, Lindängsskolan unless told otherwise."""
    taget = open_programme_year(programme=norms.programme, year=centre.year, by=centre.samira)

    def plan_one(group: str, week: dt.date, school: School = centre.lindang, **more: Any) -> PlannedSession:
        joined = Participation.objects.filter(school=school, programme_year=taget).first()
        participation = joined or join(school=school, programme_year=taget, by=centre.samira)
        return PlannedSession.objects.create(
            participation=participation,
            group=school.groups.get(name=group),
            topic=more.pop("topic", norms),
            slot_no=more.pop("slot_no", 1),
            week_start=week,
            **more,
        )

    return plan_one


@pytest.fixture
def session(plan: Plan) -> PlannedSession:
    """1A at Lindängsskolan, this week, no day said."""
    return plan("1A", THIS_WEEK)


@pytest.fixture
def key() -> uuid.UUID:
    return uuid.UUID("6f2b1f0e-0000-4000-8000-000000000001")
