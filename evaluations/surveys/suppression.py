"""Which results can be shown without anybody being able to compute one that rests on fewer than ten answers.

Results are shown for the whole, for schools, for a school's groups, and for groups by delivered dose. The first three
are nested: there it is enough that what is hidden beside what is shown is either nothing, or rests on at least ten
answers. The bands of dose cut across them, so that a small group could be computed from differences of sums: they are
shown together or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

FEWEST = 10
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Cell:
    """How many values a group has, its school, and its band of dose (None when that is not known)."""

    group: int
    school: int
    n: int
    band: str | None = None


@dataclass(frozen=True)
class Shown:
    """Which results can be shown."""

    whole: bool = False
    schools: frozenset[int] = field(default_factory=frozenset)
    groups: frozenset[int] = field(default_factory=frozenset)
    bands: frozenset[str] = field(default_factory=frozenset)


def parts_to_show(numbers: Mapping[Key, int]) -> set[Key]:
    """The parts that can be shown beside their sum: those of at least ten. If the rest are fewer than ten together, the
    smallest of these are hidden, too."""
    shown = sorted((key for key, n in numbers.items() if n >= FEWEST), key=lambda key: (numbers[key], str(key)))
    hidden = sum(n for n in numbers.values() if n < FEWEST)
    while shown and 0 < hidden < FEWEST:
        hidden += numbers[shown.pop(0)]
    return set(shown)


def to_show(cells: Iterable[Cell], *, with_bands: bool = True) -> Shown:
    """What can be shown of one measure at one time of asking."""
    cells = [cell for cell in cells if cell.n]
    if sum(cell.n for cell in cells) < FEWEST:
        return Shown()
    schools = parts_to_show(_sums((cell.school, cell.n) for cell in cells))
    groups: set[int] = set()
    for school in schools:
        groups |= parts_to_show({cell.group: cell.n for cell in cells if cell.school == school})
    bands: set[str] = set()
    if with_bands:
        # Groups without a known band form a part like the others, which is never itself shown.
        bands = parts_to_show(_sums((cell.band or "", cell.n) for cell in cells)) - {""}
        if leaks(_blocks(cells, schools, groups, bands)):
            bands = set()
    return Shown(True, frozenset(schools), frozenset(groups), frozenset(bands))


def _sums(pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    sums: dict[Key, int] = defaultdict(int)
    for key, n in pairs:
        sums[key] += n
    return sums


def _blocks(cells: Iterable[Cell], schools: set[int], groups: set[int], bands: set[str]) -> list[dict[str, int]]:
    """The finest parts whose sums are known: each shown group, the rest of each shown school, and the rest of all.

    For each, its number of values by shown band; "" is for all other bands.
    """
    blocks: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell in cells:
        place = (cell.school if cell.school in schools else 0, cell.group if cell.group in groups else 0)
        blocks[place][cell.band if cell.band and cell.band in bands else ""] += cell.n
    return list(blocks.values())


def leaks(blocks: list[dict[str, int]]) -> bool:
    """Whether a part of fewer than ten can be computed from the sums of blocks and of bands together.

    A combination of such sums gives each field (block, band) the weight u(block) − w(band). It reveals a part when
    every weight is 0 or 1, and a small part when the fields of weight 1 hold 1 to 9 answers.
    """
    bands = sorted({band for block in blocks for band in block})
    reach = range(-len(bands), len(bands) + 1)
    choices = product(reach, repeat=len(bands) - 1)
    return any(_small_part(blocks, dict(zip(bands, (0, *rest), strict=True))) for rest in choices)


def _small_part(blocks: list[dict[str, int]], weights: Mapping[str, int]) -> bool:
    sums = {0}
    for block in blocks:
        taken = set()
        own = {weights[band] for band in block}
        for u in range(max(own), min(own) + 2):
            taken.add(sum(n for band, n in block.items() if u - weights[band] == 1))
        # No choice of u makes all the block's weights 0 or 1.
        if not taken:
            return False
        sums = {min(total + more, FEWEST) for total in sums for more in taken}
    return any(0 < total < FEWEST for total in sums)
