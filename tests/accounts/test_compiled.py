"""A query that is compiled once gives the same rows as one compiled each time, whatever its slots are filled with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import IntegerField, Q, UUIDField
from django.test.utils import CaptureQueriesContext

from accounts.compiled import CompiledQuery, Slot
from schools.models import Group, School
from sessions_log.views.access import BY_UUID, with_what_a_log_needs
from tests.town import in_full_work

pytestmark = pytest.mark.django_db


def test_a_session_is_what_it_is_when_it_is_asked_for_in_the_ordinary_way(centre):
    town = in_full_work(centre)
    due = [town.due["lindangsskolan"], town.due["ekbackaskolan"]]
    for asked in (*due, due[0]):
        [found], ordinary = BY_UUID.rows(uuid=asked.uuid), with_what_a_log_needs().get(uuid=asked.uuid)
        with CaptureQueriesContext(connection) as more:
            for name in ("group", "topic", "leader", "participation"):
                assert getattr(found, name) == getattr(ordinary, name)
            assert found.participation.school == ordinary.participation.school
            assert found.participation.programme_year.year == ordinary.participation.programme_year.year
            assert list(found.topic.parts.all()) == list(ordinary.topic.parts.all()) != []
        assert not more.captured_queries, "all that a log needs has been read"
        assert {one.name: getattr(found, one.attname) for one in found._meta.concrete_fields} == {
            one.name: getattr(ordinary, one.attname) for one in ordinary._meta.concrete_fields
        }


def test_what_is_not_there_is_not_found(centre):
    assert BY_UUID.rows(uuid=uuid4()) == []


def test_it_is_compiled_once_and_each_call_fills_its_own_slots(centre):
    built = []

    def question():
        built.append("once")
        wanted = Q(school__uuid=Slot("school", UUIDField())) & Q(grade__lte=Slot("grade", IntegerField()))
        return Group.objects.filter(wanted, kind=Group.Kind.CLASS).order_by("pk")

    groups = CompiledQuery(question)
    fillings = [(school.uuid, grade) for school in School.objects.all() for grade in (0, 6, 7, 9)]
    for school, grade in fillings:
        ordinary = Group.objects.filter(school__uuid=school, grade__lte=grade, kind=Group.Kind.CLASS).order_by("pk")
        assert groups.rows(school=school, grade=grade) == list(ordinary)
    assert any(groups.rows(school=school, grade=grade) for school, grade in fillings)
    assert built == ["once"]


def test_a_slot_that_is_not_filled_is_told(centre):
    with pytest.raises(KeyError, match="uuid"):
        BY_UUID.rows()


@pytest.mark.django_db(transaction=True)
def test_several_threads_ask_each_on_a_connection_of_its_own(centre):
    slugs = list(School.objects.values_list("uuid", flat=True))
    schools = CompiledQuery(lambda: School.objects.filter(uuid=Slot("uuid", UUIDField())))

    def asked(uuid):
        try:
            return [school.uuid for school in schools.rows(uuid=uuid)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(asked, slugs * 10)) == [[uuid] for uuid in slugs * 10]
