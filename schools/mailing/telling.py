"""What schools are told about their sessions: who reads it, what each mail said about a session, and what has changed
since.

Whoever changes a plan calls ``tell_of_changes`` in the same transaction. The mail waits while the change can be undone.
When it is sent, it compares with what its reader was last told; if nothing differs, nothing is sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import clock, short_day, week_no
from outbox.actions import enqueue
from outbox.models import Message, Told, last_told
from schools.actions.deeds import chunks
from schools.actions.people import account_for
from schools.models import Participation, PlanChange, PlannedSession, School, SchoolMembership
from schools.models.plans import PlannedSessionQuerySet

# What is told about a session that is lost.
LOST = "lost"
# What is told about one that is not.
OF_A_TIME = ("topic_id", "week_start", "date", "start_time", "end_time")
CHANGED = "plan-changed"
# Mails that tell of sessions for the first time; while one is on its way, a change must follow it.
PLAN_KINDS = ("term-plan", "session-approaching")


@dataclass(frozen=True)
class Reader:
    """Somebody who gets a school's mails, for a role there."""

    membership: SchoolMembership
    user: User


def readers_of(school: School, today: dt.date, *, making_accounts: bool = True) -> list[Reader]:
    """Who gets the mails about a school's plan: its contact persons, or its coordinators if mails reach none.

    Readers without an account get one, unless ``making_accounts`` is false: then they are left out.
    """
    at_school = SchoolMembership.objects.in_reach().filter(person__school=school)
    at_school = at_school.select_related("person__user", "person__school")
    memberships = at_school.contacts().active(today) or at_school.coordinators().active(today)
    readers: dict[int, Reader] = {}
    for membership in memberships:
        person = membership.person
        user = account_for(person) if making_accounts or person.user else None
        if user is not None:
            readers.setdefault(user.pk, Reader(membership, user))
    return list(readers.values())


def about(session: PlannedSession) -> str:
    """The key under which it is kept what somebody was told about a session."""
    return f"session:{session.uuid}"


def known_outside(sessions: Iterable[PlannedSession]) -> set[int]:
    """Of some sessions, the keys of those that somebody has been told of or has answered about, which cannot just be
    deleted."""
    known: set[int] = set()
    for some in chunks(sessions):
        by_about = {about(session): session.pk for session in some}
        known |= {by_about[one] for one in Told.objects.filter(about__in=by_about).values_list("about", flat=True)}
        answered = PlannedSession.objects.filter(pk__in=by_about.values(), replies__isnull=False)
        known |= set(answered.values_list("pk", flat=True))
    return known


def said_of(session: PlannedSession) -> str:
    """What a mail says about a session now, for comparing later: its topic and time, or that it is lost."""
    if not session.is_live:
        return LOST
    parts = (getattr(session, name) for name in OF_A_TIME)
    return " ".join(str(part) if part is not None else "-" for part in parts)


def said_in(state: Mapping[str, Any]) -> str:
    """The same about a session as the history keeps it."""
    if state.get("cancelled_at"):
        return LOST
    return " ".join(str(state.get(name, "-")) for name in OF_A_TIME)


def known_to(user: Any, sessions: Sequence[PlannedSession]) -> dict[str, str]:
    """What somebody knows about sessions: what a mail last told them, or what they have themselves changed since, which
    no mail tells them."""
    told = last_told(user, [about(session) for session in sessions])
    known = {one: said for one, (said, _when) in told.items()}
    of_row = {session.pk: about(session) for session in sessions}
    own = PlanChange.objects.filter(by=user, session__in=of_row, after__has_key="week_start").order_by("pk")
    for session, state, at in own.values_list("session", "after", "at"):
        _said, told_at = told.get(of_row[session], (None, None))
        if of_row[session] not in told or (told_at and told_at < at):
            known[of_row[session]] = said_in(state)
    return known


def when(session: PlannedSession) -> str:
    """When a session is, as mails write it: tis 8 sep, 09.00-09.40, or v. 37, day not decided."""
    if session.date is None:
        return _("%(week)s, day not decided") % {"week": week_no(session.week_start)}
    return _with_time(f"{short_day(session.date)}, {week_no(session.week_start)}", session.start_time, session.end_time)


def when_said(said: str) -> str:
    """When a session was, according to what was told about it."""
    if said == LOST:
        return _("cancelled")
    _topic, week, day, start, end = said.split(" ")
    monday = dt.date.fromisoformat(week)
    if day == "-":
        return week_no(monday)
    times = [None if time == "-" else dt.time.fromisoformat(time) for time in (start, end)]
    return _with_time(f"{short_day(dt.date.fromisoformat(day))}, {week_no(monday)}", *times)


def _with_time(day: str, start: dt.time | None, end: dt.time | None) -> str:
    if start is None:
        return day
    return f"{day}, {clock(start)}–{clock(end)}" if end else f"{day}, {clock(start)}"


def tell_of_changes(
    *, participation: Participation, sessions: Iterable[PlannedSession], by: User, now: dt.datetime
) -> None:
    """Write a mail to each reader who has been told of the sessions or is about to be, except to the one who changed
    them."""
    by_slot: dict[int, list[str]] = {}
    for session in sessions:
        by_slot.setdefault(session.slot_no, []).append(about(session))
    if not by_slot:
        return
    for reader in readers_of(participation.school, timezone.localdate(now)):
        told = _slots_told(reader.user, by_slot) if reader.user.pk != by.pk else []
        if told:
            _write(reader, participation, told, now)


def _slots_told(user: User, by_slot: dict[int, list[str]]) -> list[int]:
    """The places in the year that somebody has been told of. A mail with the whole plan that is on its way tells of
    all."""
    if Message.objects.waiting().filter(user=user, kind__in=PLAN_KINDS).exists():
        return sorted(by_slot)
    abouts = [one for several in by_slot.values() for one in several]
    known = set(Told.objects.filter(user=user, about__in=abouts).values_list("about", flat=True))
    return sorted(slot_no for slot_no, several in by_slot.items() if known.intersection(several))


def _write(reader: Reader, participation: Participation, slots: list[int], now: dt.datetime) -> None:
    """Write one mail a school: a waiting mail takes on these places in the year too, and is put off."""
    enqueue(
        kind=CHANGED,
        user=reader.user,
        address=reader.user.email,
        about={"membership": reader.membership.pk, "slots": [[participation.pk, slot_no] for slot_no in slots]},
        merge_key=f"{CHANGED}:{reader.membership.pk}",
        adds_to="slots",
        not_before=now + dt.timedelta(minutes=settings.PLAN_UNDO_MINUTES),
        now=now,
    )


def sessions_changed(message: Message) -> PlannedSessionQuerySet:
    """All sessions of the places in the year that a mail of changes is about."""
    wanted = Q(pk__in=[])
    for participation, slot_no in slots_of(message):
        wanted |= Q(participation=participation, slot_no=slot_no)
    return PlannedSession.objects.filter(wanted)


def slots_of(message: Message) -> list[tuple[int, int]]:
    """The places in the year, as participation and number, that a mail of changes is about."""
    return [(participation, slot_no) for participation, slot_no in message.about.get("slots", [])]
