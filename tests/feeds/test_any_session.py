"""Whatever state a session is in, its feed is a calendar that a library reads back as it was meant."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from programmes.models import Programme, SessionTopic
from schools.calendar_files import NOT_TEXT, write_feed
from schools.feeds import FeedContent, session_item
from schools.models import Group, Participation, PlannedSession, ProgrammeYear, School, SchoolPerson
from schools.models.plans import monday_of

STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Control characters, signs that mean something in a calendar, letters of several alphabets, and emoji.
SIGNS = "\x00\x07\t\n\r\x1f\x7f\x85\u2028,;:\\\"'=^%#<>&åäöÅÄÖéßłşЖאあ漢🚂 aA1-–"
NAMES = st.text(st.sampled_from(SIGNS), min_size=1, max_size=60)
# No session is held in the night when the clocks change.
TIMES = st.times(min_value=dt.time(7), max_value=dt.time(20)).map(lambda time: time.replace(microsecond=0))


@st.composite
def sessions(draw: st.DrawFn) -> PlannedSession:
    """A session in any state that the database allows, unsaved, with names of any characters."""
    school, programme = School(name=draw(NAMES)), Programme(name=draw(NAMES))
    participation = Participation(school=school, programme_year=ProgrammeYear(programme=programme))
    group = Group(name=draw(NAMES), kind=draw(st.sampled_from(Group.Kind.values)))
    monday = monday_of(draw(st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))))
    row = PlannedSession(uuid=draw(st.uuids(version=4)), participation=participation, group=group, week_start=monday)
    row.topic = draw(st.none() | st.builds(SessionTopic, title=NAMES))
    row.leader = draw(st.none() | st.builds(SchoolPerson, name=NAMES))
    row.version = draw(st.integers(1, 100_000))
    row.moved_from = draw(st.none() | st.just(monday - dt.timedelta(weeks=3)))
    if draw(st.booleans()):
        row.date = monday + dt.timedelta(days=draw(st.integers(0, 4)))
        times = sorted(draw(st.lists(TIMES, max_size=2, unique=True)))
        row.start_time, row.end_time = (*times, None, None)[:2]
    state = draw(st.sampled_from(["planned", "held", "not_held", "cancelled"]))
    if state == "cancelled":
        row.cancelled_at, row.cancel_reason = dt.datetime(2026, 9, 1, tzinfo=dt.UTC), "no_room"
    elif state != "planned":
        row.outcome = state
    return row


quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(
    rows=st.lists(sessions(), max_size=6, unique_by=lambda row: row.uuid),
    name=NAMES,
    changed_at=st.integers(0, 2**31).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
    said=st.fixed_dictionaries({"with_school": st.booleans(), "with_leader": st.booleans()}),
)
def test_a_feed_is_read_back_as_it_was_meant(rows, name, changed_at, said):
    items = tuple(session_item(row, changed_at=changed_at, **said) for row in rows)
    written = write_feed(items, name=name, description="", url="https://portal.example.se/")
    assert all(len(line) <= 75 for line in written.split(b"\r\n")), "folded"
    assert b"\n" not in written.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(written)
    assert len(calendar.events) == len(rows) and len(calendar.timezones) == 1
    assert unescaped(calendar["x-wr-calname"]) == unescaped(calendar["name"]) == plain(name)
    by_uid = {str(event["uid"]): event for event in calendar.events}
    for row, item in zip(rows, items, strict=True):
        event = by_uid.pop(item.uid)
        assert (event["sequence"], event.decoded("dtstamp")) == (row.version, changed_at)
        assert event["status"] == ("CONFIRMED" if row.is_live else "CANCELLED")
        assert event["summary"] == plain(item.summary) and event["description"] == plain(item.description)
        assert (event.decoded("dtstart"), event.decoded("dtend", None)) == when(row)
    assert by_uid == {}


def when(row: PlannedSession) -> tuple[dt.date, dt.date | None]:
    if row.date is None:
        return row.week_start, row.week_start + dt.timedelta(days=5)
    if row.start_time is None:
        return row.date, row.date + dt.timedelta(days=1)
    end = dt.datetime.combine(row.date, row.end_time, STOCKHOLM) if row.end_time else None
    return dt.datetime.combine(row.date, row.start_time, STOCKHOLM), end


def unescaped(value: object) -> str:
    """A calendar's own name, which the library leaves as it stands in the file."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], str(value))


def plain(text: str) -> str:
    """Without what no calendar holds."""
    return NOT_TEXT.sub(" ", text.replace("\r\n", "\n"))


@quick
@given(row=sessions(), step=st.integers(1, 5))
def test_whatever_is_shown_of_a_session_changes_the_feeds_digest(row, step):
    def digest() -> str:
        item = session_item(row, changed_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC), with_school=True, with_leader=True)
        return FeedContent("Min terminsplan", "", "https://portal.example.se/", (item,)).digest

    before = digest()
    assert digest() == before
    row.version += step
    assert digest() != before


def test_two_rows_never_share_a_name(centre: SimpleNamespace):
    from schools.calendar_files import uid_of

    row, known = PlannedSession(), uuid.uuid4()
    assert uid_of(PlannedSession(uuid=known)) == f"{known}@vpc.example"
    assert uid_of(row) != uid_of(PlannedSession()) and uid_of(row) == uid_of(row)
