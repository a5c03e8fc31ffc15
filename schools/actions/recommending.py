"""The centre's recommendation of extra topics."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import refuse_personal_number
from programmes.models import SessionTopic
from schools.models import ProgrammeYear, TopicRecommendation

Advice = Mapping[int, tuple[SessionTopic, str]]


class AdviceHasChanged(Exception):  # noqa: N818 - reads as what happened
    """Somebody else has recommended since the person saw what was recommended."""


@transaction.atomic
def recommend_topics(*, rules: ProgrammeYear, advice: Advice, by: User, seen: str | None = None) -> None:
    """For each place in the year, from 1: the recommended topic, and why. Replaces the earlier recommendation.

    Raises ``ValidationError`` for a place that the year does not have, and for a topic that is repeated or not extra.
    ``seen`` is the ``advice_key`` of what the person saw. Raises ``AdviceHasChanged`` when what is saved now is neither
    that nor the new recommendation.
    """
    rules = ProgrammeYear.objects.select_for_update().get(pk=rules.pk)
    if seen is not None and advice_key(advice_of(rules)) not in (seen, advice_key(advice)):
        raise AdviceHasChanged
    topics = [topic for topic, _why in advice.values()]
    if any(not 1 <= place <= rules.required_extra for place in advice):
        raise ValidationError(_("Choose at most %(n)s topics.") % {"n": rules.required_extra})
    if len({topic.pk for topic in topics}) < len(topics):
        raise ValidationError(_("Choose each topic only once."))
    if any(topic.kind != SessionTopic.Kind.EXTRA or topic.programme_id != rules.programme_id for topic in topics):
        raise ValidationError(_("Choose among the programme's extra topics."))
    for _topic, why in advice.values():
        refuse_personal_number(why)
    rules.recommendations.all().delete()
    TopicRecommendation.objects.bulk_create(
        TopicRecommendation(programme_year=rules, topic=topic, position=place, why=why.strip(), by=by)
        for place, (topic, why) in advice.items()
    )


def advice_of(rules: ProgrammeYear) -> dict[int, tuple[SessionTopic, str]]:
    """The present recommendation: for each place, the topic and why."""
    return {one.position: (one.topic, one.why) for one in rules.recommendations.select_related("topic")}


def advice_key(advice: Advice) -> str:
    """The recommendation as text: a form carries what its reader saw."""
    said = [(place, topic.pk, why.strip()) for place, (topic, why) in sorted(advice.items())]
    return hashlib.sha256(repr(said).encode()).hexdigest()
