"""Counts of each school, kept per participation and day: a read refreshes the stale ones, then adds up.

The number of queries does not grow with schools or sessions.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from evaluations.counting import Counts, GroupRow, SessionRow, YearOfSchool, count
from evaluations.models import ParticipationFigures
from schools.calendar import calendars_of
from schools.models import Group, Participation, PlannedSession, ProgrammeYear, School


def counts_by_school(programme_year: ProgrammeYear, schools: Sequence[School], as_of: dt.date) -> dict[int, Counts]:
    """The counts of each school by its key, also of schools that have target classes but no plan."""
    participations = {
        row.school_id: row for row in Participation.objects.filter(programme_year=programme_year, school__in=schools)
    }
    kept = {
        figures.participation_id: figures
        for figures in ParticipationFigures.objects.filter(participation__in=participations.values(), as_of=as_of)
    }
    counts, stale = {}, []
    for school in schools:
        own = participations.get(school.pk)
        if own and own.pk in kept and kept[own.pk].version == own.version:
            counts[school.pk] = kept[own.pk].counts
        else:
            stale.append(school)
    return counts | _counted(programme_year, stale, participations, as_of)


def years_of_schools(programme_year: ProgrammeYear, schools: Sequence[School]) -> dict[int, YearOfSchool]:
    """All rows that the schools' counts follow from, in a constant number of queries."""
    calendars = calendars_of(programme_year.year, schools)
    groups: dict[int, list[GroupRow]] = defaultdict(list)
    for group in Group.objects.filter(year=programme_year.year, school__in=schools).exclude(kind=Group.Kind.MENTORS):
        groups[group.school_id].append(_group_row(group))
    sessions = _session_rows(programme_year, schools)
    return {
        school.pk: YearOfSchool(
            calendar=calendars[school.pk],
            required=programme_year.required_sessions,
            lowest_grade=programme_year.lowest_grade,
            highest_grade=programme_year.highest_grade,
            groups=groups[school.pk],
            sessions=sessions[school.pk],
        )
        for school in schools
    }


def _counted(
    programme_year: ProgrammeYear,
    schools: Sequence[School],
    participations: dict[int, Participation],
    as_of: dt.date,
) -> dict[int, Counts]:
    """Count anew, and keep what belongs to a participation under the version that was read first."""
    if not schools:
        return {}
    years = years_of_schools(programme_year, schools)
    counts = {pk: count(year, as_of) for pk, year in years.items()}
    ParticipationFigures.objects.bulk_create(
        (
            ParticipationFigures(
                participation=participations[pk], as_of=as_of, version=participations[pk].version, counts=found
            )
            for pk, found in counts.items()
            if pk in participations
        ),
        update_conflicts=True,
        update_fields=["version", "counts"],
        unique_fields=["participation", "as_of"],
    )
    return counts


def _session_rows(programme_year: ProgrammeYear, schools: Iterable[School]) -> dict[int, list[SessionRow]]:
    found = PlannedSession.objects.filter(
        participation__programme_year=programme_year, participation__school__in=schools
    ).values_list(
        "participation__school_id",
        "pk",
        "group_id",
        "slot_no",
        "week_start",
        "topic__slug",
        "topic__kind",
        "topic__month",
        "outcome",
        "cancelled_at",
        "cancel_reason",
        "log__held_on",
        "log__reason",
    )
    rows: dict[int, list[SessionRow]] = defaultdict(list)
    for school, pk, group, slot, week, topic, kind, month, outcome, cancelled_at, cancel, held_on, not_held in found:
        rows[school].append(
            SessionRow(
                pk=pk,
                group=group,
                slot=slot,
                week=week,
                topic=topic,
                base_month=month if kind == "base" else None,
                outcome=outcome,
                cancelled=cancelled_at is not None,
                reason=cancel or not_held or "",
                held_on=held_on,
            )
        )
    return rows


def _group_row(group: Group) -> GroupRow:
    return GroupRow(
        pk=group.pk,
        is_staff=group.kind == Group.Kind.STAFF,
        grade=group.grade,
        headcount=group.headcount,
        staff_group=group.staff_group_id,
        ends_on=group.ends_on,
    )
