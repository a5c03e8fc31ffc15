"""The question bank: which scales each audience is asked, and which items are reversed. The wording is in
``languages/``.

The scales are the project's own. Answers go from 1 to 5, or are "don't know".
"""

from __future__ import annotations

from dataclasses import dataclass

LOWEST, HIGHEST = 1, 5
# An answer of at least this agrees.
AGREES = 4
DONT_KNOW = "vet-ej"


@dataclass(frozen=True)
class Item:
    """A statement. Agreeing with a reversed one lowers the scale."""

    key: str
    is_reversed: bool = False


@dataclass(frozen=True)
class Scale:
    """Items counted together. A high value means readiness, support for non-violence, or safety."""

    key: str
    items: tuple[Item, ...]


def _scale(key: str, count: int, *, turned: tuple[int, ...] = ()) -> Scale:
    return Scale(key, tuple(Item(f"{key}-{n}", n in turned) for n in range(1, count + 1)))


PUPIL_SCALES = (
    _scale("elev-askadare", 6, turned=(3, 6)),
    _scale("elev-attityder", 6, turned=(1, 2, 4, 5)),
    _scale("elev-trygghet", 5, turned=(4,)),
)
STAFF_SCALES = (
    _scale("personal-askadare", 6, turned=(4,)),
    _scale("personal-attityder", 5, turned=(1, 3)),
    _scale("personal-trygghet", 4, turned=(3,)),
)
PARENT_SCALES = (
    _scale("foralder-askadare", 4, turned=(3,)),
    _scale("foralder-attityder", 4, turned=(1, 3)),
    _scale("foralder-trygghet", 4, turned=(3,)),
)
# Pupil mentors and the pupils they meet answer the same questions, and their results are shown apart.
SCALES: dict[str, tuple[Scale, ...]] = {
    "pupils": PUPIL_SCALES,
    "mentors": PUPIL_SCALES,
    "staff": STAFF_SCALES,
    "parents": PARENT_SCALES,
}


def items_of(audience: str) -> list[Item]:
    return [item for scale in SCALES[audience] for item in scale.items]
