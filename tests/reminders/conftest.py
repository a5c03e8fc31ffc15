"""Lindängsskolan with a plan for the year, and a postbox."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from programmes.models import Programme, SessionTopic
from schools.actions.plans import apply_plan, choose_topics, join, open_programme_year
from tests.content import the_reference_content
from tests.mailing import Postbox
from tests.remembering import remembered
from tests.town import AUGUST


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def taget(centre: SimpleNamespace) -> SimpleNamespace:
    return with_a_plan(centre)


@remembered
def with_a_plan(centre: SimpleNamespace) -> SimpleNamespace:
    """TÅGET laid out at Lindängsskolan for the year 2026/27, before anybody has been told."""
    the_reference_content()
    by = centre.samira
    rules = open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=by)
    centre.participation = join(school=centre.lindang, programme_year=rules, by=by)
    topics = list(SessionTopic.objects.filter(programme__slug="taget", kind="extra")[:5])
    choose_topics(participation=centre.participation, topics=topics, by=by, now=AUGUST)
    apply_plan(participation=centre.participation, from_day=centre.year.starts_on, by=by, now=AUGUST)
    return centre
