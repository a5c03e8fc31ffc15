"""Undoing a deed: every row of its batch becomes as it was, unless somebody has touched one of them since."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from outbox.models import MAY_HAVE_ARRIVED, Told
from schools.actions.deeds import (
    EMPTY,
    NEW_AT_ONCE,
    Deed,
    RowsHaveChanged,
    as_read,
    chunks,
    lasting,
    lock_rows,
    state_of,
    update_rows,
    values_in,
)
from schools.actions.laying_out import readjust
from schools.actions.moves import tell_and_count
from schools.actions.planned_occasions import take_back, why_not_taken_back
from schools.actions.weekly_times import restore_weekly_time, why_weekly_time_stays
from schools.mailing.telling import about, known_outside
from schools.models import PlanChange, PlannedSession, PlanRun, PlanRunSchool
from schools.models.plans import CancelReason

What = PlanChange.What
# Mails about changes wait for as long.
UNDO_FOR = dt.timedelta(minutes=settings.PLAN_UNDO_MINUTES)
# For a draft that was laid out, as long as nothing of it has been changed, logged or told.
UNDO_DRAFT_FOR = dt.timedelta(days=7)
NAMES = ("session__group", "session__topic", "session__participation__school", "by")


class CannotUndo(ValidationError):  # noqa: N818 - reads as what happened
    """The deed cannot be undone; the message says why, for the user."""


@dataclass(frozen=True)
class _Piece:
    """What a deed did to one row: its first and its last change."""

    first: PlanChange
    last: PlanChange

    @property
    def row(self) -> PlannedSession:
        assert self.last.session is not None
        return self.last.session

    @property
    def was_made(self) -> bool:
        return self.first.what == What.CREATED


@transaction.atomic
def undo_batch(*, batch: uuid.UUID, by: User, now: dt.datetime) -> int:
    """Undo everything that was done in one deed; gives the number of rows.

    Rows that were made are deleted, or cancelled if somebody has been told of them; moved ones go back and cancelled
    ones stand again. Topics, the group's weekly time and decisions on the draft are restored. Of a run, schools that
    have not been laid out yet will not be.

    Raises ``CannotUndo`` when it is too late, when it has been undone already, or when a row has been changed or logged
    since; then nothing is changed.
    """
    # Of two who undo the same deed, the second waits here, and then finds it undone.
    _end_run(batch, now)
    lock_rows(PlannedSession.objects.filter(pk__in=PlanChange.objects.filter(batch=batch).values("session")))
    changes = changes_of(batch)
    check_undo(changes, now)
    occasions = [change for change in changes if change.what == What.OCCASION]
    pieces = _pieces([change for change in changes if change not in occasions])
    try:
        with transaction.atomic():
            batch = uuid.uuid4()
            lines = _restore(pieces, by, now, batch)
            lines += take_back(occasions, by, now, batch)
    except (RowsHaveChanged, IntegrityError) as taken:
        raise CannotUndo(_("Something else stands in its place by now. Look at the plan.")) from taken
    PlanChange.objects.bulk_create(lines, batch_size=NEW_AT_ONCE)
    readjust(changes)
    restore_weekly_time(changes)
    tell_and_count([piece.row for piece in pieces], by=by, now=now)
    return len(pieces)


def waiting_in(batch: uuid.UUID) -> QuerySet[PlanRunSchool, int]:
    """The keys of the schools that a run has not come to yet: undoing it leaves them out."""
    waiting = PlanRunSchool.objects.filter(run__uuid=batch, state=PlanRunSchool.State.WAITING)
    return waiting.values_list("school", flat=True)


def _end_run(batch: uuid.UUID, now: dt.datetime) -> None:
    """If the deed is a run, mark it as undone, so that it lays out nothing more."""
    for run in PlanRun.objects.select_for_update().filter(uuid=batch, undone_at=None):
        run.schools.filter(state=PlanRunSchool.State.WAITING).delete()
        run.undone_at = now
        run.save(update_fields=["undone_at"])


def changes_of(batch: Any) -> list[PlanChange]:
    """Everything that was done in one deed, in order. ``batch`` is its batch, or a query for it."""
    return list(PlanChange.objects.filter(batch=batch).select_related(*NAMES).order_by("pk"))


def undoable_until(batch: uuid.UUID, now: dt.datetime) -> dt.datetime | None:
    """Until when a deed can be undone; None when it cannot be, or no longer."""
    # Only as much of each row as the answer needs: a deed may have changed every school's sessions.
    needed = ("batch", "what", "at", "after", "session__group", "session__outcome", "session__uuid", "session__version")
    changes = PlanChange.objects.filter(batch=batch).select_related("session").only(*needed)
    return still_undoable(list(changes.order_by("pk")), now)


def still_undoable(changes: Sequence[PlanChange], now: dt.datetime) -> dt.datetime | None:
    """The same for a deed given as all its changes."""
    try:
        check_undo(changes, now)
    except CannotUndo:
        return None
    return _until(changes)


def check_undo(changes: Sequence[PlanChange], now: dt.datetime) -> None:
    """Raise ``CannotUndo`` with the reason why a deed, given as all its changes, cannot be undone."""
    if not changes or any("version" not in change.after for change in changes):
        raise CannotUndo(_("This cannot be undone."))
    try:
        _check_as_done(changes, now)
    except CannotUndo:
        # Asked only here: an undo leaves no row as the deed left it.
        if PlanChange.objects.filter(what=What.UNDONE, after__undid=str(changes[0].batch)).exists():
            raise CannotUndo(_("It has been undone already.")) from None
        raise


def _check_as_done(changes: Sequence[PlanChange], now: dt.datetime) -> None:
    if now > _until(changes):
        raise CannotUndo(_("The time to undo has passed. Change the sessions one by one instead."))
    if why_not := why_weekly_time_stays(changes):
        raise CannotUndo(why_not)
    for change in _latest(changes).values():
        _check_untouched(change)
    if now > changes[0].at + UNDO_FOR and _is_told(changes):
        raise CannotUndo(_("The schools have been told by now. Change the sessions one by one instead."))


def _until(changes: Sequence[PlanChange]) -> dt.datetime:
    is_draft = all(change.after.get("how") == "draft" for change in changes)
    return changes[0].at + (UNDO_DRAFT_FOR if is_draft else UNDO_FOR)


def _latest(changes: Iterable[PlanChange]) -> dict[int, PlanChange]:
    """The last change of each row. Changes whose row is gone are each their own."""
    return {change.session_id or -change.pk: change for change in changes}


def _check_untouched(change: PlanChange) -> None:
    if change.what == What.OCCASION:
        if why_not := why_not_taken_back(change):
            raise CannotUndo(why_not)
        return
    row = change.session
    if row is None:
        raise CannotUndo(_("%(session)s is no longer there.") % {"session": change.after.get("name", "")})
    # The row's name is built only where it is used.
    if row.outcome is not None:
        raise CannotUndo(_("%(session)s has been logged since.") % {"session": row.name})
    if row.version != change.after["version"]:
        raise CannotUndo(_("%(session)s has been changed since.") % {"session": row.name})


def _is_told(changes: Sequence[PlanChange]) -> bool:
    """Whether a mail that says something of the rows has been sent since."""
    rows = [change.session for change in changes if change.session]
    return any(
        Told.objects.filter(about__in=[about(row) for row in some], message__state__in=MAY_HAVE_ARRIVED)
        .filter(message__handed_over_at__gte=changes[0].at)
        .exists()
        for some in chunks(rows)
    )


def _pieces(changes: Sequence[PlanChange]) -> list[_Piece]:
    of_each: dict[int | None, list[PlanChange]] = defaultdict(list)
    for change in changes:
        of_each[change.session_id].append(change)
    return [_Piece(some[0], some[-1]) for some in of_each.values()]


def _restore(pieces: Sequence[_Piece], by: User, now: dt.datetime, batch: uuid.UUID) -> list[PlanChange]:
    """Restore the rows; gives the history's lines, unsaved."""
    made = [piece.row for piece in pieces if piece.was_made]
    known = known_outside(made)
    gone = {row.pk for row in made} - known
    before = {piece.row.pk: state_of(piece.row) for piece in pieces}
    # Rows that were made go first, since they may replace rows that come back.
    _take_away([row for row in made if row.pk in known], [row for row in made if row.pk in gone], now)
    _put_back([piece for piece in pieces if not piece.was_made])
    return [
        _line(piece, before[piece.row.pk], Deed(piece.row.participation, by, now, batch), piece.row.pk in gone)
        for piece in pieces
    ]


def _take_away(kept: Sequence[PlannedSession], gone: Sequence[PlannedSession], now: dt.datetime) -> None:
    note = _("The planning was undone.")
    # What they replaced stands lost again, and may get another new time.
    update_rows(kept, cancelled_at=now, cancel_reason=CancelReason.OTHER, cancel_note=note, replaces_id=None)
    for some in chunks(gone):
        untouched = as_read(PlannedSession.objects.without_outcome(), some)
        if untouched.count() != len(some):
            raise RowsHaveChanged
        untouched.delete()


def _put_back(pieces: Sequence[_Piece]) -> None:
    rows = [piece.row for piece in pieces]
    values = {piece.row.pk: values_in(piece.first.before) for piece in pieces}
    outside = [row for row in rows if _outlives_group(row)]
    if any(values[row.pk]["topic_id"] != row.topic_id for row in rows):
        # Two rows may have swapped topics, and a topic must be unique in a group at every moment.
        update_rows(rows, among=_unlogged(), topic_id=None, raise_version=False)
    update_rows(rows, among=_unlogged(), **_by_field(rows, values))
    for row in rows:
        if _outlives_group(row) and row not in outside:
            raise CannotUndo(_("%(session)s: the group has ended by the day it had.") % {"session": row.name})


def _outlives_group(row: PlannedSession) -> bool:
    return row.cancelled_at is None and row.group.has_ended_by(row.first_day)


def _by_field(rows: Sequence[PlannedSession], values: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """For each field that changes in any row, the value that each row gets."""
    return {
        name: {row.pk: values[row.pk][name] for row in rows}
        for name in EMPTY
        if any(values[row.pk][name] != getattr(row, name) for row in rows)
    }


def _unlogged() -> Any:
    return PlannedSession.objects.filter(outcome__isnull=True)


def _line(piece: _Piece, before: dict[str, Any], deed: Deed, is_gone: bool) -> PlanChange:
    row = piece.row
    said = {"undid": str(piece.last.batch), "what": piece.last.what, "name": row.name}
    after = {} if is_gone else lasting(row)
    return deed.change(What.UNDONE, None if is_gone else row, before=before, after=after | said)
