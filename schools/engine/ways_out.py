"""The ways out for a class whose series no longer fits the year, and how many sessions each leaves room for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from schools.engine.boards import Outline
from schools.engine.series import Series
from schools.models import Departure, Group


@dataclass(frozen=True)
class WaysOut:
    """The options of a class, with the number of sessions that each leaves room for.

    ``weekly`` is to meet every week from now on; ``earlier`` are the weeks before the training's end in which the class
    could begin. ``numbers`` are the sessions that it has not had, and ``surplus`` how many of them there is no room
    for.
    """

    group: Group
    chosen: Departure
    wanted: int
    fits: int
    weekly_from: dt.date
    weekly: int
    earlier: tuple[tuple[dt.date, int], ...]
    numbers: tuple[int, ...]

    @property
    def surplus(self) -> int:
        return self.wanted - self.fits


def ways_out(outline: Outline) -> list[WaysOut]:
    """For each class that lacks room, or has taken a way out already."""
    board = Series(outline)
    return [
        _of_class(outline, board, group)
        for group in board.classes
        if any(seat.week is None for seat in board.seats[group.pk]) or group.pk in outline.departures
    ]


def _of_class(outline: Outline, board: Series, group: Group) -> WaysOut:
    kept, fits = len(board.seats[group.pk]), sum(seat.week is not None for seat in board.seats[group.pk])
    weekly = Departure(group=group, weekly_from=outline.from_week)
    # The numbers that can be left out, including those left out already, so that they can be taken back.
    without = replace(outline, departures={k: v for k, v in outline.departures.items() if k != group.pk})
    seats = Series(without).seats[group.pk]
    return WaysOut(
        group=group,
        chosen=outline.departures.get(group.pk) or Departure(group=group),
        wanted=kept,
        fits=fits,
        weekly_from=outline.from_week,
        weekly=_room(outline, group, weekly),
        earlier=tuple(_earlier(without, group)),
        numbers=tuple(seat.slot.topic.number for seat in seats if seat.is_ahead and seat.slot.topic),
    )


def _earlier(outline: Outline, group: Group) -> Iterator[tuple[dt.date, int]]:
    """The weeks before the one in which the class begins, with the room that each would give."""
    board = Series(outline)
    if any(not seat.is_ahead for seat in board.seats[group.pk]):
        return
    begins = min((seat.week for seat in board.seats[group.pk] if seat.week), default=dt.date.max)
    for week in board.books[group.pk].weeks:
        if week < begins:
            yield week, _room(outline, group, Departure(group=group, first_week=week))


def _room(outline: Outline, group: Group, departure: Departure) -> int:
    """How many sessions would have a week with this departure from the rhythm."""
    board = Series(replace(outline, departures={**outline.departures, group.pk: departure}))
    return sum(seat.week is not None for seat in board.seats[group.pk])
