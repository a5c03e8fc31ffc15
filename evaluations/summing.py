"""What a page says of many schools together, in a form that can be added up. Pure: counts in, sums out.

A summary of two lots of schools is made from the summaries of each, so that of all the schools only those where
something has changed are looked at. It holds what the pages tell one by one, too: the schools that need help first,
at most so many, by their keys.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import chain
from typing import Any, Protocol

from evaluations.counting import EMPTY, Counts, add_up
from evaluations.figures import GREEN, Figure, pace_in
from evaluations.fingerprints import digest_of

# Raised when a summary of the same counts is another than before.
SHAPE = 4
# Fingerprints are added up, and never grow longer.
MOST_PRINTS = 2**256
# A school that has classes but no plan at all needs help before every other.
STATES = ("unplanned", "red", "amber", "green", "none")
# A nation's page is no longer than a municipality's: the rest of the schools are a click away, by district.
MOST_SCHOOLS = 60
# So many schools are named in a cell; the number that leads to the rest stands beside them.
NAMED = 8

# A school's place among those that need help: the place of its state, its lowest pace, its name, its key; and the
# fingerprint of its counts.
Standing = list[Any]


class Named(Protocol):
    """A school."""

    pk: int
    name: str
    district_id: int


@dataclass(frozen=True)
class Missed:
    """The schools where not one class of a grade has had a session: how many, and the first by name, by their keys."""

    number: int
    first: list[int]


@dataclass(frozen=True)
class Summary:
    """Schools in the picture, added up.

    ``first`` and ``never_first`` are the first of all and of those that have not held a session, in the order of who
    needs help. ``judged`` have something due or no plan, ``helped`` of them cannot be in pace, ``due`` have sessions
    that were due. ``print`` tells one summary from that of other schools or counts, however they were added up.
    """

    totals: Counts = field(default_factory=lambda: add_up([EMPTY]))
    schools: int = 0
    first: list[Standing] = field(default_factory=list)
    never: int = 0
    never_first: list[Standing] = field(default_factory=list)
    due: int = 0
    judged: int = 0
    helped: int = 0
    helped_first: list[Standing] = field(default_factory=list)
    missed: dict[str, Missed] = field(default_factory=dict)
    print: str = "0"

    @property
    def shown(self) -> dict[int, str]:
        """The schools that a page tells of one by one: their keys, and the fingerprints of their counts."""
        return {key: own for _state, _pace, _name, key, own in (*self.first, *self.never_first)}

    @property
    def needs_help_first(self) -> str:
        """The name of the school that needs help before every other."""
        return str(self.helped_first[0][2]) if self.helped_first else ""


def keys_of(standings: Iterable[Standing]) -> list[int]:
    """The schools' keys."""
    return [key for _state, _pace, _name, key, _own in standings]


def is_in_the_picture(counts: Counts) -> bool:
    """Whether a school has target classes that year, or a plan."""
    return bool(counts["eligible"] or counts["planned"])


def state_of(counts: Counts) -> str:
    """A school's state, one of STATES."""
    return pace_in(counts).light if counts["planned"] else "unplanned"


def standing_of(school: Named, counts: Counts) -> Standing:
    pace, own = pace_in(counts).lowest or 0, counts_print(school, counts)
    return [STATES.index(state_of(counts)), pace, school.name, school.pk, own]


def counts_print(school: Named, counts: Counts) -> str:
    """A fingerprint of what a page says of a school: its name and district, and its counts."""
    return digest_of([school.pk, school.name, school.district_id, counts])


def can_be_in_pace(pace: Figure) -> bool:
    return pace.highest is not None and pace.highest >= GREEN


def summary_of(school: Named, counts: Counts) -> Summary:
    """One school; nothing if it is not in the picture."""
    if not is_in_the_picture(counts):
        return Summary()
    pace, own = pace_in(counts), [standing_of(school, counts)]
    is_judged, is_never = state_of(counts) != "none", not counts["held"]
    is_helped = is_judged and not can_be_in_pace(pace)
    return Summary(
        totals=counts,
        schools=1,
        first=own,
        never=int(is_never),
        never_first=own if is_never else [],
        due=int(bool(pace.denominator)),
        judged=int(is_judged),
        helped=int(is_helped),
        helped_first=own if is_helped else [],
        missed={grade: Missed(1, [school.pk]) for grade, one in counts["grades"].items() if not one["reached"]},
        print=own[0][4],
    )


def merged(parts: Iterable[Summary], order: Mapping[int, int]) -> Summary:
    """The summary of all the parts' schools. ``order`` is each school's place by name, by its key."""
    parts = [part for part in parts if part.schools]
    if not parts:
        return Summary()
    return Summary(
        totals=add_up([EMPTY, *(part.totals for part in parts)]),
        schools=sum(part.schools for part in parts),
        first=nsmallest(MOST_SCHOOLS, chain.from_iterable(part.first for part in parts)),
        never=sum(part.never for part in parts),
        never_first=nsmallest(MOST_SCHOOLS, chain.from_iterable(part.never_first for part in parts)),
        due=sum(part.due for part in parts),
        judged=sum(part.judged for part in parts),
        helped=sum(part.helped for part in parts),
        helped_first=nsmallest(1, chain.from_iterable(part.helped_first for part in parts)),
        missed=_missed(parts, order),
        print=f"{sum(int(part.print, 16) for part in parts) % MOST_PRINTS:x}",
    )


def _missed(parts: Iterable[Summary], order: Mapping[int, int]) -> dict[str, Missed]:
    found: dict[str, list[Missed]] = {}
    for part in parts:
        for grade, one in part.missed.items():
            found.setdefault(grade, []).append(one)
    return {
        grade: Missed(
            sum(one.number for one in own),
            nsmallest(NAMED, chain.from_iterable(one.first for one in own), key=lambda key: order[key]),
        )
        for grade, own in found.items()
    }


def to_json(summary: Summary) -> dict[str, Any]:
    return dataclasses.asdict(summary)


def from_json(content: Mapping[str, Any]) -> Summary:
    return Summary(**{**content, "missed": {grade: Missed(**one) for grade, one in content["missed"].items()}})
