"""A school year, day by day, with both changes of the clock, moves, forgotten logs and a scheduler that is off for a
week: every mail that arrived is listed, and checked against rules that are written here a second time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from outbox.models import Message
from schools.actions.moves import free_weeks, move_session
from schools.calendar import SchoolCalendar
from schools.models import PlannedSession
from sessions_log.actions import log_as_planned
from sessions_log.reminders import due
from tests.mailing import Postbox

pytestmark = pytest.mark.django_db

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIRST, LAST = dt.date(2026, 8, 3), dt.date(2027, 6, 20)
# A reminder comes due in this week, and is too late when it is over.
OFF = (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
CLOCKS_CHANGE = (dt.date(2026, 10, 25), dt.date(2027, 3, 28))
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


def runs_of(day: dt.date) -> Iterator[dt.datetime]:
    """When the scheduler runs: in the morning; on Mondays, when the most is due, at noon too, and on the days of the
    clocks' changes every half hour of the night."""
    if OFF[0] <= day <= OFF[1]:
        return
    if day in CLOCKS_CHANGE:
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=STOCKHOLM).astimezone(dt.UTC)
        yield from (midnight + half * dt.timedelta(minutes=30) for half in range(10))
    for hour in (8, 12) if day.weekday() == 0 else (8,):
        yield dt.datetime.combine(day, dt.time(hour, 30), tzinfo=STOCKHOLM).astimezone(dt.UTC)


def live(day: dt.date, centre: SimpleNamespace) -> None:
    """What people do on a day: on Fridays the week's sessions are logged, but every fifth is forgotten; on the first
    Wednesday of a month a session ahead is moved."""
    now = dt.datetime.combine(day, dt.time(14), tzinfo=STOCKHOLM)
    if day.weekday() == 4:
        before_first = centre.participation.sessions.order_by("pk").values_list("pk", flat=True)[0] - 1
        for session in centre.participation.sessions.without_outcome().in_week(day - 4 * DAY).order_by("pk"):
            if (session.pk - before_first) % 5:
                log_as_planned(session=session, key=uuid.uuid4(), by=centre.jonas, now=now)
    if day.weekday() == 2 and day.day <= 7:
        ahead = centre.participation.sessions.upcoming(day + WEEK).with_names().order_by("week_start", "pk")
        session = ahead.select_related("participation__programme_year__year").first()
        if session:
            calendar = SchoolCalendar.of(centre.year, centre.lindang)
            for week in free_weeks(session=session, calendar=calendar, count=1, from_day=day):
                move_session(session=session, week_start=week, version=session.version, by=centre.samira, now=now)


@pytest.fixture
def year_gone(taget: SimpleNamespace, postbox: Postbox) -> SimpleNamespace:
    day = FIRST
    while day <= LAST:
        for now in runs_of(day):
            due(now)
            postbox.send(now)
        live(day, taget)
        day += DAY
    taget.postbox = postbox
    return taget


def arrived(postbox: Postbox) -> list[tuple[dt.date, str, str, str]]:
    """Every mail: its day, recipient, subject and text."""
    return [
        (at.astimezone(STOCKHOLM).date(), mail.to[0], str(mail.subject), str(mail.body))
        for at, mail in postbox.received
    ]


def is_reminder(subject: str) -> bool:
    return subject.startswith(("Om tre veckor", "Om två veckor", "Nästa vecka", "Den här veckan"))


def is_told_there(subject: str) -> bool:
    return "fortfarande" in subject or "nästa läsår" in subject or "vad ändras" in subject


def is_missing(subject: str) -> bool:
    return "saknar logg" in subject.lower()


def test_the_whole_year(year_gone: SimpleNamespace):
    # What is told of logs that are missing for long, and of next year, the year of thirty schools has.
    mails = [one for one in arrived(year_gone.postbox) if not is_told_there(one[2])]
    check_who_gets_what(mails)
    check_nobody_gets_more_than_the_rules_say(mails, year_gone)
    check_nothing_is_missed(mails, year_gone)
    check_the_week_without_a_scheduler(mails)


def check_who_gets_what(mails) -> None:
    by_recipient: dict[str, set[bool]] = {}
    for _day, to, subject, _body in mails:
        by_recipient.setdefault(to, set()).add(is_missing(subject))
    # The contact person is asked for no log, and the coordinator for nothing else.
    assert by_recipient == {"Elin Test <elin@vpc.example>": {False}, "Jonas Test <jonas@vpc.example>": {True}}


def check_nobody_gets_more_than_the_rules_say(mails, centre: SimpleNamespace) -> None:
    same = Counter((day, to, subject) for day, to, subject, _body in mails)
    assert [one for one, count in same.items() if count > 1] == []
    plans = [subject for _day, _to, subject, _body in mails if "stämmer den?" in subject]
    assert plans == ["Höstens plan för Lindängsskolan: stämmer den?", "Vårens plan för Lindängsskolan: stämmer den?"]
    # A school day has one reminder a topic at most, and never more than three mails.
    assert max(Counter((day, to) for day, to, _subject, _body in mails).values()) <= 3
    for session in centre.participation.sessions.all():
        of_it = [(day, subject) for day, _to, subject, body in mails if tells_of(session, subject, body)]
        missing = [day for day, subject in of_it if is_missing(subject)]
        assert len(missing) <= 2, (session, missing)
        assert len(missing) == 0 or session.outcome is None
        moves = session.changes.filter(what="moved").count()
        reminded = [day for day, subject in of_it if is_reminder(subject)]
        # Of each place where it has lain three times; of an extra session never.
        assert len(reminded) <= (3 * (moves + 1) if session.topic.is_base else 0), (session, reminded)


def check_nothing_is_missed(mails, centre: SimpleNamespace) -> None:
    for session in centre.participation.sessions.filter(topic__kind="base", week_start__gt=dt.date(2026, 9, 14)):
        monday = session.week_start
        told = [
            day for day, _to, subject, body in mails if tells_of(session, subject, body) and not is_missing(subject)
        ]
        in_time = [day for day in told if monday - 3 * WEEK <= day <= monday + 4 * DAY]
        assert in_time, (session, monday, told)
    for session in centre.participation.sessions.without_outcome().filter(week_start__lt=LAST - 3 * WEEK):
        asked = [day for day, _to, subject, body in mails if is_missing(subject) and tells_of(session, subject, body)]
        assert asked, session


def check_the_week_without_a_scheduler(mails) -> None:
    days = {day for day, *_rest in mails}
    assert not any(OFF[0] <= day <= OFF[1] for day in days)
    # What came due meanwhile is kept as too late, and the next step is sent on the first morning after.
    late = Message.objects.filter(state="skipped", settled_at__date=OFF[1] + DAY)
    assert [message.why for message in late] == [
        "För sent att skicka: Aktiva åskådare och förändring på Lindängsskolan, v.\u00a048."
    ]
    assert [subject.partition(":")[0] for day, _to, subject, _body in mails if day == OFF[1] + DAY] == [
        "Den här veckan"
    ]
    assert all(message.why for message in Message.objects.filter(state="skipped"))


def tells_of(session: PlannedSession, subject: str, body: str) -> bool:
    if session.topic.title not in subject:
        return False
    return any(session.group.name in line for line in body.splitlines() if line.startswith("  "))
