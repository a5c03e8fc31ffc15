"""Reading what a plan depends on: for one school, or for all in the same few queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from programmes.models import SessionTopic
from schools.calendar import SchoolCalendar, calendars_of
from schools.drafts import Draft
from schools.models import Group, Participation, PlannedSession, ProgrammeYear, School, TopicChoice
from schools.placing import Outline
from schools.planning import plan


def outline_of(participation: Participation, from_day: dt.date, *, lock: bool = False) -> Outline:
    """All that the plan of a participation depends on; ``lock`` keeps others from changing its sessions meanwhile.

    The participation need not be saved: then it has neither sessions nor choices.
    """
    rules, school = participation.programme_year, participation.school
    rows: list[PlannedSession] = []
    chosen: list[SessionTopic] = []
    if participation.pk:
        sessions = _with_what_planning_reads(participation.sessions.all())
        rows = list(sessions.select_for_update(of=("self",)) if lock else sessions)
        chosen = [choice.topic for choice in participation.choices.select_related("topic")]
    return Outline(
        rules=rules,
        calendar=SchoolCalendar.of(rules.year, school),
        groups=list(Group.objects.filter(school=school, year=rules.year)),
        base_topics=_base_topics(rules),
        chosen=chosen,
        rows=rows,
        from_day=from_day,
    )


def drafts_of(rules: ProgrammeYear, schools: Sequence[School], from_day: dt.date) -> list[Draft]:
    """The draft of each school, joined or not; the number of queries does not grow with them."""
    joined = {one.school_id: one for one in rules.participations.select_related("programme_year", "school")}
    rows = _by(
        _with_what_planning_reads(PlannedSession.objects.filter(participation__in=joined.values())), "participation_id"
    )
    choices = TopicChoice.objects.filter(participation__in=joined.values()).select_related("topic")
    chosen = _by(choices.order_by("position"), "participation_id")
    groups = _by(Group.objects.filter(year=rules.year), "school_id")
    calendars, base_topics = calendars_of(rules.year, schools), _base_topics(rules)
    drafts = []
    for school in schools:
        participation = joined.get(school.pk) or Participation(school=school, programme_year=rules)
        outline = Outline(
            rules=rules,
            calendar=calendars[school.pk],
            groups=groups[school.pk],
            base_topics=base_topics,
            chosen=[choice.topic for choice in chosen[participation.pk]],
            rows=rows[participation.pk],
            from_day=from_day,
        )
        drafts.append(Draft(participation, from_day, outline, plan(outline)))
    return drafts


def _with_what_planning_reads(sessions: Any) -> Any:
    return sessions.select_related("group", "topic", "replaces")


def _base_topics(rules: ProgrammeYear) -> list[SessionTopic]:
    return list(SessionTopic.objects.of(rules.programme).base())


def _by(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
