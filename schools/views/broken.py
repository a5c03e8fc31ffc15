"""Says what a move has broken, once it is done: whoever chooses a week may break the plan's order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.contrib import messages
from django.utils.translation import gettext as _

from accounts.requests import SignedInRequest
from schools.actions.plans import draft_plan
from schools.conflicts import conflicts_of
from schools.engine.boards import Outline
from schools.engine.standing import warnings_of_moves
from schools.engine.warnings import in_words
from schools.models import PlannedSession


def plans_of(rows: Iterable[PlannedSession], today: dt.date) -> list[Outline]:
    """The plans of some sessions as they are, to compare with once these have been moved."""
    plans = {row.participation_id: row.participation for row in rows}
    return [
        draft_plan(participation=plan, from_day=max(today, plan.programme_year.year.starts_on)).outline
        for plan in plans.values()
    ]


def broken_by(moved: Iterable[PlannedSession], before: Iterable[Outline]) -> list[str]:
    """What sessions that have been moved, or would be, break of the order and months of their plans, in words."""
    by_key = {row.pk: row for row in moved}
    return in_words(one for outline in before for one in warnings_of_moves(outline, by_key))


def warn_of(request: SignedInRequest, rows: Iterable[PlannedSession], before: Sequence[Outline]) -> None:
    """Say what moved sessions break, compared with the plans ``before``, and what they clash with."""
    moved = list(PlannedSession.objects.filter(pk__in=[row.pk for row in rows]).with_names())
    clashes = [one.text for row in moved for one in conflicts_of(row)]
    for text in dict.fromkeys([*_blocked(moved, before), *clashes, *broken_by(moved, before)]):
        messages.warning(request, text)


def _blocked(moved: Iterable[PlannedSession], plans: Iterable[Outline]) -> Iterator[str]:
    calendars = {pk: plan.calendar for plan in plans for pk in (row.participation_id for row in plan.rows)}
    for row in moved:
        if name := calendars[row.participation_id].blocked_name(row.week_start):
            yield _("Week %(n)s is blocked: %(name)s.") % {"n": row.week_start.isocalendar().week, "name": name}
