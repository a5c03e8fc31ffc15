"""From an answer sheet to values. Reversed items are turned first; "don't know" and skipped items have no value."""

from __future__ import annotations

from collections.abc import Mapping

from evaluations.surveys.bank import AGREES, HIGHEST, LOWEST, Item, Scale

# A sheet by item: 1 to 5, or None for "don't know". Skipped items are missing.
Answers = Mapping[str, int | None]


def value_of(item: Item, answers: Answers) -> int | None:
    """1 to 5, with reversed items turned; None if there is no value."""
    answer = answers.get(item.key)
    if answer is None:
        return None
    return LOWEST + HIGHEST - answer if item.is_reversed else answer


def score(scale: Scale, answers: Answers) -> float | None:
    """The mean of the scale's items, 1 to 5; None unless at least half of them have a value."""
    values = [value for item in scale.items if (value := value_of(item, answers)) is not None]
    return sum(values) / len(values) if 2 * len(values) >= len(scale.items) else None


def agrees(item: Item, answers: Answers) -> bool | None:
    """Whether the answer to the statement, as it is worded, is 4 or 5; None if there is no answer with a value."""
    answer = answers.get(item.key)
    return None if answer is None else answer >= AGREES


def complete(scale: Scale, answers: Answers) -> list[float] | None:
    """All of the scale's values; None if any is missing."""
    values = [value_of(item, answers) for item in scale.items]
    return None if None in values else [float(value) for value in values if value is not None]
