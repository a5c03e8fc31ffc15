"""A school year of thirty schools with every kind of reminder: what is made is compared, mail by mail, with a plain
statement of who should get what when. The scheduler is off twice; what came due meanwhile is caught up with."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.utils import timezone

from outbox.models import Message, State
from programmes import reminders as measures
from schools.models import SchoolYear
from sessions_log import reminders
from sessions_log.reminding.kinds import BY_KIND
from tests.reminders.municipality import DAY, Municipality, a_municipality
from tests.reminders.naive import Mail, Naive

pytestmark = pytest.mark.django_db

FIRST, LAST = dt.date(2026, 8, 3), dt.date(2027, 6, 18)
OFF = [(dt.date(2026, 11, 13), dt.date(2026, 11, 18)), (dt.date(2027, 2, 1), dt.date(2027, 2, 8))]
SESSIONS = ("session-approaching", "log-missing", "log-escalated", "log-by-link")


@pytest.fixture
def town(year: SchoolYear, samira) -> Municipality:
    return a_municipality(year, samira)


def at(day: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def due(now: dt.datetime) -> int:
    return reminders.due(now) + measures.due(now)


def test_every_mail_of_the_year_is_as_the_rules_say(town: Municipality):
    naive, expected = Naive(town), Counter[Mail]()
    for day in (FIRST + n * DAY for n in range((LAST - FIRST).days + 1)):
        if day.weekday() < 5 and not any(first <= day <= last for first, last in OFF):
            expected.update(naive.mails_of(day))
            due(at(day, 8))
            if day.weekday() == 0:
                # Run once more, it makes nothing.
                assert due(at(day, 10)) == 0
        town.live(day)
    made = Counter(mail_of(one) for one in Message.objects.select_related("user").exclude(state=State.SKIPPED))
    assert sorted(map(str, expected - made)) == [], "not made"
    assert sorted(map(str, made - expected)) == [], "not wanted"
    assert max(made.values()) == 1
    # Every kind but the link to log by, which these schools do not use.
    assert {kind for _day, _to, kind, _about in made} == set(BY_KIND) - {"log-by-link"}


def mail_of(message: Message) -> Mail:
    about = {key: value for key, value in message.about.items() if key not in ("membership", "lead", "day", "step")}
    if message.kind in SESSIONS:
        return timezone.localdate(message.made_at), message.address, message.kind, frozenset(about["sessions"])
    [value] = about.values()
    return timezone.localdate(message.made_at), message.address, message.kind, value
