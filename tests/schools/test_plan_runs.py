"""Plans of many schools are laid out in portions, go on where they stopped, and are undone in one go."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from schools.actions import runs
from schools.actions.groups import add_group
from schools.actions.moves import move_session
from schools.engine.outlines import drafts_of
from schools.models import PlannedSession, PlanRun, ProgrammeYear, School
from schools.tasks import lay_out_plans
from tests.schools.laid_out import at, on, with_rules, words_of

TODAY = dt.date(2026, 8, 12)
NOW = at(TODAY)
ALL = "/lasar/2026-27/planering/"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with on(TODAY):
        yield


@pytest.fixture
def rules(centre: SimpleNamespace) -> ProgrammeYear:
    return with_rules(centre)


@pytest.fixture
def run(rules: ProgrammeYear, centre: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> PlanRun:
    """Two schools are asked for, and a portion is one school."""
    monkeypatch.setattr(runs, "PORTION", 1)
    return ask(rules, centre)


def ask(rules: ProgrammeYear, centre: SimpleNamespace) -> PlanRun:
    drafts = drafts_of(rules, list(School.objects.all()), centre.year.starts_on)
    digests = {draft.participation.school: draft.digest for draft in drafts}
    return runs.start_run(rules=rules, digests=digests, from_day=centre.year.starts_on, by=centre.samira, now=NOW)


def test_the_page_says_how_far_it_has_come_and_does_the_next_portion(run, centre, signed_in):
    client = signed_in(centre.samira)
    runs.lay_out_portion(run=run, now=NOW)
    page = client.get(run.get_absolute_url())
    assert "1 av 2 planer är utlagda" in words_of(page.content.decode())
    assert page["Refresh"] == "3"
    assert PlannedSession.objects.count() == 24
    done = client.post(reverse("schools:plan-run-continue", args=["2026-27", run.uuid]), follow=True)
    assert "Planerna för 2 skolor är utlagda" in words_of(done.content.decode())
    assert "Refresh" not in done
    assert PlannedSession.objects.count() == 48


def test_whoever_wants_to_read_in_peace_stops_the_refreshing(run, centre, signed_in):
    assert "Refresh" not in signed_in(centre.samira).get(f"{run.get_absolute_url()}?stilla")


def test_where_no_worker_runs_the_page_says_so(run, centre, signed_in):
    runs.lay_out_portion(run=run, now=timezone.now())
    page = signed_in(centre.samira).get(run.get_absolute_url())
    assert "ingen arbetsprocess" not in words_of(page.content.decode())
    with on(TODAY + dt.timedelta(days=1)):
        page = signed_in(centre.samira).get(run.get_absolute_url())
    assert "ingen arbetsprocess har tagit sig an det" in words_of(page.content.decode())


def test_a_worker_does_all_portions_and_once_more_does_nothing(run):
    lay_out_plans(run.pk)
    assert run.schools.filter(state="done").count() == 2
    lay_out_plans(run.pk)
    assert PlannedSession.objects.count() == 48
    lay_out_plans(run.pk + 1)


def test_a_school_that_changes_meanwhile_waits_for_a_new_draft(run, centre):
    runs.lay_out_portion(run=run, now=NOW)
    add_group(school=centre.lindang, year=centre.year, kind="class", name="3A", grade=3, by=centre.samira)
    runs.lay_out_portion(run=run, now=NOW)
    assert list(run.schools.order_by("school__name").values_list("state", flat=True)) == ["done", "changed"]
    assert not PlannedSession.objects.filter(group__school=centre.lindang).exists()


def test_all_schools_are_undone_in_one_go(rules, centre, signed_in):
    client = signed_in(centre.samira)
    drafts = re.findall(r'name="draft" value="([^"]+)"', client.get(ALL).content.decode())
    page = client.post(ALL, {"draft": drafts}, follow=True)
    assert "Du kan ångra till" in words_of(page.content.decode())
    run = PlanRun.objects.get()
    undone = client.post(reverse("schools:plan-run-undo", args=["2026-27", run.uuid]), follow=True)
    assert "48 pass är som de var innan." in words_of(undone.content.decode())
    assert "Utläggningen är ångrad" in words_of(undone.content.decode())
    assert not PlannedSession.objects.exists()
    assert "2 skolor har utkast att lägga ut" in words_of(client.get(ALL).content.decode())


def test_undone_by_the_general_address_a_run_is_undone_too_and_goes_no_further(run, centre, signed_in):
    runs.lay_out_portion(run=run, now=NOW)
    client = signed_in(centre.samira)
    undone = client.post(reverse("schools:undo", args=[run.uuid]), follow=True)
    assert "24 pass är som de var" in words_of(undone.content.decode())
    assert "Utläggningen är ångrad" in words_of(client.get(run.get_absolute_url()).content.decode())
    run.refresh_from_db()
    assert run.undone_at == timezone.now()
    assert not run.schools.filter(state="waiting").exists()
    lay_out_plans(run.pk)
    assert not PlannedSession.objects.exists()


def test_a_run_that_cannot_be_undone_goes_on(run, centre, signed_in):
    runs.lay_out_portion(run=run, now=NOW)
    PlannedSession.objects.filter(pk=PlannedSession.objects.first().pk).update(outcome="held")
    page = signed_in(centre.samira).post(reverse("schools:undo", args=[run.uuid]), follow=True)
    assert "har loggats sedan dess" in words_of(page.content.decode())
    run.refresh_from_db()
    assert run.undone_at is None
    assert run.schools.filter(state="waiting").count() == 1


def test_a_schools_coordinator_cannot_undo_what_waits_at_other_schools(run, centre, signed_in):
    School.objects.filter(pk=centre.ekbacka.pk).update(name="Östra skolan")
    runs.lay_out_portion(run=run, now=NOW)
    assert [one.school for one in run.schools.filter(state="done")] == [centre.lindang]
    assert signed_in(centre.jonas).post(reverse("schools:undo", args=[run.uuid])).status_code == 404
    assert PlannedSession.objects.count() == 24


def test_each_school_is_told_of_its_own_part_and_the_whole_is_undone_on_its_own_page(rules, centre, signed_in):
    run = ask(rules, centre)
    runs.lay_out_portion(run=run, now=NOW)
    client = signed_in(centre.samira)
    assert "24 pass planerades." in words_of(
        client.get(f"{centre.lindang.get_absolute_url()}historik/").content.decode()
    )
    # Undoing on one school's plan would take back the others' too.
    assert client.get(f"{centre.lindang.get_absolute_url()}plan/").context["undo"] is None
    assert "Ångra" in words_of(client.get(run.get_absolute_url()).content.decode())


def test_what_has_been_changed_since_is_not_undone(rules, centre, signed_in):
    run = ask(rules, centre)
    runs.lay_out_portion(run=run, now=NOW)
    row = PlannedSession.objects.filter(group__name="1A").first()
    move_session(
        session=row, week_start=dt.date(2027, 1, 18), version=row.version, by=centre.samira, now=NOW, reason=""
    )
    client = signed_in(centre.samira)
    assert "Du kan ångra till" not in words_of(client.get(run.get_absolute_url()).content.decode())
    page = client.post(reverse("schools:plan-run-undo", args=["2026-27", run.uuid]), follow=True)
    assert "har ändrats sedan" in words_of(page.content.decode())
    assert PlannedSession.objects.count() == 48


def test_a_portions_statements_do_not_grow_with_its_sessions(rules, centre, django_assert_max_num_queries):
    for number in range(8):
        name = f"3{'ABCDEFGH'[number]}"
        add_group(school=centre.lindang, year=centre.year, kind="class", name=name, grade=3, by=centre.samira)
    run = ask(rules, centre)
    with django_assert_max_num_queries(30):
        runs.lay_out_portion(run=run, now=NOW)
    assert PlannedSession.objects.count() == 112


@pytest.mark.parametrize(("who", "read", "write"), [("maria", 200, 403), ("adam", 200, 403), ("jonas", 403, 403)])
def test_the_centre_reads_and_its_coordinators_go_on_and_undo(run, centre, signed_in, who, read, write):
    client = signed_in(getattr(centre, who))
    assert client.get(run.get_absolute_url()).status_code == read
    for name in ("plan-run-continue", "plan-run-undo"):
        assert client.post(reverse(f"schools:{name}", args=["2026-27", run.uuid])).status_code == write
    assert not PlannedSession.objects.exists()
