"""What every change of a plan consists of: who made it, rows changed only if they are as they were read, and each row
before and after.

A line of the history keeps everything in a row that planning can change, before and after, with the row's version. So a
deed can be undone, and it can be told whether anybody has touched the row since.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.dateparse import parse_date, parse_datetime, parse_time

from accounts.models import User
from schools.models import Participation, PlanChange, PlannedSession

# How many rows one statement changes: SQLite limits a statement's values.
AT_ONCE = 100
# The same for databases without such a limit.
MANY_AT_ONCE = 500
# How many rows one statement inserts; Django itself splits it where a database takes fewer.
NEW_AT_ONCE = 2_000
# The fields that planning can change, with their value where a kept state does not mention them.
EMPTY: Mapping[str, Any] = {
    "week_start": None,
    "date": None,
    "start_time": None,
    "end_time": None,
    "moved_from": None,
    "pinned": False,
    "stays_in": None,
    "topic_id": None,
    "leader_id": None,
    "cancelled_at": None,
    "cancel_reason": "",
    "cancel_note": "",
}
_READ = {
    "week_start": parse_date,
    "date": parse_date,
    "start_time": parse_time,
    "end_time": parse_time,
    "moved_from": parse_date,
    "stays_in": parse_date,
    "cancelled_at": parse_datetime,
}


class RowsHaveChanged(Exception):  # noqa: N818 - reads as what happened
    """Somebody changed, logged or cancelled a row at the same moment."""


class StaleSession(Exception):  # noqa: N818
    """Somebody else has changed, logged or cancelled the sessions since they were seen."""

    def __init__(self, *sessions: PlannedSession) -> None:
        super().__init__(*sessions)
        self.sessions = sessions


@dataclass(frozen=True)
class Deed:
    """Somebody's act on a plan, at a moment; all its changes share a batch."""

    participation: Participation
    by: User
    now: dt.datetime
    batch: uuid.UUID

    def change(self, what: str, session: PlannedSession | None, **said: Any) -> PlanChange:
        """A line of the history, unsaved."""
        return PlanChange(
            participation=self.participation,
            session=session,
            what=what,
            by=self.by,
            at=self.now,
            batch=self.batch,
            **said,
        )


def state_of(row: PlannedSession) -> dict[str, Any]:
    """A row as the history keeps it; empty values are left out."""
    said = {name: getattr(row, name) for name in EMPTY}
    kept = {name: value for name, value in said.items() if value != EMPTY[name]}
    return {name: value.isoformat() if name in _READ else value for name, value in kept.items()} | {
        "version": row.version
    }


def lasting(row: PlannedSession) -> dict[str, Any]:
    """The same without the version: with such a line the row alone cannot be undone."""
    return {name: value for name, value in state_of(row).items() if name != "version"}


def values_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values from a kept state: the reverse of ``state_of``."""
    return {
        name: _READ[name](state[name]) if name in _READ and state.get(name) else state.get(name, empty)
        for name, empty in EMPTY.items()
    }


def topic_name(row: PlannedSession) -> dict[str, str]:
    """The topic's title, for a line of the history about a changed topic."""
    return {"topic": row.topic.title if row.topic else ""}


def origin_after(row: PlannedSession, week: dt.date) -> dt.date | None:
    """The week that a row is said to have been moved from once it is in ``week``; None when it is back where it
    began."""
    if week == row.week_start:
        return row.moved_from
    return None if week == row.moved_from else row.week_start


def change_one(session: PlannedSession, version: int, **values: Any) -> None:
    """Change the session if it is still as it was seen. Of two at once one succeeds; the other gets
    ``StaleSession``."""
    as_seen = PlannedSession.objects.without_outcome().filter(pk=session.pk, version=version)
    if as_seen.update(**values, version=F("version") + 1) != 1:
        raise StaleSession(session)
    session.refresh_from_db(fields=["version", *values])


def lock_rows(rows: QuerySet[PlannedSession]) -> None:
    """Lock the rows until the transaction ends.

    Everybody who changes a plan locks its rows first, in this order, and its participation last. In different orders,
    two could wait for each other.
    """
    list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def update_rows(
    rows: Sequence[PlannedSession],
    *,
    among: QuerySet[PlannedSession] | None = None,
    raise_version: bool = True,
    **values: Any,
) -> None:
    """Set values on rows that are still as they were read and still in ``among``, by default those without an outcome.

    A mapping gives each row, by its primary key, a value of its own. Raises ``RowsHaveChanged`` if any row is no longer
    so.
    """
    allowed = PlannedSession.objects.without_outcome() if among is None else among
    for some in chunks(rows):
        to_set = {name: _of_each(value, some, name) for name, value in values.items()}
        if raise_version:
            to_set["version"] = F("version") + 1
        if as_read(allowed, some).update(**to_set) != len(some):
            raise RowsHaveChanged
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value.get(row.pk) if isinstance(value, Mapping) else value)
        # The same row may be both moved and given another topic.
        row.version += 1 if raise_version else 0


def as_read(allowed: QuerySet[PlannedSession], rows: Iterable[PlannedSession]) -> QuerySet[PlannedSession]:
    """The rows that still have the version they were read with."""
    of_version: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        of_version[row.version].append(row.pk)
    if not of_version:
        return allowed.none()
    return allowed.filter(Q(*(Q(version=one, pk__in=keys) for one, keys in of_version.items()), _connector=Q.OR))


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows in chunks that one statement can carry."""
    left, size = iter(rows), AT_ONCE if connection.features.max_query_params else MANY_AT_ONCE
    while some := list(islice(left, size)):
        yield some


def _of_each(value: Any, rows: list[PlannedSession], name: str) -> Any:
    return _each({row.pk: value.get(row.pk) for row in rows}, name) if isinstance(value, Mapping) else value


def _each(values: Mapping[int, Any], name: str) -> Case:
    field: Any = PlannedSession._meta.get_field(name)
    output = field.target_field if field.is_relation else field
    whens = [When(pk=pk, then=Value(value, output_field=output)) for pk, value in values.items() if value is not None]
    return Case(*whens, default=Value(None, output_field=output), output_field=output)
