"""Who should get what when, said once more: plainly, from the rules in ``docs/adr/0019``, and not by the portal's code.

Every day on which the scheduler runs, of each thing the latest step that has come is told, once, while it is of use.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterator

from tests.reminders.municipality import (
    DAY,
    INVITED,
    LEAVING,
    LEFT,
    OCCASION,
    WEEK,
    Municipality,
    Session,
)

# Day, recipient, kind, and what it is about.
Mail = tuple[dt.date, str, str, object]


def monday(day: dt.date) -> dt.date:
    return day - day.weekday() * DAY


def weekday(day: dt.date) -> dt.date:
    return day if day.weekday() < 5 else monday(day) + WEEK


class Naive:
    def __init__(self, town: Municipality) -> None:
        self.town = town
        self.told: set[Hashable] = set()

    def once(self, *key: Hashable) -> bool:
        """Whether it is told for the first time."""
        new = key not in self.told
        self.told.add(key)
        return new

    def mails_of(self, day: dt.date) -> Iterator[Mail]:
        yield from self._approaching(day)
        yield from self._missing(day)
        yield from self._escalated(day)
        yield from self._plans(day)
        yield from self._topics(day)
        yield from self._contacts(day)
        yield from self._invitations(day)
        yield from self._measures(day)
        yield from self._next_year(day)

    # Who.

    def with_role(self, school: int, role: str, day: dt.date) -> list:
        return [one for one in self.town.roles if one.school == school and one.role == role and one.holds(day)]

    def readers(self, school: int, day: dt.date) -> list:
        return self.with_role(school, "contact", day) or self.with_role(school, "coordinator", day)

    def loggers(self, school: int, day: dt.date) -> list[str]:
        return [one.email for one in self.with_role(school, "coordinator", day)]

    def topics(self) -> dict[tuple[int, str, int], list[Session]]:
        found = defaultdict(list)
        for one in self.town.sessions:
            if not one.is_logged:
                found[one.school, one.programme, one.slot].append(one)
        return found

    # What.

    def _approaching(self, day: dt.date) -> Iterator[Mail]:
        for (school, _programme, _slot), rows in self.topics().items():
            announced = [one for one in rows if one.is_announced]
            for reader in self.readers(school, day) if announced else []:
                about = self._steps_ahead(announced, reader.email, day)
                if about:
                    yield day, reader.email, "session-approaching", frozenset(about)

    def _steps_ahead(self, rows: list[Session], reader: str, day: dt.date) -> set[int]:
        about, first = set(), []
        for one in rows:
            come = [weeks for weeks in (3, 1, 0) if one.week - weeks * WEEK <= day]
            if come and day <= one.week + 4 * DAY and self.once(reader, one.pk, one.week, come[-1]):
                about.add(one.pk)
                first += [one.week] if come[-1] == 3 else []
        for one in rows if first else []:
            near = min(first) < one.week <= min(first) + 6 * WEEK
            if one.pk not in about and near and self.once(reader, one.pk, one.week, 3):
                about.add(one.pk)
        return about

    def _missing(self, day: dt.date) -> Iterator[Mail]:
        for (school, _programme, _slot), rows in self.topics().items():
            for reader in self.loggers(school, day) or self.town.centre:
                about = set()
                for one in rows:
                    # One day after the week, and seven: a Sunday, so the Monday after it.
                    come = [n for n, after in ((1, 1), (7, 8)) if one.sunday + after * DAY <= day]
                    if come and day < one.sunday + 28 * DAY and self.once(reader, one.pk, "missing", come[-1]):
                        about.add(one.pk)
                if about:
                    yield day, reader, "log-missing", frozenset(about)

    def _escalated(self, day: dt.date) -> Iterator[Mail]:
        by_reader: dict[tuple[str, object], set[int]] = defaultdict(set)
        for one in self.town.sessions:
            if one.is_logged:
                continue
            # Fourteen and twenty-one days after are Sundays, too.
            if one.sunday + 15 * DAY <= day < one.sunday + 22 * DAY:
                for reader in self.loggers(one.school, day):
                    if self.once(reader, one.pk, "school told"):
                        by_reader[reader, one.school].add(one.pk)
            if one.sunday + 22 * DAY <= day < one.sunday + 42 * DAY:
                for reader in self.town.centre:
                    if self.once(reader, one.pk, "centre told"):
                        by_reader[reader, None].add(one.pk)
        for (reader, _school), about in by_reader.items():
            yield day, reader, "log-escalated", frozenset(about)

    def _plans(self, day: dt.date) -> Iterator[Mail]:
        for term in self.town.terms:
            if not term.starts_on - WEEK <= day <= term.ends_on:
                continue
            busy = {one.school for one in self.town.sessions if self._open_in(one, term)}
            for school in sorted(busy):
                for one in self.readers(school, day):
                    late = day > term.starts_on + 3 * WEEK >= one.starts_on
                    if self.once("plan", one.pk, term.pk) and not late:
                        yield day, one.email, "term-plan", term.pk

    @staticmethod
    def _open_in(one: Session, term) -> bool:
        return not one.is_logged and monday(term.starts_on) <= one.week <= term.ends_on

    def _topics(self, day: dt.date) -> Iterator[Mail]:
        for school in range(len(self.town.schools)):
            ahead = [s for s in self.town.sessions if s.school == school and not s.is_chosen and s.week > day]
            if not ahead:
                continue
            first = min(one.week for one in ahead)
            half = (first.year, first.month > 6)
            for reader in self.readers(school, day):
                come = [n for n in (6, 3) if first - n * WEEK <= day]
                new = [n for n in come if self.once("topics", school, half, n, reader.pk)]
                if new and new[-1] == come[-1]:
                    yield day, reader.email, "topics-unchosen", self.town.participations[school, "taget"]

    def _contacts(self, day: dt.date) -> Iterator[Mail]:
        for n in range(len(self.town.schools)):
            ahead = any(one.school == n and not one.is_logged and one.week >= monday(day) for one in self.town.sessions)
            if not ahead or self.with_role(n, "contact", day):
                continue
            if n == LEAVING and day < weekday(LEFT + 3 * DAY):
                continue
            for reader in self.town.centre:
                if self.once("no contact", n, reader):
                    yield day, reader, "school-without-contact", self.town.schools[n]

    def _invitations(self, day: dt.date) -> Iterator[Mail]:
        answered = {self.town.invitations[pk][0] for pk in self.town.answered}
        for pk, (school, email) in self.town.invitations.items():
            holds = [one for one in self.town.roles if one.email == email and one.holds(day)]
            asked = school not in answered and INVITED < OCCASION - WEEK <= day < OCCASION and holds
            if asked and self.once("invitation", pk):
                yield day, email, "invitation-unanswered", pk

    def _measures(self, day: dt.date) -> Iterator[Mail]:
        for pk, (follow_up, member) in self.town.measures.items():
            if follow_up is None or day < follow_up - 2 * WEEK:
                continue
            for reader in [member] if member else self.town.centre:
                if self.once("measure", pk, reader, day > follow_up):
                    yield day, reader, "measure-follow-up", pk

    def _next_year(self, day: dt.date) -> Iterator[Mail]:
        last = self.town.year.ends_on
        if day > last:
            return
        for reader in self.town.centre if day >= last - 10 * WEEK and not self.town.has_next_year else []:
            if self.once("next year", reader):
                yield day, reader, "next-year-centre", self.town.year.pk
        for school in range(len(self.town.schools)) if day >= last - 5 * WEEK else []:
            for one in self.readers(school, day) if school not in self.town.with_classes else []:
                if self.once("next year", one.pk):
                    yield day, one.email, "next-year-school", self.town.year.pk
