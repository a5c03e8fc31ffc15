"""Which of a group's rows belongs to which place in the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from programmes.models import SessionTopic
from schools.engine.slots import Slot
from schools.models import Group, PlannedSession


@dataclass(eq=False)
class Seat:
    """A group's place in the year: the row that is there, if any, and the week and topic that it gets."""

    group: Group
    slot: Slot
    row: PlannedSession | None
    from_week: dt.date
    week: dt.date | None = field(init=False)
    topic: SessionTopic | None = field(init=False)
    # The row's number, or the one that a new row gets.
    number: int = field(init=False)
    # Whether a person chose the week on the draft, or that the session is left as it is.
    is_chosen: bool = field(init=False, default=False)
    is_left: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.number = self.row.slot_no if self.row else self.slot.no
        self.week = self.row.week_start if self.row else None
        self.topic = self.row.topic if self.row and not self.slot.is_base else self.slot.topic

    @property
    def is_ahead(self) -> bool:
        """Whether the session is not logged and its week has not passed."""
        if self.row is None:
            return True
        return self.row.outcome is None and self.row.week_start >= self.from_week

    @property
    def is_settled(self) -> bool:
        """Whether the week is fixed: logged, passed, or chosen by a person."""
        return self.is_chosen or self.is_left or (self.row is not None and (self.row.pinned or not self.is_ahead))

    @property
    def is_wanted(self) -> bool:
        """Whether there is to be a session: a person may have decided on the draft that none is made."""
        return self.row is not None or not self.is_left

    @property
    def gets_pinned(self) -> bool:
        """Whether the row stays where it is because a person decided so on the draft."""
        return self.row is not None and (self.is_chosen or self.is_left) and not self.is_moved

    @property
    def is_moved(self) -> bool:
        return self.row is not None and self.week != self.row.week_start

    @property
    def gets_another_topic(self) -> bool:
        return self.row is not None and (self.topic.pk if self.topic else None) != self.row.topic_id

    def is_for(self, row: PlannedSession) -> bool:
        """Whether a row belongs to this seat's place in the year."""
        if self.slot.topic:
            return row.topic_id == self.slot.topic.pk
        return row.slot_no == self.number and not (row.topic and row.topic.is_base)


# When another row has a new row's number, hundreds are added to it until it is free. So the next draft finds the row in
# the same place.
HUNDRED = 100


def seat_rows(
    group: Group, slots: Sequence[Slot], live: Sequence[PlannedSession], *, from_week: dt.date
) -> tuple[list[Seat], list[PlannedSession]]:
    """A group's seats in the year's order, and the rows that there is no place for.

    A base topic's row belongs to that topic's slot whatever its number, since numbers change with the programme's
    settings. Other rows belong where their number, less its hundreds, says; those left over go to the extra slots left
    over.
    """
    base = {slot.topic.pk: slot.no for slot in slots if slot.topic}
    extra = [slot.no for slot in slots if not slot.is_base]
    seated: dict[int, PlannedSession] = {}
    loose = []
    for row in sorted(live, key=lambda row: row.slot_no):
        wanted, number = base.get(row.topic_id or 0), row.slot_no % HUNDRED
        if wanted:
            seated[wanted] = row
        elif number in extra and number not in seated:
            seated[number] = row
        else:
            loose.append(row)
    free = [no for no in extra if no not in seated]
    seated |= dict(zip(free, loose, strict=False))
    seats = [Seat(group, slot, seated.get(slot.no), from_week) for slot in slots]
    _number_new(seats, {row.slot_no for row in live})
    return seats, loose[len(free) :]


def _number_new(seats: Sequence[Seat], taken: set[int]) -> None:
    """Give new rows their slots' numbers, with hundreds added where another row has the number."""
    for seat in seats:
        if seat.row is None:
            seat.number = next(number for number in count(seat.slot.no, HUNDRED) if number not in taken)
            taken.add(seat.number)


def hand_out_topics(seats: Sequence[Seat], surplus: Sequence[PlannedSession], chosen: Sequence[SessionTopic]) -> None:
    """Give each extra seat a topic: the one chosen for its place, or else the next chosen one that no seat has.

    Sessions that have been held, or should have been, keep their topics, and so do rows beyond those required.
    """
    in_use = {row.topic_id for row in surplus}
    in_use |= {seat.row.topic_id for seat in seats if seat.row and not seat.is_ahead}
    left = [topic for topic in chosen if topic.pk not in in_use]
    extra = [seat for seat in seats if not seat.slot.is_base]
    open_seats = [(place, seat) for place, seat in enumerate(extra) if seat.row is None or seat.is_ahead]
    for place, seat in open_seats:
        seat.topic = chosen[place] if place < len(chosen) and chosen[place] in left else None
        if seat.topic:
            left.remove(seat.topic)
    for _place, seat in open_seats:
        if seat.topic is None and left:
            seat.topic = left.pop(0)
