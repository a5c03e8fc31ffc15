"""Plans: laid out, their topics chosen, their sessions moved and cancelled."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from programmes.models import Programme, SessionTopic
from schools.actions.replacements import plan_replacement
from schools.calendar import SchoolCalendar
from schools.drafts import Draft, draft_of
from schools.models import (
    Group,
    Participation,
    PlanChange,
    PlannedSession,
    ProgrammeYear,
    School,
    SchoolYear,
    TopicChoice,
)
from schools.models.plans import CancelReason, monday_of
from schools.planning import Row

What = PlanChange.What
Time = tuple[dt.date, dt.date | None, dt.time | None, dt.time | None]


class StaleSession(ValidationError):  # noqa: N818 - reads as what happened
    """Somebody else has changed the session since it was read."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has just changed the session. This is how it stands now."), code="stale")


class StaleDraft(ValidationError):  # noqa: N818 - reads as what happened
    """The plan would no longer become what the person saw."""

    def __init__(self) -> None:
        super().__init__(_("Something has changed since the draft was made. Look at the new draft."), code="stale")


@transaction.atomic
def open_programme_year(*, programme: Programme, year: SchoolYear, by: User, **settings: int) -> ProgrammeYear:
    """A programme's rules for a year; those that exist already are kept as they are."""
    existing = ProgrammeYear.objects.filter(programme=programme, year=year).first()
    if existing:
        return existing
    opened = ProgrammeYear(programme=programme, year=year, **settings)
    opened.full_clean()
    opened.save()
    return opened


@transaction.atomic
def join(*, school: School, programme_year: ProgrammeYear, by: User) -> Participation:
    """A school's part in a programme's year; joining twice gives the same."""
    participation, _made = Participation.objects.get_or_create(school=school, programme_year=programme_year)
    return participation


@transaction.atomic
def choose_topics(
    *, participation: Participation, topics: Sequence[SessionTopic], by: User, now: dt.datetime
) -> list[TopicChoice]:
    """A school's extra topics in the order of the year. What is planned and lies ahead gets them at once. Raises ``ValidationError`` for too many, for doubles and for other programmes' topics."""
    _lock(participation)
    _check_choice(participation, topics)
    participation.choices.all().delete()
    choices = TopicChoice.objects.bulk_create(
        TopicChoice(participation=participation, topic=topic, position=position)
        for position, topic in enumerate(topics, start=1)
    )
    _apply(draft_of(participation, timezone.localdate(now)), only_topics=True, by=by, now=now)
    return choices


def draft_plan(*, participation: Participation, from_day: dt.date) -> Draft:
    """What laying out the plan would do, counted from a day. Writes nothing."""
    return draft_of(participation, from_day)


@transaction.atomic
def apply_plan(
    *, participation: Participation, from_day: dt.date, by: User, now: dt.datetime, digest: str | None = None
) -> uuid.UUID:
    """Lay out the plan, and give the batch that its changes share.

    Raises ``StaleDraft`` when ``digest`` is given and the draft is no longer the one with that digest.
    """
    _lock(participation)
    draft = draft_of(participation, from_day)
    if digest is not None and digest != draft.digest:
        raise StaleDraft
    return _apply(draft, by=by, now=now)


@transaction.atomic
def move_session(
    *,
    session: PlannedSession,
    week_start: dt.date,
    version: int,
    by: User,
    now: dt.datetime,
    reason: str = "",
    date: dt.date | None = None,
    start_time: dt.time | None = None,
    end_time: dt.time | None = None,
) -> PlannedSession:
    """Move a session to a week, or to a day of it. From now on planning leaves it where it is.

    Raises ``StaleSession`` when it is no longer the version that was read, and ``ValidationError`` by field when the
    week is closed, or the day is no school day of that week.
    """
    _check_time(session, week_start, date, start_time, end_time)
    was = _time_of(session)
    changed_week = week_start != session.week_start
    _update(
        session,
        version,
        week_start=week_start,
        date=date,
        start_time=start_time,
        end_time=end_time,
        pinned=True,
        moved_from=session.week_start if changed_week else session.moved_from,
    )
    _told(session, What.MOVED, before=_as_json(was), after=_as_json(_time_of(session)), reason=reason, by=by, now=now)
    return session


@transaction.atomic
def cancel_session(
    *,
    session: PlannedSession,
    reason: str,
    version: int,
    by: User,
    now: dt.datetime,
    note: str = "",
    new_week: dt.date | None = None,
) -> PlannedSession | None:
    """Cancel a session with a reason, and give it a new week in the same step if one is named: that session is given.

    Raises ``StaleSession``, and ``ValidationError`` when the new week cannot be used.
    """
    batch = uuid.uuid4()
    _update(session, version, cancelled_at=now, cancel_reason=reason, cancel_note=note)
    before = _as_json(_time_of(session))
    _told(session, What.CANCELLED, before=before, reason=note or reason, by=by, now=now, batch=batch)
    if new_week is None:
        return None
    try:
        return plan_replacement(session=session, week_start=new_week, by=by, now=now, batch=batch)
    except ValidationError as refused:
        raise ValidationError({"new_week": refused.messages}) from refused


@transaction.atomic
def cancel_for_ended_group(*, group: Group, last_day: dt.date, by: User, now: dt.datetime) -> int:
    """Cancel what a group that ends has not held by its last day; gives how many sessions that were."""
    sessions = list(group.sessions.without_outcome().filter(week_start__gt=last_day))
    _cancel_all(sessions, by=by, now=now, batch=uuid.uuid4())
    Participation.objects.filter(sessions__in=[session.pk for session in sessions]).raise_version()
    return len(sessions)


def free_weeks(
    *, session: PlannedSession, calendar: SchoolCalendar, from_day: dt.date, count: int = 3
) -> list[dt.date]:
    """The next open weeks, from a day's week, in which the session's group has nothing else; not its own week."""
    others = PlannedSession.objects.live().filter(group_id=session.group_id).exclude(pk=session.pk)
    taken = {session.week_start, *others.values_list("week_start", flat=True)}
    first = monday_of(from_day)
    return [week for week in calendar.open_weeks() if week >= first and week not in taken][:count]


def _lock(participation: Participation) -> None:
    """Whoever else changes the plan waits."""
    Participation.objects.select_for_update().get(pk=participation.pk)


def _check_choice(participation: Participation, topics: Sequence[SessionTopic]) -> None:
    programme_year = participation.programme_year
    if len(topics) > programme_year.required_extra:
        raise ValidationError(_("Choose at most %(n)s topics.") % {"n": programme_year.required_extra})
    if len({topic.pk for topic in topics}) < len(topics):
        raise ValidationError(_("The same topic is chosen twice."))
    if any(topic.programme_id != programme_year.programme_id or topic.kind != "extra" for topic in topics):
        raise ValidationError(_("Choose among the programme's extra sessions."))


def _apply(draft: Draft, *, by: User, now: dt.datetime, only_topics: bool = False) -> uuid.UUID:
    batch = uuid.uuid4()
    participation = draft.participation
    changed = list(draft.difference.retopic)
    if not only_topics:
        changed += [pair for pair in draft.difference.move if pair not in changed]
    _change_rows(participation, changed, by=by, now=now, batch=batch)
    if not only_topics:
        doomed = participation.sessions.filter(pk__in=[row.key for row in draft.difference.cancel])
        _cancel_all(list(doomed), by=by, now=now, batch=batch)
        _create_rows(participation, draft.difference.create, by=by, now=now, batch=batch)
    Participation.objects.filter(pk=participation.pk).raise_version()
    return batch


def _change_rows(
    participation: Participation, pairs: Sequence[tuple[Row, Row]], *, by: User, now: dt.datetime, batch: uuid.UUID
) -> None:
    """Move rows and change their topics. Topics that swap places are let go first: each may stand only once."""
    wanted = {new.key: (old, new) for old, new in pairs}
    sessions = list(participation.sessions.without_outcome().select_for_update().filter(pk__in=wanted))
    participation.sessions.filter(pk__in=[session.pk for session in sessions]).update(topic=None)
    changes: list[PlanChange] = []
    for session in sessions:
        old, new = wanted[session.pk]
        before = _as_json(_time_of(session))
        session.topic_id, session.version = new.topic, session.version + 1
        if old.topic != new.topic:
            changes.append(_change(session, What.TOPIC, before=before, after=before, by=by, now=now, batch=batch))
        if old.week != new.week:
            session.week_start, session.moved_from = new.week, old.week
            session.date = session.start_time = session.end_time = None
            after = _as_json(_time_of(session))
            changes.append(_change(session, What.MOVED, before=before, after=after, by=by, now=now, batch=batch))
    fields = ["topic", "version", "week_start", "moved_from", "date", "start_time", "end_time"]
    PlannedSession.objects.bulk_update(sessions, fields, batch_size=200)
    PlanChange.objects.bulk_create(changes, batch_size=500)


def _create_rows(
    participation: Participation, rows: Sequence[Row], *, by: User, now: dt.datetime, batch: uuid.UUID
) -> None:
    lost = _lost_sessions(participation)
    made = PlannedSession.objects.bulk_create(
        (
            PlannedSession(
                participation=participation,
                group_id=row.group,
                slot_no=row.slot,
                topic_id=row.topic,
                week_start=row.week,
                replaces=lost.get(row.place),
            )
            for row in rows
        ),
        batch_size=500,
    )
    PlanChange.objects.bulk_create(
        (
            _change(
                session, What.CREATED, before=_replaced(session), after=_created(session), by=by, now=now, batch=batch
            )
            for session in made
        ),
        batch_size=500,
    )


def _lost_sessions(participation: Participation) -> dict[tuple[int, int], PlannedSession]:
    """The latest session of each place that was cancelled or not held, and has no new time."""
    rows = participation.sessions.exclude(pk__in=participation.sessions.live().values("pk")).filter(
        replaced_by__isnull=True
    )
    return {(session.group_id, session.slot_no): session for session in rows.order_by("week_start", "pk")}


def _replaced(session: PlannedSession) -> dict[str, str]:
    return {"week_start": session.replaces.week_start.isoformat()} if session.replaces else {}


def _created(session: PlannedSession) -> dict[str, str]:
    after = _as_json(_time_of(session))
    return after | {"replaces": str(session.replaces.uuid)} if session.replaces else after


def _cancel_all(sessions: Iterable[PlannedSession], *, by: User, now: dt.datetime, batch: uuid.UUID) -> None:
    """Cancel sessions whose group has ended or left the programme."""
    sessions = list(sessions)
    pks = [session.pk for session in sessions]
    PlannedSession.objects.without_outcome().filter(pk__in=pks).update(
        cancelled_at=now, cancel_reason=CancelReason.GROUP_ENDED, version=F("version") + 1
    )
    PlanChange.objects.bulk_create(
        _change(
            session,
            What.CANCELLED,
            before=_as_json(_time_of(session)),
            reason=CancelReason.GROUP_ENDED,
            by=by,
            now=now,
            batch=batch,
        )
        for session in sessions
    )


def _check_time(
    session: PlannedSession,
    week_start: dt.date,
    date: dt.date | None,
    start_time: dt.time | None,
    end_time: dt.time | None,
) -> None:
    calendar = SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)
    if week_start not in calendar.weeks():
        raise ValidationError({"week_start": _("The week lies outside the school year.")})
    if calendar.is_closed_week(week_start):
        raise ValidationError(
            {
                "week_start": _("The school has no teaching in %(week)s. Choose another week.")
                % {"week": week_no(week_start)}
            }
        )
    if date and (monday_of(date) != week_start or not calendar.is_school_day(date)):
        raise ValidationError({"date": _("Choose a school day in %(week)s.") % {"week": week_no(week_start)}})
    if start_time and not date:
        raise ValidationError({"date": _("Choose a day as well, or leave out the time.")})
    if end_time and (not start_time or end_time <= start_time):
        raise ValidationError({"end_time": _("The session must end after it starts.")})


def _update(session: PlannedSession, version: int, **values: Any) -> None:
    """Change a session that is as it was read, and has neither been logged nor cancelled: one row must change."""
    rows = PlannedSession.objects.without_outcome().filter(pk=session.pk, version=version)
    if not rows.update(version=F("version") + 1, **values):
        session.refresh_from_db()
        raise StaleSession
    session.refresh_from_db()
    Participation.objects.filter(pk=session.participation_id).raise_version()


def _time_of(session: PlannedSession) -> Time:
    return session.week_start, session.date, session.start_time, session.end_time


def _as_json(time: Time) -> dict[str, str]:
    names = ("week_start", "date", "start_time", "end_time")
    return {name: value.isoformat() for name, value in zip(names, time, strict=True) if value is not None}


def _told(session: PlannedSession, what: str, *, by: User, now: dt.datetime, **said: Any) -> None:
    _change(session, what, by=by, now=now, **said).save()


def _change(session: PlannedSession, what: str, *, by: User, now: dt.datetime, **said: Any) -> PlanChange:
    return PlanChange(participation_id=session.participation_id, session=session, what=what, by=by, at=now, **said)
