"""Whether reminders work: how many logs had come before and after each step, and which mails lead to an answer.

Counted by school and kind of mail, never by person. That a log comes after a reminder does not prove that it came
because of it, so the logs that came without any are shown beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise

from evaluations.counting import UNPROMPTED, Counts
from evaluations.keeping import end_of
from evaluations.rows_by_school import Counted, CountedSchools, RowsBySchool
from evaluations.selection import Selection
from evaluations.sizes import Size
from outbox.models import MAY_HAVE_ARRIVED, Message
from schools.models import (
    OccasionInvitation,
    Participation,
    PlanChange,
    PlanConfirmation,
    SchoolMembership,
    SchoolReply,
    Term,
)
from sessions_log.models import ReminderItem, SessionLog

Kind = ReminderItem.Kind
# An answer within this time after a mail counts as an answer to it.
ANSWERED_WITHIN = dt.timedelta(days=7)
SENT = {"mail__state__in": MAY_HAVE_ARRIVED}


@dataclass(frozen=True)
class Step:
    """One step of the reminders of a missing log, ``lead`` days after the session's week.

    Of ``sessions``, ``before`` were logged when this step's mails were sent; ``after`` when the next step's were sent,
    or by the day. ``reminded`` sessions were named in this step's mails.
    """

    lead: int
    reminded: int
    before: int
    after: int
    sessions: int

    @property
    def logged(self) -> int:
        """How many logs came after this step and before the next."""
        return self.after - self.before

    @property
    def before_percent(self) -> int | None:
        return percent(self.before, self.sessions)

    @property
    def after_percent(self) -> int | None:
        return percent(self.after, self.sessions)


@dataclass(frozen=True)
class Effect:
    """Of the sessions whose week has passed: how many are logged, and after which step."""

    sessions: int
    unprompted: int
    steps: tuple[Step, ...]
    missing: int

    @property
    def reminded(self) -> int:
        """How many sessions somebody was reminded of."""
        return max((step.reminded for step in self.steps), default=0)

    @property
    def logged_after(self) -> int:
        return sum(step.logged for step in self.steps)

    @property
    def percent(self) -> int | None:
        """The share of those that have been logged since, in per cent."""
        return percent(self.logged_after, self.reminded)

    @property
    def unprompted_percent(self) -> int | None:
        return percent(self.unprompted, self.sessions)


@dataclass(frozen=True)
class Answered:
    """How many mails of a kind were sent, and how many were answered within a week."""

    title: str | Promise
    sent: int
    answered: int

    @property
    def percent(self) -> int | None:
        return percent(self.answered, self.sent)


def percent(part: int, whole: int) -> int | None:
    """A share in whole per cent, rounded half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def effect_of(selection: Selection) -> tuple[Effect, CountedSchools]:
    """The effect at all the selection's schools together, and at each that has sessions, with the least logged
    first."""
    counted = Counted.of(selection)
    steps = list(counted.totals["reminders"])
    missing, every = (
        RowsBySchool(counted, Size([("reminders", step, name) for step in steps for name in names])).sizes()
        for names in (("missing",), ("missing", "logged"))
    )
    least_logged_first = sorted(every, key=lambda pk: -missing.get(pk, 0))
    return effect_from(counted.totals), CountedSchools(selection, least_logged_first)


def effect_from(counts: Counts) -> Effect:
    """The effect, from the counts of one school or of many."""
    by_step = {int(step): own for step, own in counts["reminders"].items()}
    sessions = sum(own["logged"] + own["missing"] for own in by_step.values())
    unprompted = by_step.get(UNPROMPTED, {"logged": 0})["logged"]
    steps, before = [], unprompted
    for lead in sorted(by_step.keys() - {UNPROMPTED}):
        reminded = sum(own["logged"] + own["missing"] for step, own in by_step.items() if step >= lead)
        after = before + by_step[lead]["logged"]
        steps.append(Step(lead, reminded, before, after, sessions))
        before = after
    return Effect(sessions, unprompted, tuple(steps), sessions - before)


def answered_of(selection: Selection) -> list[Answered]:
    """Which mails lead to an answer, by kind: about sessions of the selection's programme, the terms' plans, topics not
    chosen, and invitations not answered."""
    found = (*_of_sessions(selection), _of_plans(selection), _of_topics(selection), _of_invitations(selection))
    return [one for one in found if one.sent]


def _of_sessions(selection: Selection) -> list[Answered]:
    items = ReminderItem.objects.filter(
        session__participation__programme_year=selection.programme_year,
        session__participation__school__in=[school.pk for school in selection.schools],
        mail__handed_over_at__lte=end_of(selection.as_of),
        **SENT,
    )
    since = {"at__gte": OuterRef("mail__handed_over_at"), "at__lte": OuterRef("mail__handed_over_at") + ANSWERED_WITHIN}
    replied = Exists(SchoolReply.objects.filter(sessions=OuterRef("session"), by=OuterRef("user"), **since))
    confirmed = Exists(
        PlanConfirmation.objects.filter(participation=OuterRef("session__participation"), by=OuterRef("user"), **since)
    )
    logged = Exists(
        SessionLog.objects.filter(session=OuterRef("session")).filter(
            logged_at__gte=OuterRef("mail__handed_over_at"),
            logged_at__lte=OuterRef("mail__handed_over_at") + ANSWERED_WITHIN,
        )
    )
    is_answered = (Q(kind=Kind.APPROACHING) & (Q(replied) | Q(confirmed))) | (~Q(kind=Kind.APPROACHING) & Q(logged))
    mails = Count("mail", distinct=True)
    counted = items.values("kind").annotate(sent=mails, answered=Count("mail", distinct=True, filter=is_answered))
    return [Answered(Kind(one["kind"]).label, one["sent"], one["answered"]) for one in counted.order_by("kind")]


def _of_plans(selection: Selection) -> Answered:
    """Mails about the terms' plans, which are confirmed or answered with another time."""
    memberships = list(
        SchoolMembership.objects.filter(person__school__in=selection.schools).values_list("pk", flat=True)
    )
    sent = answered = 0
    for term in Term.objects.filter(year=selection.year):
        mails = Message.objects.filter(
            kind=Kind.TERM_PLAN,
            about__term=term.pk,
            about__membership__in=memberships,
            state__in=MAY_HAVE_ARRIVED,
            handed_over_at__lte=end_of(selection.as_of),
        )
        within = {"at__gte": OuterRef("handed_over_at"), "at__lte": OuterRef("handed_over_at") + ANSWERED_WITHIN}
        confirmed = Exists(PlanConfirmation.objects.filter(term=term, by=OuterRef("user"), **within))
        replied = Exists(SchoolReply.objects.filter(by=OuterRef("user"), **within))
        sent += mails.count()
        answered += mails.filter(confirmed | replied).count()
    return Answered(Kind.TERM_PLAN.label, sent, answered)


def _of_topics(selection: Selection) -> Answered:
    """Mails about topics: choosing any topic counts as an answer."""
    of_school = {"programme_year": selection.programme_year, "school__in": selection.schools}
    parts = set(Participation.objects.filter(**of_school).values_list("pk", flat=True))
    mails = [(about["participation"], at) for about, at in _sent(Kind.TOPICS_UNCHOSEN, selection)]
    chosen: dict[int, list[dt.datetime]] = {}
    changes = PlanChange.objects.filter(participation__in=parts, what=PlanChange.What.TOPIC)
    for part, at in changes.values_list("participation_id", "at"):
        chosen.setdefault(part, []).append(at)
    return _answered(Kind.TOPICS_UNCHOSEN, [(at, chosen.get(part, [])) for part, at in mails if part in parts])


def _of_invitations(selection: Selection) -> Answered:
    """Mails about invitations: an answer from the recipient, or from anybody else at the school."""
    mails = [(about["invitation"], at) for about, at in _sent(Kind.INVITATION, selection)]
    rows = OccasionInvitation.objects.filter(school__in=selection.schools)
    asked = {pk: (occasion, school) for pk, occasion, school in rows.values_list("pk", "occasion_id", "school_id")}
    answers: dict[tuple[int, int | None], list[dt.datetime]] = {}
    answered: Iterable[Any] = rows.exclude(answered_at=None).values_list("occasion_id", "school_id", "answered_at")
    for occasion, school, at in answered:
        answers.setdefault((occasion, school), []).append(at)
    return _answered(Kind.INVITATION, [(at, answers.get(asked[pk], [])) for pk, at in mails if pk in asked])


def _sent(kind: Kind, selection: Selection) -> Iterable[tuple[Any, Any]]:
    """What the mails of a kind were about and when they were sent, up to the selection's day."""
    mails = Message.objects.filter(kind=kind, state__in=MAY_HAVE_ARRIVED, handed_over_at__lte=end_of(selection.as_of))
    mails = mails.filter(handed_over_at__date__gte=selection.year.starts_on - dt.timedelta(days=60))
    return mails.values_list("about", "handed_over_at")


def _answered(kind: Kind, mails: list[tuple[dt.datetime, list[dt.datetime]]]) -> Answered:
    answered = sum(any(at <= answer <= at + ANSWERED_WITHIN for answer in answers) for at, answers in mails)
    return Answered(kind.label, len(mails), answered)
