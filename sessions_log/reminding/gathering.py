"""Which mails the steps of many sessions become.

There is one mail for each recipient, school, topic and kind. About logs that have been missing for long there is one
for each recipient and school, and one for each of the centre's coordinators. Nothing is read from the database here or
written to it, so that coming mails can be counted by the same rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from accounts.models import User
from schools.mailing.telling import Reader
from sessions_log.reminding.kinds import Kind
from sessions_log.reminding.places import WEEK, Place
from sessions_log.reminding.readers import Addressee, Pairs, Readers, readers_of_step
from sessions_log.reminding.rules import RuleBook, first_lead
from sessions_log.reminding.steps import Steps

# The first reminder includes the topic's other groups that meet within this time.
TAKEN_ALONG = 6 * WEEK
# Who has been reminded of which session, by which step.
Made = AbstractSet[tuple[int | str, int, str, int]]


@dataclass(frozen=True)
class Due:
    """A mail to make: to whom, of which kind, about which sessions and at which step, or that it is too late."""

    addressee: Addressee
    kind: str
    pairs: tuple[tuple[Place, int], ...]
    is_too_late: bool

    @property
    def user(self) -> User:
        reader = self.addressee.reader
        assert reader is not None, "only looked at"
        return reader.user if isinstance(reader, Reader) else reader

    @property
    def about(self) -> dict[str, Any]:
        sessions = sorted({place.session for place, _lead in self.pairs})
        said: dict[str, Any] = {"sessions": sessions, "lead": min(lead for _place, lead in self.pairs)}
        if self.kind == Kind.LOG_BY_LINK:
            said["leader"] = self.pairs[0][0].leader
        if isinstance(self.addressee.reader, Reader):
            said["membership"] = self.addressee.reader.membership.pk
        return said


class Gathering:
    """What is due by a day, and to whom; ``made`` is what has been made already."""

    def __init__(
        self, *, book: RuleBook, readers: Readers, due_by: dt.date, today: dt.date, steps: Steps | None = None
    ) -> None:
        self._book, self._readers = book, readers
        self._due_by, self._today = due_by, today
        self._steps = steps or Steps(book)
        self._addressees: dict[tuple[object, ...], list[Addressee]] = {}

    def lacking(self, places: Sequence[Place], made: Made) -> set[int]:
        """The participations in which somebody lacks a reminder."""
        found: set[int] = set()
        for place in places:
            if place.participation not in found and self._lacks(place, made):
                found.add(place.participation)
        return found

    def _lacks(self, place: Place, made: Made) -> bool:
        return any(
            (one.key, place.session, step.kind, step.lead) not in made
            for step in self._steps.due_by(place, self._due_by)
            for one in self._of_step(step.kind, step.lead, place)
        )

    def _of_step(self, kind: str, lead: int, place: Place) -> list[Addressee]:
        alike = (kind, lead, place.school, place.programme_year, place.leader)
        if alike not in self._addressees:
            rules = self._book.of_programme(place.programme_year)
            self._addressees[alike] = readers_of_step(self._readers, kind, lead, place, rules)
        return self._addressees[alike]

    def mails(self, places: Sequence[Place], made: Made) -> Iterator[Due]:
        """The mails to make; places in the order of participation and place in the year."""
        for _topic, rows in groupby(places, key=lambda place: (place.participation, place.slot_no)):
            yield from self._of_topic(list(rows), made)
        yield from self._escalated(places, made)

    def _of_topic(self, rows: Sequence[Place], made: Made) -> Iterator[Due]:
        for (kind, is_too_late), pairs in self._due_pairs(rows).items():
            if kind == Kind.LOG_ESCALATED:
                continue
            for addressee, theirs in self._by_addressee(kind, pairs):
                new = _new(theirs, addressee, kind, made)
                if new and not is_too_late and kind == Kind.APPROACHING:
                    new += _new(self._along(rows, new), addressee, kind, made)
                if new:
                    yield Due(addressee, kind, tuple(new), is_too_late)

    def _due_pairs(self, rows: Sequence[Place]) -> dict[tuple[str, bool], Pairs]:
        """The sessions with a step that is due, by kind and by whether it is too late."""
        found: dict[tuple[str, bool], Pairs] = {}
        for place in rows:
            for step in self._steps.due_by(place, self._due_by):
                found.setdefault((step.kind, step.is_too_late(self._today)), []).append((place, step.lead))
        return found

    def _by_addressee(self, kind: str, pairs: Pairs) -> Iterator[tuple[Addressee, Pairs]]:
        """The sessions by addressee. A link to log by is only sent to the session's leader."""
        found: dict[Addressee, Pairs] = {}
        for place, lead in pairs:
            for addressee in self._of_step(kind, lead, place):
                found.setdefault(addressee, []).append((place, lead))
        yield from found.items()

    def _along(self, rows: Sequence[Place], due_now: Pairs) -> Pairs:
        """The topic's other groups in the coming weeks, which its first reminder includes."""
        first = first_lead(self._book.of_programme(rows[0].programme_year))
        weeks = [place.week_start for place, lead in due_now if lead == first]
        if not weeks:
            return []
        taken = {place.session for place, lead in due_now if lead == first}
        return [
            (one, first)
            for one in rows
            if one.session not in taken and min(weeks) < one.week_start <= min(weeks) + TAKEN_ALONG
        ]

    def _escalated(self, places: Sequence[Place], made: Made) -> Iterator[Due]:
        """Everything that is due to one school's coordinator, or to one of the centre's, in one mail."""
        found: dict[tuple[Addressee, int | None, bool], Pairs] = {}
        for place in places:
            for step in self._steps.due_by(place, self._due_by):
                if step.kind != Kind.LOG_ESCALATED:
                    continue
                is_too_late = step.is_too_late(self._today)
                for addressee in self._of_step(step.kind, step.lead, place):
                    at = None if isinstance(addressee.reader, User) else place.school
                    new = _new([(place, step.lead)], addressee, step.kind, made)
                    found.setdefault((addressee, at, is_too_late), []).extend(new)
        for (addressee, _at, is_too_late), pairs in found.items():
            if pairs:
                yield Due(addressee, Kind.LOG_ESCALATED, tuple(pairs), is_too_late)


def _new(pairs: Pairs, addressee: Addressee, kind: str, made: Made) -> Pairs:
    return [(place, lead) for place, lead in pairs if (addressee.key, place.session, kind, lead) not in made]
