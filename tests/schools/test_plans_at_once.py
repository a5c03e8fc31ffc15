"""Two people change a plan at the same moment: one does it, and the other is told."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from accounts.actions import give_role
from accounts.models import CentreRole
from schools.actions import deeds, moves, undoing
from schools.actions.calendar import close_days
from schools.actions.cancelling import cancel_session
from schools.actions.deeds import lock_rows
from schools.actions.groups import change_group, end_group
from schools.actions.moves import Placing, move_sessions
from schools.actions.people import give_membership
from schools.actions.places import close_school
from schools.actions.plans import apply_plan
from schools.actions.replies import accept, propose_time
from schools.actions.undoing import undo_batch
from schools.models import Participation, PlanChange, PlannedSession, SchoolMembership
from sessions_log.actions import log_several_as_planned, undo_logs
from sessions_log.models import SessionLog
from tests.at_once import each_in_a_thread, reached_by_threads
from tests.schools.laid_out import at, lay_out, session_of

pytestmark = pytest.mark.django_db(transaction=True)

NOW = at(dt.date(2026, 9, 17))
SOON = NOW + dt.timedelta(minutes=2)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def rows(centre: SimpleNamespace) -> list[PlannedSession]:
    plan = lay_out(centre, centre.lindang)
    return [session_of(plan, name, after=dt.date(2026, 9, 30)) for name in ("1A", "2A")]


def moving(rows: list[PlannedSession], weeks: int, by: Any) -> Any:
    placings = [Placing(row, row.version, row.week_start + weeks * WEEK) for row in rows]
    return lambda: move_sessions(placings=placings, by=by, now=NOW)


def names(results: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in results)


def stands(rows: list[PlannedSession]) -> tuple[list[dt.date], int]:
    """Where the rows lie, and how many moves the history tells."""
    weeks = [PlannedSession.objects.get(pk=row.pk).week_start for row in rows]
    return weeks, PlanChange.objects.filter(what="moved").count()


def test_of_two_who_move_the_same_sessions_one_does(rows, centre, tmp_path: Path):
    with reached_by_threads(tmp_path):
        results = each_in_a_thread(moving(rows, 1, centre.samira), moving(rows, 5, centre.jonas))
        ((weeks, told),) = each_in_a_thread(lambda: stands(rows))
    assert names(results) == ["StaleSession", "UUID"]
    # All of the one's or all of the other's, and just as much in the history.
    assert len({week - row.week_start for week, row in zip(weeks, rows, strict=True)}) == 1
    assert told == 2


def test_without_the_versions_both_would_seem_to_move_them(rows, centre, tmp_path: Path, monkeypatch):
    """The control: with the guard off the same two are seen to write over each other."""

    def unguarded(placings: Any) -> list[PlannedSession]:
        return [PlannedSession.objects.select_related(*GUARDED).get(pk=one.session.pk) for one in placings]

    monkeypatch.setattr(moves, "_as_seen", unguarded)
    monkeypatch.setattr(deeds, "as_read", lambda allowed, some: allowed.filter(pk__in=[row.pk for row in some]))
    with reached_by_threads(tmp_path):
        results = each_in_a_thread(moving(rows, 1, centre.samira), moving(rows, 5, centre.jonas))
    assert names(results) == ["UUID", "UUID"]


GUARDED = ("group", "topic", "participation__school", "participation__programme_year__year")


def test_who_undoes_while_another_cancels_does_not_bring_it_back(rows, centre, tmp_path: Path):
    batch = move_sessions(placings=[Placing(rows[0], 1, rows[0].week_start + WEEK)], by=centre.samira, now=NOW)
    seen = PlannedSession.objects.get(pk=rows[0].pk)

    def cancelling() -> Any:
        return cancel_session(session=seen, reason="other", version=seen.version, by=centre.jonas, now=SOON)

    with reached_by_threads(tmp_path):
        results = each_in_a_thread(lambda: undo_batch(batch=batch, by=centre.samira, now=SOON), cancelling)
        ((row, lines),) = each_in_a_thread(
            lambda: (PlannedSession.objects.get(pk=seen.pk), PlanChange.objects.filter(at=SOON).count())
        )
    assert names(results) in (["CannotUndo", "NoneType"], ["StaleSession", "int"])
    assert lines == 1
    assert (row.cancelled_at is None) == (row.week_start == rows[0].week_start)


def test_of_two_who_undo_at_once_one_does(rows, centre, tmp_path: Path):
    results, lines = both_undo(rows, centre, tmp_path)
    assert names(results) == ["CannotUndo", "int"]
    assert lines == 2


def test_without_its_checks_an_undo_would_be_told_twice(rows, centre, tmp_path: Path, monkeypatch):
    """The control: with the guard off both undo."""
    monkeypatch.setattr(undoing, "check_undo", lambda changes, now: None)
    monkeypatch.setattr(deeds, "as_read", lambda allowed, some: allowed.filter(pk__in=[row.pk for row in some]))
    results, lines = both_undo(rows, centre, tmp_path)
    assert names(results) == ["int", "int"]
    assert lines == 4


def both_undo(rows: list[PlannedSession], centre: SimpleNamespace, folder: Path) -> tuple[list[Any], int]:
    batch = moving(rows, 1, centre.samira)()

    def undo() -> int:
        return undo_batch(batch=batch, by=centre.samira, now=SOON)

    with reached_by_threads(folder):
        results = each_in_a_thread(undo, undo)
        (lines,) = each_in_a_thread(lambda: PlanChange.objects.filter(what="undone").count())
    return results, lines


def test_who_lays_out_the_plan_while_another_moves_in_it_does_not_lock_the_other_out(rows, centre, tmp_path: Path):
    """Both take the plan's rows first and the plan last, whichever comes first."""
    plan, day = rows[0].participation, dt.date(2026, 9, 17)
    close_days(
        year=centre.year, kind="other", name="Stängt", starts_on=dt.date(2026, 11, 30), ends_on=dt.date(2026, 12, 18),
        by=centre.samira,
    )  # fmt: skip

    def laying_out() -> Any:
        return apply_plan(participation=plan, from_day=day, by=centre.samira, now=SOON)

    with reached_by_threads(tmp_path):
        for weeks in (5, 6):
            results = each_in_a_thread(laying_out, moving(rows, weeks, centre.jonas))
            assert set(names(results)) <= {"UUID", "StaleDraft", "StaleSession"}


def while_another_changes(row: PlannedSession, deed: Any, folder: Path) -> Any:
    """What a deed gives or raises that begins while somebody has changed a session, and has yet to say so of its
    plan."""
    has_changed = Event()

    def another() -> None:
        with transaction.atomic():
            lock_rows(PlannedSession.objects.filter(pk=row.pk))
            has_changed.set()
            time.sleep(0.5)
            Participation.objects.filter(pk=row.participation_id).raise_version()

    def mine() -> Any:
        assert has_changed.wait(timeout=60)
        return deed()

    with reached_by_threads(folder):
        return each_in_a_thread(another, mine)[1]


IN_NOVEMBER = at(dt.date(2026, 11, 20))
LAST_DAY = dt.date(2026, 9, 18)


def ends_its_class(rows: list[PlannedSession], centre: SimpleNamespace) -> Any:
    return end_group(group=rows[-1].group, last_day=LAST_DAY, by=centre.samira, now=NOW)


def gives_its_class_a_weekly_time(rows: list[PlannedSession], centre: SimpleNamespace) -> Any:
    said = {"weekday": 2, "weekly_start": dt.time(9), "weekly_end": dt.time(10)}
    return change_group(group=rows[-1].group, by=centre.samira, now=NOW, **said)


def closes_the_school(rows: list[PlannedSession], centre: SimpleNamespace) -> Any:
    close_school(school=centre.lindang, last_day=LAST_DAY, by=centre.samira, now=NOW)


def logs_both(rows: list[PlannedSession], centre: SimpleNamespace) -> Any:
    said = log_several_as_planned(sessions=[(row, uuid.uuid4()) for row in rows], by=centre.samira, now=IN_NOVEMBER)
    return [one.refused for one in said if one.refused]


@pytest.mark.parametrize("deed", [ends_its_class, gives_its_class_a_weekly_time, closes_the_school, logs_both])
def test_two_who_change_one_plan_do_not_lock_each_other_out(deed, rows, centre, tmp_path: Path):
    """On PostgreSQL, which locks row by row: whoever has a plan's rows is waited for before the plan is taken."""
    rows = sorted(rows, key=lambda row: row.pk)
    given = while_another_changes(rows[-1], lambda: deed(rows, centre), tmp_path)
    assert not isinstance(given, Exception) and given != 0


def test_who_takes_back_several_logs_waits_for_the_rows_first(rows, centre, tmp_path: Path):
    rows = sorted(rows, key=lambda row: row.pk)
    assert logs_both(rows, centre) == []
    batch = SessionLog.objects.first().batch
    given = while_another_changes(rows[-1], lambda: undo_logs(batch=batch, by=centre.samira, now=IN_NOVEMBER), tmp_path)
    assert given == rows


def test_who_accepts_a_time_for_two_classes_waits_for_both_first(rows, centre, tmp_path: Path):
    first, second = sorted(rows, key=lambda row: row.pk)
    PlannedSession.objects.filter(pk=second.pk).update(week_start=first.week_start)
    later = first.week_start + 5 * WEEK
    reply = propose_time(
        sessions=[first, second], reason="no_room", proposed_week=later, key=uuid.uuid4(), by=centre.elin, now=NOW
    )
    given = while_another_changes(second, lambda: accept(reply=reply, by=centre.samira, now=NOW), tmp_path)
    assert [row.week_start for row in given] == [later, later]


@pytest.mark.parametrize("kind", [SchoolMembership, CentreRole])
def test_a_role_that_two_give_at_once_is_given_once(kind, centre, tmp_path: Path, monkeypatch):
    """Of two rows for the same days neither could be ended."""
    person, since = centre.lindang.people.get(user=centre.elin), dt.date(2026, 9, 1)
    save, both_have_looked = kind.save, Barrier(2)

    def saved_together(held: Any) -> None:
        with suppress(BrokenBarrierError):
            both_have_looked.wait(timeout=1)
        save(held)

    def give() -> Any:
        if kind is CentreRole:
            return give_role(user=centre.elin, role="leadership", starts_on=since, by=centre.adam)
        return give_membership(person=person, role="coordinator", starts_on=since, by=centre.samira)

    monkeypatch.setattr(kind, "save", saved_together)
    with reached_by_threads(tmp_path):
        assert names(each_in_a_thread(give, give)) == sorted([kind.__name__, "ValidationError"])
