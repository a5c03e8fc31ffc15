"""Sessions that clash: a group has two in one week, or a leader is needed in two places. Shown, never forbidden."""

from __future__ import annotations

import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from schools.models import PlannedSession, School
from schools.models.plans import PlannedSessionQuerySet, monday_of


class Kind(enum.StrEnum):
    GROUP = "group"
    LEADER = "leader"


@dataclass(frozen=True)
class Conflict:
    """Sessions that a group or a leader has at once in one week."""

    kind: Kind
    sessions: tuple[PlannedSession, ...]

    @property
    def week(self) -> dt.date:
        return self.sessions[0].week_start

    @property
    def school(self) -> School:
        return self.sessions[0].participation.school

    @property
    def text(self) -> str:
        """The conflict as a sentence, without the sessions."""
        first = self.sessions[0]
        said = {"group": first.group, "leader": first.leader, "n": len(self.sessions), "week": week_no(self.week)}
        if self.kind == Kind.GROUP:
            return _("%(group)s has %(n)s sessions in %(week)s.") % said
        if any(row.date is None for row in self.sessions):
            return _("%(leader)s leads %(n)s sessions in %(week)s, and the days are not decided.") % said
        return _("%(leader)s leads two sessions at once in %(week)s.") % said


def conflicts_among(rows: Iterable[PlannedSession]) -> list[Conflict]:
    """The conflicts among some sessions, in order of weeks. Lost sessions are ignored."""
    live = sorted((row for row in rows if row.is_live), key=lambda row: (row.week_start, row.group.name, row.slot_no))
    found = [*_of_groups(live), *_of_leaders(live)]
    return sorted(found, key=lambda one: (one.week, one.kind, one.sessions[0].group.name))


def conflicts_at(
    rows: Iterable[PlannedSession], today: dt.date, elsewhere: Iterable[PlannedSession] | None = None
) -> list[Conflict]:
    """The conflicts of coming sessions, given everything that their schools have in those weeks, and what their leaders
    do at other schools (``elsewhere``, if that has been read already)."""
    ahead = [row for row in rows if row.is_live and row.outcome is None and row.week_start >= monday_of(today)]
    own = {row.pk for row in ahead}
    if elsewhere is None:
        led = {row.leader.user_id for row in ahead if row.leader and row.leader.user_id}
        elsewhere = _led_elsewhere(led, {row.participation.school_id for row in ahead}, today).with_names()
    return [one for one in conflicts_among([*ahead, *elsewhere]) if any(row.pk in own for row in one.sessions)]


def with_elsewhere(
    school: School, rows: PlannedSessionQuerySet, accounts: Collection[int], today: dt.date
) -> tuple[list[PlannedSession], list[PlannedSession]]:
    """A school's rows in order, and, read by the same query, what people there who have accounts lead at other
    schools."""
    read = rows.shown_in_lists().order_by()
    if accounts:
        others = _led_elsewhere(accounts, [school.pk], today)
        read = read.union(others.shown_in_lists().order_by(), all=True)
    own: list[PlannedSession] = []
    elsewhere: list[PlannedSession] = []
    for row in read.order_by("week_start", "pk"):
        (own if row.participation.school_id == school.pk else elsewhere).append(row)
    return own, elsewhere


def _led_elsewhere(accounts: Collection[int], schools: Collection[int], today: dt.date) -> PlannedSessionQuerySet:
    """What is ahead and led by these accounts at other schools than these."""
    led = PlannedSession.objects.upcoming(today).filter(leader__user__in=sorted(accounts))
    return led.exclude(participation__school__in=schools)


def conflicts_of(session: PlannedSession) -> list[Conflict]:
    """What a session is in conflict with."""
    if not session.is_live or session.outcome is not None:
        return []
    same = Q(group=session.group_id)
    if session.leader:
        same |= Q(leader__user=session.leader.user_id) if session.leader.user_id else Q(leader=session.leader_id)
    rows = PlannedSession.objects.live().in_week(session.week_start).filter(same).with_names()
    return [one for one in conflicts_among(rows) if session.pk in {row.pk for row in one.sessions}]


def all_conflicts(user: User, today: dt.date) -> list[Conflict]:
    """All coming conflicts at the schools that a person sees; only rows that can be part of one are read."""
    ahead = PlannedSession.objects.upcoming(today).visible_to(user, today)
    same_week = PlannedSession.objects.upcoming(today).filter(week_start=OuterRef("week_start"))
    others = same_week.order_by().exclude(pk=OuterRef("pk"))
    has_another = [Exists(others.filter(**{who: OuterRef(who)})) for who in ("group", "leader", "leader__user")]
    return conflicts_among(ahead.filter(reduce(or_, map(Q, has_another))).with_names())


def _of_groups(rows: Iterable[PlannedSession]) -> Iterator[Conflict]:
    by_week: dict[tuple[int, dt.date], list[PlannedSession]] = defaultdict(list)
    for row in rows:
        by_week[row.group_id, row.week_start].append(row)
    return (Conflict(Kind.GROUP, tuple(some)) for some in by_week.values() if len(some) > 1)


def _of_leaders(rows: Iterable[PlannedSession]) -> Iterator[Conflict]:
    by_week: dict[tuple[str, int | None, dt.date], list[PlannedSession]] = defaultdict(list)
    for row in rows:
        if row.leader:
            # The same account may be a person at several schools.
            who = ("user", row.leader.user_id) if row.leader.user_id else ("person", row.leader_id)
            by_week[(*who, row.week_start)].append(row)
    for some in by_week.values():
        # While no day is set, all the leader's sessions in the week are one conflict to look at.
        if len(some) > 1 and any(row.date is None for row in some):
            yield Conflict(Kind.LEADER, tuple(some))
        for one, other in combinations([row for row in some if row.date], 2):
            if _at_once(one, other):
                yield Conflict(Kind.LEADER, (one, other))


def _at_once(one: PlannedSession, other: PlannedSession) -> bool:
    """Whether two sessions with known days may overlap, by what is known of their times."""
    if one.date != other.date:
        return False
    if one.start_time is None or other.start_time is None:
        return True
    begins, ends = max(one.start_time, other.start_time), min(_end(one), _end(other))
    return begins < ends or one.start_time == other.start_time


def _end(row: PlannedSession) -> dt.time:
    """A session's end; without a known end it is taken to last a moment."""
    assert row.start_time is not None
    return row.end_time or row.start_time
