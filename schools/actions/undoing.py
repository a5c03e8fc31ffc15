"""Taking a deed back: every row of its batch is as it was, unless somebody has touched one since."""

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
# Mails about what was changed wait as long.
UNDO_FOR = dt.timedelta(minutes=settings.PLAN_UNDO_MINUTES)
# A draft that was applied, as long as nothing of it has been changed, logged or told.
UNDO_DRAFT_FOR = dt.timedelta(days=7)
NAMES = ("session__group", "session__topic", "session__participation__school", "by")


class CannotUndo(ValidationError):  # noqa: N818 - reads as what happened
    """The deed stands; the message says why, for the user."""


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
    """Take back all that was done in one go: made rows go away, moved ones go back, cancelled ones come back, topics
    and the group's weekly time return, and a draft is adjusted as it was. Gives the number of rows. Rows that somebody
    has been told of are cancelled instead of going away. Of plans that are laid out in portions, the schools that wait
    are not laid out.

    Raises ``CannotUndo`` when the time has passed, when it has been undone already, or when a row has been changed or
    logged since; then nothing is changed.
    """
    # Of two who undo the same deed, the second waits here, and then finds that it is undone.
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
    """The schools, by their keys, that a deed has not come to: undoing it leaves them out."""
    waiting = PlanRunSchool.objects.filter(run__uuid=batch, state=PlanRunSchool.State.WAITING)
    return waiting.values_list("school", flat=True)


def _end_run(batch: uuid.UUID, now: dt.datetime) -> None:
    """If the deed is a run, it is undone, and lays out nothing more."""
    for run in PlanRun.objects.select_for_update().filter(uuid=batch, undone_at=None):
        run.schools.filter(state=PlanRunSchool.State.WAITING).delete()
        run.undone_at = now
        run.save(update_fields=["undone_at"])


def changes_of(batch: Any) -> list[PlanChange]:
    """All that was done in one go, in its order; the batch is given, or asked for by a query."""
    return list(PlanChange.objects.filter(batch=batch).select_related(*NAMES).order_by("pk"))


def undoable_until(batch: uuid.UUID, now: dt.datetime) -> dt.datetime | None:
    """The moment until which a deed can be undone; none when it cannot, or no longer."""
    # No more of each row than it takes to answer: a deed may have changed all schools' sessions.
    needed = ("batch", "what", "at", "after", "session__group", "session__outcome", "session__uuid", "session__version")
    changes = PlanChange.objects.filter(batch=batch).select_related("session").only(*needed)
    return still_undoable(list(changes.order_by("pk")), now)


def still_undoable(changes: Sequence[PlanChange], now: dt.datetime) -> dt.datetime | None:
    """The same of a deed that is given as all its changes."""
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
        # An undo leaves no row as the deed left it, so that it is asked for only here.
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
    """The last change of each row; those whose row is gone count by themselves."""
    return {change.session_id or -change.pk: change for change in changes}


def _check_untouched(change: PlanChange) -> None:
    if change.what == What.OCCASION:
        if why_not := why_not_taken_back(change):
            raise CannotUndo(why_not)
        return
    row = change.session
    if row is None:
        raise CannotUndo(_("%(session)s is no longer there.") % {"session": change.after.get("name", "")})
    # The row's name is made only where it is said.
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
    """Write the rows as they were; gives the history's lines, to be saved."""
    made = [piece.row for piece in pieces if piece.was_made]
    known = known_outside(made)
    gone = {row.pk for row in made} - known
    before = {piece.row.pk: state_of(piece.row) for piece in pieces}
    # What was made takes the place of what comes back, so it goes first.
    _take_away([row for row in made if row.pk in known], [row for row in made if row.pk in gone], now)
    _put_back([piece for piece in pieces if not piece.was_made])
    return [
        _line(piece, before[piece.row.pk], Deed(piece.row.participation, by, now, batch), piece.row.pk in gone)
        for piece in pieces
    ]


def _take_away(kept: Sequence[PlannedSession], gone: Sequence[PlannedSession], now: dt.datetime) -> None:
    note = _("The planning was undone.")
    # What they stood in for stands again, and can get another new time.
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
        # Two rows may have swapped topics, and no moment may see the same topic twice in a group.
        update_rows(rows, among=_unlogged(), topic_id=None, raise_version=False)
    update_rows(rows, among=_unlogged(), **_by_field(rows, values))
    for row in rows:
        if _outlives_group(row) and row not in outside:
            raise CannotUndo(_("%(session)s: the group has ended by the day it had.") % {"session": row.name})


def _outlives_group(row: PlannedSession) -> bool:
    return row.cancelled_at is None and row.group.has_ended_by(row.first_day)


def _by_field(rows: Sequence[PlannedSession], values: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """What each row gets, for the fields that any of them gets anew."""
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
