"""How the sessions of each topic go: a row for a topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evaluations import figures
from evaluations.counting import Counts
from evaluations.figures import Figure
from evaluations.selection import Selection
from programmes.models import SessionTopic
from schools.models.plans import title_of_topic


@dataclass(frozen=True)
class TopicRow:
    """What came of a topic's sessions that were due."""

    title: str
    slug: str
    pace: Figure
    lost: int


def topic_rows(totals: Counts, selection: Selection) -> list[TopicRow]:
    """Base topics in their order, then the extra ones; what is not chosen last."""
    topics = {topic.slug: topic for topic in SessionTopic.objects.filter(slug__in=totals["topics"])}
    order = {slug: (not topic.is_base, topic.number) for slug, topic in topics.items()}
    return [
        _topic_row(topics.get(slug), totals["topics"][slug], selection)
        for slug in sorted(totals["topics"], key=lambda slug: order.get(slug, (True, 99)))
    ]


def _topic_row(topic: SessionTopic | None, states: Mapping[str, int], selection: Selection) -> TopicRow:
    slug = topic.slug if topic else ""
    return TopicRow(title_of_topic(topic), slug, pace_of(states, selection), states["notheld"])


def pace_of(states: Mapping[str, int], selection: Selection) -> Figure:
    """The pace of some of the sessions, from how many are in each state."""
    pace = Figure("pace", states["held"], sum(states.values()), states["nolog"], selection.as_of)
    return figures.aimed(pace, selection.targets)
