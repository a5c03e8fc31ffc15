"""What schools answer, as the coordinators' worklist: accepted in one tap, declined with a word, done once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from outbox.models import Message
from schools.actions.cancelling import cancel_session
from schools.actions.groups import change_group, end_group
from schools.actions.moves import free_weeks, move_session
from schools.actions.people import end_membership
from schools.actions.replies import ReplyRefused, accept, decline, propose_time, say_not_me
from schools.calendar import SchoolCalendar
from schools.models import PlannedSession, SchoolMembership, SchoolReply
from schools.regret import latest_to_undo
from tests.conftest import NOW
from tests.mailing import Postbox
from tests.town import TODAY, in_full_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(centre: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with time_machine.travel(NOW, tick=False):
        yield in_full_work(centre)


@pytest.fixture
def session(town: SimpleNamespace) -> PlannedSession:
    rows = PlannedSession.objects.with_names().select_related("participation__programme_year__year")
    return rows.get(pk=town.ahead["lindangsskolan"].pk)


@pytest.fixture
def week(session: PlannedSession, town: SimpleNamespace) -> dt.date:
    """A week that works."""
    calendar = SchoolCalendar.of(town.year, town.lindang)
    return free_weeks(session=session, calendar=calendar, from_day=TODAY)[0]


def reply_about(session: PlannedSession, week: dt.date | None, town: SimpleNamespace) -> SchoolReply:
    return propose_time(
        sessions=[session], reason="no_room", proposed_week=week, key=uuid.uuid4(), by=town.elin, now=NOW
    )


def test_one_tap_moves_the_session_and_the_school_is_told(
    town: SimpleNamespace, session: PlannedSession, week: dt.date, signed_in
):
    reply = reply_about(session, week, town)
    client = signed_in(town.samira)
    page = client.get(reverse("schools:reply-list"))
    assert f"Flytta till v.\u00a0{week.isocalendar().week}" in page.content.decode()
    answer = client.post(reverse("schools:reply-accept", args=[reply.uuid]), follow=True)
    assert "1 pass är flyttat" in answer.content.decode()
    session.refresh_from_db()
    assert session.week_start == week
    assert session.changes.latest("pk").reason == "skolans förslag: ingen lokal"


def test_moved_by_a_proposal_the_session_keeps_its_weekday_and_time_of_day(
    town: SimpleNamespace, session: PlannedSession, week: dt.date
):
    tuesday = {"date": session.week_start + dt.timedelta(days=1), "start_time": dt.time(9), "end_time": dt.time(9, 40)}
    said = {"version": session.version, "by": town.jonas, "now": NOW}
    move_session(session=session, week_start=session.week_start, **tuesday, **said)
    [moved] = accept(reply=reply_about(session, week, town), by=town.samira, now=NOW)
    expected = (week + dt.timedelta(days=1), dt.time(9), dt.time(9, 40))
    assert (moved.date, moved.start_time, moved.end_time) == expected


def test_moved_by_a_proposal_the_session_is_at_its_groups_weekly_time(
    town: SimpleNamespace, session: PlannedSession, week: dt.date
):
    weekly = {"weekday": 2, "weekly_start": dt.time(10), "weekly_end": dt.time(10, 40)}
    change_group(group=session.group, by=town.samira, now=NOW, **weekly)
    session.refresh_from_db()
    [moved] = accept(reply=reply_about(session, week, town), by=town.samira, now=NOW)
    assert (moved.date, moved.start_time) == (week + dt.timedelta(days=2), dt.time(10))


def test_a_proposal_that_leaves_the_plans_order_is_done_and_said(town: SimpleNamespace, signed_in):
    staff = town.plans["lindangsskolan"].sessions.upcoming(TODAY).filter(group__kind="staff").order_by("week_start")
    session = staff.with_names()[0]
    of_topic = session.participation.sessions.upcoming(TODAY).filter(topic=session.topic).order_by("-week_start")
    reply = reply_about(session, of_topic[0].week_start, town)
    answer = signed_in(town.samira).post(reverse("schools:reply-accept", args=[reply.uuid]), follow=True)
    warnings = [str(one) for one in answer.context["messages"] if one.level_tag == "warning"]
    assert any(str(session.topic) in one and "före alla klassers pass" in one for one in warnings)


def test_a_week_by_which_the_group_has_ended_cannot_be_proposed(town, session, week):
    end_group(group=session.group, last_day=week - dt.timedelta(days=1), by=town.samira, now=NOW)
    session.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        reply_about(session, week, town)
    assert list(refused.value.message_dict) == ["week"]


def test_the_schools_own_coordinator_can_accept_and_the_contact_person_cannot(
    town: SimpleNamespace, session: PlannedSession, week: dt.date, signed_in
):
    reply = reply_about(session, week, town)
    address = reverse("schools:reply-accept", args=[reply.uuid])
    assert signed_in(town.elin).post(address).status_code == 403
    assert signed_in(town.jonas).post(address).status_code == 302
    reply.refresh_from_db()
    assert reply.answered_by == town.jonas


def test_accepted_twice_it_is_done_once(town: SimpleNamespace, session: PlannedSession, week: dt.date):
    reply = reply_about(session, week, town)
    accept(reply=reply, by=town.samira, now=NOW)
    with pytest.raises(ReplyRefused, match="redan svarat"):
        accept(reply=reply, by=town.jonas, now=NOW)
    with pytest.raises(ReplyRefused, match="redan svarat"):
        decline(reply=reply, by=town.jonas, now=NOW)
    assert session.changes.filter(what="moved").count() == 1


def test_a_proposed_week_that_has_passed_meanwhile_is_refused_and_said(
    town: SimpleNamespace, session: PlannedSession, week: dt.date, signed_in
):
    reply, was = reply_about(session, week, town), session.week_start
    with time_machine.travel(NOW + (week - TODAY) + dt.timedelta(days=7), tick=False):
        answer = signed_in(town.samira).post(reverse("schools:reply-accept", args=[reply.uuid]), follow=True)
    assert f"Veckan som skolan föreslog, v.\u00a0{week.isocalendar().week}, har passerat." in answer.content.decode()
    for row in (reply, session):
        row.refresh_from_db()
    assert (session.week_start, reply.is_open) == (was, True)


@pytest.mark.parametrize("what", ["moved", "cancelled"])
def test_a_plan_that_has_changed_since_is_not_overridden(
    what: str, town: SimpleNamespace, session: PlannedSession, week: dt.date
):
    reply = reply_about(session, week, town)
    said = {"session": session, "version": session.version, "by": town.jonas, "now": NOW}
    if what == "moved":
        move_session(week_start=week + dt.timedelta(days=7), **said)
    else:
        cancel_session(reason="other", **said)
    with pytest.raises(ReplyRefused):
        accept(reply=reply, by=town.samira, now=NOW)
    reply.refresh_from_db()
    assert reply.is_open


def test_declined_the_plan_stands_and_the_school_gets_the_reason(
    town: SimpleNamespace, session: PlannedSession, week: dt.date
):
    reply = reply_about(session, week, town)
    decline(reply=reply, by=town.samira, now=NOW, note="Samira är ledig då.")
    [mail] = Postbox().send(NOW)
    assert mail.to == ["Elin Test <elin@vpc.example>"]
    assert "Samira är ledig då." in mail.body
    assert f"Tyvärr fungerar inte v.\u00a0{week.isocalendar().week} för centret." in mail.body


def test_a_proposal_for_several_groups_is_one_deed_and_undone_as_one(
    town: SimpleNamespace, session: PlannedSession, week: dt.date, signed_in
):
    rows = PlannedSession.objects.upcoming(TODAY).filter(participation=session.participation)
    other = rows.filter(slot_no=session.slot_no, group__kind="class").exclude(pk=session.pk).with_names().first()
    assert other is not None
    yesterday = NOW - dt.timedelta(days=1)
    move_session(session=other, week_start=session.week_start, version=other.version, by=town.jonas, now=yesterday)
    said = {"reason": "no_room", "proposed_week": week, "key": uuid.uuid4(), "by": town.elin, "now": NOW}
    moved = accept(reply=propose_time(sessions=[session, other], **said), by=town.samira, now=NOW)
    assert [row.week_start for row in moved] == [week, week]
    regret = latest_to_undo(town.samira, town.lindang, NOW)
    assert regret is not None
    assert len(regret.lines) == 2
    signed_in(town.samira).post(reverse("schools:undo", args=[regret.batch]))
    assert {row.week_start for row in rows.filter(pk__in=[one.pk for one in moved])} == {session.week_start}


def test_a_form_sent_twice_at_the_same_moment_does_not_take_its_own_place(
    town: SimpleNamespace, session: PlannedSession, week: dt.date, monkeypatch
):
    said = {"sessions": [session], "reason": "no_room", "proposed_week": week, "key": uuid.uuid4()}
    first = propose_time(**said, by=town.elin, now=NOW)
    # The second has looked for the first before that was there.
    monkeypatch.setattr("schools.actions.replies.known", lambda *_asked: None)
    assert propose_time(**said, by=town.elin, now=NOW) == first
    first.refresh_from_db()
    assert first.is_open


def test_who_keeps_the_role_gets_no_mail_and_that_is_said(town: SimpleNamespace, signed_in):
    membership = SchoolMembership.objects.get(person__user=town.elin)
    reply = say_not_me(membership=membership, key=uuid.uuid4(), by=town.elin, now=NOW)
    page = signed_in(town.samira).post(reverse("schools:reply-decline", args=[reply.uuid]), {"note": ""}, follow=True)
    assert "Rollen är kvar. Inget mejl säger det: hör av dig till Lindängsskolan." in page.content.decode()
    assert not Message.objects.filter(kind="reply-declined").exists()


def test_a_later_proposal_takes_the_place_of_the_earlier(town: SimpleNamespace, session: PlannedSession, week: dt.date):
    first = reply_about(session, week, town)
    second = reply_about(session, None, town)
    first.refresh_from_db()
    assert first.state == SchoolReply.State.REPLACED
    assert list(SchoolReply.objects.open()) == [second]


def test_who_is_not_the_contact_person_gets_no_more_mail_when_it_is_accepted(town: SimpleNamespace, signed_in):
    membership = SchoolMembership.objects.get(person__user=town.elin)
    reply = say_not_me(membership=membership, key=uuid.uuid4(), by=town.elin, now=NOW, note="Fråga Nils.")
    assert say_not_me(membership=membership, key=uuid.uuid4(), by=town.elin, now=NOW) == reply
    signed_in(town.samira).post(reverse("schools:reply-accept", args=[reply.uuid]))
    membership.refresh_from_db()
    assert membership.ends_on == TODAY - dt.timedelta(days=1)
    assert not Message.objects.filter(kind="reply-declined").exists()


def test_a_role_that_has_ended_is_not_made_longer_by_an_answer_about_it(town: SimpleNamespace):
    membership = SchoolMembership.objects.get(person__user=town.elin)
    reply = say_not_me(membership=membership, key=uuid.uuid4(), by=town.elin, now=NOW)
    last_day = TODAY - dt.timedelta(days=10)
    SchoolMembership.objects.filter(pk=membership.pk).update(ends_on=last_day)
    accept(reply=reply, by=town.samira, now=NOW)
    membership.refresh_from_db()
    assert membership.ends_on == last_day


def test_who_is_not_the_contact_person_is_answered_when_the_role_ends(town: SimpleNamespace):
    membership = SchoolMembership.objects.get(person__user=town.elin)
    reply = say_not_me(membership=membership, key=uuid.uuid4(), by=town.elin, now=NOW)
    end_membership(membership=membership, last_day=TODAY, by=town.samira)
    reply.refresh_from_db()
    assert (reply.state, reply.answered_by, reply.answered_at) == (SchoolReply.State.ACCEPTED, town.samira, NOW)


def test_someone_elses_reply_is_not_there(town: SimpleNamespace, signed_in):
    other = PlannedSession.objects.with_names().get(pk=town.ahead["ekbackaskolan"].pk)
    reply = reply_about(other, None, town)
    for name in ("schools:reply-accept", "schools:reply-decline"):
        assert signed_in(town.jonas).post(reverse(name, args=[reply.uuid])).status_code == 404
    assert str(reply.school) not in signed_in(town.jonas).get(reverse("schools:reply-list")).content.decode()


def test_signed_in_the_contact_person_proposes_as_well(town: SimpleNamespace, session: PlannedSession, signed_in):
    client = signed_in(town.elin)
    link = reverse("schools:session-time", args=[session.uuid])
    assert link in client.get(reverse("schools:term-plan", args=["lindangsskolan"])).content.decode()
    said = {"key": str(uuid.uuid4()), "groups": [str(session.uuid)], "reason": "other", "week": "", "note": ""}
    client.post(link, said)
    assert SchoolReply.objects.get().by == town.elin
