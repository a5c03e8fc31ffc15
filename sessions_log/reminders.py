"""Which mails about sessions are due: base sessions that approach, logs that are missing, a term's plan.

``due(now)`` selects what is due *and has not been made*. A run that was missed is caught up with, a run that is
repeated does nothing, and what is too late by then is kept as skipped, with its reason. ``ReminderItem`` is the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CentreRole, User
from accounts.templatetags.look import week_no
from outbox.actions import enqueue, record_skipped
from outbox.letters import local_time
from outbox.models import Message
from schools.models import Participation, PlannedSession, School, SchoolMembership, Term
from schools.models.plans import monday_of
from schools.telling import Reader, readers_of
from sessions_log.models import ReminderItem

Kind = ReminderItem.Kind
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
# Mails of a day are due from this time in Stockholm, before the school day begins.
MORNING = dt.time(7)
# Weeks before a base session's week.
APPROACHING_WEEKS = (3, 1, 0)
# The first reminder takes the topic's other groups along, if they meet within this time.
TAKEN_ALONG = 6 * WEEK
# Days after the Sunday of a session's week; a day on a weekend waits for its Monday.
MISSING_DAYS = (1, 7)
# A log that has been missing for longer is on the coordinators' list, and no longer mailed about.
MISSING_STOPS = dt.timedelta(days=28)
# The term's plan goes out a week before the term begins, and is of no use when it is old.
PLAN_AHEAD, PLAN_STOPS = dt.timedelta(days=7), dt.timedelta(days=21)


@dataclass(frozen=True)
class Step:
    """One reminder of a session: its kind, its lead in weeks or days, from which day it is due, and when too late."""

    kind: str
    lead: int
    due_on: dt.date
    too_late_on: dt.date

    def is_due(self, now: dt.datetime) -> bool:
        return local_time(self.due_on, MORNING) <= now

    def is_too_late(self, today: dt.date) -> bool:
        return today >= self.too_late_on


def steps_of(session: PlannedSession) -> list[Step]:
    """The reminders that a session has, in the order in which they come, whatever has been sent."""
    return [*_approaching(session), *_missing(session)]


def _approaching(session: PlannedSession) -> Iterator[Step]:
    """Only base sessions are reminded of. A reminder is too late when the next one is due, the last when the week is
    over."""
    if session.topic is None or not session.topic.is_base:
        return
    due = [session.week_start - weeks * WEEK for weeks in APPROACHING_WEEKS]
    ends = [*due[1:], min(session.week_start + 5 * DAY, (session.date or dt.date.max - DAY) + DAY)]
    for weeks, due_on, too_late_on in zip(APPROACHING_WEEKS, due, ends, strict=True):
        yield Step(Kind.APPROACHING, weeks, due_on, too_late_on)


def _missing(session: PlannedSession) -> Iterator[Step]:
    sunday = session.week_start + 6 * DAY
    due = [_working_day(sunday + days * DAY) for days in MISSING_DAYS]
    ends = [*due[1:], sunday + MISSING_STOPS]
    for days, due_on, too_late_on in zip(MISSING_DAYS, due, ends, strict=True):
        yield Step(Kind.LOG_MISSING, days, due_on, too_late_on)


def _working_day(day: dt.date) -> dt.date:
    return day if day.weekday() < 5 else monday_of(day) + WEEK


def due(now: dt.datetime) -> int:
    """Make the mails that are due at a moment and have not been made, and keep which were too late; gives how many
    mails were made. Many at once make each mail once."""
    today = timezone.localdate(now)
    _supersede(today)
    plans = sum(_make_plan(school, term, now) for school, term in _terms_to_tell(now))
    return plans + sum(_make(one, now) for one in _due_reminders(now))


Pairs = list[tuple[PlannedSession, int]]


@dataclass(frozen=True)
class Due:
    """A mail to make: one reader, one topic at one school, one kind, and all the groups concerned, each at its step."""

    reader: Reader | User
    kind: str
    pairs: tuple[tuple[PlannedSession, int], ...]
    is_too_late: bool

    @property
    def user(self) -> User:
        return self.reader.user if isinstance(self.reader, Reader) else self.reader

    @property
    def about(self) -> dict[str, Any]:
        sessions = sorted({session.pk for session, _lead in self.pairs})
        said: dict[str, Any] = {"sessions": sessions, "lead": min(lead for _session, lead in self.pairs)}
        if isinstance(self.reader, Reader):
            said["membership"] = self.reader.membership.pk
        return said


def _due_reminders(now: dt.datetime) -> Iterator[Due]:
    """By participation, then by topic: who is told of which groups."""
    sessions = sorted(_in_reach(timezone.localdate(now)), key=_by_topic)
    for _topic, rows in groupby(sessions, key=_by_topic):
        yield from _of_topic(list(rows), now)


def _in_reach(today: dt.date) -> list[PlannedSession]:
    """Sessions without an outcome that some step can be due for, in a few queries however many there are."""
    first, last = today - MISSING_STOPS - 2 * WEEK, today + max(APPROACHING_WEEKS) * WEEK + TAKEN_ALONG
    rows = PlannedSession.objects.without_outcome().between(first, last).with_names()
    open_schools = School.objects.open_on(today)
    return list(rows.filter(participation__school__in=open_schools).order_by("pk"))


def _by_topic(session: PlannedSession) -> tuple[int, int]:
    return (session.participation_id, session.slot_no)


def _of_topic(rows: Sequence[PlannedSession], now: dt.datetime) -> Iterator[Due]:
    today, school = timezone.localdate(now), rows[0].participation.school
    found = _due_pairs(rows, now)
    if not found:
        return
    made = _made(rows)
    for (kind, too_late), pairs in found.items():
        for reader in _readers(kind, school, today):
            user = reader.user if isinstance(reader, Reader) else reader
            new = [(one, lead) for one, lead in pairs if (user.pk, one.pk, kind, lead) not in made]
            if new and not too_late:
                new += [(one, lead) for one, lead in _along(rows, new) if (user.pk, one.pk, kind, lead) not in made]
            if new:
                yield Due(reader, kind, tuple(new), too_late)


def _due_pairs(rows: Sequence[PlannedSession], now: dt.datetime) -> dict[tuple[str, bool], Pairs]:
    """The groups with a step that is due, by kind and whether it is too late."""
    found: dict[tuple[str, bool], Pairs] = {}
    for session in rows:
        for step in steps_of(session):
            if step.is_due(now):
                found.setdefault((step.kind, step.is_too_late(timezone.localdate(now))), []).append(
                    (session, step.lead)
                )
    return found


def _along(rows: Sequence[PlannedSession], due_now: Pairs) -> Pairs:
    """The first reminder of a topic tells of its other groups of the coming weeks, too."""
    first_lead = max(APPROACHING_WEEKS)
    weeks = [session.week_start for session, lead in due_now if lead == first_lead]
    if not weeks:
        return []
    taken = {session.pk for session, lead in due_now if lead == first_lead}
    return [
        (one, first_lead)
        for one in rows
        if one.pk not in taken and min(weeks) < one.week_start <= min(weeks) + TAKEN_ALONG
    ]


def _made(rows: Iterable[PlannedSession]) -> set[tuple[int, int, str, int]]:
    items = ReminderItem.objects.standing().filter(session__in=[row.pk for row in rows])
    return set(items.values_list("user_id", "session_id", "kind", "lead"))


def _readers(kind: str, school: School, today: dt.date) -> Sequence[Reader | User]:
    return readers_of(school, today) if kind == Kind.APPROACHING else loggers_of(school, today)


def loggers_of(school: School, today: dt.date) -> list[Reader | User]:
    """Who is asked for a log: the school's coordinators, or the centre's where the school has none."""
    active = SchoolMembership.objects.coordinators().active(today).filter(person__school=school)
    memberships = active.filter(person__user__is_active=True).select_related("person__user", "person__school")
    own: dict[int, Reader | User] = {one.person.user_id: Reader(one, one.person.user) for one in memberships}
    return list(own.values()) or list(centre_coordinators(today))


def centre_coordinators(today: dt.date) -> list[User]:
    roles = CentreRole.objects.active(today).filter(role=CentreRole.Role.COORDINATOR, user__is_active=True)
    return list({role.user_id: role.user for role in roles.select_related("user").order_by("pk")}.values())


def _make(one: Due, now: dt.datetime) -> bool:
    """Write the mail and its lines in the ledger, or neither: of many who make it at once, one does."""
    try:
        with transaction.atomic():
            items = _items(one, now)
            ReminderItem.objects.bulk_create(items)
            mail = _skip(one, now) if one.is_too_late else _enqueue(one, now)
            ReminderItem.objects.filter(pk__in=[item.pk for item in items]).update(mail=mail)
    except IntegrityError:
        return False
    return not one.is_too_late


def _items(one: Due, now: dt.datetime) -> list[ReminderItem]:
    said = {"user": one.user, "kind": one.kind, "at": now}
    in_order = sorted(one.pairs, key=lambda pair: (pair[0].pk, pair[1]))
    return [
        ReminderItem(session=session, lead=lead, week_start=session.week_start, **said) for session, lead in in_order
    ]


def _enqueue(one: Due, now: dt.datetime) -> Message | None:
    return enqueue(kind=one.kind, user=one.user, address=one.user.email, about=one.about, now=now)


def _skip(one: Due, now: dt.datetime) -> Message | None:
    week = week_no(min(session.week_start for session, _lead in one.pairs))
    why = _("Too late: it was not possible to send it in time for %(week)s.") % {"week": week}
    return record_skipped(kind=one.kind, user=one.user, about=one.about, why=why, once_key=None, now=now)


def _supersede(today: dt.date) -> None:
    """A session that has been moved is reminded of anew: what was said of its old week no longer counts."""
    moved = ReminderItem.objects.standing().filter(~Q(week_start=F("session__week_start")))
    moved.filter(session__week_start__gte=today - MISSING_STOPS - 2 * WEEK).update(superseded=True)


def _terms_to_tell(now: dt.datetime) -> Iterator[tuple[School, Term]]:
    """Schools with a plan for a term whose mail is due."""
    today = timezone.localdate(now)
    for term in Term.objects.select_related("year").filter(starts_on__lte=today + PLAN_AHEAD, ends_on__gte=today):
        if local_time(term.starts_on - PLAN_AHEAD, MORNING) > now:
            continue
        planned = Participation.objects.filter(
            programme_year__year=term.year,
            sessions__in=PlannedSession.objects.without_outcome().between(term.starts_on, term.ends_on),
        )
        for school in School.objects.open_on(today).filter(participations__in=planned).distinct():
            yield school, term


def _make_plan(school: School, term: Term, now: dt.datetime) -> int:
    today, made = timezone.localdate(now), 0
    too_late = today > term.starts_on + PLAN_STOPS
    for reader in readers_of(school, today):
        key = f"term-plan:{reader.membership.pk}:{term.pk}"
        about = {"membership": reader.membership.pk, "term": term.pk}
        if Message.objects.filter(once_key=key).exists():
            continue
        # Whoever becomes a contact person in the middle of a term gets the plan then.
        if too_late and reader.membership.starts_on <= term.starts_on + PLAN_STOPS:
            why = _("Too late: %(term)s had gone on for some weeks.") % {"term": term}
            record_skipped(kind=Kind.TERM_PLAN, user=reader.user, about=about, why=why, once_key=key, now=now)
        else:
            mail = enqueue(
                kind=Kind.TERM_PLAN, user=reader.user, address=reader.user.email, about=about, once_key=key, now=now
            )
            made += mail is not None
    return made
