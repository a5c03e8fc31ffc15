"""What is kept as it was written out is never shown when something that it says has changed, nor to somebody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from evaluations import rendered, rendered_rows
from evaluations.actions import set_targets
from programmes.models import SessionTopic
from schools.actions.groups import change_group
from schools.models import District, School, SchoolMembership
from tests.evaluations.conftest import TODAY, due, log
from tests.schools.laid_out import at, on

pytestmark = pytest.mark.django_db

OVERVIEW, SESSIONS = "/oversikt/", "/oversikt/pass/"
Deed = Callable[[SimpleNamespace, SimpleNamespace], object]


@pytest.fixture(autouse=True)
def today():
    with on(TODAY):
        yield


PAGES = ("evaluations/_overview.html", "evaluations/_session_list.html")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that have been written out."""
    found: list[str] = []

    def write(name: str, *more: Any) -> str:
        found.extend([name] if name in PAGES else [])
        return render_to_string(name, *more)

    monkeypatch.setattr(rendered, "render_to_string", write)
    return found


def _aim(centre: SimpleNamespace, plans: SimpleNamespace) -> None:
    set_targets(programme_year=plans.rules, percents={"pace": 33}, by=centre.maria, now=at(TODAY))


DEEDS: dict[str, tuple[Deed, str]] = {
    "a log": (lambda centre, plans: log(due(plans.ekbacka)[0], centre), OVERVIEW),
    "a target": (_aim, OVERVIEW),
    "a contact person leaves": (
        lambda centre, plans: SchoolMembership.objects.update(ends_on=TODAY - dt.timedelta(days=1)),
        OVERVIEW,
    ),
    "a topic's title": (lambda centre, plans: SessionTopic.objects.update(title="Nytt ämne"), OVERVIEW),
    "a district's name": (lambda centre, plans: District.objects.filter(slug="norra").update(name="Nya"), OVERVIEW),
    "a school's name": (
        lambda centre, plans: School.objects.filter(pk=centre.ekbacka.pk).update(name="Aspskolan"),
        OVERVIEW,
    ),
    "a school's district": (
        lambda centre, plans: School.objects.filter(pk=centre.ekbacka.pk).update(district=centre.lindang.district),
        OVERVIEW,
    ),
    "a log, in the list": (lambda centre, plans: log(due(plans.ekbacka)[0], centre), SESSIONS),
    "a class's name, in the list": (
        lambda centre, plans: change_group(
            group=centre.lindang.groups.get(name="1A"), name="1X", by=centre.samira, now=at(TODAY)
        ),
        SESSIONS,
    ),
    "a topic's title, in the list": (lambda centre, plans: SessionTopic.objects.update(title="Nytt ämne"), SESSIONS),
}


@pytest.mark.parametrize(("deed", "page"), DEEDS.values(), ids=DEEDS)
def test_a_change_shows_at_once(
    deed: Deed, page: str, centre: SimpleNamespace, plans: SimpleNamespace, maria: object, signed_in, written
) -> None:
    client: Client = signed_in(maria)
    before = client.get(page).content.decode()
    assert len(written) == 1
    assert main_of(client.get(page).content.decode()) == main_of(before)
    assert len(written) == 1

    deed(centre, plans)

    after = client.get(page).content.decode()
    assert main_of(after) != main_of(before)
    assert len(written) == 2


def test_who_may_do_other_things_gets_another_page(
    centre: SimpleNamespace, plans: SimpleNamespace, signed_in, written
) -> None:
    assert "Sätt mål" in signed_in(centre.maria).get(OVERVIEW).content.decode()
    assert "Sätt mål" not in signed_in(centre.samira).get(OVERVIEW).content.decode()
    assert len(written) == 2


def test_nothing_of_who_looks_is_in_what_is_kept(centre: SimpleNamespace, plans: SimpleNamespace, signed_in) -> None:
    """The part is written out without the request: what asks for it would find nothing."""
    page = signed_in(centre.maria).get(OVERVIEW).content.decode()
    assert centre.maria.full_name in page
    kept = main_of(page)
    assert centre.maria.full_name not in kept
    assert "csrf" not in kept


def test_when_a_log_comes_only_its_schools_row_is_written_anew(
    centre: SimpleNamespace, plans: SimpleNamespace, maria: object, signed_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Client = signed_in(maria)
    client.get(OVERVIEW)
    asked: list[set[int]] = []
    own = rendered_rows.school_rows
    monkeypatch.setattr(
        rendered_rows,
        "school_rows",
        lambda selection, keys, *more: asked.append(set(keys)) or own(selection, keys, *more),
    )

    log(due(plans.ekbacka)[0], centre)
    client.get(OVERVIEW)
    client.get(OVERVIEW)

    assert asked == [{centre.ekbacka.pk}]


def main_of(page: str) -> str:
    """What stands on the page between its frame and the moment that it tells."""
    return page[page.index("<main") : page.index("</main>")].split("Räknat")[0]
