"""Questions that are asked often on a connection are prepared in PostgreSQL, and answered as they were before."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.db.models import Count, F, Value

from accounts.models import CentreRole
from schools.models import Group, School, SchoolMembership
from vpc_portal import prepared

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
OFTEN = prepared.OFTEN + 2
OF_A_DISTRICT = "SELECT s.name FROM schools_school s JOIN schools_district d ON d.id = s.district_id WHERE "


@pytest.fixture(autouse=True)
def _nothing_is_prepared(db: None) -> None:
    forget_all()


def forget_all() -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection.names.clear()
    connection.connection.asked.clear()


def in_the_database() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


def ask(sql: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_what_is_asked_often_is_prepared_once(centre):
    answers = [ask(OF_A_DISTRICT + "d.name = %s", ["Norra"]) for _ in range(OFTEN)]
    assert answers == [[("Lindängsskolan",)]] * OFTEN
    assert in_the_database() == 1
    assert ask(OF_A_DISTRICT + "d.name = %s", ["Södra"]) == [("Ekbackaskolan",)]
    assert in_the_database() == 1


def test_what_is_asked_seldom_or_without_joining_is_not(centre):
    ask(OF_A_DISTRICT + "d.name = %s", ["Norra"])
    for _ in range(OFTEN):
        ask("SELECT name FROM schools_school WHERE id = %s", [centre.lindang.pk])
        ask(OF_A_DISTRICT + "d.name IS NOT NULL", None)
    assert in_the_database() == 0


MEMBERS = SchoolMembership.objects.filter(person__school__name="Lindängsskolan").order_by("pk")
QUESTIONS = {
    "days": lambda: MEMBERS.active(dt.date(2026, 9, 17)).values_list("person__name", "starts_on"),
    "a choice": lambda: MEMBERS.filter(role=SchoolMembership.Role.CONTACT).values_list("person__name", flat=True),
    "a uuid": lambda: School.objects.filter(uuid__in=[uuid.UUID(int=0)], district__name="Norra").values_list("name"),
    "a part of a text": lambda: MEMBERS.filter(person__name__contains="n%").values_list("person__name"),
    "yes": lambda: MEMBERS.filter(person__user__is_active=True).values_list("person__name", Value(True)),
    "a number told": lambda: MEMBERS.filter(person__isnull=False).values_list(Value(7), F("pk") - F("pk") + 1),
    "a lot of something": lambda: MEMBERS.annotate(n=Count("person__user") + 1).values_list("n", "person__name")[:1],
    "in one of two ways": lambda: (
        CentreRole.objects.filter(user__full_name="Samira Test")
        .values_list("role", Value(1))
        .union(SchoolMembership.objects.filter(person__name="Elin Test").values_list("role", Value(2)), all=True)
    ),
    "an hour": lambda: (
        Group.objects.filter(school__name="Lindängsskolan")
        .exclude(weekly_start=dt.time(9, 40))
        .order_by("pk")
        .values_list("name")
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_the_same_prepared_or_not(centre, question):
    answers = [list(QUESTIONS[question]()) for _ in range(OFTEN)]
    assert answers == [answers[0]] * OFTEN
    assert [[*map(type, row)] for row in answers[-1] if isinstance(row, tuple)] == [
        [*map(type, row)] for row in answers[0] if isinstance(row, tuple)
    ]
    assert in_the_database() == 1


def test_what_cannot_be_prepared_is_asked_as_before_and_nothing_is_lost(centre):
    """A part that is grouped by is no longer the same as the one that is shown, once both are places for a value."""
    grouped = "SELECT s.name || %s, COUNT(*) FROM schools_school s JOIN schools_district d ON d.id = s.district_id"
    with transaction.atomic():
        School.objects.filter(pk=centre.lindang.pk).update(name="Skolan")
        answers = [ask(grouped + " GROUP BY s.name || %s ORDER BY 1", ["!", "!"]) for _ in range(OFTEN)]
    assert answers == [[("Ekbackaskolan!", 1), ("Skolan!", 1)]] * OFTEN
    assert in_the_database() == 0


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_prepared_may_come_first_in_a_transaction(centre):
    grouped = "SELECT s.name || %s, COUNT(*) FROM schools_school s JOIN schools_district d ON d.id = s.district_id"
    for _ in range(OFTEN):
        with transaction.atomic():
            assert len(ask(grouped + " GROUP BY s.name || %s", ["!", "!"])) == 2
            School.objects.update(closed_on=None)
    assert in_the_database() == 0


@pytest.mark.django_db(transaction=True)
def test_a_column_that_gets_another_type_is_answered_all_the_same(centre):
    """As in a process that is still up while a migration runs."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE told (school_id bigint, said varchar(10))")
        cursor.execute("INSERT INTO told VALUES (%s, 'ja')", [centre.lindang.pk])
    told = "SELECT t.said FROM told t JOIN schools_school s ON s.id = t.school_id WHERE s.id = %s"
    try:
        for _ in range(OFTEN):
            assert ask(told, [centre.lindang.pk]) == [("ja",)]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE told ALTER COLUMN said TYPE varchar(20)")
        assert [ask(told, [centre.lindang.pk]) for _ in range(OFTEN)] == [[("ja",)]] * OFTEN
        assert in_the_database() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE told")


def test_numbers_stay_what_they_are_written_out(centre):
    counted = "SELECT SUM(g.headcount * %s) FROM schools_group g JOIN schools_school s ON s.id = g.school_id"
    answers = [ask(counted, [1])[0][0] for _ in range(OFTEN)]
    assert {type(answer) for answer in answers} == {int}
    assert [ask(OF_A_DISTRICT + "s.id = %s", [2**70]) for _ in range(OFTEN)] == [[]] * OFTEN
    assert [ask(OF_A_DISTRICT + "s.id = %s", [2**40]) for _ in range(OFTEN)] == [[]] * OFTEN


def test_a_list_of_many_is_not_prepared(centre):
    many = prepared.MOST_VALUES + 1
    for _ in range(OFTEN):
        ask(OF_A_DISTRICT + f"s.id IN ({', '.join(['%s'] * many)})", list(range(many)))
    assert in_the_database() == 0


def test_a_question_that_fails_fails_as_before(centre):
    for _ in range(OFTEN):
        with pytest.raises(DataError), transaction.atomic():
            ask(OF_A_DISTRICT + "d.name = 'Norra' AND 1 / (s.id - %s) > 0", [centre.lindang.pk])
    assert ask(OF_A_DISTRICT + "d.name = %s", ["Norra"])


def test_those_not_used_for_longest_are_let_go(centre, monkeypatch):
    monkeypatch.setattr(prepared, "MOST", 2)
    questions = [OF_A_DISTRICT + f"d.name = %s AND {number} = {number}" for number in range(4)]
    for question in questions:
        for _ in range(OFTEN):
            assert ask(question, ["Norra"]) == [("Lindängsskolan",)]
    assert in_the_database() == 2
    assert ask(questions[0], ["Norra"]) == [("Lindängsskolan",)]


def test_rows_can_be_read_some_at_a_time(centre):
    for _ in range(OFTEN):
        assert [one.school.name for one in Group.objects.select_related("school").order_by("pk").iterator(2)][:1]
