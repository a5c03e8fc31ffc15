"""Which groups a survey is for, and what can be done with a round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from evaluations.models import SurveyRound, SurveyWave
from evaluations.models.surveys import SPARE_ANSWERS, invited_of
from evaluations.surveys.suppression import FEWEST
from schools.models import Group, ProgrammeYear

Audience = SurveyWave.Audience
OPEN_FOR = dt.timedelta(hours=1)
# Younger pupils would need the questions read aloud, and would then be answering other questions.
LOWEST_GRADE = 4
Weeks = tuple[dt.date, dt.date]


def groups_for(audience: str, groups: Iterable[Group], rules: ProgrammeYear) -> list[Group]:
    """The groups of a school's year in which an audience answers; parents answer for their child's class."""
    return [group for group in groups if _is_for(audience, group, rules)]


def _is_for(audience: str, group: Group, rules: ProgrammeYear) -> bool:
    if audience == Audience.STAFF:
        return group.kind == Group.Kind.STAFF
    if audience == Audience.MENTORS:
        return group.kind == Group.Kind.MENTORS and rules.is_series
    if not group.is_class or group.grade is None or not rules.lowest_grade <= group.grade <= rules.highest_grade:
        return False
    return audience == Audience.PARENTS or group.grade >= LOWEST_GRADE


def is_small(group: Group) -> bool:
    """Whether the group is so small that its own answers can never be shown."""
    return group.headcount is not None and group.headcount < FEWEST


def is_open(one: SurveyRound, now: dt.datetime) -> bool:
    return one.open_until is not None and one.open_until > now and one.wave.ended_at is None


def invited_now(one: SurveyRound) -> int:
    """How many can answer by the group's size today, but no fewer than have answered already."""
    return max(invited_of(one.wave.audience, one.group) or one.invited, one.answered - SPARE_ANSWERS)


def can_start(one: SurveyRound, now: dt.datetime) -> bool:
    """Until everybody has answered or the survey has ended. An open round has to be closed first."""
    return one.wave.ended_at is None and one.answered < invited_now(one) and not is_open(one, now)


def can_end(wave: SurveyWave, rounds: Iterable[SurveyRound], now: dt.datetime) -> bool:
    """When somebody has answered and nobody is answering."""
    rounds = list(rounds)
    answered = any(one.answered for one in rounds)
    return wave.ended_at is None and answered and not any(is_open(one, now) for one in rounds)


def due_week(one: SurveyRound, weeks: Mapping[int, Weeks]) -> dt.date | None:
    """The Monday of the week that the round belongs to.

    Before: the week of the group's first session. After: that of its last. A group without sessions of its own follows
    the school's; None without a plan.
    """
    span = weeks.get(one.group_id) or _whole(weeks)
    if span is None:
        return None
    return span[0] if one.wave.when == SurveyWave.When.BEFORE else span[1]


def _whole(weeks: Mapping[int, Weeks]) -> Weeks | None:
    if not weeks:
        return None
    return min(first for first, _last in weeks.values()), max(last for _first, last in weeks.values())
