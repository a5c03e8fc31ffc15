"""What pages say of many schools together, in a form that can be added up. Pure: counts in, sums out.

The summary of two sets of schools is made from each set's summary, so that only schools where something has changed
have to be read. It also holds what pages tell of single schools: a limited number of those that need help first, by
their primary keys.
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

# Raise this when the same counts give another summary than before.
SHAPE = 4
# Fingerprints are added up modulo this, so that they stay short.
MOST_PRINTS = 2**256
# A school that has classes but no plan needs help before every other.
STATES = ("unplanned", "red", "amber", "green", "none")
# A page names at most this many schools, so that a nation's is no longer than a municipality's; the rest are reached by
# district.
MOST_SCHOOLS = 60
# A cell names at most this many schools; the number beside them leads to the rest.
NAMED = 8

# A school's place in the order of need: its state's place, its lowest pace, its name, its primary key, and the
# fingerprint of its counts.
Standing = list[Any]


class Named(Protocol):
    """A school."""

    pk: int
    name: str
    district_id: int


@dataclass(frozen=True)
class Missed:
    """The schools where no class of a grade has had a session: how many there are, and the keys of the first by
    name."""

    number: int
    first: list[int]


@dataclass(frozen=True)
class Summary:
    """The schools in the picture, added up.

    ``first`` and ``never_first`` are the first of all schools and of those that have not held any session, in order of
    need. ``judged`` schools have something due or no plan, ``helped`` of them cannot be in pace, and ``due`` have
    sessions that were due. ``print`` differs between summaries of different schools or counts, in whatever order they
    were added up.
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
        """The schools that a page tells of one by one: their keys, with fingerprints of their counts."""
        return {key: own for _state, _pace, _name, key, own in (*self.first, *self.never_first)}

    @property
    def needs_help_first(self) -> str:
        """The name of the school that needs help first."""
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
    """A fingerprint of what a page says of a school: its name, its district and its counts."""
    return digest_of([school.pk, school.name, school.district_id, counts])


def can_be_in_pace(pace: Figure) -> bool:
    return pace.highest is not None and pace.highest >= GREEN


def summary_of(school: Named, counts: Counts) -> Summary:
    """The summary of one school; empty if it is not in the picture."""
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
    """The summary of all the parts' schools. ``order`` gives each school's place by name, by its key."""
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
