"""Which reminders are made, for whom, when: and that none is made twice."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.templatetags.look import short_day
from outbox.models import Message, State
from programmes.models import Programme
from schools.actions.cancelling import cancel_session
from schools.actions.moves import move_session
from schools.actions.people import end_membership, give_membership
from schools.actions.plans import join, open_programme_year
from schools.models import PlannedSession, SchoolMembership
from sessions_log.actions import log_as_planned
from sessions_log.actions.rules import current_rules, set_reminders
from sessions_log.models import ReminderItem
from sessions_log.reminders import due
from sessions_log.reminding.rules import Rule
from tests.conftest import account, at_school
from tests.mailing import Postbox, words_of
from tests.schools.laid_out import lay_out

pytestmark = pytest.mark.django_db

SEPTEMBER = "Normer och dess konsekvenser"
AFTER_EASTER = dt.date(2027, 4, 12)


def at(day: dt.date, hour: int = 6) -> dt.datetime:
    """A moment of a day; six o'clock UTC is eight in Stockholm's summer."""
    return dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def no_breaks(taget: SimpleNamespace) -> None:
    """Mails wait for a break to end: that has tests of its own."""
    taget.year.closed_periods.all().delete()


def base_sessions(centre: SimpleNamespace) -> list[PlannedSession]:
    """The two classes' sessions of the base topic of spring, far from the year's beginning; both in one week, that and
    the reminders' Mondays no holidays."""
    rows = centre.participation.sessions.filter(topic__kind="base", group__kind="class").order_by("-week_start")
    both = sorted(rows[:2], key=lambda one: one.group.name)
    for one in both:
        if one.week_start != AFTER_EASTER:
            said = {"version": one.version, "by": centre.samira, "now": at(dt.date(2026, 8, 11))}
            move_session(session=one, week_start=AFTER_EASTER, **said)
    return both


def three_weeks_before(centre: SimpleNamespace) -> dt.date:
    """The day of the topic's first reminder: its first session is the staff's."""
    topic = base_sessions(centre)[0].topic
    first = centre.participation.sessions.filter(topic=topic).order_by("week_start").first()
    assert first.group.kind == "staff"
    return first.week_start - dt.timedelta(days=21)


def run(day: dt.date, postbox: Postbox, hour: int = 6) -> list:
    due(at(day, hour))
    return postbox.send(at(day, hour))


def quiet_until(day: dt.date, postbox: Postbox) -> None:
    """What was due until a day has been sent."""
    run(day, postbox)
    postbox.received.clear()


def test_three_weeks_one_week_and_the_same_week(taget: SimpleNamespace, postbox: Postbox):
    session, first = base_sessions(taget)[0], three_weeks_before(taget)
    monday = session.week_start
    quiet_until(first - dt.timedelta(days=1), postbox)
    days = {"Om tre veckor": first, "Nästa vecka": monday - dt.timedelta(days=7), "Den här veckan": monday}
    for soon, day in days.items():
        to_classes = [mail for mail in run(day, postbox) if soon in mail.subject and "1A" in words_of(mail)]
        assert len(to_classes) == 1, soon
        assert session.topic_title in to_classes[0].subject
        assert to_classes[0].to == ["Elin Test <elin@vpc.example>"]


def test_one_mail_has_all_groups_of_a_topic(taget: SimpleNamespace, postbox: Postbox):
    first = three_weeks_before(taget)
    quiet_until(first - dt.timedelta(days=1), postbox)
    [mail] = [one for one in run(first, postbox) if "Om tre" in one.subject]
    assert all(group in mail.body for group in ("Personal F–3", "1A", "2A"))


def test_nothing_is_due_before_seven_in_stockholm(taget: SimpleNamespace, postbox: Postbox):
    first = base_sessions(taget)[0].week_start - dt.timedelta(days=21)
    quiet_until(first - dt.timedelta(days=1), postbox)
    winter = first.month in (11, 12, 1, 2, 3)
    seven = 6 if winter else 5
    assert run(first, postbox, hour=seven - 1) == []
    assert run(first, postbox, hour=seven) != []


def test_a_run_that_is_repeated_makes_nothing(taget: SimpleNamespace, postbox: Postbox):
    day = base_sessions(taget)[0].week_start
    run(day, postbox)
    count = Message.objects.count()
    run(day, postbox)
    run(day + dt.timedelta(days=1), postbox)
    assert Message.objects.count() == count


def test_a_run_that_was_missed_is_caught_up_with_and_what_is_too_late_says_so(taget: SimpleNamespace, postbox: Postbox):
    session = base_sessions(taget)[0]
    quiet_until(three_weeks_before(taget) - dt.timedelta(days=1), postbox)
    # The scheduler is off for more than two weeks: three weeks before has passed, one week before is just due.
    sent = run(session.week_start - dt.timedelta(days=6), postbox)
    mails = [one for one in sent if "1A" in words_of(one) and "elin@" in one.to[0]]
    assert [mail.subject.partition(":")[0] for mail in mails] == ["Nästa vecka"]
    [skipped] = Message.objects.filter(
        state=State.SKIPPED, kind="session-approaching", reminder_items__session=session, reminder_items__lead=3
    )
    assert "För sent att skicka: Våld i hemmet på Lindängsskolan, v." in skipped.why


def test_a_session_that_is_moved_is_reminded_of_in_its_new_week(taget: SimpleNamespace, postbox: Postbox):
    session = base_sessions(taget)[0]
    old = session.week_start
    quiet_until(old - dt.timedelta(days=21), postbox)
    later = old + dt.timedelta(days=14)
    move_session(session=session, week_start=later, version=session.version, by=taget.samira, now=at(old, 8))
    run(old + dt.timedelta(days=1), postbox)
    items = ReminderItem.objects.filter(session=session, kind="session-approaching")
    assert set(items.filter(superseded=True).values_list("week_start", flat=True)) == {old}
    mails = [one for one in run(later, postbox) if "Den här veckan" in one.subject and "1A" in words_of(one)]
    assert len(mails) == 1


def test_a_session_moved_there_and_back_is_still_reminded_of(taget: SimpleNamespace, postbox: Postbox):
    session = base_sessions(taget)[0]
    old, later = session.week_start, session.week_start + dt.timedelta(days=14)
    quiet_until(old - dt.timedelta(days=21), postbox)
    for week, day in [(later, old - dt.timedelta(days=20)), (old, old - dt.timedelta(days=15))]:
        session.refresh_from_db()
        move_session(session=session, week_start=week, version=session.version, by=taget.samira, now=at(day))
        run(day, postbox, hour=10)
    mails = [one for one in run(old - dt.timedelta(days=7), postbox) if "Nästa vecka" in one.subject]
    assert any("1A" in words_of(mail) for mail in mails)


def test_a_cancelled_session_is_not_reminded_of(taget: SimpleNamespace, postbox: Postbox):
    said = {"reason": "no_room", "by": taget.samira, "now": at(dt.date(2026, 8, 20))}
    for session in base_sessions(taget):
        session.refresh_from_db()
        cancel_session(session=session, version=session.version, **said)
    lost = PlannedSession.objects.exclude(cancelled_at=None)
    for day in [lost[0].week_start - dt.timedelta(days=n) for n in (45, 21, 7, 0)]:
        assert [one for one in run(day, postbox) if "Våld i hemmet" in one.subject and "1A" in words_of(one)] == []


def test_a_cancellation_after_the_mail_was_made_stops_it(taget: SimpleNamespace, postbox: Postbox):
    sessions = base_sessions(taget)
    day = sessions[0].week_start - dt.timedelta(days=7)
    quiet_until(day - dt.timedelta(days=1), postbox)
    due(at(day))
    for one in sessions:
        one.refresh_from_db()
        cancel_session(session=one, reason="no_room", version=one.version, by=taget.samira, now=at(day, 7))
    assert [one for one in postbox.send(at(day, 8)) if "Nästa vecka" in one.subject] == []
    [mail] = Message.objects.filter(reminder_items__session=sessions[0], reminder_items__lead=1)
    assert mail.state == State.SKIPPED


def test_who_has_left_gets_nothing(taget: SimpleNamespace, postbox: Postbox):
    day = three_weeks_before(taget)
    membership = SchoolMembership.objects.get(person__user=taget.elin)
    due(at(day))
    end_membership(membership=membership, last_day=day - dt.timedelta(days=1), by=taget.samira)
    postbox.send(at(day, 7))
    assert postbox.to("elin@") == []
    assert set(Message.objects.filter(user=taget.elin).values_list("state", flat=True)) == {State.SKIPPED}


def test_without_a_contact_person_the_schools_coordinator_is_told(taget: SimpleNamespace, postbox: Postbox):
    day = three_weeks_before(taget)
    membership = SchoolMembership.objects.get(person__user=taget.elin)
    end_membership(membership=membership, last_day=dt.date(2026, 9, 1), by=taget.samira)
    run(day, postbox)
    assert any("Om tre veckor" in mail.subject for mail in postbox.to("jonas@"))


def test_a_missing_log_is_asked_for_after_one_day_and_seven(taget: SimpleNamespace, postbox: Postbox):
    session = taget.participation.sessions.order_by("week_start", "pk").first()
    monday_after = session.week_start + dt.timedelta(days=7)
    asked = [
        day
        for day in (monday_after + dt.timedelta(days=n) for n in range(-3, 35))
        if [one for one in run(day, postbox) if "saknar logg" in one.subject.lower() and session.group.name in one.body]
    ]
    # The seventh day after the week is a Sunday: the mail waits for the Monday.
    assert asked == [monday_after, monday_after + dt.timedelta(days=7)]
    assert {mail.to[0] for _at, mail in postbox.received if "saknar logg" in mail.subject.lower()} == {
        "Jonas Test <jonas@vpc.example>"
    }


def test_a_reminder_that_is_promised_of_a_missing_log_lies_ahead(taget: SimpleNamespace, postbox: Postbox):
    """Sessions of two weeks in one mail, after some days without a worker: the first one's next reminder has passed."""
    first = taget.participation.sessions.order_by("week_start").first()
    monday = first.week_start + dt.timedelta(days=21)
    taget.participation.sessions.filter(topic=first.topic).update(week_start=monday - dt.timedelta(days=7))
    PlannedSession.objects.filter(pk=first.pk).update(week_start=monday - dt.timedelta(days=14))
    body = next(words_of(mail) for mail in run(monday + dt.timedelta(days=1), postbox) if "saknar" in mail.subject)
    promised = re.search(r"Saknas loggen fortfarande (.+?) påminner vi en gång till", body)
    assert promised and promised[1] == short_day(monday + dt.timedelta(days=7))


def test_logs_missing_for_long_are_told_once_to_the_school_and_once_to_the_centre(
    taget: SimpleNamespace, postbox: Postbox
):
    first = taget.participation.sessions.order_by("week_start").first().week_start
    weeks = [first + dt.timedelta(days=7 * n) for n in range(1, 6)]
    told = [(day, mail) for day in weeks for mail in run(day, postbox) if "fortfarande" in mail.subject]
    assert [(day, mail.to[0].partition("@")[0].partition("<")[2]) for day, mail in told[:2]] == [
        (weeks[2], "jonas"),
        (weeks[3], "samira"),
    ]
    # One mail for all of a week's sessions; to the centre it says which school, and whom to ring.
    assert "Lindängsskolan" in words_of(told[1][1])
    assert "Jonas Test, 070-000 00 00" in words_of(told[1][1])


def with_mvp(centre: SimpleNamespace, beside: PlannedSession) -> None:
    """A session of MVP in the same week as one of TÅGET's, with the usual reminders."""
    mvp = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    joined = join(school=centre.lindang, programme_year=mvp, by=centre.samira)
    what = {"group": beside.group, "slot_no": 1, "topic": mvp.programme.topics.first()}
    PlannedSession.objects.create(participation=joined, week_start=beside.week_start, **what)


def set_taget(centre: SimpleNamespace, kind: str, *leads: int) -> None:
    """Before the year, TÅGET's lead times of a kind of reminder."""
    programme = centre.participation.programme_year.programme
    rules = current_rules(centre.year, programme) | {kind: Rule(True, leads)}
    said = {"rules": rules, "based_on": 0, "by": centre.samira, "now": at(dt.date(2026, 8, 1))}
    set_reminders(year=centre.year, programme=programme, **said)


def test_of_two_programmes_the_mail_says_the_first_day_on_which_the_centre_is_told(
    taget: SimpleNamespace, postbox: Postbox
):
    first = taget.participation.sessions.order_by("week_start").first()
    with_mvp(taget, first)
    set_taget(taget, "log-escalated", 14, 28)
    [mail] = [mail for mail in run(first.week_start + dt.timedelta(days=21), postbox) if "fortfarande" in mail.subject]
    # MVP's is a week before TÅGET's.
    assert f"Saknas någon logg fortfarande {short_day(first.week_start + dt.timedelta(days=28))}" in words_of(mail)


def what_comes(postbox: Postbox) -> str:
    [mail] = [mail for mail in run(dt.date(2026, 8, 12), postbox) if "plan" in mail.subject]
    return words_of(mail)


def test_the_plan_says_how_long_before_its_base_sessions_we_remind(taget: SimpleNamespace, postbox: Postbox):
    set_taget(taget, "session-approaching", 2, 1, 0)
    assert "2 veckor före varje baspass påminner vi. Ändras planen skriver vi." in what_comes(postbox)


def test_the_plan_says_that_we_remind_before_each_session_of_a_series(taget: SimpleNamespace, postbox: Postbox):
    with_mvp(taget, taget.participation.sessions.order_by("week_start").first())
    taget.participation.sessions.all().delete()
    words = what_comes(postbox)
    assert "3 veckor före varje pass påminner vi." in words
    assert "MVP:" not in words and "baspass" not in words


def test_of_two_programmes_the_plan_says_how_long_before_we_remind_in_each(taget: SimpleNamespace, postbox: Postbox):
    with_mvp(taget, taget.participation.sessions.order_by("week_start").first())
    set_taget(taget, "session-approaching", 2, 1, 0)
    words = what_comes(postbox)
    assert "TÅGET: 2 veckor före varje baspass påminner vi. MVP: 3 veckor före varje pass påminner vi." in words


def test_a_log_that_came_meanwhile_stops_the_escalation(taget: SimpleNamespace, postbox: Postbox):
    session = taget.participation.sessions.order_by("week_start").first()
    monday = session.week_start + dt.timedelta(days=21)
    due(at(monday))
    for one in taget.participation.sessions.filter(week_start=session.week_start):
        log_as_planned(session=one, key=uuid.uuid4(), by=taget.jonas, now=at(monday, 7))
    postbox.send(at(monday, 8))
    assert [mail for mail in postbox.to("jonas@") if "fortfarande" in mail.subject] == []
    mails = Message.objects.filter(kind="log-escalated", reminder_items__session=session)
    assert {mail.why for mail in mails} == {"Loggarna är skrivna."}


def test_a_series_is_announced_though_it_has_no_base_sessions(taget: SimpleNamespace, postbox: Postbox):
    mvp, monday = Programme.objects.get(slug="mvp"), dt.date(2026, 11, 9)
    rules = open_programme_year(programme=mvp, year=taget.year, by=taget.samira)
    part = join(school=taget.lindang, programme_year=rules, by=taget.samira)
    group, topic = taget.lindang.groups.get(name="1A"), mvp.topics.first()
    PlannedSession.objects.create(participation=part, group=group, slot_no=1, topic=topic, week_start=monday)
    quiet_until(monday - dt.timedelta(days=8), postbox)
    subjects = [mail.subject for mail in run(monday - dt.timedelta(days=7), postbox)]
    assert f"Nästa vecka: {topic.title} på Lindängsskolan" in subjects


def test_when_nothing_is_due_a_school_more_asks_nothing_more(taget: SimpleNamespace, postbox: Postbox):
    day = dt.date(2026, 11, 19)
    quiet_until(day, postbox)
    with CaptureQueriesContext(connection) as one_school:
        assert due(at(day, 7)) == 0
    lay_out(taget, taget.ekbacka)
    at_school(account("petra"), taget.ekbacka, "contact", taget.samira)
    assert run(day, postbox, hour=8)
    with CaptureQueriesContext(connection) as two_schools:
        assert due(at(day, 9)) == 0
    assert len(two_schools) == len(one_school)


def test_the_centres_coordinator_is_asked_where_the_school_has_none(taget: SimpleNamespace, postbox: Postbox):
    membership = SchoolMembership.objects.get(person__user=taget.jonas)
    end_membership(membership=membership, last_day=dt.date(2026, 8, 1), by=taget.samira)
    session = taget.participation.sessions.order_by("week_start").first()
    run(session.week_start + dt.timedelta(days=7), postbox)
    assert any("logg" in mail.subject.lower() for mail in postbox.to("samira@"))


def test_what_has_been_logged_is_not_asked_for(taget: SimpleNamespace, postbox: Postbox):
    session = taget.participation.sessions.order_by("week_start").first()
    after = session.week_start + dt.timedelta(days=7)
    due(at(after))
    for one in taget.participation.sessions.filter(week_start=session.week_start):
        log_as_planned(session=one, key=uuid.uuid4(), by=taget.jonas, now=at(after, 7))
    postbox.send(at(after, 8))
    assert [mail for mail in postbox.to("jonas@") if "logg" in mail.subject.lower()] == []


def test_the_terms_plan_is_sent_once_a_week_before_the_term(taget: SimpleNamespace, postbox: Postbox):
    starts = taget.year.terms.get(season="spring").starts_on
    days = [starts + dt.timedelta(days=n) for n in range(-10, 10)]
    sent = [day for day in days if [one for one in run(day, postbox) if "Vårens plan" in one.subject]]
    assert sent == [starts - dt.timedelta(days=7)]


def test_a_new_contact_person_gets_the_plan_in_the_middle_of_the_term(taget: SimpleNamespace, postbox: Postbox):
    quiet_until(dt.date(2026, 10, 20), postbox)
    membership = SchoolMembership.objects.get(person__user=taget.elin)
    end_membership(membership=membership, last_day=dt.date(2026, 10, 20), by=taget.samira)
    person = SchoolMembership.objects.get(person__user=taget.jonas).person
    give_membership(person=person, role="contact", starts_on=dt.date(2026, 10, 21), by=taget.samira)
    run(dt.date(2026, 10, 22), postbox)
    assert any("Höstens plan" in mail.subject for mail in postbox.to("jonas@"))


def test_weeks_are_said_in_the_order_of_time(taget: SimpleNamespace, postbox: Postbox):
    first, second = base_sessions(taget)
    for session, week in [(first, dt.date(2027, 2, 22)), (second, dt.date(2027, 3, 8))]:
        session.refresh_from_db()
        said = {"version": session.version, "by": taget.samira, "now": at(dt.date(2026, 8, 20))}
        move_session(session=session, week_start=week, **said)
    quiet_until(dt.date(2027, 1, 12), postbox)
    [mail] = [one for one in run(dt.date(2027, 2, 1), postbox) if first.topic_title in one.subject]
    [sentence] = [line for line in mail.body.splitlines() if " har pass i " in line]
    weeks = [int(number) for number in re.findall(r"v\.\u00a0(\d+)", sentence)]
    assert weeks[:2] == [8, 10]
    assert weeks == sorted(weeks)
