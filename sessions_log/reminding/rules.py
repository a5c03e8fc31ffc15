"""Which reminders are on in a school year, with which lead times: as they have been set, or the usual ones.

A year for which nobody has set anything has the rules of the year before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from schools.models import ProgrammeYear, SchoolYear
from sessions_log.models import RuleVersion
from sessions_log.reminding.kinds import OF_PROGRAMME, OF_YEAR, Kind, Reminding


@dataclass(frozen=True)
class Rule:
    """How a kind of reminder is set.

    A lead time that was set in the middle of a year applies from that day: what would have been due before it is
    neither made nor recorded as too late.
    """

    is_on: bool
    leads: tuple[int, ...]
    since: Mapping[int, dt.date] = field(default_factory=dict)

    def counts(self, lead: int, due_on: dt.date) -> bool:
        return due_on >= self.since.get(lead, dt.date.min)

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        since = {str(lead): day.isoformat() for lead, day in self.since.items()}
        return {"on": self.is_on, "leads": list(self.leads), "since": since}


# By kind.
Rules = Mapping[str, Rule]


def usual(reminding: Reminding) -> Rule:
    return Rule(is_on=True, leads=reminding.usual)


def rules_from(kept: Mapping[str, Any], remindings: Iterable[Reminding]) -> dict[str, Rule]:
    """The rules of a version; kinds that it does not mention have the usual ones."""
    return {one.kind: _rule_from(kept[one.kind]) if one.kind in kept else usual(one) for one in remindings}


def _rule_from(kept: Mapping[str, Any]) -> Rule:
    since = {int(lead): dt.date.fromisoformat(day) for lead, day in kept["since"].items()}
    return Rule(kept["on"], tuple(kept["leads"]), since)


class RuleBook:
    """The rules of all years, in two queries."""

    def __init__(self) -> None:
        self._by_programme: dict[int | None, dict[dt.date, RuleVersion]] = {}
        for version in RuleVersion.objects.select_related("year", "by").order_by("year__starts_on", "number"):
            self._by_programme.setdefault(version.programme_id, {})[version.year.starts_on] = version
        self._found: dict[int, dict[str, Rule]] = {}

    def try_out(self, version: RuleVersion) -> None:
        """Pretend, in this book, that a version had been saved."""
        self._by_programme.setdefault(version.programme_id, {})[version.year.starts_on] = version
        self._found.clear()

    @cached_property
    def _years(self) -> dict[int, tuple[int, dt.date]]:
        rows = ProgrammeYear.objects.values_list("pk", "programme", "year__starts_on")
        return {pk: (programme, starts_on) for pk, programme, starts_on in rows}

    def version_of(self, programme: int | None, year_starts_on: dt.date) -> RuleVersion | None:
        """The latest version for the year, or for the nearest year before it that has one; None if there is none."""
        versions = self._by_programme.get(programme, {})
        return next((versions[day] for day in sorted(versions, reverse=True) if day <= year_starts_on), None)

    def of_programme(self, programme_year: int) -> dict[str, Rule]:
        """The rules of a programme's year, by its key."""
        if programme_year not in self._found:
            version = self.version_of(*self._years[programme_year])
            self._found[programme_year] = rules_from(version.rules if version else {}, OF_PROGRAMME)
        return self._found[programme_year]

    def of_year(self, year: SchoolYear) -> dict[str, Rule]:
        """The year's rules for what all programmes have in common."""
        version = self.version_of(None, year.starts_on)
        return rules_from(version.rules if version else {}, OF_YEAR)

    def longest(self, kind: str) -> int:
        """The longest lead time for a kind in any programme's year."""
        return max((lead for pk in self._years for lead in self.of_programme(pk)[kind].leads), default=0)


def first_lead(rules: Rules) -> int:
    """How many weeks before a session its first reminder comes."""
    return max(rules[Kind.APPROACHING].leads, default=0)
