"""What a school takes part in, which topics it has chosen, and its latest answer to a term's plan: in one query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, OuterRef, Subquery

from programmes.models import SessionTopic
from schools.models import Participation, PlanConfirmation, School, Term


@dataclass
class TakingPart:
    """A programme in a year, with its extra topics in order; ``answer`` is the latest to the term asked about."""

    participation: Participation
    answer: PlanConfirmation | None = None
    topics: list[SessionTopic] = field(default_factory=list)

    @property
    def topics_left(self) -> int:
        return max(self.participation.programme_year.required_extra - len(self.topics), 0)


def taking_part_of(school: School, term: Term | None) -> list[TakingPart]:
    """Everything that the school takes part in, of all years, the latest first."""
    answers = PlanConfirmation.objects.filter(participation=OuterRef("pk"), term=term).order_by("-at", "-pk")
    # One row for each chosen topic, or one if none is chosen.
    rows = school.participations.select_related("programme_year__programme", "programme_year__year").annotate(
        topic_pk=F("choices__topic"),
        topic_title=F("choices__topic__title"),
        topic_slug=F("choices__topic__slug"),
        answered_digest=Subquery(answers.values("plan_digest")[:1]),
        answered_at=Subquery(answers.values("at")[:1]),
    )
    found: dict[int, TakingPart] = {}
    for row in rows.order_by("programme_year", "pk", "choices__position"):
        one = found.setdefault(row.pk, TakingPart(row, _answer(row)))
        if row.topic_pk:
            one.topics.append(SessionTopic(pk=row.topic_pk, title=row.topic_title, slug=row.topic_slug))
    return list(found.values())


def _answer(row: Participation) -> PlanConfirmation | None:
    said: Any = row
    if said.answered_at is None:
        return None
    return PlanConfirmation(participation=row, plan_digest=said.answered_digest, at=said.answered_at)
