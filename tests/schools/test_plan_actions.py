"""What happens to a school's plan: topics are chosen, it is laid out, its sessions are moved and cancelled."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from programmes.models import Programme, SessionTopic
from schools.actions.calendar import close_days
from schools.actions.cancelling import cancel_for_ended_group, cancel_session
from schools.actions.deeds import StaleSession
from schools.actions.groups import add_group
from schools.actions.moves import free_weeks, move_session
from schools.actions.plans import StaleDraft, apply_plan, choose_topics, draft_plan, join, open_programme_year
from schools.calendar import WEEK, SchoolCalendar
from schools.engine.outlines import drafts_of
from schools.history import deeds
from schools.models import ClosedPeriod, Group, Participation, PlanChange, PlannedSession
from schools.models.plans import CancelReason
from tests.content import the_reference_content
from tests.schools.laid_out import BEFORE_TERM, at, lay_out, session_of

D = dt.date
NOW = at(D(2026, 9, 17))


@pytest.fixture
def plan(centre: SimpleNamespace) -> Participation:
    """Lindängsskolan's year, laid out before it began."""
    return lay_out(centre, centre.lindang)


def extra_topics() -> list[SessionTopic]:
    return list(SessionTopic.objects.filter(programme__slug="taget", kind="extra").order_by("number"))


def version_of(participation: Participation) -> int:
    return Participation.objects.get(pk=participation.pk).version


# Laying out


def test_a_plan_has_eight_sessions_for_each_group_and_says_who_made_it(plan: Participation, centre: SimpleNamespace):
    assert plan.sessions.live().count() == 24
    changes = PlanChange.objects.filter(participation=plan, what=PlanChange.What.CREATED)
    assert changes.count() == 24
    assert {change.by for change in changes} == {centre.samira}
    assert len({change.batch for change in changes}) == 1


def test_laying_out_the_same_plan_again_changes_nothing(plan: Participation, centre: SimpleNamespace):
    before, version = PlanChange.objects.count(), version_of(plan)
    apply_plan(participation=plan, from_day=centre.year.starts_on, by=centre.samira, now=NOW)
    assert PlanChange.objects.count() == before
    assert version_of(plan) == version


def test_a_draft_writes_nothing_even_for_a_school_that_has_not_joined(centre: SimpleNamespace):
    the_reference_content()
    rules = open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira)
    unsaved = Participation(school=centre.lindang, programme_year=rules)
    draft = draft_plan(participation=unsaved, from_day=centre.year.starts_on)
    assert draft.counts.create == 24
    assert not Participation.objects.exists()
    apply_plan(participation=unsaved, from_day=centre.year.starts_on, by=centre.samira, now=NOW, digest=draft.digest)
    assert PlannedSession.objects.live().count() == 24


def test_a_plan_that_has_changed_since_it_was_seen_is_not_laid_out(plan: Participation, centre: SimpleNamespace):
    seen = draft_plan(participation=plan, from_day=D(2026, 9, 17))
    add_group(school=centre.lindang, year=centre.year, kind="class", name="3A", grade=3, by=centre.samira)
    with pytest.raises(StaleDraft):
        apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW, digest=seen.digest)
    assert plan.sessions.count() == 24


def test_the_number_of_statements_does_not_grow_with_the_groups(centre: SimpleNamespace, django_assert_max_num_queries):
    for number in range(9):
        add_group(
            school=centre.lindang,
            year=centre.year,
            kind="class",
            name=f"3{'ABCDEFGHI'[number]}",
            grade=3,
            by=centre.samira,
        )
    the_reference_content()
    rules = open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira)
    participation = join(school=centre.lindang, programme_year=rules, by=centre.samira)
    with django_assert_max_num_queries(18):
        apply_plan(participation=participation, from_day=centre.year.starts_on, by=centre.samira, now=NOW)
    assert participation.sessions.count() == 96


def test_the_drafts_of_all_schools_take_the_same_few_queries(
    plan: Participation, centre: SimpleNamespace, django_assert_num_queries
):
    rules = plan.programme_year
    with django_assert_num_queries(9):
        (one,) = drafts_of(rules, [centre.lindang], D(2026, 9, 17))
    with django_assert_num_queries(9):
        lindang, ekbacka = drafts_of(rules, [centre.lindang, centre.ekbacka], D(2026, 9, 17))
    assert (one.digest, lindang.changes_nothing) == (lindang.digest, True)
    assert ekbacka.counts.create == 24
    alone = Participation(school=centre.ekbacka, programme_year=rules)
    assert draft_plan(participation=alone, from_day=D(2026, 9, 17)).digest == ekbacka.digest


def test_a_base_month_that_closes_is_said_and_its_sessions_move(plan: Participation, centre: SimpleNamespace):
    close_days(
        year=centre.year,
        kind=ClosedPeriod.Kind.OTHER,
        name="Skolan är stängd",
        starts_on=D(2026, 11, 30),
        ends_on=D(2026, 12, 18),
        by=centre.samira,
    )
    draft = draft_plan(participation=plan, from_day=D(2026, 9, 17))
    assert draft.counts.move == 2
    assert draft.warnings == ["1A och 2A: Aktiva åskådare och förändring ligger utanför sin månad, i v.\xa02."]
    apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW, digest=draft.digest)
    moved = plan.sessions.filter(moved_from__isnull=False)
    assert {row.week_start for row in moved} == {D(2027, 1, 11)}
    assert draft_plan(participation=plan, from_day=D(2026, 9, 17)).changes_nothing


def test_what_is_logged_stays_when_the_plan_is_laid_out_again(plan: Participation, centre: SimpleNamespace):
    held = session_of(plan, "1A", after=D(2026, 9, 1))
    PlannedSession.objects.filter(pk=held.pk).update(outcome="held", week_start=D(2026, 10, 26))
    apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW)
    held.refresh_from_db()
    # It was held in a week that is closed now: it was held all the same.
    assert held.week_start == D(2026, 10, 26)


# Topics


def test_a_topic_that_is_chosen_stands_in_the_plan_at_once(centre: SimpleNamespace):
    plan = lay_out(centre, centre.lindang, chosen=2)
    assert plan.sessions.filter(topic=None).count() == 9
    choose_topics(participation=plan, topics=extra_topics()[:5], by=centre.elin, now=NOW)
    assert not plan.sessions.filter(topic=None).exists()
    assert PlanChange.objects.filter(what=PlanChange.What.TOPIC, by=centre.elin).count() == 9


def test_topics_can_change_places(plan: Participation, centre: SimpleNamespace):
    topics = extra_topics()[:5]
    choose_topics(participation=plan, topics=topics[::-1], by=centre.elin, now=NOW)
    october = plan.sessions.filter(slot_no=2)
    assert {row.topic for row in october} == {topics[4]}


def test_a_topic_that_has_been_held_keeps_its_place(plan: Participation, centre: SimpleNamespace):
    october = plan.sessions.filter(slot_no=2, group__name="1A")
    october.update(outcome="held")
    topics = extra_topics()[:5]
    with pytest.raises(ValidationError, match="ligger kvar på plats 1"):
        choose_topics(participation=plan, topics=topics[::-1], by=centre.elin, now=NOW)
    later = [topics[0], *topics[:0:-1]]
    choose_topics(participation=plan, topics=later, by=centre.elin, now=NOW)
    assert october.get().topic == topics[0]


def test_topics_that_cannot_be_chosen_are_refused(plan: Participation, centre: SimpleNamespace):
    topics = extra_topics()
    base = SessionTopic.objects.get(slug="vald-i-hemmet")
    for wrong, why in [
        (topics[:6], "högst 5"),
        ([topics[0], topics[0]], "bara en gång"),
        ([base], "bland programmets tilläggspass"),
    ]:
        with pytest.raises(ValidationError, match=why):
            choose_topics(participation=plan, topics=wrong, by=centre.elin, now=NOW)
    assert plan.choices.count() == 5


# Moving


def test_a_session_is_moved_to_a_day_and_the_history_says_so(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    version = version_of(plan)
    move_session(
        session=session,
        week_start=D(2026, 10, 12),
        date=D(2026, 10, 14),
        start_time=dt.time(9, 10),
        end_time=dt.time(10),
        version=session.version,
        by=centre.jonas,
        now=NOW,
        reason="Friluftsdag",
    )
    moved = PlannedSession.objects.get(pk=session.pk)
    assert (moved.week_start, moved.date, moved.start_time) == (D(2026, 10, 12), D(2026, 10, 14), dt.time(9, 10))
    assert (moved.moved_from, moved.pinned, moved.version) == (D(2026, 10, 5), True, session.version)
    assert version_of(plan) == version + 1
    with override("sv"):
        (told, _made) = deeds(moved.changes.all())
    assert told.by == centre.jonas
    assert told.lines[0].endswith("Friluftsdag.")


def test_a_session_that_is_moved_back_is_no_longer_said_to_be_moved(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    home = session.week_start
    for week in (home + WEEK, home):
        move_session(session=session, week_start=week, version=session.version, by=centre.jonas, now=NOW)
    assert (session.week_start, session.moved_from) == (home, None)


def test_planning_leaves_a_session_where_a_person_put_it(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    move_session(session=session, week_start=D(2026, 10, 19), version=session.version, by=centre.jonas, now=NOW)
    apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW)
    session.refresh_from_db()
    assert session.week_start == D(2026, 10, 19)


def test_of_two_who_move_the_same_session_the_second_is_told(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    hers, his = PlannedSession.objects.get(pk=session.pk), PlannedSession.objects.get(pk=session.pk)
    move_session(session=hers, week_start=D(2026, 10, 12), version=session.version, by=centre.samira, now=NOW)
    with pytest.raises(StaleSession):
        move_session(session=his, week_start=D(2026, 10, 19), version=session.version, by=centre.jonas, now=NOW)
    with pytest.raises(StaleSession):
        cancel_session(session=his, reason="other", version=session.version, by=centre.jonas, now=NOW)
    session.refresh_from_db()
    assert (session.week_start, session.cancelled_at) == (D(2026, 10, 12), None)


@pytest.mark.parametrize("state", [{"outcome": "held"}, {"cancelled_at": BEFORE_TERM, "cancel_reason": "other"}])
def test_a_session_that_is_logged_or_cancelled_is_not_moved(
    plan: Participation, centre: SimpleNamespace, state: dict[str, object]
):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    PlannedSession.objects.filter(pk=session.pk).update(**state)
    with pytest.raises(StaleSession):
        move_session(session=session, week_start=D(2026, 10, 12), version=session.version, by=centre.jonas, now=NOW)


@pytest.mark.parametrize(
    ("field", "why", "time"),
    [
        ("week_start", "utanför läsåret", {"week_start": D(2027, 6, 14)}),
        ("week_start", "utanför läsåret", {"week_start": D(2026, 10, 13)}),
        ("week_start", "ingen undervisning", {"week_start": D(2026, 10, 26)}),
        ("date", "ligger inte i", {"week_start": D(2026, 10, 12), "date": D(2026, 10, 22)}),
        ("date", "ingen undervisning", {"week_start": D(2026, 10, 12), "date": D(2026, 10, 17)}),
        ("date", "Välj också dag", {"week_start": D(2026, 10, 12), "start_time": dt.time(9)}),
        (
            "end_time",
            "innan det börjar",
            {"week_start": D(2026, 10, 12), "date": D(2026, 10, 13), "start_time": dt.time(9), "end_time": dt.time(8)},
        ),
        (
            "start_time",
            "när passet börjar",
            {"week_start": D(2026, 10, 12), "date": D(2026, 10, 13), "end_time": dt.time(8)},
        ),
    ],
)
def test_a_time_that_cannot_be_used_is_refused_beside_its_field(
    plan: Participation, centre: SimpleNamespace, field: str, why: str, time: dict[str, object]
):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    with pytest.raises(ValidationError, match=why) as refused:
        move_session(session=session, version=session.version, by=centre.jonas, now=NOW, **time)  # type: ignore[arg-type]
    assert set(refused.value.error_dict) == {field}


def test_the_next_free_weeks_skip_breaks_and_weeks_with_a_session(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    calendar = SchoolCalendar.of(centre.year, centre.lindang)
    weeks = free_weeks(session=session, calendar=calendar, from_day=D(2026, 9, 17), count=3)
    # v. 44 is the autumn break, and in v. 45 the class has its next session.
    assert [week.isocalendar().week for week in weeks] == [42, 43, 46]


# Cancelling


def test_a_cancelled_session_gets_its_new_time_in_the_same_step(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    new = cancel_session(
        session=session,
        reason=CancelReason.NO_ROOM,
        note="Aulan är stängd",
        version=session.version,
        by=centre.jonas,
        now=NOW,
        new_week=D(2026, 10, 12),
    )
    assert new is not None
    assert (new.replaces, new.week_start, new.topic, new.pinned) == (session, D(2026, 10, 12), session.topic, True)
    session.refresh_from_db()
    assert (session.cancelled_at, session.cancel_reason, session.cancel_note) == (NOW, "no_room", "Aulan är stängd")
    assert len(deeds(PlanChange.objects.filter(session__in=[session, new], at=NOW))) == 1


@pytest.mark.parametrize("week", [D(2026, 10, 26), D(2026, 9, 7)], ids=["closed", "passed"])
def test_a_new_time_that_cannot_be_used_leaves_the_session_as_it_was(
    plan: Participation, centre: SimpleNamespace, week: dt.date
):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    with pytest.raises(ValidationError) as refused:
        cancel_session(session=session, reason="other", version=1, by=centre.jonas, now=NOW, new_week=week)
    assert set(refused.value.error_dict) == {"new_week"}
    assert PlannedSession.objects.get(pk=session.pk).cancelled_at is None


def test_a_session_without_a_new_time_gets_one_in_the_next_draft(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    cancel_session(session=session, reason="other", version=session.version, by=centre.jonas, now=NOW)
    apply_plan(participation=plan, from_day=D(2026, 9, 17), by=centre.samira, now=NOW)
    new = PlannedSession.objects.get(replaces=session)
    assert (new.topic, new.pinned) == (session.topic, False)


def test_only_what_ends_a_group_can_give_that_as_the_reason(plan: Participation, centre: SimpleNamespace):
    session = session_of(plan, "1A", after=D(2026, 9, 30))
    with pytest.raises(ValidationError, match="Välj varför"):
        cancel_session(
            session=session, reason=CancelReason.GROUP_ENDED, version=session.version, by=centre.jonas, now=NOW
        )


def test_a_group_that_ends_loses_what_lies_after_its_last_day(plan: Participation, centre: SimpleNamespace):
    group = Group.objects.get(school=centre.lindang, name="1A")
    held = session_of(plan, "1A", after=D(2026, 11, 30))
    PlannedSession.objects.filter(pk=held.pk).update(outcome="held")
    number = cancel_for_ended_group(group=group, last_day=D(2026, 11, 8), by=centre.adam, now=NOW)
    cancelled = plan.sessions.filter(cancel_reason=CancelReason.GROUP_ENDED)
    assert cancelled.count() == number == 4
    assert all(row.week_start > D(2026, 11, 8) for row in cancelled)
    assert held not in cancelled
    assert PlanChange.objects.filter(what=PlanChange.What.CANCELLED, by=centre.adam).count() == number
