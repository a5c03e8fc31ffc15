"""A small municipality in the middle of its autumn, made by the portal's own actions."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest

from accounts.models import User
from evaluations.actions import set_targets
from outbox.models import Message, State
from programmes.actions import describe_topic
from programmes.models import SessionTopic
from schools.actions.cancelling import cancel_session
from schools.models import Participation, PlannedSession, ProgrammeYear
from sessions_log.actions import LogEntry, log_as_planned, log_session
from sessions_log.models import ReminderItem
from tests.conftest import AUTUMN_DAY
from tests.remembering import remembered
from tests.schools.laid_out import at, lay_out

TODAY = AUTUMN_DAY + dt.timedelta(weeks=8)  # Thursday, v. 46


def log(session: PlannedSession, centre: SimpleNamespace, *, day: dt.date = TODAY) -> None:
    log_as_planned(session=session, key=uuid.uuid4(), by=centre.samira, now=at(day))


def not_held(session: PlannedSession, centre: SimpleNamespace, **more: object) -> None:
    entry = LogEntry(held=False, reason="staff_absent", **more)  # type: ignore[arg-type]
    log_session(session=session, entry=entry, key=uuid.uuid4(), by=centre.samira, now=at(TODAY))


def due(participation: Participation) -> list[PlannedSession]:
    """The sessions whose week has passed and that nobody has logged, in a fixed order."""
    rows = participation.sessions.awaiting_log(TODAY).with_names()
    return list(rows.order_by("week_start", "group__kind", "group__name"))


@pytest.fixture
def plans(centre: SimpleNamespace) -> SimpleNamespace:
    return in_autumn(centre)


@remembered
def in_autumn(centre: SimpleNamespace) -> SimpleNamespace:
    """Both schools' plans. At Lindängsskolan all that was due is held but the last two: one cancelled, one not held."""
    lindang, ekbacka = lay_out(centre, centre.lindang), lay_out(centre, centre.ekbacka)
    norms = SessionTopic.objects.base().get(number=1)
    describe_topic(topic=norms, aim="", preparation="", parts=["Inledning", "Övning", "Avslutning"], by=centre.samira)
    *held, cancelled, lost = due(lindang)
    for session in held:
        log(session, centre)
    cancel_session(
        session=cancelled, reason="no_room", version=cancelled.version, by=centre.samira, now=at(cancelled.week_start)
    )
    not_held(lost, centre)
    rules = ProgrammeYear.objects.select_related("programme", "year").get()
    set_targets(programme_year=rules, percents={"pace": 80, "dose": 90}, by=centre.maria, now=at(TODAY))
    for reminded in (held[0], due(ekbacka)[0]):
        remind(reminded, centre.jonas, reminded.week_start + dt.timedelta(days=7), 1)
    return SimpleNamespace(lindang=lindang, ekbacka=ekbacka, rules=rules, held=held)


def remind(session: PlannedSession, user: User, day: dt.date, lead: int, kind: str = "", **more: object) -> Message:
    """Somebody was reminded of a session's log (or told of it, by another kind of mail) on a day."""
    kind = kind or ReminderItem.Kind.LOG_MISSING
    about = {"uuid": uuid.uuid4(), "kind": kind, "user": user, "address": user.email, "made_at": at(day)}
    said = {"state": State.SENT, "not_before": at(day), "handed_over_at": at(day), **more}
    mail = Message.objects.create(**about, **said)
    ReminderItem.objects.create(
        user=user, session=session, kind=kind, lead=lead, week_start=session.week_start, mail=mail, at=at(day)
    )
    return mail
