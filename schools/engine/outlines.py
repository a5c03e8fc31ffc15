"""Reads what plans depend on: for one school or for all, in the same few queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from programmes.models import SessionTopic
from schools.calendar import calendars_of
from schools.engine.boards import Outline
from schools.engine.drafts import Draft
from schools.models import (
    Departure,
    DraftAdjustment,
    Group,
    Occasion,
    OccasionInvitation,
    OccasionKind,
    Participation,
    PlannedSession,
    ProgrammeYear,
    School,
    SchoolYear,
    TopicChoice,
)
from schools.planning import plan

Adjusted = dict[tuple[int, int], dt.date | None]
# Future pupil mentors apply in the spring, and can be trained from then on.
BEFORE_THE_YEAR = dt.timedelta(weeks=26)


def drafts_of(rules: ProgrammeYear, schools: Sequence[School], from_day: dt.date) -> list[Draft]:
    """The draft of each school; the number of queries does not grow with them.

    A school that has not joined gets an unsaved participation.
    """
    joined = {one.school_id: one for one in rules.participations.filter(school__in=schools)}
    rows = _by(_sessions(joined.values()), "participation_id")
    choices = TopicChoice.objects.filter(participation__in=joined.values()).select_related("topic")
    chosen = _by(choices.order_by("position"), "participation_id")
    ways_out = Departure.objects.filter(participation__in=joined.values()) if rules.is_series else []
    kept = _by(ways_out, "participation_id")
    groups = _by(Group.objects.filter(year=rules.year, school__in=schools), "school_id")
    calendars, base_topics = calendars_of(rules.year, schools), _base_topics(rules)
    busy, occasions = _busy(rules, schools), _occasions(rules, schools)
    adjusted = adjustments_of(rules, schools)
    drafts = []
    for school in schools:
        participation = joined.get(school.pk) or Participation(programme_year=rules)
        participation.school = school
        outline = Outline(
            rules=rules,
            calendar=calendars[school.pk],
            groups=groups[school.pk],
            base_topics=base_topics,
            chosen=[choice.topic for choice in chosen[participation.pk]],
            rows=rows[participation.pk],
            from_day=from_day,
            busy=busy,
            departures=_in_force({one.group_id: one for one in kept[participation.pk]}),
            occasions=occasions[school.pk],
            adjusted=adjusted[school.pk],
        )
        drafts.append(Draft(participation, from_day, outline, plan(outline)))
    return drafts


def adjustments_of(rules: ProgrammeYear, schools: Iterable[School]) -> dict[int, Adjusted]:
    """By school, the weeks that people have chosen on its draft."""
    found: dict[int, Adjusted] = defaultdict(dict)
    rows = DraftAdjustment.objects.filter(programme_year=rules, group__school__in=schools)
    for school, group, slot_no, week in rows.values_list("group__school", "group", "slot_no", "week_start"):
        found[school][group, slot_no] = week
    return found


def _sessions(participations: Iterable[Participation]) -> Any:
    """The sessions, with what planning reads of each."""
    sessions = PlannedSession.objects.filter(participation__in=participations)
    return sessions.select_related("group", "topic", "replaces")


def _base_topics(rules: ProgrammeYear) -> list[SessionTopic]:
    """The topics that schools do not choose: each has its own place in the year."""
    return list(SessionTopic.objects.of(rules.programme).exclude(kind=SessionTopic.Kind.EXTRA))


def _in_force(departures: Mapping[int, Departure]) -> dict[int, Departure]:
    return {group: departure for group, departure in departures.items() if not departure.is_empty}


def _busy(rules: ProgrammeYear, schools: Iterable[School]) -> dict[int, set[dt.date]]:
    """By the group's key, the weeks in which it has a session of another programme."""
    others = Participation.objects.filter(school__in=schools, programme_year__year=rules.year)
    # Primary keys first: just after thousands of sessions have been inserted, PostgreSQL plans the join badly.
    keys = list(others.exclude(programme_year=rules.pk).order_by().values_list("pk", flat=True))
    rows = PlannedSession.objects.live().filter(participation__in=keys).order_by()
    busy: dict[int, set[dt.date]] = defaultdict(set)
    for group, week in rows.values_list("group", "week_start"):
        busy[group].add(week)
    return busy


def _occasions(rules: ProgrammeYear, schools: Iterable[School]) -> dict[int, list[Occasion]]:
    """By the school's key, the occasions that a series needs, not cancelled: the school's own, and those that it is
    invited to."""
    found: dict[Any, list[Occasion]] = defaultdict(list)
    if not rules.is_series:
        return found
    counted = Occasion.objects.standing().filter(_counts_for(rules.year))
    asked = OccasionInvitation.objects.standing().filter(school__in=schools, occasion__in=counted)
    pairs = {(one.school_id, one.occasion) for one in asked.select_related("occasion")}
    pairs |= {(one.school_id, one) for one in counted.filter(school__in=schools)}
    for school, occasion in sorted(pairs, key=lambda pair: pair[1].date):
        found[school].append(occasion)
    return found


def _counts_for(year: SchoolYear) -> Q:
    """Which trainings count: key persons stay trained, but pupil mentors are trained for one year, at the earliest in
    the spring before it."""
    kind, trained_from = Q(date__lte=year.ends_on), year.starts_on - BEFORE_THE_YEAR
    of_the_year = Q(kind=OccasionKind.MENTORS_TRAINING, date__gte=trained_from)
    of_the_year |= Q(kind=OccasionKind.SUPERVISION, date__gte=year.starts_on)
    return kind & (of_the_year | Q(kind=OccasionKind.KEY_PERSONS_TRAINING))


def _by(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
