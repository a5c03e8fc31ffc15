"""What people decide on a draft before it is laid out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from schools.engine.drafts import Change, Draft
from schools.models import DraftAdjustment


@transaction.atomic
def put_in_week(*, draft: Draft, weeks: Mapping[Change, dt.date], by: User, now: dt.datetime) -> None:
    """Give some of the draft's sessions a week each; the rest of the draft is arranged around them.

    Raises ``ValidationError`` when a group cannot meet in its week.
    """
    for change, week in weeks.items():
        _check_week(draft, change, week)
    _adjust(draft, dict(weeks), by, now)


@transaction.atomic
def leave_as_is(*, draft: Draft, changes: Collection[Change], by: User, now: dt.datetime) -> None:
    """Leave some of the draft's changes out: existing rows stay as they are, new sessions are not planned, none is
    cancelled."""
    _adjust(draft, dict.fromkeys(changes), by, now)


@transaction.atomic
def take_back(*, draft: Draft, changes: Collection[Change], by: User) -> None:
    """Remove what was decided about these sessions, so that the draft proposes for them again."""
    places = _places(changes)
    if places:
        DraftAdjustment.objects.filter(places, programme_year=draft.outline.rules).delete()


def week_beside(draft: Draft, change: Change, step: int) -> dt.date | None:
    """The nearest week after (``step`` 1) or before (-1) a session's week that planning uses and in which its group
    exists."""
    weeks = [week for week in draft.outline.weeks_of(change.group) if week != change.week]
    beside = [week for week in weeks if (week > change.week) == (step > 0)]
    return beside[0 if step > 0 else -1] if beside else None


def _check_week(draft: Draft, change: Change, week: dt.date) -> None:
    if week not in draft.outline.open_weeks_of(change.group):
        said = {"group": change.group, "week": week_no(week)}
        raise ValidationError(_("%(group)s cannot meet in %(week)s. Choose another week.") % said)


def _adjust(draft: Draft, weeks: Mapping[Change, dt.date | None], by: User, now: dt.datetime) -> None:
    rules = draft.outline.rules
    DraftAdjustment.objects.bulk_create(
        [
            DraftAdjustment(
                programme_year=rules, group=change.group, slot_no=change.slot_no, week_start=week, by=by, at=now
            )
            for change, week in weeks.items()
        ],
        update_conflicts=True,
        unique_fields=["programme_year", "group", "slot_no"],
        update_fields=["week_start", "by", "at"],
    )


def _places(changes: Collection[Change]) -> Q:
    return Q(*(Q(group=change.group, slot_no=change.slot_no) for change in changes), _connector=Q.OR)
