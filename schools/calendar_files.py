"""An occasion as a calendar file (RFC 5545), for a mail: invited, changed, cancelled."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from outbox.letters import Attachment
from schools.models import Occasion

STOCKHOLM = ZoneInfo("Europe/Stockholm")
# The rule of the European Union since 1996; calendars that know the name use their own.
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


def calendar_file(
    occasion: Occasion, *, to: str, organiser: str, now: dt.datetime, cancelled: bool = False
) -> Attachment:
    """The file for one recipient: the same UID whatever happens, and a higher SEQUENCE each time it changes."""
    method = "CANCEL" if cancelled else "REQUEST"
    calendar = Calendar()
    calendar.add("prodid", "-//VPC-portalen//sv")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if occasion.start_time:
        calendar.add_component(Timezone.from_ical(VTIMEZONE))
    calendar.add_component(_event(occasion, to, organiser, now, cancelled=cancelled))
    text = calendar.to_ical().decode()
    return Attachment("tillfalle.ics", "text/calendar", text, {"method": method})


def uid_of(occasion: Occasion) -> str:
    return f"{occasion.uuid}@{settings.MAIL_DOMAIN}"


def _event(occasion: Occasion, to: str, organiser: str, now: dt.datetime, *, cancelled: bool) -> Event:
    event = Event()
    event.add("uid", uid_of(occasion))
    event.add("sequence", occasion.version)
    event.add("dtstamp", now.astimezone(dt.UTC).replace(microsecond=0))
    event.add("summary", occasion.title)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    for name, when in _times(occasion):
        event.add(name, when)
    if occasion.place:
        event.add("location", occasion.place)
    if occasion.text:
        event.add("description", occasion.text)
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    attendee = vCalAddress(f"mailto:{to}")
    # Answers are given by the mail's link, not to a calendar that nobody reads.
    attendee.params["RSVP"] = vText("FALSE")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    event.add("attendee", attendee)
    return event


def _times(occasion: Occasion) -> list[tuple[str, dt.date]]:
    """From and to; without a time of day, the whole day."""
    if occasion.start_time is None:
        return [("dtstart", occasion.date), ("dtend", occasion.date + dt.timedelta(days=1))]
    times: list[tuple[str, dt.date]] = [("dtstart", dt.datetime.combine(occasion.date, occasion.start_time, STOCKHOLM))]
    if occasion.end_time:
        times.append(("dtend", dt.datetime.combine(occasion.date, occasion.end_time, STOCKHOLM)))
    return times
