"""Each school's counts, kept per participation and day; only what has changed is counted again (ADR 9).

Kept counts are valid while the participation keeps its version, which every action that touches its sessions, logs,
groups or calendar raises, and while topics and formulas are the same. The number of queries does not grow with schools
or sessions.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from evaluations.counting import COUNTED, Counts, count
from evaluations.fingerprints import digest_of
from evaluations.models import ParticipationFigures
from evaluations.rows import GroupRow, SessionRow, YearOfSchool
from outbox.models import MAY_HAVE_ARRIVED
from programmes.models import SessionTopic
from schools.calendar import calendars_of
from schools.models import Group, Participation, PlannedSession, ProgrammeYear, School, SchoolYear
from sessions_log.models import ReminderItem, SessionLog

# The steps of reminders of a missing log; their number of days tells them apart.
ASKING_FOR_LOGS = (ReminderItem.Kind.LOG_MISSING, ReminderItem.Kind.LOG_ESCALATED)
# How many schools are counted together, so that memory does not grow with their number.
AT_ONCE = 100


def counts_by_school(programme_year: ProgrammeYear, schools: Sequence[School], as_of: dt.date) -> dict[int, Counts]:
    """The counts of each school, by its primary key; also of schools that have target classes but no plan."""
    # The versions are read first, so that what changes during the counting is counted again next time.
    participations = {
        row.school_id: row for row in Participation.objects.filter(programme_year=programme_year, school__in=schools)
    }
    basis = basis_of(programme_year, participations.values(), as_of)
    kept = _kept(participations, as_of, basis)
    stale = [school for school in schools if school.pk not in kept]
    for first in range(0, len(stale), AT_ONCE):
        years = years_of_schools(programme_year, stale[first : first + AT_ONCE])
        counted = {pk: count(year, as_of) for pk, year in years.items()}
        _keep(participations, counted, as_of, basis)
        kept |= counted
    return kept


def years_of_schools(programme_year: ProgrammeYear, schools: Sequence[School]) -> dict[int, YearOfSchool]:
    """All rows that the schools' counts are made from, in a constant number of queries."""
    calendars = calendars_of(programme_year.year, schools)
    groups: dict[int, list[GroupRow]] = defaultdict(list)
    for group in Group.objects.filter(year=programme_year.year, school__in=schools).exclude(kind=Group.Kind.MENTORS):
        groups[group.school_id].append(_group_row(group, programme_year.year))
    sessions = _session_rows(programme_year, schools)
    return {
        school.pk: YearOfSchool(
            calendar=calendars[school.pk],
            required=programme_year.required_sessions,
            lowest_grade=programme_year.lowest_grade,
            highest_grade=programme_year.highest_grade,
            groups=groups[school.pk],
            sessions=sessions[school.pk],
            is_for_staff=programme_year.is_for_staff,
        )
        for school in schools
    }


def basis_of(programme_year: ProgrammeYear, participations: Iterable[Participation], as_of: dt.date) -> dict[int, str]:
    """For each participation, a fingerprint of what its counts are made from besides its own rows: the topics, the
    formulas, and how many reminders have been sent by the day."""
    topics = SessionTopic.objects.of(programme_year.programme).order_by("pk")
    same = [COUNTED, list(topics.values_list("slug", "kind", "month"))]
    own = [participation.pk for participation in participations]
    sent = _number_sent(programme_year, own, as_of)
    return {pk: digest_of([*same, sent.get(pk, 0)]) for pk in own}


def _number_sent(programme_year: ProgrammeYear, participations: Sequence[int], as_of: dt.date) -> dict[int, int]:
    """How many reminders of missing logs each participation had been sent by the day."""
    sent = reminders_sent(programme_year, as_of)
    if len(participations) <= AT_ONCE:
        sent = sent.filter(session__participation__in=participations)
    return dict(sent.order_by().values_list("session__participation").annotate(Count("pk")))


def reminders_sent(programme_year: ProgrammeYear, as_of: dt.date) -> QuerySet[ReminderItem]:
    """The reminders of missing logs that had been sent by a day's end."""
    return _sent(programme_year).filter(mail__handed_over_at__lt=end_of(as_of))


def _sent(programme_year: ProgrammeYear) -> QuerySet[ReminderItem]:
    return ReminderItem.objects.filter(
        kind__in=ASKING_FOR_LOGS,
        session__participation__programme_year=programme_year,
        mail__state__in=MAY_HAVE_ARRIVED,
        mail__handed_over_at__isnull=False,
    )


def end_of(day: dt.date) -> dt.datetime:
    """The moment when a day ends, Stockholm time."""
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def _kept(participations: Mapping[int, Participation], as_of: dt.date, basis: Mapping[int, str]) -> dict[int, Counts]:
    rows = ParticipationFigures.objects.filter(participation__in=participations.values(), as_of=as_of)
    found = [row for row in rows if row.basis == basis[row.participation_id]]
    by_participation = {figures.participation_id: figures for figures in found}
    return {
        school: by_participation[own.pk].counts
        for school, own in participations.items()
        if own.pk in by_participation and by_participation[own.pk].version == own.version
    }


def _keep(
    participations: Mapping[int, Participation], counted: Mapping[int, Counts], as_of: dt.date, basis: Mapping[int, str]
) -> None:
    # In one order, whoever asks: of two who keep the same rows in different orders, each would wait for the other.
    ParticipationFigures.objects.bulk_create(
        (
            ParticipationFigures(
                participation=participations[school],
                as_of=as_of,
                version=participations[school].version,
                basis=basis[participations[school].pk],
                counts=counts,
            )
            for school, counts in sorted(counted.items(), key=lambda item: item[0])
            if school in participations
        ),
        update_conflicts=True,
        update_fields=["version", "basis", "counts", "kept_at"],
        unique_fields=["participation", "as_of"],
    )


# The columns that counts are made from: the session's own, its topic's and its log's.
SAID = (
    *("pk", "participation__school", "group", "slot_no", "week_start", "replaces"),
    *("outcome", "cancelled_at", "cancel_reason", "topic__slug", "topic__kind", "topic__month"),
    *("log", "log__reason", "log__held_on", "log__logged_at", "log__parts_total"),
)


def _session_rows(programme_year: ProgrammeYear, schools: Iterable[School]) -> dict[int, list[SessionRow]]:
    sessions = PlannedSession.objects.filter(
        participation__programme_year=programme_year, participation__school__in=schools
    )
    parts_done = _parts_done(programme_year, schools)
    reminders = _reminders(programme_year, schools)
    rows: dict[int, list[SessionRow]] = defaultdict(list)
    for one in sessions.values_list(*SAID, named=True):
        rows[one.participation__school].append(_session_row(one, parts_done, reminders.get(one.pk, ())))
    return rows


def _parts_done(programme_year: ProgrammeYear, schools: Iterable[School]) -> dict[int, int]:
    """How many parts each log says were done, by the log's primary key."""
    logs = SessionLog.objects.filter(
        session__participation__programme_year=programme_year, session__participation__school__in=schools
    )
    counted = logs.order_by().annotate(done=Count("parts_done")).values_list("pk", "done")
    return dict(counted)


def _reminders(programme_year: ProgrammeYear, schools: Iterable[School]) -> dict[int, list[tuple[dt.datetime, int]]]:
    """When each session's log was reminded of and at which step, by the session's primary key."""
    sent = _sent(programme_year).filter(session__participation__school__in=schools)
    reminders: dict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for session, at, lead in sent.values_list("session", "mail__handed_over_at", "lead"):
        if at is not None:
            reminders[session].append((at, lead))
    return reminders


def _session_row(said: Any, parts_done: Mapping[int, int], reminders: Iterable[tuple[dt.datetime, int]]) -> SessionRow:
    """The row of a session, from the columns in ``SAID``."""
    parts, logged_at = said.log__parts_total or 0, said.log__logged_at
    return SessionRow(
        pk=said.pk,
        group=said.group,
        slot=said.slot_no,
        week=said.week_start,
        topic=said.topic__slug,
        base_month=said.topic__month if said.topic__kind == SessionTopic.Kind.BASE else None,
        outcome=said.outcome,
        cancelled=said.cancelled_at is not None,
        reason=said.cancel_reason or said.log__reason or "",
        held_on=said.log__held_on,
        logged_on=timezone.localdate(logged_at) if logged_at else None,
        parts=parts,
        parts_done=parts_done.get(said.log, 0),
        reminders=tuple(
            (timezone.localdate(at), lead) for at, lead in sorted(reminders) if logged_at is None or at <= logged_at
        ),
        replaces=said.replaces,
    )


def _group_row(group: Group, year: SchoolYear) -> GroupRow:
    return GroupRow(
        pk=group.pk,
        is_staff=group.kind == Group.Kind.STAFF,
        grade=group.grade,
        headcount=group.headcount,
        starts_on=group.starts_on,
        ends_on=None if group.lasts(year) else group.ends_on,
        staff_group=group.staff_group_id,
        has_merged=group.merged_into_id is not None,
    )
