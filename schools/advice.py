"""What helps a school choose extra topics: the centre's recommendation, and its own choice last year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from programmes.models import SessionTopic
from schools.models import Participation, ProgrammeYear, School, TopicRecommendation


@dataclass(frozen=True)
class Advice:
    """By place in the year, from 1."""

    recommended: Mapping[int, TopicRecommendation]
    last_year: Mapping[int, SessionTopic]

    def topics(self, whose: str) -> list[SessionTopic]:
        """The topics of one of the two, ``centre`` or ``last-year``, in the order of the year."""
        recommended = {place: one.topic for place, one in self.recommended.items()}
        chosen = {"centre": recommended, "last-year": dict(self.last_year)}.get(whose, {})
        return [topic for _place, topic in sorted(chosen.items())]


def advice_for(school: School, rules: ProgrammeYear) -> Advice:
    recommended = rules.recommendations.select_related("topic")
    return Advice({one.position: one for one in recommended}, _last_year(school, rules))


def _last_year(school: School, rules: ProgrammeYear) -> dict[int, SessionTopic]:
    """What the school chose the last time that it took part, before this year."""
    earlier = Participation.objects.filter(
        school=school,
        programme_year__programme=rules.programme_id,
        programme_year__year__starts_on__lt=rules.year.starts_on,
    )
    latest = earlier.order_by("-programme_year__year__starts_on").first()
    choices = latest.choices.select_related("topic") if latest else []
    return {choice.position: choice.topic for choice in choices}
