"""Which of a group's rows belongs to which place in the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from programmes.models import SessionTopic
from schools.models import Group, PlannedSession
from schools.slots import Slot


@dataclass
class Seat:
    """A group's place in the year: the row that stands there, if any, and the week and the topic that it gets."""

    group: Group
    slot: Slot
    row: PlannedSession | None
    from_week: dt.date
    week: dt.date | None = field(init=False)
    topic: SessionTopic | None = field(init=False)
    # The number that a new row gets.
    number: int | None = None

    def __post_init__(self) -> None:
        self.week = self.row.week_start if self.row else None
        self.topic = self.row.topic if self.row and not self.slot.is_base else self.slot.topic

    @property
    def is_ahead(self) -> bool:
        """Whether the session is not logged, and its week has not passed."""
        if self.row is None:
            return True
        return self.row.outcome is None and self.row.week_start >= self.from_week

    @property
    def is_settled(self) -> bool:
        """Whether the row's week stays as it is: logged, passed, or chosen by a person."""
        return self.row is not None and (self.row.pinned or not self.is_ahead)

    @property
    def is_moved(self) -> bool:
        return self.row is not None and self.week != self.row.week_start

    @property
    def gets_another_topic(self) -> bool:
        return self.row is not None and (self.topic.pk if self.topic else None) != self.row.topic_id

    def stay(self) -> dt.date:
        """Keep the row's week."""
        assert self.row is not None
        self.week = self.row.week_start
        return self.week

    def sit(self, week: dt.date | None) -> None:
        """Take a week; without one, a row that stands stays where it is."""
        if week:
            self.week = week

    def is_for(self, row: PlannedSession) -> bool:
        """Whether a row is about this seat's place in the year."""
        if self.slot.topic:
            return row.topic_id == self.slot.topic.pk
        return row.slot_no == (self.number or self.slot.no)


def seat_rows(
    group: Group, slots: Sequence[Slot], live: Sequence[PlannedSession], *, from_week: dt.date
) -> tuple[list[Seat], list[PlannedSession]]:
    """A group's seats in the year's order, and the rows for which there is no place.

    A base topic's row belongs to that topic's slot, whatever its number: the numbers change when the programme's
    settings do. Others belong where their number says, and those left over to the extra slots left over.
    """
    base = {slot.topic.pk: slot.no for slot in slots if slot.topic}
    extra = [slot.no for slot in slots if not slot.is_base]
    seated: dict[int, PlannedSession] = {}
    loose = []
    for row in sorted(live, key=lambda row: row.slot_no):
        wanted = base.get(row.topic_id or 0)
        if wanted:
            seated[wanted] = row
        elif row.slot_no in extra:
            seated[row.slot_no] = row
        else:
            loose.append(row)
    free = [no for no in extra if no not in seated]
    seated |= dict(zip(free, loose, strict=False))
    seats = [Seat(group, slot, seated.get(slot.no), from_week) for slot in slots]
    return seats, loose[len(free) :]
