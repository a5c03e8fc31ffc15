"""Draws who meets what, as boxes in lanes along a railway line from pre-school to upper secondary school.

Pure: encounters in, positions out. The unit of length is a pixel at the picture's full width.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from programmes.models import Encounter, Stage

WIDTH, LEFT, TOP = 1180, 20, 100
# Each stage's position on the line; pre-school and upper secondary have room for a word.
STOPS = {stage: 331 + 72 * (stage - 1) for stage in Stage} | {Stage.PRESCHOOL: 206, Stage.UPPER_SECONDARY: 1092}
_HALF = dict.fromkeys(Stage, 32) | {Stage.PRESCHOOL: 64, Stage.UPPER_SECONDARY: 64}
_LETTER, _LINE, _PADDING, _GAP, _ARROW = 8.2, 20, 14, 10, 36
# When a word is divided, each part has at least this many letters.
_FEWEST_LEFT = 3
_COLOURS = {Encounter.Lane.PUPILS: "k-pupil", Encounter.Lane.STAFF: "k-staff", Encounter.Lane.PARENTS: "k-parent"}


@dataclass(frozen=True)
class Line:
    """A line of text in a box."""

    text: str
    y: float
    is_name: bool


@dataclass
class Box:
    """An encounter in the picture."""

    encounter: Encounter
    x: float
    width: float
    lines: list[str]
    y: float = 0
    height: float = 0

    @property
    def css(self) -> str:
        if self.encounter.programme is None:
            return "k-result"
        return "k-soon" if self.encounter.is_developing else _COLOURS.get(Encounter.Lane(self.encounter.lane), "k-soon")

    @property
    def text_css(self) -> str:
        return "k-white" if self.css == "k-pupil" else ""

    @property
    def text_x(self) -> float:
        return self.x + _PADDING

    @property
    def text_lines(self) -> list[Line]:
        names = len(_wrapped(self.encounter.name, self.width))
        first = self.y + (self.height - _LINE * len(self.lines)) / 2 + _LINE * 0.72
        return [Line(text, first + _LINE * place, place < names) for place, text in enumerate(self.lines)]

    @property
    def arrow(self) -> str:
        """The path from the mentors' year to the year that they meet, above the box; empty if nobody mentors."""
        if self.encounter.mentors_stage is None:
            return ""
        start, end = STOPS[Stage(self.encounter.mentors_stage)], STOPS[Stage(self.encounter.first_stage)]
        y = self.y - 6
        return f"M{start} {y}C{start - 30} {y - 30} {end + 60} {y - 30} {end} {y}m2 -13l-2 13l13 -3"


@dataclass
class DrawnLane:
    """A lane: one kind of people, with the boxes of what they meet."""

    label: str
    boxes: list[Box] = field(default_factory=list)
    y: float = 0
    height: float = 0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Picture:
    """Everything that the template needs to draw."""

    lanes: Sequence[DrawnLane]
    height: float

    @property
    def stops(self) -> list[tuple[str, int]]:
        """Each stage's label and position; the years of school between the first and the last have only a number."""
        return [(_stop_word(stage), STOPS[stage]) for stage in Stage]


def draw(encounters: Iterable[Encounter]) -> Picture:
    """The picture of these encounters, in their order; boxes that would overlap in a lane are placed below one
    another."""
    encounters = list(encounters)
    y: float = TOP
    lanes = []
    for lane in Encounter.Lane:
        boxes = [_box(one) for one in encounters if one.lane == lane]
        if boxes:
            height = _place(boxes, y + _GAP)
            lanes.append(DrawnLane(str(lane.label), boxes, y, height))
            y += height + 2 * _GAP
    return Picture(lanes, y)


def _box(encounter: Encounter) -> Box:
    first, last = Stage(encounter.first_stage), Stage(encounter.last_stage)
    x = STOPS[first] - _HALF[first]
    width = STOPS[last] + _HALF[last] - x
    lines = _wrapped(encounter.name, width) + (_wrapped(encounter.rest, width) if encounter.rest else [])
    return Box(encounter, x, width, lines, height=_LINE * len(lines) + _PADDING)


def _place(boxes: list[Box], top: float) -> float:
    """Place each box in the first row where it has room. Gives the height of all rows together."""
    rows: list[list[Box]] = []
    for box in boxes:
        free = next((row for row in rows if not any(_meet(box, other) for other in row)), None)
        if free is None:
            rows.append([box])
        else:
            free.append(box)
    y = top
    for row in rows:
        y += _ARROW if any(box.encounter.mentors_stage is not None for box in row) else 0
        height = max(box.height for box in row)
        for box in row:
            box.y, box.height = y, height
        y += height + _GAP
    return y - top


def _meet(one: Box, other: Box) -> bool:
    return one.x < other.x + other.width and other.x < one.x + one.width


def _wrapped(text: str, width: float) -> list[str]:
    """The text in lines that fit the box; a word longer than a line is hyphenated."""
    longest = max(int((width - 2 * _PADDING) / _LETTER), 8)
    words = " ".join(_divided(word, longest) for word in text.split())
    return textwrap.wrap(words, longest)


def _divided(word: str, longest: int) -> str:
    if len(word) <= longest:
        return word
    first = min(longest - 1, len(word) - _FEWEST_LEFT)
    return f"{word[:first]}- {_divided(word[first:], longest)}"


def _stop_word(stage: Stage) -> str:
    return str(stage - 1) if Stage.GRADE_1 < stage < Stage.UPPER_SECONDARY else str(stage.label)


@dataclass(frozen=True)
class Stop:
    """A stretch of the line and what is met there, for narrow screens."""

    title: str
    encounters: list[Encounter]


def along_the_line(encounters: Iterable[Encounter]) -> list[Stop]:
    """The same from top to bottom: the stretches in the order in which a child passes them."""
    stretches: dict[tuple[int, int], list[Encounter]] = {}
    for one in encounters:
        stretches.setdefault((one.first_stage, one.last_stage), []).append(one)
    return [Stop(_stretch(*span), found) for span, found in sorted(stretches.items())]


def _stretch(first: int, last: int) -> str:
    first_word, last_word = str(Stage(first).label), str(Stage(last).label)
    return first_word if first == last else f"{first_word} – {last_word}"
