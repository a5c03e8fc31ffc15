"""Which mails about a measure's next follow-up are due.

``due(now)`` makes what is due and has not been made: a run that was missed is caught up with, one that is repeated does
nothing. A mail is made once for each measure, day, step and recipient.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import CentreRole, User
from outbox.actions import enqueue
from outbox.letters import local_time
from programmes.models import Measure, PartnerMembership

KIND = "measure-follow-up"
AHEAD, LATE = "ahead", "late"
# The first mail comes so long before the day, the second when the day has passed.
LEAD = dt.timedelta(days=14)
MORNING = dt.time(7)


def due(now: dt.datetime) -> int:
    """Make the mails that are due at a moment; gives how many were made."""
    today = timezone.localdate(now)
    if now < local_time(today, MORNING):
        return 0
    measures = Measure.objects.open().filter(next_follow_up__lte=today + LEAD).prefetch_related("owners")
    return sum(_make(measure, today, now) for measure in measures.order_by("next_follow_up", "pk"))


def _make(measure: Measure, today: dt.date, now: dt.datetime) -> int:
    assert measure.next_follow_up is not None
    day, step = measure.next_follow_up.isoformat(), LATE if measure.is_overdue(today) else AHEAD
    made = [
        enqueue(
            kind=KIND,
            user=user,
            address=user.email,
            about={"measure": measure.pk, "day": day, "step": step},
            once_key=f"{KIND}:{measure.pk}:{day}:{step}:{user.pk}",
            now=now,
        )
        for user in readers_of(measure, today)
    ]
    return sum(message is not None for message in made)


def readers_of(measure: Measure, today: dt.date) -> list[User]:
    """Those who represent the measure's partners on a day; if there are none, the centre's coordinators."""
    active = PartnerMembership.objects.active(today).filter(partner__in=measure.owners.all())
    users = User.objects.filter(is_active=True).order_by("pk")
    representatives = list(users.filter(pk__in=active.values("user")))
    if representatives:
        return representatives
    coordinators = CentreRole.objects.active(today).filter(role=CentreRole.Role.COORDINATOR)
    return list(users.filter(pk__in=coordinators.values("user")))
