"""A year laid out at Lindängsskolan, for the tests of the pages that show it."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from types import SimpleNamespace

import time_machine
from django.http import HttpResponse

from programmes.models import Programme, SessionTopic
from schools.actions.plans import apply_plan, choose_topics, join, open_programme_year
from schools.models import Participation, PlannedSession, ProgrammeYear, School, Term
from tests.content import the_reference_content
from tests.remembering import remembered

BEFORE_TERM = dt.datetime(2026, 8, 10, 8, tzinfo=dt.UTC)


def on(day: dt.date, hour: int = 10) -> time_machine.travel:
    """The portal's clock stands at an hour of a day (10 in UTC is noon in Stockholm in summer)."""
    return time_machine.travel(dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC), tick=False)


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


@remembered
def with_rules(centre: SimpleNamespace) -> ProgrammeYear:
    """TÅGET has its settings for the year; nothing is planned."""
    the_reference_content()
    return open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira)


@remembered
def lay_out(centre: SimpleNamespace, school: School, *, chosen: int = 5) -> Participation:
    """TÅGET's plan for a school's year, with so many of the five extra topics chosen."""
    the_reference_content()
    taget = Programme.objects.get(slug="taget")
    rules = open_programme_year(programme=taget, year=centre.year, by=centre.samira)
    participation = join(school=school, programme_year=rules, by=centre.samira)
    topics = list(SessionTopic.objects.filter(programme=taget, kind="extra").order_by("number")[:chosen])
    choose_topics(participation=participation, topics=topics, by=centre.samira, now=BEFORE_TERM)
    apply_plan(participation=participation, from_day=centre.year.starts_on, by=centre.samira, now=BEFORE_TERM)
    return participation


def autumn(centre: SimpleNamespace) -> Term:
    return centre.year.terms.get(season=Term.Season.AUTUMN)


def session_of(participation: Participation, group: str, *, after: dt.date) -> PlannedSession:
    """A group's first live session in a week that begins after a day."""
    rows = participation.sessions.live().filter(group__name=group, week_start__gt=after)
    found = rows.with_names().order_by("week_start").first()
    assert found, f"{group} has no session after {after}"
    return found


def text_of(response: HttpResponse) -> str:
    """What a page says."""
    assert response.status_code == 200, response
    return words_of(response.content.decode())


def words_of(html: str) -> str:
    """Tags away, spaces made alike."""
    words = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<svg.*?</svg>", " ", html))
    return re.sub(r"\s+", " ", unescape(words)).replace(" .", ".").replace(" ,", ",")
