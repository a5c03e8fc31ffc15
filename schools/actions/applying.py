"""Writing a plan's difference: few statements, however many sessions there are."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Case, F, Value, When

from accounts.models import User
from programmes.models import SessionTopic
from schools.models import Participation, PlanChange, PlannedSession
from schools.models.plans import CancelReason
from schools.planning import Creation, Difference, Move, Retopic

What = PlanChange.What
# Rows that one statement changes: SQLite limits how many values a statement may carry.
AT_ONCE = 100


class RowsHaveChanged(Exception):  # noqa: N818 - reads as what happened
    """Somebody changed, logged or cancelled a row at the same moment."""


@dataclass(frozen=True)
class Deed:
    """Who does something to a plan, and when; its changes share a batch."""

    participation: Participation
    by: User
    now: dt.datetime
    batch: uuid.UUID

    def change(self, what: str, session: PlannedSession | None, **said: Any) -> PlanChange:
        """A line of the history, to be saved."""
        return PlanChange(
            participation=self.participation,
            session=session,
            what=what,
            by=self.by,
            at=self.now,
            batch=self.batch,
            **said,
        )


def write(difference: Difference, deed: Deed) -> None:
    """Write a difference and its history. Raises ``RowsHaveChanged`` if a row is no longer as it was read."""
    changes = [
        *_cancel(difference.cancel, deed),
        *_move(difference.move, deed),
        *change_topics(difference.retopic, deed),
        *_create(difference.create, deed),
    ]
    PlanChange.objects.bulk_create(changes, batch_size=AT_ONCE)


def change_topics(retopics: Sequence[Retopic], deed: Deed) -> list[PlanChange]:
    """Give rows their new topics; the history's lines are returned, to be saved."""
    # Two rows may swap topics, and no moment may see the same topic twice in a group: empty them all first.
    _update([retopic.row for retopic in retopics], topic=None, raise_version=False)
    topics = {retopic.row.pk: retopic.topic.pk for retopic in retopics if retopic.topic}
    _update([retopic.row for retopic in retopics], topic_id=topics)
    return [
        deed.change(
            What.TOPIC,
            retopic.row,
            before={"topic": _title(retopic.row.topic)},
            after={"topic": _title(retopic.topic)},
        )
        for retopic in retopics
    ]


def _cancel(rows: Sequence[PlannedSession], deed: Deed) -> list[PlanChange]:
    reason = CancelReason.GROUP_ENDED
    _update(rows, cancelled_at=deed.now, cancel_reason=reason)
    return [
        deed.change(What.CANCELLED, row, before={"week_start": row.week_start.isoformat()}, reason=reason)
        for row in rows
    ]


def _move(moves: Sequence[Move], deed: Deed) -> list[PlanChange]:
    _update(
        [move.row for move in moves],
        week_start={move.row.pk: move.week for move in moves},
        moved_from={move.row.pk: origin_after(move.row, move.week) for move in moves},
        date=None,
        start_time=None,
        end_time=None,
    )
    return [
        deed.change(
            What.MOVED,
            move.row,
            before={"week_start": move.row.week_start.isoformat()},
            after={"week_start": move.week.isoformat()},
        )
        for move in moves
    ]


def origin_after(row: PlannedSession, week: dt.date) -> dt.date | None:
    """The week that a row is said to be moved from once it lies in a week; none when it is back where it was."""
    if week == row.week_start:
        return row.moved_from
    return None if week == row.moved_from else row.week_start


def _create(creations: Sequence[Creation], deed: Deed) -> Iterator[PlanChange]:
    rows = [
        PlannedSession(
            participation=deed.participation,
            group=new.group,
            slot_no=new.slot_no,
            topic=new.topic,
            week_start=new.week,
            replaces=new.replaces,
        )
        for new in creations
    ]
    PlannedSession.objects.bulk_create(rows, batch_size=AT_ONCE)
    for row in rows:
        before = {"week_start": row.replaces.week_start.isoformat()} if row.replaces else {}
        after = {"week_start": row.week_start.isoformat()}
        if row.replaces:
            after["replaces"] = str(row.replaces.uuid)
        yield deed.change(What.CREATED, row, before=before, after=after)


def _update(rows: Iterable[PlannedSession], *, raise_version: bool = True, **values: Any) -> None:
    """Set values on rows that are still as they were read; a mapping gives each row, by its key, a value of its own."""
    for some in _chunks(rows):
        found = PlannedSession.objects.without_outcome().filter(pk__in=[row.pk for row in some])
        as_read = found.filter(version=_each({row.pk: row.version for row in some}, "version"))
        to_set = {
            name: _each({row.pk: value.get(row.pk) for row in some}, name) if isinstance(value, Mapping) else value
            for name, value in values.items()
        }
        if raise_version:
            to_set["version"] = F("version") + 1
        if as_read.update(**to_set) != len(some):
            raise RowsHaveChanged
        if raise_version:
            # The same row can be moved and get another topic.
            for row in some:
                row.version += 1


def _each(values: Mapping[int, Any], name: str) -> Case:
    field: Any = PlannedSession._meta.get_field(name)
    output = field.target_field if field.is_relation else field
    whens = [When(pk=pk, then=Value(value, output_field=output)) for pk, value in values.items() if value is not None]
    return Case(*whens, default=Value(None, output_field=output), output_field=output)


def _chunks(rows: Iterable[PlannedSession]) -> Iterator[list[PlannedSession]]:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield some


def _title(topic: SessionTopic | None) -> str:
    return topic.title if topic else ""
