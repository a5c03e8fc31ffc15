"""Lays out plans as their drafts say: for one school, or for many in the same few statements."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from schools.actions.applying import DRAFT, write
from schools.actions.deeds import Deed, RowsHaveChanged, lock_rows
from schools.engine.drafts import Draft
from schools.engine.outlines import drafts_of
from schools.mailing.telling import tell_of_changes
from schools.models import DraftAdjustment, Participation, PlanChange, PlannedSession, ProgrammeYear, School


class StaleDraft(Exception):  # noqa: N818 - reads as what happened
    """What applying would do is no longer what the person saw."""


@dataclass(frozen=True)
class LaidOut:
    """The schools whose plan is now as the draft said, and those left alone because their draft had changed since it
    was seen."""

    done: tuple[School, ...]
    changed: tuple[School, ...]


@transaction.atomic
def lay_out(
    *,
    rules: ProgrammeYear,
    digests: Mapping[School, str | None],
    from_day: dt.date,
    by: User,
    now: dt.datetime,
    batch: uuid.UUID,
) -> LaidOut:
    """Lay out the plans of some schools, each as the draft with the given digest says, or as the present draft says if
    no digest is given.

    A school whose draft is no longer the one with the digest is left alone. Raises ``StaleDraft``, having done nothing,
    if a row is changed at the same moment.
    """
    schools = list(digests)
    Participation.objects.bulk_create(
        (Participation(school=school, programme_year=rules) for school in schools), ignore_conflicts=True
    )
    joined = Participation.objects.filter(programme_year=rules, school__in=schools)
    lock_rows(PlannedSession.objects.filter(participation__in=joined))
    # Of two who lay out the same plan, the second waits here, and then finds nothing left to do.
    list(joined.order_by("pk").select_for_update())
    drafts = drafts_of(rules, schools, from_day)
    as_seen = [draft for draft in drafts if digests[draft.participation.school] in (None, draft.digest)]
    try:
        _write(as_seen, by, now, batch)
    except RowsHaveChanged as changed:
        raise StaleDraft from changed
    done = tuple(draft.participation.school for draft in as_seen)
    return LaidOut(done, tuple(school for school in schools if school not in done))


def _write(drafts: Sequence[Draft], by: User, now: dt.datetime, batch: uuid.UUID) -> None:
    to_do = [draft for draft in drafts if not draft.changes_nothing]
    changed_rows = [draft.difference.changed_rows for draft in to_do]
    write([(one.difference, Deed(one.participation, by, now, batch), one.outline.calendar) for one in to_do])
    for draft, rows in zip(to_do, changed_rows, strict=True):
        tell_of_changes(participation=draft.participation, sessions=rows, by=by, now=now)
    _forget_adjustments(to_do)
    Participation.objects.filter(pk__in=[draft.participation.pk for draft in to_do]).raise_version()


def _forget_adjustments(drafts: Sequence[Draft]) -> None:
    """Remove decisions about the draft that are now in the plan; what was left out remains left out."""
    for draft in drafts:
        kept = {(one.group.pk, one.slot_no) for one in draft.difference.skipped}
        written = [place for place in draft.outline.adjusted if place not in kept]
        if written:
            of_places = Q(*(Q(group=group, slot_no=slot_no) for group, slot_no in written), _connector=Q.OR)
            DraftAdjustment.objects.filter(of_places, programme_year=draft.outline.rules).delete()


def readjust(changes: Sequence[PlanChange]) -> None:
    """The reverse, when a laid-out draft is undone: what people had decided on it is put back for the next draft.

    A decision made since about the same place is kept.
    """
    decided = [one for one in changes if one.after.items() >= DRAFT.items() and _is_decided(one)]
    DraftAdjustment.objects.bulk_create(map(_adjustment, decided), ignore_conflicts=True)


def _is_decided(change: PlanChange) -> bool:
    """Whether the session stayed in its week because a person chose so."""
    return bool(change.after.get("pinned")) and not change.before.get("pinned")


def _adjustment(change: PlanChange) -> DraftAdjustment:
    row = change.session
    assert row is not None  # the undo has checked that it is untouched
    is_kept = change.what == PlanChange.What.KEPT
    return DraftAdjustment(
        programme_year_id=row.participation.programme_year_id,
        group_id=row.group_id,
        slot_no=row.slot_no,
        week_start=None if is_kept else change.after["week_start"],
        by_id=change.by_id,
        at=change.at,
    )
