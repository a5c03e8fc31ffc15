"""A session is logged once, whoever presses twice; a log can be changed, and taken back for five minutes."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from programmes.models import Programme
from schools.actions.people import add_person
from schools.actions.plans import join, open_programme_year
from schools.models import PlannedSession
from sessions_log.actions import LogEntry, change_log, log_as_planned, log_session, planned_entry, undo_logs
from sessions_log.models import LogRevision, SessionLog
from sessions_log.policies import AlreadyLogged, KeyUsedForOtherContent, LogRefused, can_log_as_planned, can_undo
from tests.sessions_log.conftest import LAST_WEEK, NEXT_WEEK, NOON, THIS_WEEK, TODAY

MINUTE = dt.timedelta(minutes=1)
OTHER_KEY = uuid.UUID("6f2b1f0e-0000-4000-8000-000000000002")
NOT_HELD = LogEntry(held=False, reason="no_room")


def held(session, samira, **more) -> LogEntry:
    """As planned, but for what is told."""
    return LogEntry(**{**planned_entry(session, by=samira, today=TODAY).__dict__, **more})


def refused(field: str, session, entry: LogEntry, samira, key) -> str:
    with pytest.raises(ValidationError) as caught:
        log_session(session=session, entry=entry, key=key, by=samira, now=NOON)
    assert not SessionLog.objects.exists()
    assert PlannedSession.objects.get(pk=session.pk).outcome is None
    return caught.value.message_dict[field][0]


def test_held_as_planned_fills_in_what_was_planned(session, samira, key):
    before = session.participation.version
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    session.participation.refresh_from_db()
    assert (log.held_on, log.present, log.enrolled, log.parts_total) == (TODAY, 24, 24, 4)
    assert (log.led_by_user, log.logged_by, log.as_planned) == (samira, samira, True)
    assert log.parts_done.count() == 4
    assert session.outcome == "held"
    assert session.participation.version == before + 1


def test_a_session_of_a_past_week_was_held_on_that_weeks_last_open_day(plan, samira):
    session = plan("1A", LAST_WEEK)
    assert planned_entry(session, by=samira, today=TODAY).held_on == dt.date(2026, 9, 11)


def test_the_planned_leader_led(plan, lindang, samira):
    teacher = add_person(school=lindang, name="Lo Lärare", by=samira)
    entry = planned_entry(plan("1A", THIS_WEEK, leader=teacher), by=samira, today=TODAY)
    assert (entry.led_by_person, entry.led_by_user) == (teacher, None)


def test_the_same_form_twice_counts_once(session, samira, key):
    first = log_as_planned(session=session, key=key, by=samira, now=NOON)
    second = log_as_planned(session=session, key=key, by=samira, now=NOON + MINUTE)
    assert first == second
    assert SessionLog.objects.count() == 1
    assert second.logged_at == NOON


def test_the_same_full_form_twice_counts_once_and_plans_one_new_time(session, samira, key):
    entry = LogEntry(held=False, reason="no_room", new_week=NEXT_WEEK)
    for _time in range(2):
        log_session(session=session, entry=entry, key=key, by=samira, now=NOON)
    assert SessionLog.objects.count() == 1
    assert PlannedSession.objects.filter(replaces=session).count() == 1


def test_the_same_key_with_other_content_is_refused(session, samira, key):
    log_session(session=session, entry=held(session, samira), key=key, by=samira, now=NOON)
    with pytest.raises(KeyUsedForOtherContent):
        log_session(session=session, entry=held(session, samira, present=20), key=key, by=samira, now=NOON)
    assert SessionLog.objects.get().present == 24


def test_the_same_key_for_another_session_is_refused(plan, session, samira, key):
    other = plan("2A", THIS_WEEK)
    log_as_planned(session=session, key=key, by=samira, now=NOON)
    with pytest.raises(KeyUsedForOtherContent):
        log_as_planned(session=other, key=key, by=samira, now=NOON)
    other.refresh_from_db()
    assert other.outcome is None


def test_a_second_person_learns_who_logged_and_when(session, samira, jonas, key):
    log_as_planned(session=session, key=key, by=jonas, now=NOON)
    with pytest.raises(AlreadyLogged) as caught:
        log_as_planned(session=session, key=OTHER_KEY, by=samira, now=NOON + MINUTE)
    assert "Jonas Test" in caught.value.messages[0]
    assert "12.00" in caught.value.messages[0]


def test_someone_with_an_old_page_learns_it_too(session, samira, jonas, key):
    old_page = PlannedSession.objects.get(pk=session.pk)
    log_as_planned(session=session, key=key, by=jonas, now=NOON)
    with pytest.raises(AlreadyLogged):
        log_as_planned(session=old_page, key=OTHER_KEY, by=samira, now=NOON)
    assert SessionLog.objects.count() == 1


def test_a_session_that_was_moved_meanwhile_is_not_logged(session, samira, key):
    old_page = PlannedSession.objects.get(pk=session.pk)
    PlannedSession.objects.filter(pk=session.pk).update(week_start=LAST_WEEK)
    with pytest.raises(LogRefused):
        log_as_planned(session=old_page, key=key, by=samira, now=NOON)
    assert not SessionLog.objects.exists()


def test_a_session_of_a_later_week_or_day_cannot_be_logged(plan, samira, key):
    later = [plan("1A", NEXT_WEEK), plan("2A", THIS_WEEK, date=TODAY + dt.timedelta(days=1))]
    for session in later:
        with pytest.raises(LogRefused):
            log_as_planned(session=session, key=key, by=samira, now=NOON)
    assert not SessionLog.objects.exists()


def test_a_session_later_today_cannot_have_been_held_as_planned(plan, samira, key):
    session = plan("1A", THIS_WEEK, date=TODAY, start_time=dt.time(13), end_time=dt.time(14))
    assert not can_log_as_planned(session, NOON)
    with pytest.raises(LogRefused):
        log_as_planned(session=session, key=key, by=samira, now=NOON)
    assert log_as_planned(session=session, key=key, by=samira, now=NOON + 60 * MINUTE).held_on == TODAY


def test_a_cancelled_session_cannot_be_logged(plan, samira, key):
    session = plan("1A", THIS_WEEK, cancelled_at=NOON, cancel_reason="no_room")
    with pytest.raises(LogRefused):
        log_as_planned(session=session, key=key, by=samira, now=NOON)


def test_not_held_asks_for_a_reason(session, samira, key):
    assert "Välj varför" in refused("reason", session, LogEntry(held=False), samira, key)
    assert "Välj varför" in refused("reason", session, LogEntry(held=False, reason="group_ended"), samira, key)


def test_not_held_with_a_new_time_plans_it_in_the_same_step(session, samira, key):
    entry = LogEntry(held=False, reason="staff_absent", new_week=NEXT_WEEK)
    log_session(session=session, entry=entry, key=key, by=samira, now=NOON)
    new = PlannedSession.objects.get(replaces=session)
    assert session.outcome == "not_held"
    assert (new.week_start, new.topic, new.group, new.pinned) == (NEXT_WEEK, session.topic, session.group, True)
    assert new.changes.get().by == samira


@pytest.mark.parametrize(
    ("week", "answer"),
    [(dt.date(2026, 10, 26), "undervisning"), (dt.date(2027, 7, 5), "utanför läsåret")],
    ids=["autumn break", "after the year"],
)
def test_a_new_time_must_be_a_week_with_teaching(session, samira, key, week, answer):
    entry = LogEntry(held=False, reason="no_room", new_week=week)
    assert answer in refused("new_week", session, entry, samira, key)


def test_a_new_time_must_be_free(plan, session, norms, samira, key):
    plan("1A", NEXT_WEEK, topic=None, slot_no=2)
    entry = LogEntry(held=False, reason="no_room", new_week=NEXT_WEEK)
    assert "har redan ett pass" in refused("new_week", session, entry, samira, key)


def test_a_new_time_must_be_free_in_every_programme(centre, session, samira, key):
    mvp = Programme.objects.create(slug="mvp", name="MVP", rhythm="series", position=2)
    rules = open_programme_year(programme=mvp, year=centre.year, by=samira)
    joined = join(school=centre.lindang, programme_year=rules, by=samira)
    PlannedSession.objects.create(participation=joined, group=session.group, slot_no=1, week_start=NEXT_WEEK)
    entry = LogEntry(held=False, reason="no_room", new_week=NEXT_WEEK)
    assert "har redan ett pass" in refused("new_week", session, entry, samira, key)


@pytest.mark.parametrize(
    ("field", "said", "answer"),
    [
        ("present", {"present": 27}, "Skriv 24 eller färre, eller ändra klassens storlek."),
        ("present", {"present": -1}, "Skriv 0 eller fler."),
        ("adults_present", {"adults_present": 4000}, "Skriv 200 eller färre."),
        ("held_on", {"held_on": TODAY + dt.timedelta(days=1)}, "Den dagen har inte varit än."),
        ("held_on", {"held_on": dt.date(2026, 6, 1)}, "utanför läsåret 2026/27"),
        ("held_on", {"held_on": None}, "Skriv vilken dag"),
        ("responsiveness", {"responsiveness": 5}, "Välj ett av svaren."),
        ("adaptation", {"adaptation": "other"}, "Välj ett av svaren."),
        ("note", {"note": "Prata med 100101-2387"}, "Ta bort"),
        ("led_by_other", {"led_by_user": None, "led_by_other": "20100101-2387"}, "Ta bort"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(session, samira, key, field, said, answer):
    assert answer in refused(field, session, held(session, samira, **said), samira, key)


def test_a_reason_in_words_refuses_a_personal_number(session, samira, key):
    entry = LogEntry(held=False, reason="other", reason_note="Elev 20100101-2387")
    assert "Ta bort" in refused("reason_note", session, entry, samira, key)


def test_a_leader_of_another_school_is_refused(session, ekbacka, samira, key):
    stranger = add_person(school=ekbacka, name="Nils Norr", by=samira)
    entry = held(session, samira, led_by_user=None, led_by_person=stranger)
    assert "på skolan" in refused("leader", session, entry, samira, key)


def test_parts_of_another_topic_are_refused(session, norms, samira, key):
    from programmes.models import SessionTopic, TopicPart

    topic = SessionTopic.objects.create(
        programme=norms.programme, slug="mobbning", kind="extra", number=1, title="Mobbning"
    )
    part = TopicPart.objects.create(topic=topic, position=1, title="Annat")
    assert "egna delar" in refused("parts_done", session, held(session, samira, parts_done=(part,)), samira, key)


def test_a_group_of_unknown_size_takes_any_sensible_count(session, samira, key):
    session.group.headcount = None
    session.group.save()
    log = log_session(session=session, entry=held(session, samira, present=31), key=key, by=samira, now=NOON)
    assert (log.present, log.enrolled) == (31, None)


def test_what_a_form_hid_is_left_out(session, samira, key):
    said_both = LogEntry(held=False, reason="no_room", held_on=TODAY, present=12, responsiveness=4)
    log = log_session(session=session, entry=said_both, key=key, by=samira, now=NOON)
    assert (log.held_on, log.present, log.responsiveness) == (None, None, None)


def test_a_change_keeps_what_stood_before(session, samira, jonas, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    changed = change_log(
        log=log, entry=held(session, samira, present=20), by=jonas, now=NOON + 90 * MINUTE, reason="Fel antal."
    )
    revision = LogRevision.objects.get()
    assert (changed.present, changed.as_planned, changed.logged_by) == (20, False, samira)
    assert revision.before["present"] == 24
    assert revision.before["parts_done"] == ["Inledning", "Övning", "Samtal", "Avslutning"]
    assert revision.by == jonas


def test_a_change_to_the_same_changes_nothing(session, samira, key):
    entry = held(session, samira, present=20)
    log = log_session(session=session, entry=entry, key=key, by=samira, now=NOON)
    change_log(log=log, entry=entry, by=samira, now=NOON + MINUTE)
    assert not LogRevision.objects.exists()


def test_a_change_does_not_write_over_somebody_elses(session, samira, jonas, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    seen = log.content_digest
    change_log(
        log=log, entry=held(session, samira, present=20), by=jonas, now=NOON + MINUTE, seen=seen, reason="Räknade om."
    )
    with pytest.raises(LogRefused):
        change_log(log=log, entry=held(session, samira, present=21), by=samira, now=NOON + 2 * MINUTE, seen=seen)
    assert SessionLog.objects.get().present == 20


def test_a_class_that_grows_leaves_the_days_attendance_alone(session, samira, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    session.group.headcount = 28
    session.group.save()
    assert change_log(log=log, entry=held(session, samira, present=22), by=samira, now=NOON).enrolled == 24


def test_held_becomes_not_held_with_a_new_time_and_back(session, samira, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    log = change_log(
        log=log, entry=LogEntry(held=False, reason="no_room", new_week=NEXT_WEEK), by=samira, now=NOON + MINUTE
    )
    session.refresh_from_db()
    assert session.outcome == "not_held"
    assert PlannedSession.objects.filter(replaces=session).exists()
    change_log(log=log, entry=held(session, samira), by=samira, now=NOON + 2 * MINUTE)
    session.refresh_from_db()
    assert session.outcome == "held"
    assert not PlannedSession.objects.filter(replaces=session).exists()


def test_undo_within_five_minutes_leaves_the_session_as_it_was(session, samira, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    undo_logs(batch=log.batch, by=samira, now=NOON + 5 * MINUTE)
    session.refresh_from_db()
    assert session.outcome is None
    assert not SessionLog.objects.exists()
    assert LogRevision.objects.get().deed == "undo"


def test_undo_after_five_minutes_is_refused(session, samira, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    late = NOON + 5 * MINUTE + dt.timedelta(seconds=1)
    assert not can_undo(log, samira, late)
    with pytest.raises(LogRefused):
        undo_logs(batch=log.batch, by=samira, now=late)
    assert SessionLog.objects.exists()


def test_only_the_one_who_logged_can_undo(session, samira, jonas, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    with pytest.raises(LogRefused):
        undo_logs(batch=log.batch, by=jonas, now=NOON + MINUTE)


def test_undo_twice_counts_once(session, samira, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    for _time in range(2):
        undo_logs(batch=log.batch, by=samira, now=NOON + MINUTE)
    assert LogRevision.objects.count() == 1


def test_undo_takes_the_new_time_with_it(session, samira, key):
    entry = LogEntry(held=False, reason="no_room", new_week=NEXT_WEEK)
    log = log_session(session=session, entry=entry, key=key, by=samira, now=NOON)
    undo_logs(batch=log.batch, by=samira, now=NOON + MINUTE)
    assert list(PlannedSession.objects.all()) == [session]


def test_undo_is_refused_when_the_new_time_is_in_use(session, samira, key):
    entry = LogEntry(held=False, reason="no_room", new_week=NEXT_WEEK)
    log = log_session(session=session, entry=entry, key=key, by=samira, now=NOON)
    PlannedSession.objects.filter(replaces=session).update(version=2)
    with pytest.raises(LogRefused, match="ny tid"):
        undo_logs(batch=log.batch, by=samira, now=NOON + MINUTE)
    session.refresh_from_db()
    assert session.outcome == "not_held"


def test_undo_is_refused_when_the_place_is_filled_in_another_way(plan, session, samira, key):
    log = log_session(session=session, entry=NOT_HELD, key=key, by=samira, now=NOON)
    plan("1A", NEXT_WEEK)
    with pytest.raises(LogRefused, match="ny tid"):
        undo_logs(batch=log.batch, by=samira, now=NOON + MINUTE)


def test_after_undo_the_session_can_be_logged_again(session, samira, key):
    log = log_as_planned(session=session, key=key, by=samira, now=NOON)
    undo_logs(batch=log.batch, by=samira, now=NOON + MINUTE)
    session.refresh_from_db()
    log_session(session=session, entry=NOT_HELD, key=OTHER_KEY, by=samira, now=NOON + MINUTE)
    session.refresh_from_db()
    assert session.outcome == "not_held"


@pytest.mark.parametrize(
    "wrong",
    [
        {"held": True, "held_on": None},
        {"held": False, "held_on": TODAY, "reason": "no_room"},
        {"held": False, "held_on": None, "reason": ""},
        {"responsiveness": 5},
    ],
    ids=["held without a day", "not held on a day", "not held without a reason", "rating of five"],
)
def test_the_database_refuses_what_no_log_can_say(session, samira, key, wrong):
    log_as_planned(session=session, key=key, by=samira, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionLog.objects.update(**wrong)
