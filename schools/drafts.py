"""A plan as it would become: the pure engine's answer about a school's part in a programme, before it is applied."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db.models import QuerySet

from programmes.models import SessionTopic
from schools.calendar import SchoolCalendar
from schools.models import Group, Participation, PlannedSession
from schools.models.plans import ProgrammeYear, monday_of
from schools.planning import BaseTopic, Difference, Plan, Row, Rules, Task, Warning, Who, difference, plan


@dataclass(frozen=True)
class Change:
    """One line of a draft: a group's topic, from a week to a week; ``before`` is None for what is new."""

    group: Group
    topic: SessionTopic | None
    before: dt.date | None
    after: dt.date | None


@dataclass(frozen=True)
class Draft:
    """What applying a plan would do."""

    participation: Participation
    plan: Plan
    difference: Difference
    groups: dict[int, Group]
    topics: dict[int, SessionTopic]

    @property
    def digest(self) -> str:
        """Tells whether the draft that someone saw is still the one that would be applied."""
        deeds = self.difference
        told = repr((deeds.create, deeds.move, deeds.retopic, deeds.cancel))
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def is_empty(self) -> bool:
        deeds = self.difference
        return not (deeds.create or deeds.move or deeds.retopic or deeds.cancel)

    @property
    def warnings(self) -> tuple[Warning, ...]:
        return self.plan.warnings

    @property
    def created(self) -> list[Change]:
        return [self._change(row, after=row.week) for row in self.difference.create]

    @property
    def moved(self) -> list[Change]:
        return [self._change(new, before=old.week, after=new.week) for old, new in self.difference.move]

    @property
    def retopiced(self) -> list[Change]:
        return [self._change(new, before=old.week, after=new.week) for old, new in self.difference.retopic]

    @property
    def cancelled(self) -> list[Change]:
        return [self._change(row, before=row.week) for row in self.difference.cancel]

    def _change(self, row: Row, *, before: dt.date | None = None, after: dt.date | None = None) -> Change:
        topic = self.topics.get(row.topic) if row.topic is not None else None
        return Change(self.groups[row.group], topic, before, after)


def draft_of(participation: Participation, from_day: dt.date) -> Draft:
    """The draft for a school's part in a programme; the participation may be unsaved, and nothing is written."""
    programme_year = participation.programme_year
    topics = {topic.pk: topic for topic in SessionTopic.objects.filter(programme_id=programme_year.programme_id)}
    groups = {group.pk: group for group in participation.school.groups.filter(year=programme_year.year)}
    existing = tuple(_row(session) for session in live_sessions(participation))
    task = Task(
        rules=rules_of(programme_year),
        calendar=SchoolCalendar.of(programme_year.year, participation.school),
        groups=[_who(group) for group in groups.values() if _takes_part(group, from_day)],
        base_topics=[BaseTopic(topic.pk, topic.month) for topic in topics.values() if topic.is_base and topic.month],
        extra_topics=[choice.topic_id for choice in participation.choices.all()] if participation.pk else [],
        existing=existing,
        from_week=monday_of(from_day),
    )
    planned = plan(task)
    return Draft(participation, planned, difference(existing, planned.rows), groups, topics)


def rules_of(programme_year: ProgrammeYear) -> Rules:
    return Rules(
        required_base=programme_year.required_base,
        required_extra=programme_year.required_extra,
        lowest_grade=programme_year.lowest_grade,
        highest_grade=programme_year.highest_grade,
        staff_lead_weeks=programme_year.staff_lead_weeks,
    )


def live_sessions(participation: Participation) -> QuerySet[PlannedSession]:
    """The sessions that the plan consists of."""
    if participation.pk is None:
        return PlannedSession.objects.none()
    return participation.sessions.live()


def _takes_part(group: Group, from_day: dt.date) -> bool:
    return group.kind != Group.Kind.MENTORS and (group.ends_on is None or group.ends_on >= from_day)


def _who(group: Group) -> Who:
    return Who(
        key=group.pk,
        is_staff=group.kind == Group.Kind.STAFF,
        name=group.name,
        grade=group.grade,
        staff=group.staff_group_id,
        starts_on=monday_of(group.starts_on),
        ends_on=group.ends_on,
    )


def _row(session: PlannedSession) -> Row:
    return Row(
        group=session.group_id,
        slot=session.slot_no,
        week=session.week_start,
        topic=session.topic_id,
        key=session.pk,
        settled=session.outcome is not None,
        pinned=session.pinned,
    )
