"""A topic's page says where it is planned, and who holds it next is told that its file is new."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
import time_machine
from django.core.files.base import ContentFile

from programmes.actions import attach_material
from schools.material import new_since_last_time
from sessions_log.actions import log_as_planned
from tests.conftest import NOW
from tests.town import in_full_work


@pytest.fixture
def town(centre: SimpleNamespace, settings, tmp_path) -> SimpleNamespace:
    settings.MEDIA_ROOT = tmp_path / "files"
    with time_machine.travel(NOW, tick=False):
        return in_full_work(centre)


def upload(town: SimpleNamespace, topic, now: dt.datetime) -> None:
    file = ContentFile(b"%PDF-1.4\n%%EOF\n")
    attach_material(topic=topic, name="ny.pdf", content=file, by=town.samira, now=now, news="Ny övning")


def test_a_file_that_came_after_the_last_time_is_new(town: SimpleNamespace):
    held = town.due[town.lindang.slug]
    other = held.participation.sessions.without_outcome().filter(topic=held.topic).exclude(pk=held.pk).first()
    assert other is not None
    log_as_planned(session=held, key=uuid.uuid4(), by=town.samira, now=NOW)
    before = dt.datetime.combine(held.week_start, dt.time(), tzinfo=dt.UTC) - dt.timedelta(days=30)
    upload(town, held.topic, before)
    assert new_since_last_time(other) is None
    upload(town, held.topic, NOW + dt.timedelta(days=1))
    assert str(new_since_last_time(other).news) == "Ny övning"


def test_who_has_never_held_it_is_told_of_no_news(town: SimpleNamespace):
    ahead = town.due[town.ekbacka.slug]
    upload(town, ahead.topic, NOW)
    assert not ahead.participation.sessions.filter(topic=ahead.topic, outcome="held").exists()
    assert new_since_last_time(ahead) is None


def test_the_topic_s_page_says_where_it_is_planned(town: SimpleNamespace, client):
    topic = town.due[town.lindang.slug].topic
    for user, schools in ((town.samira, {"Lindängsskolan", "Ekbackaskolan"}), (town.elin, {"Lindängsskolan"})):
        client.force_login(user)
        with time_machine.travel(NOW, tick=False):
            page = client.get(topic.get_absolute_url()).content.decode()
        assert {name for name in ("Lindängsskolan", "Ekbackaskolan") if name in page} == schools
