"""What a plan cannot keep, and why: found session by session, told once for all groups concerned."""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import week_no
from programmes.models import SessionTopic
from schools.engine.seats import Seat
from schools.engine.slots import Slot
from schools.models import Group, PlannedSession
from schools.models.plans import title_of_topic


class Problem(enum.Enum):
    """The kinds of warnings, in the order in which they are shown."""

    NO_STAFF_GROUP = enum.auto()
    NO_MENTORS = enum.auto()
    MENTORS_UNMATCHED = enum.auto()
    TOO_FEW = enum.auto()
    BEFORE_TRAINING = enum.auto()
    NO_ROOM = enum.auto()
    CLOSED = enum.auto()
    BLOCKED = enum.auto()
    TWICE = enum.auto()
    STAFF_AFTER = enum.auto()
    OUTSIDE_MONTH = enum.auto()
    OUT_OF_ORDER = enum.auto()
    SURPLUS = enum.auto()


@dataclass(frozen=True)
class PlanWarning:
    problem: Problem
    group: Group | None = None
    slot: Slot | None = None
    topic: SessionTopic | None = None
    week: dt.date | None = None
    # For TOO_FEW: how many sessions there is room for, and how many there should be.
    fits: int = 0
    wanted: int = 0


def find_warnings(
    seats: Sequence[Seat],
    surplus: Iterable[PlannedSession],
    weeks: Mapping[int, Collection[dt.date]],
    blocked: Collection[dt.date],
    busy: Mapping[int, Collection[dt.date]],
) -> Iterator[PlanWarning]:
    """What is wrong with each session by itself.

    ``weeks`` are those in which each group can be planned, ``blocked`` those that are avoided although there is
    teaching, and ``busy`` those of the group's sessions in other programmes.
    """
    meetings: Counter[tuple[int, dt.date | None]] = Counter((seat.group.pk, seat.week) for seat in seats if seat.week)
    meetings.update((row.group_id, row.week_start) for row in surplus)
    meetings.update((group, week) for group, some in busy.items() for week in set(some))
    for seat in seats:
        for problem in _problems(seat, weeks[seat.group.pk], blocked, meetings[seat.group.pk, seat.week]):
            yield PlanWarning(problem, seat.group, seat.slot, seat.topic, seat.week)


def _problems(seat: Seat, weeks: Collection[dt.date], blocked: Collection[dt.date], meetings: int) -> Iterator[Problem]:
    if seat.week is None:
        if not seat.is_left:
            yield Problem.NO_ROOM
    elif seat.is_ahead:
        if seat.week not in weeks:
            yield Problem.BLOCKED if seat.week in blocked else Problem.CLOSED
        if meetings > 1:
            yield Problem.TWICE
        if seat.group.is_class and seat.slot.is_base and seat.week not in seat.slot.weeks:
            yield Problem.OUTSIDE_MONTH


def in_words(warnings: Iterable[PlanWarning]) -> list[str]:
    """Warnings as sentences: one for all groups that share the problem, the topic and the week."""
    shared: dict[tuple[int, str, dt.date, int, int], list[PlanWarning]] = defaultdict(list)
    for warning in warnings:
        shared[_key(warning)].append(warning)
    return [_sentence(shared[key]) for key in sorted(shared)]


def _key(warning: PlanWarning) -> tuple[int, str, dt.date, int, int]:
    if warning.problem == Problem.OUT_OF_ORDER:
        # One sentence for each group: when one session has been moved, many may be out of order.
        return (warning.problem.value, str(warning.group), dt.date.min, 0, 0)
    topic = title_of_topic(warning.topic)
    return (warning.problem.value, topic, warning.week or dt.date.min, warning.fits, warning.wanted)


def _sentence(same: list[PlanWarning]) -> str:
    warning = min(same, key=lambda one: one.week or dt.date.min)
    texts = {
        Problem.NO_STAFF_GROUP: _("The school has no staff group. The classes are planned without staff sessions."),
        Problem.NO_MENTORS: _("%(groups)s: no pupil mentors are matched with the class."),
        Problem.MENTORS_UNMATCHED: _("%(groups)s: the pupil mentors are not matched with any class."),
        Problem.TOO_FEW: _(
            "%(groups)s: %(fits)s of %(wanted)s sessions fit before the school year ends. Choose a way out."
        ),
        Problem.BEFORE_TRAINING: _("%(groups)s: %(topic)s in %(week)s does not come after the training."),
        Problem.NO_ROOM: _("%(groups)s: no week is left for %(topic)s this school year."),
        Problem.CLOSED: _("%(groups)s: the school has no teaching in %(week)s, where %(topic)s stands. Move it."),
        Problem.BLOCKED: _("%(groups)s: %(week)s, where %(topic)s stands, is blocked at the school."),
        Problem.TWICE: _("%(groups)s: more than one session in %(week)s, %(topic)s is one of them."),
        Problem.STAFF_AFTER: _("%(groups)s: %(topic)s in %(week)s is not before the first class."),
        Problem.OUTSIDE_MONTH: _("%(groups)s: %(topic)s is outside its month, in %(week)s."),
        Problem.OUT_OF_ORDER: ngettext(
            "%(groups)s: %(topic)s in %(week)s does not come in the order of the numbers.",
            "%(groups)s: %(n)s sessions do not come in the order of the numbers, %(topic)s in %(week)s is the first.",
            len(same),
        ),
        Problem.SURPLUS: _("%(groups)s: a session in %(week)s is more than the programme asks for."),
    }
    groups = dict.fromkeys(str(one.group) for one in same)
    return texts[warning.problem] % {
        "n": len(same),
        "groups": get_text_list(list(groups), _("and")),
        "topic": title_of_topic(warning.topic),
        "week": week_no(warning.week) if warning.week else "",
        "fits": warning.fits,
        "wanted": warning.wanted,
    }
