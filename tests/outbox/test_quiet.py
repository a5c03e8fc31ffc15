"""Quiet hours: the moment that a mail waits for, whatever the calendar, and the sender that waits with it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox import kinds
from outbox.actions import enqueue
from outbox.models import Message, State
from outbox.quiet import AHEAD, DAY_BEGINS, is_quiet, next_morning, when_to_go
from tests.mailing import Postbox
from tests.outbox.letters import compose

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIRST = dt.date(2026, 3, 1)
HOUR = dt.timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=STOCKHOLM).astimezone(dt.UTC)


def weekdays(day: dt.date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        (at(19, 7), at(19, 7)),
        (at(19, 17, 59), at(19, 17, 59)),
        (at(19, 18), at(20, 7)),
        (at(20, 6, 59), at(20, 7)),
        (at(20, 18), at(23, 7)),
        (at(21, 12), at(23, 7)),
        # Over both changes of the clock the morning is at seven by the clock on the wall.
        (at(23, 20, month=10), at(26, 7, month=10)),
        (at(27, 20, month=3), at(30, 7, month=3)),
    ],
)
def test_evenings_nights_and_weekends_wait_for_seven_in_the_morning(now: dt.datetime, goes: dt.datetime):
    assert when_to_go(now, [weekdays]) == goes


moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: at(1, 0, month=1) + dt.timedelta(minutes=minutes))
open_days = st.sets(st.integers(0, 400), max_size=300)
waits = st.one_of(st.none(), st.timedeltas(-dt.timedelta(days=9), dt.timedelta(days=30)))


@given(now=moments, school=open_days, office=open_days, wait=waits)
def test_the_moment_is_a_morning_of_an_open_day_or_no_later_than_it_has_to_be(now, school, office, wait):
    calendars = [
        lambda day: (day - FIRST).days % 401 in school,
        lambda day: (day - FIRST).days % 401 in office | school,
    ]
    too_late = now + wait if wait is not None else None
    when = when_to_go(now, calendars, too_late=too_late)
    assert when >= now
    if when > now:
        local = when.astimezone(STOCKHOLM)
        assert local.time() == DAY_BEGINS
        assert any(is_open(local.date()) for is_open in calendars)
        assert is_quiet(now, calendars[0])
        assert too_late is None or when < too_late
        assert when - now < dt.timedelta(days=AHEAD + 1)
    elif is_quiet(now, calendars[0]) and is_quiet(now, calendars[1]):
        # It goes in the quiet only because every morning would be too late, or there is none.
        mornings = [next_morning(now, is_open) for is_open in calendars]
        assert all(one is None or one == now or (too_late and one >= too_late) for one in mornings)
    # Looked at again when the moment has come, it goes.
    assert when_to_go(when, calendars, too_late=too_late) == when


@pytest.fixture
def quiet_kind(monkeypatch):
    def register(**more) -> None:
        monkeypatch.setitem(kinds._kinds, "test", kinds.Kind("test", "Prov", compose, keeps_quiet=True, **more))

    register()
    return register


def test_a_mail_waits_in_the_queue_and_says_until_when(quiet_kind, mail):
    box, evening = Postbox(), at(20, 18, 5)
    message = mail(now=evening)
    assert box.send(evening) == []
    message.refresh_from_db()
    assert (message.state, message.not_before, message.attempts) == (State.QUEUED, at(23, 7), 0)
    assert message.why == "Kvällar, nätter och lediga dagar är tysta."
    assert box.send(at(23, 7) - dt.timedelta(seconds=1)) == []
    assert len(box.send(at(23, 7))) == 1


def test_what_would_come_too_late_goes_at_once(quiet_kind, mail):
    quiet_kind(too_late=lambda message, now: at(21, 9))
    mail(now=at(20, 18, 5))
    assert len(Postbox().send(at(20, 18, 5))) == 1


def test_what_is_not_wanted_is_skipped_and_does_not_wait(quiet_kind, mail):
    message = mail(now=at(20, 18, 5), about={"unwanted": True})
    Postbox().send(at(20, 18, 5))
    message.refresh_from_db()
    assert message.state == State.SKIPPED


def test_what_merges_waits_from_the_beginning_so_that_it_can_be_added_to(quiet_kind, reader):
    said = {"kind": "test", "address": reader.email, "user": reader, "merge_key": "one", "adds_to": "slots"}
    first = enqueue(**said, about={"slots": [[1, 1]]}, now=at(20, 19))
    assert first.not_before == at(23, 7)
    second = enqueue(**said, about={"slots": [[1, 2], [1, 1]]}, now=at(21, 12))
    assert (second.pk, second.about["slots"], second.not_before) == (first.pk, [[1, 1], [1, 2]], at(23, 7))
    assert Message.objects.count() == 1


def test_every_kind_keeps_quiet_but_codes_and_ones_own_trials():
    assert {kind.name for kind in kinds.all_kinds() if not kind.keeps_quiet} <= {"sign-in-code", "text-trial", "test"}


def test_where_quiet_hours_are_off_nothing_waits(quiet_kind, mail, settings):
    settings.MAIL_QUIET_HOURS = False
    mail(now=at(20, 18, 5))
    assert len(Postbox().send(at(20, 18, 5))) == 1
