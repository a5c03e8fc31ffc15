"""Calendar content (RFC 5545): one writer for files attached to mails and for feeds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from outbox.letters import Attachment
from schools.models import Occasion

DAY = dt.timedelta(days=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
# How often calendars should refresh. They decide for themselves; Google's does about twice a day.
REFRESH = dt.timedelta(hours=4)
# A text in a calendar must not contain control characters except line breaks.
NOT_TEXT = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
# The European Union's rule since 1996; calendars that know the zone by name use their own.
VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Europe/Stockholm
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


@dataclass(frozen=True)
class CalendarItem:
    """Something in a calendar: whole days from ``first`` to ``last``, inclusive, or with ``start`` a time on ``first``.

    ``uid`` never changes, and ``sequence`` is raised by each change.
    """

    uid: str
    sequence: int
    changed_at: dt.datetime
    summary: str
    first: dt.date
    last: dt.date
    start: dt.time | None = None
    end: dt.time | None = None
    cancelled: bool = False
    description: str = ""
    place: str = ""
    url: str = ""
    category: str = ""


def calendar_file(occasion: Occasion, *, to: str, now: dt.datetime, cancelled: bool = False) -> Attachment:
    """An occasion as a file for one person who is invited: new, changed or cancelled."""
    method = "CANCEL" if cancelled else "REQUEST"
    calendar = _calendar(with_zone=occasion.start_time is not None)
    calendar.add("method", method)
    event = _event(_item_of(occasion, now, cancelled=cancelled))
    event.add("organizer", _organiser())
    attendee = vCalAddress(f"mailto:{to}")
    # Answers are given through the mail's link: nobody reads calendars' replies.
    attendee.params["RSVP"] = vText("FALSE")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    event.add("attendee", attendee)
    calendar.add_component(event)
    text = calendar.to_ical().decode()
    return Attachment("tillfalle.ics", "text/calendar", text, {"method": method})


def _organiser() -> vCalAddress:
    """Always the centre, whoever its coordinator is: only the organiser who invited can change or cancel (RFC 5546,
    3.2.5)."""
    centre = vCalAddress(f"mailto:{settings.MAIL_ADDRESS}")
    centre.params["CN"] = vText(settings.CENTRE_NAME)
    return centre


def write_feed(items: Iterable[CalendarItem], *, name: str, description: str, url: str) -> bytes:
    """A calendar to subscribe to, with its name and a link to its page."""
    calendar = _calendar(with_zone=True)
    for label in ("name", "x-wr-calname"):
        calendar.add(label, vText(_plain(name)))
    if description:
        calendar.add("x-wr-caldesc", vText(_plain(description)))
    calendar.add("x-wr-timezone", STOCKHOLM.key)
    calendar.add("url", url)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH // dt.timedelta(hours=1)}H")
    for item in items:
        calendar.add_component(_event(item))
    written: bytes = calendar.to_ical()
    return written


def uid_of(row: object) -> str:
    """The UID of a planned session or an occasion, in every calendar and for good."""
    return f"{row.uuid}@{settings.MAIL_DOMAIN}"  # type: ignore[attr-defined]


def _calendar(*, with_zone: bool) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//VPC-portalen//sv")
    calendar.add("version", "2.0")
    if with_zone:
        calendar.add_component(Timezone.from_ical(VTIMEZONE))
    return calendar


def _item_of(occasion: Occasion, now: dt.datetime, *, cancelled: bool) -> CalendarItem:
    return CalendarItem(
        uid=uid_of(occasion),
        sequence=occasion.version,
        changed_at=now,
        summary=occasion.title,
        first=occasion.date,
        last=occasion.date,
        start=occasion.start_time,
        end=occasion.end_time,
        cancelled=cancelled,
        description=occasion.text,
        place=occasion.place,
    )


def _event(item: CalendarItem) -> Event:
    event = Event()
    event.add("uid", item.uid)
    event.add("sequence", item.sequence)
    event.add("dtstamp", item.changed_at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("summary", _plain(item.summary))
    event.add("status", "CANCELLED" if item.cancelled else "CONFIRMED")
    for name, when in _times(item):
        event.add(name, when)
    if item.start is None:
        # A week in which something is to be held must not be shown as fully booked.
        event.add("transp", "TRANSPARENT")
    for name, text in [("location", item.place), ("description", item.description), ("categories", item.category)]:
        if text:
            event.add(name, _plain(text))
    if item.url:
        event.add("url", item.url)
    return event


def _times(item: CalendarItem) -> list[tuple[str, dt.date]]:
    """Start and end; a whole day ends, as calendars have it, on the day after."""
    if item.start is None:
        return [("dtstart", item.first), ("dtend", item.last + DAY)]
    times: list[tuple[str, dt.date]] = [("dtstart", dt.datetime.combine(item.first, item.start, STOCKHOLM))]
    if item.end:
        times.append(("dtend", dt.datetime.combine(item.first, item.end, STOCKHOLM)))
    return times


def _plain(text: str) -> str:
    return NOT_TEXT.sub(" ", text.replace("\r\n", "\n"))
