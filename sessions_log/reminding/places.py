"""What reminders need to know about planned sessions, and no more, so that many thousands can be looked through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Q

from programmes.models import SessionTopic
from schools.models import PlannedSession, School
from schools.models.plans import PlannedSessionQuerySet, monday_of

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
# Extra sessions are the school's own choice, and are not announced.
ANNOUNCED = (SessionTopic.Kind.BASE, SessionTopic.Kind.MVP)


class Place(NamedTuple):
    """Where a planned session is. ``leader`` is who leads it, at schools that log by link."""

    session: int
    participation: int
    slot_no: int
    school: int
    programme_year: int
    week_start: dt.date
    day: dt.date | None
    is_announced: bool
    leader: int | None

    @property
    def sunday(self) -> dt.date:
        return self.week_start + 6 * DAY


def places(rows: PlannedSessionQuerySet) -> list[Place]:
    """In the order of participation, place in the year and key; one query."""
    found = rows.order_by("participation", "slot_no", "pk").values_list(
        "pk",
        "participation_id",
        "slot_no",
        "participation__school_id",
        "participation__programme_year_id",
        "week_start",
        "date",
        "topic__kind",
        "leader_id",
        "leader__email",
        "participation__school__logs_by_link",
    )
    return [_place(row) for row in found]


def _place(row: Any) -> Place:
    kind, leader, email, by_link = row[-4:]
    return Place._make((*row[:-4], kind in ANNOUNCED, leader if leader and email and by_link else None))


def place_of(session: PlannedSession) -> Place:
    """The place of a session that was read with ``with_names``."""
    leader, school = session.leader, session.participation.school
    return Place(
        session.pk,
        session.participation_id,
        session.slot_no,
        school.pk,
        session.participation.programme_year_id,
        session.week_start,
        session.date,
        session.topic is not None and session.topic.kind in ANNOUNCED,
        leader.pk if leader and leader.email and school.logs_by_link else None,
    )


def places_in_reach(
    today: dt.date, *, back: dt.timedelta, ahead: dt.timedelta, participations: Collection[int] | None = None
) -> list[Place]:
    """Sessions without an outcome around a day, at open schools: past ones without a log, and coming ones that are
    announced."""
    rows = PlannedSession.objects.without_outcome().between(today - back, today + ahead)
    if participations is not None:
        rows = rows.filter(participation__in=participations)
    rows = rows.filter(Q(week_start__lte=monday_of(today)) | Q(topic__kind__in=ANNOUNCED))
    return places(rows.filter(participation__school__in=School.objects.open_on(today)))
