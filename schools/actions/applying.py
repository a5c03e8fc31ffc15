"""Saves the differences that planning finds, in few statements however many sessions and schools there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schools.actions.deeds import NEW_AT_ONCE, Deed, origin_after, state_of, topic_name, update_rows
from schools.actions.planned_occasions import plan_proposed
from schools.calendar import SchoolCalendar
from schools.models import PlanChange, PlannedSession
from schools.models.plans import CancelReason
from schools.planning import Creation, Difference, Drop, Move, Retopic
from schools.times import weekly_time

What = PlanChange.What
ENDED, LEFT_OUT = CancelReason.GROUP_ENDED, CancelReason.LEFT_OUT
# Marks the history's lines of a draft that was laid out: such a deed can be undone for longer than others.
DRAFT = {"how": "draft"}


def write(parts: Sequence[tuple[Difference, Deed, SchoolCalendar]]) -> None:
    """Save the differences of one or more schools, with their history. A session that gets a week also gets its group's
    weekly time, where the school's calendar allows.

    Raises ``RowsHaveChanged`` if a row is no longer as it was read.
    """
    changes = [
        *_cancel([(Drop(row, ""), deed) for difference, deed, _calendar in parts for row in difference.cancel], ENDED),
        *_cancel([(drop, deed) for difference, deed, _calendar in parts for drop in difference.dropped], LEFT_OUT),
        *_move([(move, deed, calendar) for difference, deed, calendar in parts for move in difference.move]),
        *_pin([(row, deed) for difference, deed, _calendar in parts for row in difference.pin]),
        *change_topics([(retopic, deed) for difference, deed, _calendar in parts for retopic in difference.retopic]),
        *_create([(new, deed, calendar) for difference, deed, calendar in parts for new in difference.create]),
        *(line for difference, deed, _calendar in parts for line in plan_proposed(difference.occasions, deed)),
    ]
    for change in changes:
        change.after |= DRAFT
    PlanChange.objects.bulk_create(changes, batch_size=NEW_AT_ONCE)


def change_topics(retopics: Sequence[tuple[Retopic, Deed]]) -> list[PlanChange]:
    """Give rows their new topics. Returns the history's lines, unsaved."""
    rows = [retopic.row for retopic, _deed in retopics]
    before = [state_of(row) | topic_name(row) for row in rows]
    # Two rows may swap topics, and a topic must be unique in a group at every moment: so all are emptied first.
    update_rows(rows, topic_id=None, raise_version=False)
    update_rows(rows, topic_id={one.row.pk: one.topic.pk for one, _deed in retopics if one.topic})
    for one, _deed in retopics:
        one.row.topic = one.topic
    return [
        deed.change(What.TOPIC, one.row, before=was, after=state_of(one.row) | topic_name(one.row))
        for (one, deed), was in zip(retopics, before, strict=True)
    ]


def _cancel(cancelled: Sequence[tuple[Drop, Deed]], reason: str) -> list[PlanChange]:
    """Cancel rows whose group has ended or is to do without them, with the reason given for each."""
    if not cancelled:
        return []
    rows, now = [drop.row for drop, _deed in cancelled], cancelled[0][1].now
    before = [state_of(row) for row in rows]
    notes = {drop.row.pk: drop.reason for drop, _deed in cancelled}
    update_rows(rows, cancelled_at=now, cancel_reason=reason, cancel_note=notes if any(notes.values()) else "")
    return [
        deed.change(What.CANCELLED, drop.row, before=was, after=state_of(drop.row), reason=reason)
        for (drop, deed), was in zip(cancelled, before, strict=True)
    ]


def _move(moves: Sequence[tuple[Move, Deed, SchoolCalendar]]) -> list[PlanChange]:
    rows = [move.row for move, *_place in moves]
    before = [state_of(row) for row in rows]
    times = {move.row.pk: weekly_time(move.row.group, move.week, calendar) for move, _deed, calendar in moves}
    update_rows(
        rows,
        moved_from={move.row.pk: origin_after(move.row, move.week) for move, *_place in moves},
        week_start={move.row.pk: move.week for move, *_place in moves},
        # What a person chose on the draft is pinned. Rows that were pinned before are never moved.
        pinned={move.row.pk: move.pinned for move, *_place in moves},
        date={pk: time.date for pk, time in times.items()},
        start_time={pk: time.start_time for pk, time in times.items()},
        end_time={pk: time.end_time for pk, time in times.items()},
    )
    return [
        deed.change(What.MOVED, move.row, before=was, after=state_of(move.row))
        for (move, deed, _calendar), was in zip(moves, before, strict=True)
    ]


def _pin(pinned: Sequence[tuple[PlannedSession, Deed]]) -> list[PlanChange]:
    """Pin rows where they are, so that later drafts leave them there, too."""
    rows = [row for row, _deed in pinned]
    before = [state_of(row) for row in rows]
    update_rows(rows, pinned=True)
    return [
        deed.change(What.KEPT, row, before=was, after=state_of(row))
        for (row, deed), was in zip(pinned, before, strict=True)
    ]


def _create(creations: Sequence[tuple[Creation, Deed, SchoolCalendar]]) -> Iterator[PlanChange]:
    rows = [
        PlannedSession(
            participation=deed.participation,
            group=new.group,
            slot_no=new.slot_no,
            topic=new.topic,
            week_start=new.week,
            replaces=new.replaces,
            pinned=new.pinned,
            **weekly_time(new.group, new.week, calendar)._asdict(),
        )
        for new, deed, calendar in creations
    ]
    PlannedSession.objects.bulk_create(rows, batch_size=NEW_AT_ONCE)
    for row, (_new, deed, _calendar) in zip(rows, creations, strict=True):
        yield created(row, deed)


def created(row: PlannedSession, deed: Deed) -> PlanChange:
    """The history's line for a row that was made. It keeps the row's name, since an undone row is deleted."""
    before = {"week_start": row.replaces.week_start.isoformat()} if row.replaces else {}
    after = state_of(row) | {"name": row.name}
    if row.replaces:
        after["replaces"] = str(row.replaces.uuid)
    return deed.change(What.CREATED, row, before=before, after=after)
