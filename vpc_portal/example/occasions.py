"""Occasions of several kinds: held with counts, one that lacks attendance, and some that come, with invitations."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from accounts.models import User
from schools.actions.occasions import (
    Counts,
    Guest,
    answer_invitation,
    cancel_occasion,
    invite,
    log_attendance,
    plan_occasion,
)
from schools.calendar import DAY, WEEK, SchoolCalendar, is_working_day
from schools.models import Occasion, OccasionKind, Organisation, School, SchoolMembership, SchoolYear
from vpc_portal.example.logs import at_hour

Kind = OccasionKind
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://exempel.example/tillfallen")
AFTERNOON = {"start_time": dt.time(13), "end_time": dt.time(16)}
EVENING = {"start_time": dt.time(18), "end_time": dt.time(19, 30), "place": "Skolans matsal"}
MEETING = {"start_time": dt.time(15), "end_time": dt.time(16, 30)}
HALL = {"place": "Kommunhuset, sal Eken"}


def make_occasions(schools: Sequence[School], today: dt.date, by: User) -> None:
    """A centre's occasions around a day: some weeks back and some ahead."""
    _held_for_all(schools, today, by)
    for place, school in enumerate(schools):
        _at_school(school, place, today, by)
    _coming_for_all(schools, today, by)


def _held_for_all(schools: Sequence[School], today: dt.date, by: User) -> None:
    """Two trainings that most schools have attended, with the partners."""
    came: Counts = {(Organisation.SCHOOL, school): 3 + number % 4 for number, school in enumerate(schools[::2])}
    partners: Counts = {
        (Organisation.SOCIAL_SERVICES, None): 5,
        (Organisation.POLICE, None): 2,
        (Organisation.RESCUE_SERVICES, None): 1,
        (Organisation.HOUSING, None): 2,
    }
    day = _open_day(today - 9 * WEEK, None, today)
    _held(Kind.CONCERN, None, day, {**came, (Organisation.SOCIAL_SERVICES, None): 2}, by, **AFTERNOON, **HALL)
    day = _open_day(today - 6 * WEEK, None, today)
    _held(Kind.KEY_PERSONS_TRAINING, None, day, {**partners, **dict(list(came.items())[:2])}, by, **AFTERNOON, **HALL)


def _at_school(school: School, place: int, today: dt.date, by: User) -> None:
    """One occasion at each school; one lacks attendance, and one was cancelled."""
    back = _open_day(today - (3 + place % 3) * WEEK, school, today)
    if place % 3 == 0:
        _held(
            Kind.APT, school, back, {(Organisation.SCHOOL, school): 14 + place}, by, **MEETING, place="Personalrummet"
        )
    elif place % 3 == 1:
        _held(Kind.ABC, school, back, {(Organisation.PARENTS, school): 9 + place}, by, **EVENING)
    if place == 0:
        _plan(Kind.ABC, school, _open_day(today - WEEK, school, today), by, **EVENING)
    if place == 2:
        occasion = _plan(Kind.APT, school, _open_day(today + 2 * WEEK, school, today), by, **MEETING)
        now = at_hour(today - dt.timedelta(days=2), 9)
        note = "Vi återkommer med en ny dag."
        cancel_occasion(occasion=occasion, version=occasion.version, reason="leader_absent", note=note, by=by, now=now)


def _coming_for_all(schools: Sequence[School], today: dt.date, by: User) -> None:
    """A meeting to which contact persons and partners are invited; some have answered."""
    text = "Vi delar det som har fungerat i höst.\nTa med ett exempel från din skola."
    day = _open_day(today + 3 * WEEK, None, today)
    occasion = _plan(Kind.FURTHER, None, day, by, title="Erfarenhetsutbyte för kontaktpersoner", text=text, **AFTERNOON)
    contacts = SchoolMembership.objects.contacts().active(today).filter(person__school__in=schools)
    people = [one.person for one in contacts.select_related("person__school").order_by("person__school__pk")[:5]]
    guests = [
        Guest("Rakel Ström", "rakel.strom@polisen.example", Organisation.POLICE),
        Guest("Ivar Lo", "ivar.lo@raddningstjansten.example", Organisation.RESCUE_SERVICES),
    ]
    now = at_hour(today - dt.timedelta(days=1), 9)
    invited = invite(occasion=occasion, people=people, guests=guests, by=by, now=now)
    # The first is the demo's own contact person: that answer is left to whoever tries the demo.
    for number, invitation in enumerate(invited[1:4]):
        answer_invitation(invitation=invitation, yes=number != 1, coming=1 + number, by=None, now=at_hour(today, 8))
    _plan(Kind.CONCERN, None, _open_day(today + 5 * WEEK, None, today), by, **AFTERNOON, **HALL)


def _held(kind: Kind, school: School | None, day: dt.date, counts: Counts, by: User, **said: Any) -> None:
    occasion = _plan(kind, school, day, by, **said)
    log_attendance(occasion=occasion, version=occasion.version, held=True, counts=counts, by=by, now=at_hour(day, 17))


def _plan(kind: Kind, school: School | None, day: dt.date, by: User, **said: Any) -> Occasion:
    key = uuid.uuid5(NAMESPACE, f"{kind} {school and school.slug} {day}")
    planned = at_hour(day - dt.timedelta(weeks=8), 9)
    return plan_occasion(key=key, kind=kind, school=school, date=day, by=by, now=planned, **said)


def _open_day(day: dt.date, school: School | None, today: dt.date) -> dt.date:
    """The day itself unless it is a weekend, holiday or break; then the nearest before it, or after it if it is to
    come."""
    closed = _closed_days(school)
    step = DAY if day > today else -DAY
    while day in closed or not is_working_day(day):
        day += step
    return day


def _closed_days(school: School | None) -> set[dt.date]:
    """The days closed in the school years' calendars, at a school or for all."""
    return {day for year in SchoolYear.objects.all() for day in SchoolCalendar.of(year, school).closed}
