"""A small municipality in the middle of its autumn, made by the portal's own actions."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest

from programmes.actions import describe_topic
from programmes.models import SessionTopic
from schools.actions.plans import cancel_session
from schools.models import Participation, PlannedSession, ProgrammeYear
from sessions_log.actions import LogEntry, log_as_planned, log_session
from tests.conftest import AUTUMN_DAY
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
    return SimpleNamespace(lindang=lindang, ekbacka=ekbacka, rules=rules, held=held)
