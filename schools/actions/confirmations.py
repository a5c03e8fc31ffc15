"""The contact person's answer: yes, the term's plan is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from schools.models import Participation, PlanChange, PlanConfirmation, PlannedSession, School, Term
from schools.models.plans import PlannedSessionQuerySet
from schools.term_plan import is_over, plan_digest


class ConfirmationRefused(ValidationError):  # noqa: N818 - reads as what happened
    """There is nothing to confirm; the message says why, for the user."""


class PlanHasChanged(ConfirmationRefused):
    """The plan is no longer the one that the person saw."""


@transaction.atomic
def confirm_plan(
    *, participation: Participation, term: Term, by: User, now: dt.datetime, seen: Collection[str] | None = None
) -> PlanConfirmation:
    """Keep the answer that a term's plan is right, and what the plan said. Confirming the same plan again changes
    nothing.

    ``seen`` holds the digests of the plans that the person saw. Raises ``PlanHasChanged`` when this plan's is not among
    them.
    """
    # Whoever changes the plan at this moment either waits for this, or is noticed here.
    Participation.objects.select_for_update().get(pk=participation.pk)
    digest = plan_digest(participation.sessions.between(term.starts_on, term.ends_on))
    if seen is not None and digest not in seen:
        raise PlanHasChanged(_("The plan was changed while you read it. Look at it again, and answer then."))
    latest = participation.confirmations.filter(term=term).first()
    if latest and latest.plan_digest == digest:
        return latest
    PlanChange.objects.create(
        participation=participation, what=PlanChange.What.CONFIRMED, after={"term": str(term)}, by=by, at=now
    )
    return PlanConfirmation.objects.create(participation=participation, term=term, plan_digest=digest, by=by, at=now)


@transaction.atomic
def confirm_term(
    *, school: School, term: Term, seen: Collection[str], by: User, now: dt.datetime
) -> list[PlanConfirmation]:
    """Confirm the term's plan in all programmes that the school takes part in, or in none.

    Raises ``PlanHasChanged`` when a plan is not the one that was seen, and ``ConfirmationRefused`` when there is no
    plan or the term is over.
    """
    if is_over(term, timezone.localdate(now)):
        raise ConfirmationRefused(_("The term is over. Its plan can no longer be confirmed."))
    planned = school.participations.filter(programme_year__year=term.year, sessions__in=_sessions_of(term)).distinct()
    confirmations = [
        confirm_plan(participation=participation, term=term, by=by, now=now, seen=seen) for participation in planned
    ]
    if not confirmations:
        raise ConfirmationRefused(_("There is no plan for the term to confirm."))
    return confirmations


def _sessions_of(term: Term) -> PlannedSessionQuerySet:
    return PlannedSession.objects.between(term.starts_on, term.ends_on)
