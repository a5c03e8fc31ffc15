"""What a plan cannot keep, and why: found for each session, said once for all groups that it concerns."""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.templatetags.look import week_no
from programmes.models import SessionTopic
from schools.models import Group, PlannedSession
from schools.seats import Seat
from schools.slots import Slot


class Problem(enum.Enum):
    """Kinds of warnings, in the order in which they are shown."""

    NO_STAFF_GROUP = enum.auto()
    NO_ROOM = enum.auto()
    CLOSED = enum.auto()
    TWICE = enum.auto()
    STAFF_AFTER = enum.auto()
    OUTSIDE_MONTH = enum.auto()
    SURPLUS = enum.auto()


@dataclass(frozen=True)
class PlanWarning:
    problem: Problem
    group: Group | None = None
    slot: Slot | None = None
    topic: SessionTopic | None = None
    week: dt.date | None = None


def find_warnings(
    seats: Sequence[Seat], surplus: Iterable[PlannedSession], open_weeks: Mapping[int, Collection[dt.date]]
) -> Iterator[PlanWarning]:
    """What is wrong with each session by itself; ``open_weeks`` are those in which each group can meet."""
    meetings: Counter[tuple[int, dt.date | None]] = Counter((seat.group.pk, seat.week) for seat in seats if seat.week)
    meetings.update((row.group_id, row.week_start) for row in surplus)
    for seat in seats:
        for problem in _problems(seat, open_weeks[seat.group.pk], meetings[seat.group.pk, seat.week]):
            yield PlanWarning(problem, seat.group, seat.slot, seat.topic, seat.week)


def _problems(seat: Seat, open_weeks: Collection[dt.date], meetings: int) -> Iterator[Problem]:
    if seat.week is None:
        yield Problem.NO_ROOM
    elif seat.is_ahead:
        if seat.week not in open_weeks:
            yield Problem.CLOSED
        if meetings > 1:
            yield Problem.TWICE
        if seat.group.is_class and seat.slot.is_base and seat.week not in seat.slot.weeks:
            yield Problem.OUTSIDE_MONTH


def in_words(warnings: Iterable[PlanWarning]) -> list[str]:
    """Warnings as sentences: one for all groups that share the problem, the topic and the week."""
    shared: dict[tuple[int, str, dt.date], list[PlanWarning]] = defaultdict(list)
    for warning in warnings:
        shared[warning.problem.value, _topic(warning), warning.week or dt.date.min].append(warning)
    return [_sentence(shared[key]) for key in sorted(shared)]


def _topic(warning: PlanWarning) -> str:
    return warning.topic.title if warning.topic else _("Extra session, topic not chosen")


def _sentence(same: list[PlanWarning]) -> str:
    warning = same[0]
    texts = {
        Problem.NO_STAFF_GROUP: _("The school has no staff group. The classes are planned without staff sessions."),
        Problem.NO_ROOM: _("%(groups)s: no week is left for %(topic)s this school year."),
        Problem.CLOSED: _("%(groups)s: the school has no teaching in %(week)s, where %(topic)s stands. Move it."),
        Problem.TWICE: _("%(groups)s: more than one session in %(week)s, %(topic)s is one of them."),
        Problem.STAFF_AFTER: _("%(groups)s: %(topic)s in %(week)s is not before the first class."),
        Problem.OUTSIDE_MONTH: _("%(groups)s: %(topic)s is outside its month, in %(week)s."),
        Problem.SURPLUS: _("%(groups)s: a session in %(week)s is more than the programme asks for."),
    }
    groups = dict.fromkeys(str(one.group) for one in same)
    return texts[warning.problem] % {
        "groups": get_text_list(list(groups), _("and")),
        "topic": _topic(warning),
        "week": week_no(warning.week) if warning.week else "",
    }
