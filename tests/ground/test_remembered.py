"""What is put back is what was built, and only after the same beginning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import transaction

from accounts.models import User
from programmes import reference
from programmes.models import Programme
from schools.models import School
from tests import content, remembering
from tests.conftest import NOW, a_school, a_year, account, at_school, centre_account, together
from tests.schools.laid_out import lay_out
from tests.town import in_full_work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_yet(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(remembering, "_states", {})
    with time_machine.travel(NOW, tick=False):
        yield


def a_town() -> SimpleNamespace:
    samira = centre_account("samira", "coordinator")
    year = a_year(samira)
    lindang, ekbacka = (a_school(name, "Norra", year, samira) for name in ("Lindängsskolan", "Ekbackaskolan"))
    jonas = at_school(account("jonas"), lindang, "coordinator", samira)
    adam, elin = centre_account("adam", "administrator"), at_school(account("elin"), lindang, "contact", samira)
    said = {"samira": samira, "year": year, "lindang": lindang, "ekbacka": ekbacka, "jonas": jonas}
    return together(**said, adam=adam, elin=elin)


def taken_away_again(build: Any) -> tuple[Any, dict[str, list[dict[str, Any]]]]:
    """What it returned, and every row that there was then."""
    remembering.begin()
    with transaction.atomic():
        built = build()
        rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in apps.get_models()}
        transaction.set_rollback(True)
    return built, rows


def test_the_same_rows_and_objects_come_back():
    built, rows = taken_away_again(lambda: in_full_work(a_town()))
    known = len(remembering._states)
    back, rows_then = taken_away_again(lambda: in_full_work(a_town()))
    assert len(remembering._states) == known
    assert rows_then == rows
    assert rows["PlannedSession"] and rows["User"]
    assert back is not built and vars(back) == vars(built)


def test_who_holds_another_holds_it_again_and_what_is_in_hand_becomes_what_it_became():
    taken_away_again(lambda: in_full_work(a_town()))
    remembering.begin()
    town = a_town()
    whole = in_full_work(town)
    assert whole is town
    assert town.plans["lindangsskolan"].school is town.lindang


def test_another_beginning_is_built_anew():
    def laid_out(chosen: int = 5, rename: str = "") -> list[Any]:
        town = a_town()
        if rename:
            School.objects.filter(pk=town.lindang.pk).update(name=rename)
        plan = lay_out(town, town.lindang, chosen=chosen)
        return [School.objects.get(pk=plan.school_id).name, plan.sessions.filter(topic=None).count()]

    first, _ = taken_away_again(laid_out)
    known = len(remembering._states)
    assert taken_away_again(lambda: laid_out(rename="Annan"))[0] == ["Annan", first[1]]
    assert len(remembering._states) == known, "what follows upon a test's own writing is not remembered"
    assert taken_away_again(lambda: laid_out(chosen=2))[0][1] > first[1]
    tomorrow = NOW + dt.timedelta(days=1)
    with time_machine.travel(tomorrow, tick=False):
        _, rows = taken_away_again(laid_out)
    assert {row["date_joined"] for row in rows["User"]} == {tomorrow}


def test_rows_wait_until_the_database_is_asked_for_something():
    taken_away_again(lambda: in_full_work(a_town()))
    remembering.begin()
    town = in_full_work(a_town())
    assert remembering._beginning.waiting
    assert town.plans["lindangsskolan"].sessions.exists()
    assert not remembering._beginning.waiting
    # That they are written then is no writing of the test's own; this is.
    assert remembering._deeds_with(remembering._beginning, a_year, (town.samira,), {})
    School.objects.filter(pk=town.lindang.pk).update(name="Annan")
    assert remembering._deeds_with(remembering._beginning, a_year, (town.samira,), {}) is None


def test_what_others_may_have_written_since_is_not_overwritten():
    def two_schools() -> Any:
        town = a_town()
        remembering.end()
        return lay_out(town, town.lindang)

    taken_away_again(two_schools)
    known = len(remembering._states)
    taken_away_again(two_schools)
    assert len(remembering._states) == known
    assert not any(deeds[-1][1] == "lay_out" for deeds in remembering._states)


def test_beside_rows_that_were_there_before_all_is_built():
    User.objects.create(email="nobody@vpc.example", full_name="Nobody")
    _, rows = taken_away_again(a_town)
    assert remembering._states == {}
    assert len(rows["User"]) == 5


def test_the_reference_content_is_read_once_and_overwrites_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(content, "_rows", {})
    _, read = taken_away_again(content.the_reference_content)
    remembering._states.clear()
    with monkeypatch.context() as without_files:
        without_files.delattr(reference, "load")
        _, back = taken_away_again(content.the_reference_content)
    assert read["SessionTopic"] and back == read

    Programme.objects.create(slug="egen", name="Vårt eget", position=99)
    content.the_reference_content()
    assert set(Programme.objects.values_list("slug", flat=True)) == {
        "egen",
        *(row["slug"] for row in read["Programme"]),
    }
