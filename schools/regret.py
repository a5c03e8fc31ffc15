"""What a person has just done to a school's plan and can still undo."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Subquery

from accounts.models import User
from schools.actions.undoing import UNDO_FOR, changes_of, still_undoable
from schools.history import lines_of
from schools.models import PlanChange, PlanRun, School


@dataclass(frozen=True)
class Regret:
    """A deed, in words, and until when it can be undone."""

    batch: uuid.UUID
    lines: tuple[str, ...]
    until: dt.datetime


def latest_to_undo(user: User, school: School, now: dt.datetime) -> Regret | None:
    """The person's last deed at a school while it can be undone; None if that was an undo.

    A deed at several schools in one go is undone on the page that shows them all.
    """
    since = now - UNDO_FOR
    # Asked for since the last full hour, so that the query stays the same for a while, as a kept page's has to (ADR
    # 30).
    done = PlanChange.objects.filter(
        participation__school=school, by=user, at__gte=since.replace(minute=0, second=0, microsecond=0)
    )
    here = done.exclude(what=PlanChange.What.CONFIRMED).exclude(batch__in=PlanRun.objects.of_several().values("uuid"))
    changes = changes_of(Subquery(here.order_by("-at", "-pk").values("batch")[:1]))
    if not changes or changes[0].at < since:
        return None
    until = still_undoable(changes, now)
    return Regret(changes[0].batch, lines_of(changes), until) if until else None
