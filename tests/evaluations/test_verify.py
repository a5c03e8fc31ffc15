"""Whatever people do at once, what is kept is what the facts say; and what does not agree is found."""

from __future__ import annotations

import datetime as dt
import uuid
from io import StringIO
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from evaluations import verifying
from evaluations.keeping import counts_by_school
from evaluations.models import ParticipationFigures
from evaluations.selection import Selection
from evaluations.sums import summary_of_all
from schools.actions.cancelling import cancel_session
from schools.actions.moves import StaleSession, move_session
from schools.models import Participation, PlannedSession, ProgrammeYear, School
from sessions_log.actions import LogEntry, log_as_planned, log_session, undo_logs
from sessions_log.actions import logs as actions
from sessions_log.models import SessionLog
from tests.at_once import each_in_a_thread, reached_by_threads
from tests.evaluations.conftest import TODAY, log
from tests.schools.laid_out import at

PEOPLE, DEEDS = 4, 12
WEEKS = [dt.date(2026, 11, 16), dt.date(2026, 11, 23), dt.date(2027, 5, 24)]


def somebody(by, seed: int) -> None:
    """Somebody who does one thing after the other, at random, and looks at the figures in between."""
    random = Random(seed)
    for number in range(DEEDS):
        session = random.choice(list(PlannedSession.objects.with_names().order_by("pk")))
        deed = random.choice([tap, say_not_held, take_back, move, cancel, look])
        try:
            deed(session, by, random, at(TODAY) + dt.timedelta(seconds=number))
        except (ValidationError, StaleSession):
            continue  # somebody else was first, or the session is not one of those


def tap(session, by, random, now) -> None:
    log_as_planned(session=session, key=uuid.uuid4(), by=by, now=now)


def say_not_held(session, by, random, now) -> None:
    entry = LogEntry(held=False, reason="no_room", new_week=random.choice([None, *WEEKS]))
    log_session(session=session, entry=entry, key=uuid.uuid4(), by=by, now=now)


def take_back(session, by, random, now) -> None:
    if latest := SessionLog.objects.order_by("-pk").first():
        undo_logs(batch=latest.batch, by=by, now=now)


def move(session, by, random, now) -> None:
    move_session(session=session, week_start=random.choice(WEEKS), version=session.version, by=by, now=now)


def cancel(session, by, random, now) -> None:
    cancel_session(session=session, reason="no_room", version=session.version, by=by, now=now)


def look(session, by, random, now) -> None:
    rules = ProgrammeYear.objects.select_related("programme", "year").get()
    counts_by_school(rules, list(School.objects.order_by("pk")), TODAY)
    summary_of_all(Selection(rules, None, TODAY))


def faults_after_all_at_once(centre: SimpleNamespace, folder: Path) -> list[str]:
    with reached_by_threads(folder):
        done = each_in_a_thread(*[lambda seed=seed: somebody(centre.samira, seed) for seed in range(PEOPLE)])
        assert done == [None] * PEOPLE
        [found] = each_in_a_thread(lambda: (look(*[None] * 4), [*verifying.faults(), *verifying.sum_faults()])[1])
    return found


@pytest.mark.django_db(transaction=True)
def test_after_random_deeds_at_once_the_kept_figures_are_those_of_the_facts(centre, plans, tmp_path):
    assert faults_after_all_at_once(centre, tmp_path) == []


@pytest.mark.django_db
def test_a_deed_that_forgets_the_version_is_found(centre, plans, monkeypatch):
    """The control: were the version not raised by a log, the kept figures would stay as they were."""
    look(*[None] * 4)
    monkeypatch.setattr(actions, "raise_version", lambda session: None)
    log(PlannedSession.objects.awaiting_log(TODAY).with_names().first(), centre)
    [said] = verifying.faults()
    assert "Ekbackaskolan" in said
    assert "held" in said
    of_districts_and_all = list(verifying.sum_faults())
    assert len(of_districts_and_all) == 2
    assert all("totals" in said for said in of_districts_and_all)


def verified() -> str:
    out = StringIO()
    call_command("verify", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_what_agrees_is_said_in_numbers(centre, plans):
    look(*[None] * 4)
    assert ParticipationFigures.objects.count() == 2
    said = verified()
    assert "Sparade siffror: 0" in said
    assert "Sparade summor: 0" in said
    assert "Pass och loggar: 0" in said


WRONGS = {
    "utfall, men ingen logg": lambda held, ahead: PlannedSession.objects.filter(pk=ahead.pk).update(outcome="held"),
    "logg, men inget utfall": lambda held, ahead: PlannedSession.objects.filter(pk=held.pk).update(outcome=None),
    "ett annat utfall": lambda held, ahead: PlannedSession.objects.filter(pk=held.pk).update(outcome="not_held"),
    "utanför sitt läsår": lambda held, ahead: PlannedSession.objects.filter(pk=ahead.pk).update(
        week_start=dt.date(2027, 8, 2)
    ),
    "utanför läsåret": lambda held, ahead: SessionLog.objects.filter(session=held).update(held_on=dt.date(2027, 8, 2)),
    "annan skola": lambda held, ahead: PlannedSession.objects.filter(pk=ahead.pk).update(
        participation=Participation.objects.exclude(pk=ahead.participation_id).get(), slot_no=99, topic=None
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "do"), WRONGS.items(), ids=WRONGS)
def test_what_contradicts_itself_is_found(centre, plans, words, do):
    do(plans.held[0], plans.ekbacka.sessions.upcoming(TODAY).latest("week_start"))
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stdout=out)
    assert words in out.getvalue()


@pytest.mark.django_db
def test_a_closed_day_is_a_thing_to_do_and_no_fault(centre, plans):
    session = plans.ekbacka.sessions.upcoming(TODAY).first()
    PlannedSession.objects.filter(pk=session.pk).update(week_start=dt.date(2027, 3, 1))
    assert "Att flytta: 1" in verified()
