"""A school's plan for a year: choosing its topics, and laying it out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.models import Programme, SessionTopic
from schools.actions.applying import change_topics
from schools.actions.deeds import Deed, lock_rows
from schools.actions.laying_out import StaleDraft, lay_out
from schools.engine.drafts import Draft
from schools.engine.outlines import drafts_of
from schools.mailing.telling import tell_of_changes
from schools.models import (
    Participation,
    PlanChange,
    PlannedSession,
    ProgrammeYear,
    School,
    SchoolYear,
    TopicChoice,
)


def first_rules(programme: Programme, year: SchoolYear) -> ProgrammeYear:
    """The settings that a programme's year starts from, unsaved: its grades, and for a series as many sessions as it
    has."""
    rules = ProgrammeYear(programme=programme, year=year)
    if programme.lowest_grade is not None and programme.highest_grade is not None:
        rules.lowest_grade, rules.highest_grade = programme.lowest_grade, programme.highest_grade
    if rules.is_series:
        rules.required_base, rules.required_extra = programme.topics.count(), 0
    return rules


@transaction.atomic
def open_programme_year(*, programme: Programme, year: SchoolYear, by: User, **settings: Any) -> ProgrammeYear:
    """Set a programme's rules for a school year, by ``ProgrammeYear``'s fields; called again it changes only those
    given."""
    rules = ProgrammeYear.objects.filter(programme=programme, year=year).first()
    rules = rules or first_rules(programme, year)
    for name, value in settings.items():
        setattr(rules, name, value)
    rules.full_clean()
    rules.save()
    rules.participations.all().raise_version()
    return rules


@transaction.atomic
def join(*, school: School, programme_year: ProgrammeYear, by: User) -> Participation:
    """The school's participation in a programme in a year; made if there is none."""
    return Participation.objects.get_or_create(school=school, programme_year=programme_year)[0]


class ChoiceHasChanged(Exception):  # noqa: N818 - reads as what happened
    """Somebody else has chosen since the person saw what was chosen."""


@transaction.atomic
def choose_topics(
    *,
    participation: Participation,
    topics: Sequence[SessionTopic],
    by: User,
    now: dt.datetime,
    seen: str | None = None,
) -> None:
    """Save the extra topics that a school has chosen, in their order in the year; its coming sessions get them at once.

    Raises ``ValidationError`` if they are too many, repeated, not extra topics of the programme, or differ from those
    of a place whose session has been held. ``seen`` is the ``choice_key`` of the topics that the person saw. Raises
    ``ChoiceHasChanged`` when what is saved now is neither those nor the new ones.
    """
    lock_rows(participation.sessions.all())
    participation = Participation.objects.select_for_update().get(pk=participation.pk)
    stands = choice_key(choice.topic for choice in participation.choices.select_related("topic"))
    if seen is not None and stands not in (seen, choice_key(topics)):
        raise ChoiceHasChanged
    _check_choice(participation, topics)
    participation.choices.all().delete()
    TopicChoice.objects.bulk_create(
        TopicChoice(participation=participation, topic=topic, position=position, by=by)
        for position, topic in enumerate(topics, start=1)
    )
    retopics = draft_plan(participation=participation, from_day=timezone.localdate(now)).difference.retopic
    deed = Deed(participation, by, now, uuid.uuid4())
    changes = change_topics([(retopic, deed) for retopic in retopics])
    for change in changes:
        # These changes cannot be undone row by row, since the next draft would give the rows their topics again: the
        # choice has to be changed instead.
        change.after.pop("version")
    PlanChange.objects.bulk_create(changes)
    tell_of_changes(participation=participation, sessions=[one.row for one in retopics], by=by, now=now)
    _raise_version(participation)


def choice_key(topics: Iterable[SessionTopic]) -> str:
    """The chosen topics in order, as text: a form carries what its reader saw."""
    return ",".join(str(topic.pk) for topic in topics)


def locked_topics(participation: Participation) -> dict[int, SessionTopic]:
    """The chosen topics, by position, that have been held with some group."""
    held = participation.sessions.filter(outcome=PlannedSession.Outcome.HELD).values("topic")
    choices = participation.choices.filter(topic__in=held).select_related("topic")
    return {choice.position: choice.topic for choice in choices}


def _check_choice(participation: Participation, topics: Sequence[SessionTopic]) -> None:
    rules = participation.programme_year
    if len(topics) > rules.required_extra:
        raise ValidationError(_("Choose at most %(n)s topics.") % {"n": rules.required_extra})
    if len({topic.pk for topic in topics}) < len(topics):
        raise ValidationError(_("Choose each topic only once."))
    if any(topic.kind != SessionTopic.Kind.EXTRA or topic.programme_id != rules.programme_id for topic in topics):
        raise ValidationError(_("Choose among the programme's extra topics."))
    for position, topic in locked_topics(participation).items():
        if position > len(topics) or topics[position - 1].pk != topic.pk:
            raise ValidationError(
                _("%(topic)s has been held, and stays in place %(n)s.") % {"topic": topic, "n": position}
            )


def draft_plan(*, participation: Participation, from_day: dt.date) -> Draft:
    """What laying out the plan from a day on would do. Writes nothing; the participation need not be saved."""
    [draft] = drafts_of(participation.programme_year, [participation.school], from_day)
    return draft


def apply_plan(
    *, participation: Participation, from_day: dt.date, by: User, now: dt.datetime, digest: str | None = None
) -> uuid.UUID:
    """Lay out one school's plan: create, move and cancel sessions and give them topics, as the draft says. Gives the
    batch.

    Raises ``StaleDraft`` if a ``digest`` is given and the draft no longer has it.
    """
    batch, rules = uuid.uuid4(), participation.programme_year
    digests = {participation.school: digest}
    if lay_out(rules=rules, digests=digests, from_day=from_day, by=by, now=now, batch=batch).changed:
        raise StaleDraft
    return batch


def _raise_version(participation: Participation) -> None:
    Participation.objects.filter(pk=participation.pk).raise_version()
